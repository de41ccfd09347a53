package session

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/outcome"
)

// entra answers refreshes and remembers which refresh tokens were presented.
type entra struct {
	mu        sync.Mutex
	presented []string
	takes     time.Duration
	fails     error
	during    func() // what happens elsewhere while Entra thinks
}

func (e *entra) refresh(ctx context.Context, sess Session, grant Grant) (Refreshed, error) {
	e.mu.Lock()
	e.presented = append(e.presented, sess.Of(grant).RefreshToken())
	n, takes, fails, during := len(e.presented), e.takes, e.fails, e.during
	e.mu.Unlock()
	if during != nil {
		during()
	}
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		return Refreshed{}, &outcome.Error{Outcome: outcome.UpstreamUnavailable, Err: ctx.Err()}
	}
	if fails != nil {
		return Refreshed{}, fails
	}
	return Refreshed{
		Tokens: NewTokens(fmt.Sprintf("access-%d", n), fmt.Sprintf("refresh-%d", n), time.Now().Add(time.Hour)),
		Roles:  []string{fmt.Sprintf("role-%d", n)}, IssuedAt: time.Now(),
	}, nil
}

// fault makes the following refreshes fail with err, or succeed where it is nil.
func (e *entra) fault(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fails = err
}

// inBubble runs a test of Anna's session with fake time, her access token good for expiresIn.
func inBubble(t *testing.T, expiresIn time.Duration, test func(t *testing.T, st *Store, m *memory, b *browser, e *entra)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m, b := newMemory(), newBrowser()
		st := newStore(t, m, time.Now)
		b.signIn(t, st, sessionOf(anna, time.Now().Add(expiresIn)))
		test(t, st, m, b, &entra{takes: 300 * time.Millisecond})
	})
}

// source is the token source of a new request.
func (b *browser) source(t *testing.T, st *Store, e *entra) *TokenSource {
	t.Helper()
	return b.sourceOf(t, st, e, GrantSelf)
}

func (b *browser) sourceOf(t *testing.T, st *Store, e *entra, grant Grant) *TokenSource {
	t.Helper()
	sess := b.current(t, st)
	if sess == nil {
		t.Fatal("nobody is signed in")
	}
	return st.TokenSource(sess, grant, e.refresh)
}

func wantToken(t *testing.T, got string, err error, want string) {
	t.Helper()
	if err != nil || got != want {
		t.Errorf("got access token %q, %v, want %q", got, err, want)
	}
}

func down() error { return outcome.New(outcome.UpstreamUnavailable) }

func TestAnAccessTokenThatHoldsIsUsed(t *testing.T) {
	inBubble(t, 3*time.Minute, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		got, err := b.source(t, st, e).AccessToken(t.Context())
		wantToken(t, got, err, "access-Anna")
		if len(e.presented) != 0 {
			t.Error("refreshed too early")
		}
	})
}

func TestTOK04ConcurrentRequestsCauseOneRefresh(t *testing.T) {
	for _, replicas := range []int{1, 2} {
		t.Run(fmt.Sprintf("%d replicas", replicas), func(t *testing.T) {
			inBubble(t, -time.Minute, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
				stores := []*Store{st, newStore(t, m, time.Now)}
				var wg sync.WaitGroup
				for i := range 50 {
					source := b.source(t, stores[i%replicas], e)
					wg.Go(func() {
						got, err := source.AccessToken(t.Context())
						wantToken(t, got, err, "access-1")
					})
				}
				wg.Wait()
				if !slices.Equal(e.presented, []string{"refresh-Anna"}) {
					t.Errorf("presented %v", e.presented)
				}
				if got := m.count("LeaseSession"); replicas == 1 && got != 1 {
					t.Errorf("%d leases asked for in one process", got)
				}
			})
		})
	}
}

