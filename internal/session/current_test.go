package session

import (
	"context"
	"errors"
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
	clock.advance(st.Idle - st.SureIdle() - 1)
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

func TestSES05AfterSignOutTheOldCookieOpensNothing(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	before := b.copy()
	if err := b.end(st); err != nil {
		t.Fatal(err)
	}
	if before.current(t, st) != nil {
		t.Error("the old cookie opens it")
	}
	if _, ok := before.lastPerson(st); ok {
		t.Error("somebody is remembered after sign-out")
	}
	if _, kept := b.jar[sessionCookie]; kept {
		t.Error("the cookie was kept")
	}
}

func TestSES05WithinTheRequestNobodyIsSignedInAfterEnd(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	b.request(func(w http.ResponseWriter, r *http.Request) {
		if err := st.End(w, r); err != nil {
			t.Error(err)
		}
		if sess, err := st.Current(r); sess != nil || err != nil {
			t.Errorf("got %v, %v", sess, err)
		}
	})
}

func TestTOK09SignOutDeletesTheTokens(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	if err := b.end(st); err != nil {
		t.Fatal(err)
	}
	if rows := m.all(); len(rows) != 0 {
		t.Errorf("left behind: %v", rows)
	}
}

func TestTOK09ASignOutOutlastsTheBrowser(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	b.request(func(w http.ResponseWriter, r *http.Request) {
		ctx, leave := context.WithCancel(r.Context())
		r = r.WithContext(ctx)
		_, _ = st.Current(r)
		leave()
		if err := st.End(w, r); err != nil || len(m.all()) != 0 {
			t.Errorf("error %v, rows %v", err, m.all())
		}
	})
}

func TestTOK09SignOutLeavesNothingOfAnEndedSession(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	clock.advance(20 * time.Minute)
	if err := b.end(st); err != nil || len(m.all()) != 0 {
		t.Errorf("error %v, rows %v", err, m.all())
	}
}

func TestSES07ASignInWithinTheRequestOfASignOut(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	b.request(func(w http.ResponseWriter, r *http.Request) {
		if err := errors.Join(st.End(w, r), st.Start(w, r, sessionOf(ben, clock.in(time.Hour)))); err != nil {
			t.Error(err)
		}
	})
	if sess := b.current(t, st); sess == nil || !sess.Person.Same(ben) || len(m.all()) != 1 {
		t.Errorf("got %v, %d rows", sess, len(m.all()))
	}
}

func TestSES12WhoSignsInIsNoLastPerson(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	clock.advance(20 * time.Minute)
	b.request(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := st.LastPerson(r); !ok {
			t.Error("the last person is not known")
		}
		if err := st.Start(w, r, sessionOf(ben, clock.in(time.Hour))); err != nil {
			t.Error(err)
		}
		if key, ok := st.LastPerson(r); ok {
			t.Errorf("%s is still the last person", key)
		}
	})
}

func TestTOK09ASignOutThatFailsIsAnError(t *testing.T) {
	for _, method := range []string{"FindSession", "DeleteSession"} {
		t.Run(method, func(t *testing.T) {
			clock, m := newClock(), newMemory()
			st := newStore(t, m, clock.Now)
			b := newBrowser()
			b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
			m.setDown(method, true)
			wantOutcome(t, b.end(st), outcome.Unavailable)
			m.setDown(method, false)
			if b.current(t, st) == nil {
				t.Fatal("the cookie or the row is gone, although it failed")
			}
			if err := b.end(st); err != nil || len(m.all()) != 0 {
				t.Errorf("the second try: %v, rows %v", err, m.all())
			}
		})
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

func TestOIDC15EntrasSignOutEndsJustThatSession(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	hers, his, without := newBrowser(), newBrowser(), newBrowser()
	hers.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	his.signIn(t, st, sessionOf(ben, clock.in(time.Hour)))
	without.signIn(t, st, Session{Person: anna})
	for sid, want := range map[string]int{"": 0, "unknown": 0, "sid-Anna": 1} {
		if n, err := st.EndSID(t.Context(), sid); n != want || err != nil {
			t.Errorf("EndSID(%q): %d, %v, want %d", sid, n, err, want)
		}
	}
	if hers.current(t, st) != nil || his.current(t, st) == nil || without.current(t, st) == nil {
		t.Error("not just that session ended")
	}
	m.setDown("", true)
	_, err := st.EndSID(t.Context(), "sid-Ben")
	wantOutcome(t, err, outcome.Unavailable)
}

func TestSES12TheLastPersonIsKnownForAWhile(t *testing.T) {
	tests := map[string]func(st *Store, m *memory, clock *clock){
		"after idleness":         func(_ *Store, _ *memory, c *clock) { c.advance(20 * time.Minute) },
		"after the absolute end": func(_ *Store, _ *memory, c *clock) { c.advance(8*time.Hour + time.Minute) },
		"after an end elsewhere": func(st *Store, _ *memory, _ *clock) { _, _ = st.EndSID(t.Context(), "sid-Anna") },
	}
	for name, happens := range tests {
		t.Run(name, func(t *testing.T) {
			clock, m := newClock(), newMemory()
			st := newStore(t, m, clock.Now)
			b := newBrowser()
			b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
			if _, ok := b.lastPerson(st); ok {
				t.Error("a live session has a last person")
			}
			happens(st, m, clock)
			clock.advance(time.Minute)
			if err := st.Purge(t.Context()); err != nil {
				t.Fatal(err)
			}
			if key, ok := b.lastPerson(st); !ok || key != PersonKey(anna) {
				t.Errorf("got %q, %v", key, ok)
			}
			if row := m.all()[0]; len(row.Sealed) != 0 {
				t.Error("the payload is still there")
			}
			clock.advance(8*time.Hour + 11*time.Minute)
			if err := st.Purge(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, ok := b.lastPerson(st); ok || len(m.all()) != 0 {
				t.Error("still known after the purge")
			}
		})
	}
}

func TestSES12AForgedSecretTellsNobody(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	clock.advance(20 * time.Minute)
	real, _ := parseCookieValue(b.jar[sessionCookie])
	b.jar[sessionCookie] = cookieValue{id: real.id, secret: random(secretSize)}.text()
	if key, ok := b.lastPerson(st); ok {
		t.Errorf("tells of %s", key)
	}
}
