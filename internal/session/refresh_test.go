package session

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/outcome"
)

func TestTOK06ARevokedRefreshTokenEndsTheSession(t *testing.T) {
	for name, expiresIn := range map[string]time.Duration{"expired": -time.Minute, "about to": time.Minute} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, expiresIn, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
				e.fault(outcome.New(outcome.SignedOut))
				_, err := b.source(t, st, e).AccessToken(t.Context())
				wantOutcome(t, err, outcome.SignedOut)
				if b.current(t, st) != nil || len(m.all()[0].Sealed) != 0 {
					t.Error("the session lives, or its tokens are still there")
				}
				if key, ok := b.lastPerson(st); !ok || key != PersonKey(anna) {
					t.Errorf("who it was is lost: %q", key)
				}
			})
		})
	}
}

func TestTOK06TroubleKeepsTheSessionAndTheOldToken(t *testing.T) {
	inBubble(t, time.Minute, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		e.fault(down())
		got, err := b.source(t, st, e).AccessToken(t.Context())
		wantToken(t, got, err, "access-Anna")
		_, err = b.source(t, st, e).Replace(t.Context(), "access-Anna")
		wantOutcome(t, err, outcome.UpstreamUnavailable)

		time.Sleep(2 * time.Minute)
		_, err = b.source(t, st, e).AccessToken(t.Context())
		wantOutcome(t, err, outcome.UpstreamUnavailable)

		e.fault(nil)
		started := time.Now()
		got, err = b.source(t, st, e).AccessToken(t.Context())
		wantToken(t, got, err, "access-4")
		if waited := time.Since(started); waited > e.takes {
			t.Errorf("Entra is back, and yet it took %v", waited)
		}
	})
}

func TestTOK06ATokenThatStillHoldsIsNotWaitedFor(t *testing.T) {
	inBubble(t, time.Minute, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		e.takes = 10 * time.Second
		slow, quick := b.source(t, st, e), b.source(t, newStore(t, m, time.Now), e)
		var wg sync.WaitGroup
		wg.Go(func() {
			got, err := slow.AccessToken(t.Context())
			wantToken(t, got, err, "access-1")
		})
		synctest.Wait()
		started := time.Now()
		got, err := quick.AccessToken(t.Context())
		wantToken(t, got, err, "access-Anna")
		if waited := time.Since(started); waited != 0 {
			t.Errorf("waited %v for a refresh elsewhere", waited)
		}
		wg.Wait()
	})
}

func TestARefreshIsNotCutByABrowserThatLeaves(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		ctx, leave := context.WithCancel(t.Context())
		e.during = leave
		_, _ = b.source(t, st, e).AccessToken(ctx)
		if got := b.current(t, st).Tokens.AccessToken(); got != "access-1" {
			t.Errorf("kept %q: the answer was lost", got)
		}
	})
}

func TestAnEntraThatHangsIsGivenUp(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		e.takes = time.Hour
		started := time.Now()
		_, err := b.source(t, st, e).AccessToken(t.Context())
		wantOutcome(t, err, outcome.UpstreamUnavailable)
		if waited := time.Since(started); waited != refreshTimeout {
			t.Errorf("gave up after %v", waited)
		}
		e.takes, started = time.Second, time.Now()
		got, err := b.source(t, st, e).AccessToken(t.Context())
		wantToken(t, got, err, "access-2")
		if waited := time.Since(started); waited != time.Second {
			t.Errorf("Entra is back, and yet it took %v", waited)
		}
	})
}

func TestRST02ARefreshThatDiedIsTakenUpByAnother(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		row := b.current(t, st).place.row
		leased, err := m.LeaseSession(t.Context(), row.Key, row.Version, time.Now(), time.Now().Add(leaseTime))
		if err != nil || !leased {
			t.Fatal("not leased")
		}
		_, err = b.source(t, st, e).AccessToken(t.Context())
		wantOutcome(t, err, outcome.UpstreamUnavailable)
		if len(e.presented) != 0 {
			t.Error("the lease was not kept")
		}
		got, err := b.source(t, st, e).AccessToken(t.Context())
		wantToken(t, got, err, "access-1")
	})
}

func TestARefreshThatPanicsHarmsNobodyElse(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic is lost")
				}
			}()
			e.during = func() { panic("planted") }
			_, _ = b.source(t, st, e).AccessToken(t.Context())
		}()
		e.during = nil
		time.Sleep(leaseTime)
		got, err := b.source(t, st, e).AccessToken(t.Context())
		wantToken(t, got, err, "access-2")
	})
}

func TestASignOutDuringARefreshWins(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		source, thief := b.source(t, st, e), b.copy()
		e.during = func() {
			if err := b.end(st); err != nil {
				t.Error(err)
			}
		}
		_, err := source.AccessToken(t.Context())
		wantOutcome(t, err, outcome.SignedOut)
		if len(m.all()) != 0 || thief.current(t, st) != nil {
			t.Error("the refresh brought the session back")
		}
	})
}

func TestAnEndElsewhereDuringARefreshWins(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		e.during = func() { _, _ = st.EndSID(t.Context(), "sid-Anna") }
		_, err := b.source(t, st, e).AccessToken(t.Context())
		wantOutcome(t, err, outcome.SignedOut)
		if b.current(t, st) != nil {
			t.Error("still signed in")
		}
	})
}

func TestARefreshThatWasOvertakenGivesWhatStands(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		e.during = func() {
			sess := b.current(t, st)
			sess.Tokens = NewTokens("overtaker", "refresh", time.Now().Add(time.Hour))
			if err := st.update(t.Context(), sess); err != nil {
				t.Error(err)
			}
		}
		got, err := b.source(t, st, e).AccessToken(t.Context())
		wantToken(t, got, err, "overtaker")
	})
}

func TestADatabaseThatFailsStopsNoTokenThatHolds(t *testing.T) {
	for _, method := range []string{"FindSession", "LeaseSession"} {
		inBubble(t, time.Minute, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
			source := b.source(t, st, e)
			m.setDown(method, true)
			got, err := source.AccessToken(t.Context())
			wantToken(t, got, err, "access-Anna")
			time.Sleep(time.Minute)
			_, err = source.AccessToken(t.Context())
			wantOutcome(t, err, outcome.Unavailable)
			if !errors.Is(err, errDown) || len(e.presented) != 0 {
				t.Errorf("error %v, presented %q", err, e.presented)
			}
		})
	}
}

func TestAStepUpDuringARefreshLeavesTheNewSession(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		source := b.source(t, st, e)
		e.during = func() {
			b.request(func(w http.ResponseWriter, r *http.Request) {
				if err := st.Start(w, r, sessionOf(anna, time.Now().Add(time.Hour))); err != nil {
					t.Error(err)
				}
			})
		}
		_, err := source.AccessToken(t.Context())
		wantOutcome(t, err, outcome.SignedOut)
		if b.current(t, st) == nil {
			t.Error("the new session is gone")
		}
	})
}
