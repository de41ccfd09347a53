package session

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/sessions"

	"fobdesk/internal/outcome"
)

func TestADatabaseThatFailsIsToldWhateverWasAsked(t *testing.T) {
	for _, test := range []struct {
		method string
		ask    func(ctx context.Context, st *Store, sess *Session) error
	}{
		{"UpdateSession", func(ctx context.Context, st *Store, sess *Session) error { return st.update(ctx, sess) }},
		{"UpdateSession", func(ctx context.Context, st *Store, sess *Session) error {
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
			g := sessions.NewSession(st, sessionCookie)
			g.Options, g.ID, g.Values[liveKey] = st.cookieOptions(0), sess.place.row.Key, sess
			return g.Save(r, httptest.NewRecorder())
		}},
		{"LeaseSession", func(ctx context.Context, st *Store, sess *Session) error { return st.Decline(ctx, sess, GrantAdmin) }},
		{"SessionsOfPerson", func(ctx context.Context, st *Store, sess *Session) error {
			_, err := st.SignedIn(ctx, sess)
			return err
		}},
		{"SessionsOfPerson", func(ctx context.Context, st *Store, sess *Session) error {
			_, err := st.EndSigned(ctx, sess.Person, "any")
			return err
		}},
		{"EndSession", func(ctx context.Context, st *Store, sess *Session) error {
			all, err := st.SignedIn(ctx, sess)
			if err != nil {
				return err
			}
			_, err = st.EndSigned(ctx, sess.Person, all[0].ID)
			return err
		}},
	} {
		t.Run(test.method, func(t *testing.T) {
			clock, m := newClock(), newMemory()
			st, b := newStore(t, m, clock.Now), newBrowser()
			b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
			sess := b.current(t, st)
			m.setDown(test.method, true)
			err := test.ask(t.Context(), st, sess)
			wantOutcome(t, err, outcome.Unavailable)
			if !errors.Is(err, errDown) {
				t.Errorf("the cause is lost: %v", err)
			}
		})
	}
}

func TestASignInThatCannotBeKeptLeavesWhoeverWasThere(t *testing.T) {
	for _, method := range []string{"FindSession", "LeaseSession", "InsertSession"} {
		t.Run(method, func(t *testing.T) {
			clock, m := newClock(), newMemory()
			st, b := newStore(t, m, clock.Now), newBrowser()
			b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
			next := sessionOf(anna, clock.in(time.Hour))
			next.Tokens = Tokens{} // so that the old ones are to be taken over
			m.setDown(method, true)
			set := b.request(func(w http.ResponseWriter, r *http.Request) {
				wantOutcome(t, st.Start(w, r, next), outcome.Unavailable)
			})
			m.setDown(method, false)
			if len(set) != 0 || len(m.all()) != 1 {
				t.Errorf("%d cookies were set, and there are %d rows", len(set), len(m.all()))
			}
			wantTokens(t, b.current(t, st), GrantSelf, "access-Anna", "refresh-Anna")
		})
	}
}

func TestTOK06ASessionThatCannotBeEndedIsNotToldToBe(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		e.fault(outcome.New(outcome.SignedOut))
		m.setDown("EndSession", true)
		_, err := b.source(t, st, e).AccessToken(t.Context())
		wantOutcome(t, err, outcome.Unavailable)
	})
}

func TestROL04RolesThatCannotBeReadAnewAreNobodys(t *testing.T) {
	inBubble(t, time.Hour, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		e.fault(outcome.New(outcome.SignedOut))
		fresh, err := st.Renew(t.Context(), b.current(t, st), e.refresh)
		wantOutcome(t, err, outcome.SignedOut)
		if fresh != nil {
			t.Error("and yet there is a session")
		}
	})
}

func TestSES04ASessionIsOverAlthoughThatCannotBeRecorded(t *testing.T) {
	clock, m := newClock(), newMemory()
	st, b := newStore(t, m, clock.Now), newBrowser()
	var log bytes.Buffer
	st.Log = slog.New(slog.NewTextHandler(&log, nil))
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	clock.advance(st.Idle)
	m.setDown("EndSession", true)
	if b.current(t, st) != nil || !strings.Contains(log.String(), errDown.Error()) {
		t.Errorf("it opens, or nobody is told: %s", log.String())
	}
	log.Reset()
	m.setDown("EndSession", false)
	if b.current(t, st) != nil || log.Len() != 0 {
		t.Errorf("it opens, or trouble is told that there was not: %s", log.String())
	}
}

// overtaken is a database where somebody else is always quicker to write a session.
type overtaken struct{ *memory }

func (overtaken) UpdateSession(context.Context, Row) (bool, error) { return false, nil }

func TestTOK05TokensThatCouldNotBeKeptAreNotUsed(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		source := b.source(t, st, e)
		st.Rows = overtaken{m}
		got, err := source.AccessToken(t.Context())
		wantOutcome(t, err, outcome.Unavailable)
		if got != "" {
			t.Errorf("got %q", got)
		}
		time.Sleep(leaseTime)
		wantOutcome(t, st.Decline(t.Context(), b.current(t, st), GrantAdmin), outcome.Unavailable)
	})
}

// A wider sign-in of somebody new leaves a session whose narrow grant has a refresh token alone.
func TestASessionThatEndsBeforeItsFirstNarrowTokenIsOver(t *testing.T) {
	for name, end := range map[string]func(st *Store, e *entra){
		"before the refresh": func(st *Store, _ *entra) { _, _ = st.EndSID(context.Background(), "sid-Ben") },
		"during the refresh": func(st *Store, e *entra) {
			e.during = func() { _, _ = st.EndSID(context.Background(), "sid-Ben") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, time.Hour, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
				b.signIn(t, st, widened(ben, GrantAdmin, time.Now().Add(time.Hour)))
				source := b.source(t, st, e)
				end(st, e)
				_, err := source.AccessToken(t.Context())
				wantOutcome(t, err, outcome.SignedOut)
			})
		})
	}
}
