package session

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

func TestSES03TheIDChangesAtEachSignIn(t *testing.T) {
	for name, next := range map[string]oath.Person{"of the same person": anna, "of another": ben} {
		t.Run(name, func(t *testing.T) {
			clock, m := newClock(), newMemory()
			st := newStore(t, m, clock.Now)
			b := newBrowser()
			b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
			before := b.copy()
			b.signIn(t, st, sessionOf(next, clock.in(time.Hour)))
			if before.jar[sessionCookie] == b.jar[sessionCookie] {
				t.Error("the cookie is the same")
			}
			if sess := before.current(t, st); sess != nil {
				t.Errorf("the old cookie opens a session of %s", sess.Person.Name)
			}
			if got := b.current(t, st); got == nil || !got.Person.Same(next) {
				t.Errorf("the new cookie opens %v", got)
			}
			if len(m.all()) != 1 {
				t.Errorf("%d rows, want 1", len(m.all()))
			}
		})
	}
}

func TestSES03APlantedIDIsNeverTakenOver(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	planted := newCookieValue().text()
	b.jar[sessionCookie] = planted
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	if b.jar[sessionCookie] == planted {
		t.Error("signed in under an id from outside")
	}
}

func TestSES04ASessionEndsByIdleness(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	clock.advance(15*time.Minute - 1)
	if b.current(t, st) == nil {
		t.Fatal("ended before the idle limit")
	}
	clock.advance(15 * time.Minute)
	if b.current(t, st) != nil {
		t.Error("lives after the idle limit")
	}
	clock.advance(-10 * time.Minute)
	if b.current(t, st) != nil {
		t.Error("a clock that goes back opens it again")
	}
}

func TestSES04AnEndThatCannotBeRecordedIsStillAnEnd(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	m.setDown("EndSession", true)
	clock.advance(15 * time.Minute)
	if b.current(t, st) != nil {
		t.Error("lives after the idle limit")
	}
}

func TestSES04UseDoesNotMoveTheAbsoluteEnd(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	ends := clock.in(8 * time.Hour)
	for clock.in(time.Minute).Before(ends) {
		clock.advance(time.Minute)
		sess := b.current(t, st)
		if sess == nil {
			t.Fatalf("ended %v before its end", ends.Sub(clock.at))
		}
		if !sess.Ends().Equal(ends) {
			t.Fatalf("the end moved to %v", sess.Ends())
		}
	}
	clock.advance(time.Minute)
	if b.current(t, st) != nil {
		t.Error("lives after its absolute end")
	}
}

func TestSES04BackgroundRequestsAreNoUse(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	for range 15 {
		clock.advance(time.Minute)
		b.request(func(_ http.ResponseWriter, r *http.Request) { _, _ = st.Peek(r) })
	}
	if b.current(t, st) != nil {
		t.Error("polling kept it alive")
	}
}

func TestSES04AfterAUseItSurelyLivesForSureIdle(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	clock.advance(st.lag() - 1)
	b.current(t, st) // too soon after the sign-in to be written
	clock.advance(st.SureIdle())
	if b.current(t, st) == nil || st.SureIdle() < st.Idle/2 {
		t.Errorf("ended within %v of its last use", st.SureIdle())
	}
}

func TestSES08ARequestThatWaitedSeesThatItsSessionEnded(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	b.request(func(_ http.ResponseWriter, r *http.Request) {
		before, err := st.Current(r)
		if err != nil || before == nil {
			t.Fatalf("not signed in: %v", err)
		}
		if _, err := st.EndAll(r.Context(), anna); err != nil {
			t.Fatal(err)
		}
		type key struct{}
		waited := r.WithContext(Anew(context.WithValue(r.Context(), key{}, "kept")))
		if after, err := st.Current(waited); err != nil || after != nil {
			t.Errorf("still signed in: %t, %v", after != nil, err)
		}
		if waited.Context().Value(key{}) != "kept" {
			t.Error("the request forgot more than its session")
		}
	})
}

func TestSES04AStationsLimitsHoldToo(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	st.Idle, st.Max = 90*time.Second, 10*time.Minute
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	clock.advance(15 * time.Second)
	b.current(t, st)
	for range 6 {
		clock.advance(80 * time.Second)
		if b.current(t, st) == nil {
			t.Fatal("ended although it was used")
		}
	}
	clock.advance(90 * time.Second)
	if b.current(t, st) != nil {
		t.Error("lives after the idle limit")
	}
}

func TestUseIsRecordedSeldom(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	for range 61 {
		b.current(t, st)
		clock.advance(time.Second)
	}
	if got := m.count("TouchSession"); got != 2 {
		t.Errorf("%d writes in a minute, want 2", got)
	}
}