func TestTOK04ConcurrentReplacesCauseOneRefresh(t *testing.T) {
	inBubble(t, time.Hour, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		stores := []*Store{st, newStore(t, m, time.Now)}
		var wg sync.WaitGroup
		for i := range 20 {
			source := b.source(t, stores[i%2], e)
			wg.Go(func() {
				got, err := source.Replace(t.Context(), "access-Anna")
				wantToken(t, got, err, "access-1")
				got, err = source.Replace(t.Context(), "access-Anna")
				wantToken(t, got, err, "access-1")
				got, err = source.AccessToken(t.Context())
				wantToken(t, got, err, "access-1")
			})
		}
		wg.Wait()
		if len(e.presented) != 1 {
			t.Errorf("presented %v", e.presented)
		}
	})
}

func TestTOK03EachRefreshTokenIsPresentedOnce(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		stores := []*Store{st, newStore(t, m, time.Now)}
		for range 5 {
			var wg sync.WaitGroup
			for i := range 10 {
				source := b.source(t, stores[i%2], e)
				wg.Go(func() {
					if _, err := source.AccessToken(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			for range 7 {
				time.Sleep(9 * time.Minute)
				b.current(t, st)
			}
		}
		want := []string{"refresh-Anna", "refresh-1", "refresh-2", "refresh-3", "refresh-4"}
		if !slices.Equal(e.presented, want) {
			t.Errorf("presented %v, want %v", e.presented, want)
		}
	})
}

func TestTOK05TheNewPairIsDurableBeforeItIsUsed(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		m.setDown("UpdateSession", true)
		got, err := b.source(t, st, e).AccessToken(t.Context())
		wantOutcome(t, err, outcome.Unavailable)
		if got != "" {
			t.Errorf("gave %q, which is nowhere kept", got)
		}
		m.setDown("UpdateSession", false)
		time.Sleep(leaseTime)
		got, err = b.source(t, st, e).AccessToken(t.Context())
		wantToken(t, got, err, "access-2")
		kept := b.current(t, newStore(t, m, time.Now))
		if kept.Tokens.AccessToken() != "access-2" || kept.Tokens.RefreshToken() != "refresh-2" {
			t.Errorf("kept %s, %s", kept.Tokens.AccessToken(), kept.Tokens.RefreshToken())
		}
	})
}

func TestOIDC16ARefreshIsNoStepUp(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		before := b.current(t, st)
		if _, err := b.source(t, st, e).AccessToken(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := b.current(t, st)
		if !got.SteppedUp.Equal(before.SteppedUp) || !got.SignedIn.Equal(before.SignedIn) {
			t.Error("a refresh counts as a sign-in")
		}
		if !slices.Equal(got.Roles, []string{"role-1"}) || !got.IssuedAt.After(before.IssuedAt) {
			t.Errorf("roles %v of %v are not the new ones", got.Roles, got.IssuedAt)
		}
		if !got.Ends().Equal(before.Ends()) {
			t.Error("the absolute end moved")
		}
	})
}

func TestARefreshWithoutANewRefreshTokenKeepsTheOld(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, _ *memory, b *browser, _ *entra) {
		source := st.TokenSource(b.current(t, st), GrantSelf, func(context.Context, Session, Grant) (Refreshed, error) {
			return Refreshed{Tokens: NewTokens("new", "", time.Now().Add(time.Hour))}, nil
		})
		got, err := source.AccessToken(t.Context())
		wantToken(t, got, err, "new")
		if kept := b.current(t, st).Tokens.RefreshToken(); kept != "refresh-Anna" {
			t.Errorf("kept %q", kept)
		}
	})
}

func TestWithoutARefreshTokenTheSessionEndsWithItsAccessToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, b, e := newMemory(), newBrowser(), &entra{}
		st := newStore(t, m, time.Now)
		sess := sessionOf(anna, time.Time{})
		sess.Tokens = NewTokens("access", "", time.Now().Add(time.Minute))
		b.signIn(t, st, sess)
		got, err := b.source(t, st, e).AccessToken(t.Context())
		wantToken(t, got, err, "access")
		time.Sleep(time.Minute)
		_, err = b.source(t, st, e).AccessToken(t.Context())
		wantOutcome(t, err, outcome.SignedOut)
		if len(e.presented) != 0 || b.current(t, st) != nil {
			t.Errorf("presented %q, or still signed in", e.presented)
		}
	})
}
