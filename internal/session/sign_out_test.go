package session

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"fobdesk/internal/outcome"
)

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