func TestUseThatCannotBeRecordedIsStillServedAndTold(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	var log strings.Builder
	st.Log = slog.New(slog.NewTextHandler(&log, nil))
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	clock.advance(time.Minute)
	if b.current(t, st) == nil || log.Len() > 0 {
		t.Errorf("a use that was recorded: %s", &log)
	}
	m.setDown("TouchSession", true)
	clock.advance(time.Minute)
	if b.current(t, st) == nil {
		t.Error("signed out by a database that can only be read")
	}
	if !strings.Contains(log.String(), "session not touched") {
		t.Errorf("the log says %q", &log)
	}
}

func TestSES07AStepUpKeepsWhatIsThePersons(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	first := sessionOf(anna, clock.in(time.Hour))
	first.SignedIn, first.SteppedUp = clock.at, clock.at
	b.signIn(t, st, first)
	ends, csrf := b.current(t, st).Ends(), st.CSRFToken(b.current(t, st))

	clock.advance(10 * time.Minute)
	wider := sessionOf(anna, clock.in(time.Hour))
	wider.Tokens = NewTokens("wider", "", clock.in(time.Hour))
	wider.SignedIn = clock.at
	b.signIn(t, st, wider)
	got := b.current(t, st)
	if !got.Ends().Equal(ends) {
		t.Errorf("the absolute end moved from %v to %v", ends, got.Ends())
	}
	if got.Tokens.AccessToken() != "wider" || got.Tokens.RefreshToken() != "refresh-Anna" {
		t.Errorf("tokens %s, %s", got.Tokens.AccessToken(), got.Tokens.RefreshToken())
	}
	if !got.SignedIn.Equal(clock.at) || !got.SteppedUp.IsZero() {
		t.Errorf("signed in %v, stepped up %v: the new token was got without the claim", got.SignedIn, got.SteppedUp)
	}
	if !st.ValidCSRF(got, csrf) {
		t.Error("a form in another tab does not work any more")
	}
}

func TestOIDC16ANewerStepUpCounts(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	if got := b.current(t, st).SteppedUp; !got.IsZero() {
		t.Errorf("stepped up at %v without a step-up", got)
	}
	clock.advance(time.Minute)
	next := sessionOf(anna, clock.in(time.Hour))
	next.SignedIn, next.SteppedUp = clock.at, clock.at
	b.signIn(t, st, next)
	if got := b.current(t, st); !got.SteppedUp.Equal(clock.at) || !got.SignedIn.Equal(clock.at) {
		t.Errorf("stepped up %v, signed in %v, want %v", got.SteppedUp, got.SignedIn, clock.at)
	}
}

func TestSES07AnotherPersonInheritsNothing(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	sameIDElsewhere := anna
	sameIDElsewhere.TenantID = "22222222-2222-4222-8222-222222222222"
	for name, next := range map[string]oath.Person{"another": ben, "another tenant's": sameIDElsewhere} {
		t.Run(name, func(t *testing.T) {
			b := newBrowser()
			first := sessionOf(anna, clock.in(time.Hour))
			first.SignedIn, first.SteppedUp, first.Roles = clock.at, clock.at, []string{"admin"}
			b.signIn(t, st, first)
			csrf := st.CSRFToken(b.current(t, st))
			clock.advance(10 * time.Minute)
			b.signIn(t, st, Session{Person: next, Tokens: NewTokens("access", "", clock.in(time.Hour))})
			got := b.current(t, st)
			if got.Tokens.RefreshToken() != "" || len(got.Roles) != 0 || got.SID != "" ||
				!got.SignedIn.IsZero() || !got.SteppedUp.IsZero() {
				t.Errorf("inherited: %+v", got)
			}
			if !got.Ends().Equal(clock.in(8 * time.Hour)) {
				t.Errorf("ends %v", got.Ends())
			}
			if st.ValidCSRF(got, csrf) {
				t.Error("the CSRF token is still good")
			}
		})
	}
}

func TestSES07ASignInThatFailsLeavesTheOldSession(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	m.setDown("InsertSession", true)
	set := b.request(func(w http.ResponseWriter, r *http.Request) {
		wantOutcome(t, st.Start(w, r, sessionOf(ben, clock.in(time.Hour))), outcome.Unavailable)
		if sess, _ := st.Current(r); sess == nil || !sess.Person.Same(anna) {
			t.Errorf("within the request: %v", sess)
		}
	})
	if sess := b.current(t, st); len(set) != 0 || sess == nil || !sess.Person.Same(anna) {
		t.Errorf("cookies %v, session %v", set, sess)
	}
}

func TestNobodyCannotBeSignedIn(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	for _, nobody := range []oath.Person{{}, {ID: anna.ID}, {TenantID: tenant}} {
		newBrowser().request(func(w http.ResponseWriter, r *http.Request) {
			if st.Start(w, r, Session{Person: nobody}) == nil {
				t.Errorf("signed in: %+v", nobody)
			}
		})
	}
	if len(m.all()) != 0 {
		t.Error("rows were made")
	}
}
