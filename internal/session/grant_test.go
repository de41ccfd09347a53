package session

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// widened is p after a sign-in that asked for a wider grant.
func widened(p oath.Person, grant Grant, expiry time.Time) Session {
	sess := sessionOf(p, time.Time{})
	sess.Tokens = Tokens{}
	sess.Fill(grant, Granted{Tokens: NewTokens(string(grant)+"-access", string(grant)+"-refresh", expiry)})
	return sess
}

func wantTokens(t *testing.T, sess *Session, grant Grant, access, refresh string) {
	t.Helper()
	held := sess.Of(grant)
	if held.AccessToken() != access || held.RefreshToken() != refresh {
		t.Errorf("of %s it holds %q, %q, want %q, %q", grant, held.AccessToken(), held.RefreshToken(), access, refresh)
	}
}

func TestSES07AWiderSignInKeepsTheNarrowTokens(t *testing.T) {
	clock := newClock()
	st, b := newStore(t, newMemory(), clock.Now), newBrowser()
	first := sessionOf(anna, clock.in(time.Hour))
	first.SignedIn, first.SteppedUp, first.Roles = clock.at, clock.at, []string{"old"}
	b.signIn(t, st, first)
	before, ends := b.copy(), b.current(t, st).Ends()

	clock.advance(10 * time.Minute)
	wider := widened(anna, GrantAdmin, clock.in(time.Hour))
	wider.SignedIn, wider.Roles = clock.at, []string{"new"}
	b.signIn(t, st, wider)
	got := b.current(t, st)
	wantTokens(t, got, GrantSelf, "access-Anna", "refresh-Anna")
	wantTokens(t, got, GrantAdmin, "admin-access", "admin-refresh")
	wantTokens(t, got, GrantInventory, "", "")
	if !got.SignedIn.Equal(first.SignedIn) || !got.SteppedUp.Equal(first.SteppedUp) || !got.Ends().Equal(ends) {
		t.Errorf("signed in %v, stepped up %v, ends %v", got.SignedIn, got.SteppedUp, got.Ends())
	}
	if !slices.Equal(got.Roles, []string{"new"}) {
		t.Errorf("roles %v", got.Roles)
	}
	if before.current(t, st) != nil {
		t.Error("the id from before opens something")
	}

	clock.advance(time.Minute)
	b.signIn(t, st, widened(anna, GrantInventory, clock.in(time.Hour)))
	again := sessionOf(anna, clock.in(time.Hour))
	again.Tokens = NewTokens("stepped-up", "stepped-up-refresh", clock.in(time.Hour))
	b.signIn(t, st, again)
	got = b.current(t, st)
	wantTokens(t, got, GrantSelf, "stepped-up", "stepped-up-refresh")
	wantTokens(t, got, GrantAdmin, "admin-access", "admin-refresh")
	wantTokens(t, got, GrantInventory, "inventory-access", "inventory-refresh")
}

func TestOIDC16AStepUpIsOfItsGrantAlone(t *testing.T) {
	clock := newClock()
	st, b := newStore(t, newMemory(), clock.Now), newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	wider := sessionOf(anna, time.Time{})
	wider.Tokens = Tokens{}
	wider.Fill(GrantAdmin, Granted{Tokens: NewTokens("a", "r", clock.in(time.Hour)), SteppedUp: clock.at, Challenge: "c1"})
	b.signIn(t, st, wider)
	got := b.current(t, st)
	if held := got.Of(GrantAdmin); !held.SteppedUp.Equal(clock.at) || held.Challenge != "c1" {
		t.Errorf("the wider grant: %v, %q", held.SteppedUp, held.Challenge)
	}
	if held := got.Of(GrantSelf); !held.SteppedUp.IsZero() || held.Challenge != "" {
		t.Errorf("the narrow tokens count as stepped up: %v, %q", held.SteppedUp, held.Challenge)
	}
}

func TestSES07AnotherPersonsWiderSignInBringsOnlyARefreshTokenForTheNarrow(t *testing.T) {
	clock := newClock()
	st, b := newStore(t, newMemory(), clock.Now), newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	b.signIn(t, st, widened(ben, GrantInventory, clock.in(time.Hour)))
	got := b.current(t, st)
	wantTokens(t, got, GrantSelf, "", "inventory-refresh")
	wantTokens(t, got, GrantAdmin, "", "inventory-refresh")
	wantTokens(t, got, GrantInventory, "inventory-access", "inventory-refresh")
	if !got.Has(GrantAdmin, clock.at) {
		t.Error("the narrower grant is to be asked for again")
	}
}

func TestAGrantIsThereWhileItsTokensAreGood(t *testing.T) {
	clock := newClock()
	sess := sessionOf(anna, clock.at)
	if !sess.Has(GrantSelf, clock.at) || sess.Has(GrantAdmin, clock.at) || sess.Has(GrantInventory, clock.at) {
		t.Error("a sign-in gives other grants than its own")
	}
	sess.Fill(GrantAdmin, Granted{Tokens: NewTokens("a", "", clock.in(time.Hour))})
	if !sess.Has(GrantAdmin, clock.at) || sess.Has(GrantAdmin, clock.in(time.Hour)) {
		t.Error("an access token that can't be refreshed is not good just as long as it holds")
	}
}

func TestTOK03ARefreshTokenOfSeveralGrantsIsPresentedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, b, e := newMemory(), newBrowser(), &entra{takes: 300 * time.Millisecond}
		stores := []*Store{newStore(t, m, time.Now), newStore(t, m, time.Now)}
		b.signIn(t, stores[0], widened(anna, GrantInventory, time.Now().Add(-time.Minute)))
		got := make(chan string, 12)
		var wg sync.WaitGroup
		for i := range 12 {
			grant := allGrants()[i%3]
			source := b.sourceOf(t, stores[i%2], e, grant)
			wg.Go(func() {
				token, err := source.AccessToken(t.Context())
				if err != nil {
					t.Errorf("%s: %v", grant, err)
				}
				got <- fmt.Sprintf("%s %s", grant, token)
			})
		}
		wg.Wait()
		close(got)
		if want := []string{"inventory-refresh", "refresh-1", "refresh-2"}; !slices.Equal(e.presented, want) {
			t.Errorf("presented %q, want %q", e.presented, want)
		}
		tokens := map[string]int{}
		for one := range got {
			tokens[one]++
		}
		if len(tokens) != 3 {
			t.Errorf("got %v, want one access token for each grant", tokens)
		}
	})
}

func TestTOK05AWiderPairIsDurableAndTheNarrowOneStays(t *testing.T) {
	inBubble(t, time.Hour, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		b.signIn(t, st, widened(anna, GrantAdmin, time.Now().Add(-time.Minute)))
		got, err := b.sourceOf(t, st, e, GrantAdmin).AccessToken(t.Context())
		wantToken(t, got, err, "access-1")
		kept := b.current(t, newStore(t, m, time.Now))
		wantTokens(t, kept, GrantAdmin, "access-1", "refresh-1")
		wantTokens(t, kept, GrantSelf, "access-Anna", "refresh-Anna")
		if !slices.Equal(kept.Roles, []string{"role-1"}) {
			t.Errorf("roles %v, want those of the refresh", kept.Roles)
		}
	})
}

func TestTOK06ARevokedWiderRefreshTokenEndsTheSession(t *testing.T) {
	inBubble(t, time.Hour, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		b.signIn(t, st, widened(anna, GrantAdmin, time.Now().Add(-time.Minute)))
		e.fault(outcome.New(outcome.SignedOut))
		_, err := b.sourceOf(t, st, e, GrantAdmin).AccessToken(t.Context())
		wantOutcome(t, err, outcome.SignedOut)
		if b.current(t, st) != nil {
			t.Error("the session lives")
		}
	})
}

func TestTOK03AWiderSignInWaitsForARefreshUnderWay(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		source := b.source(t, st, e)
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = source.AccessToken(t.Context()) })
		synctest.Wait()
		b.signIn(t, newStore(t, m, time.Now), widened(anna, GrantAdmin, time.Now().Add(time.Hour)))
		wg.Wait()
		wantTokens(t, b.current(t, st), GrantSelf, "access-1", "refresh-1")
	})
}

func TestSES07AWiderSignInToASessionThatEndedMeanwhileInheritsNothing(t *testing.T) {
	clock, m := newClock(), newMemory()
	st, b := newStore(t, m, clock.Now), newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	csrf := st.CSRFToken(b.current(t, st))
	b.request(func(w http.ResponseWriter, r *http.Request) {
		if _, err := st.Current(r); err != nil {
			t.Error(err)
		}
		if _, err := st.EndSID(r.Context(), "sid-Anna"); err != nil {
			t.Error(err)
		}
		if err := st.Start(w, r, widened(anna, GrantAdmin, clock.in(time.Hour))); err != nil {
			t.Error(err)
		}
	})
	got := b.current(t, st)
	wantTokens(t, got, GrantSelf, "", "admin-refresh")
	if st.ValidCSRF(got, csrf) {
		t.Error("the CSRF token of the ended session is good")
	}
}

func TestROL04RenewReadsTheRolesAnewOnce(t *testing.T) {
	inBubble(t, time.Hour, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		stores := []*Store{st, newStore(t, m, time.Now)}
		var wg sync.WaitGroup
		for i := range 10 {
			sess := b.current(t, st)
			wg.Go(func() {
				fresh, err := stores[i%2].Renew(t.Context(), sess, e.refresh)
				if err != nil || !slices.Equal(fresh.Roles, []string{"role-1"}) || !fresh.IssuedAt.After(sess.IssuedAt) {
					t.Errorf("%+v, %v", fresh, err)
				}
			})
		}
		wg.Wait()
		if len(e.presented) != 1 {
			t.Errorf("presented %q", e.presented)
		}
	})
}

func TestWhatWasDeclinedIsRememberedUntilItIsGranted(t *testing.T) {
	inBubble(t, time.Hour, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		for range 2 {
			if err := st.Decline(t.Context(), b.current(t, st), GrantInventory); err != nil {
				t.Fatal(err)
			}
		}
		got := b.current(t, newStore(t, m, time.Now))
		if !slices.Equal(got.Declined, []Grant{GrantInventory}) {
			t.Errorf("declined %v", got.Declined)
		}
		wantTokens(t, got, GrantSelf, "access-Anna", "refresh-Anna")
		if _, err := b.source(t, st, e).Replace(t.Context(), "access-Anna"); err != nil {
			t.Errorf("the tokens can't be refreshed after it: %v", err)
		}
		b.signIn(t, st, widened(anna, GrantAdmin, time.Now().Add(time.Hour)))
		if got := b.current(t, st).Declined; !slices.Equal(got, []Grant{GrantInventory}) {
			t.Errorf("after another grant: declined %v", got)
		}
		b.signIn(t, st, widened(anna, GrantInventory, time.Now().Add(time.Hour)))
		if got := b.current(t, st).Declined; len(got) != 0 {
			t.Errorf("after it was granted: declined %v", got)
		}
	})
}

func TestDecliningWaitsForARefreshAndFailsWithTheDatabase(t *testing.T) {
	inBubble(t, -time.Minute, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		source, sess := b.source(t, st, e), b.current(t, st)
		var wg sync.WaitGroup
		wg.Go(func() {
			got, err := source.AccessToken(t.Context())
			wantToken(t, got, err, "access-1")
		})
		synctest.Wait()
		if err := newStore(t, m, time.Now).Decline(t.Context(), sess, GrantInventory); err != nil {
			t.Error(err)
		}
		wg.Wait()
		got := b.current(t, st)
		wantTokens(t, got, GrantSelf, "access-1", "refresh-1")
		if len(got.Declined) != 1 {
			t.Errorf("declined %v", got.Declined)
		}
		m.setDown("UpdateSession", true)
		wantOutcome(t, st.Decline(t.Context(), got, GrantAdmin), outcome.Unavailable)
	})
}

func TestASessionThatIsFilledLeavesItsCopiesAlone(t *testing.T) {
	clock := newClock()
	sess := widened(anna, GrantAdmin, clock.in(time.Hour))
	copied := sess
	sess.Fill(GrantInventory, Granted{Tokens: NewTokens("a", "r", clock.in(time.Hour))})
	wantTokens(t, &copied, GrantAdmin, "admin-access", "admin-refresh")
	wantTokens(t, &copied, GrantInventory, "", "")
}

func TestTOK03TheNewestRefreshTokenIsKept(t *testing.T) {
	later := time.Date(2026, 11, 25, 13, 0, 0, 0, time.UTC)
	for _, test := range []struct{ name, access, refresh, oldAccess, oldRefresh, wantAccess, wantRefresh string }{
		{"both are new", "a2", "r2", "a1", "r1", "a2", "r2"},
		{"no refresh token came", "a2", "", "a1", "r1", "a2", "r1"},
		{"nothing came", "", "", "a1", "r1", "a1", "r1"},
		{"a refresh token alone, and there was no more", "", "r2", "", "r1", "", "r2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			old := Granted{Tokens: NewTokens(test.oldAccess, test.oldRefresh, later)}
			got := Granted{Tokens: NewTokens(test.access, test.refresh, later)}.after(old)
			if got.AccessToken() != test.wantAccess || got.RefreshToken() != test.wantRefresh {
				t.Errorf("got %q and %q, want %q and %q", got.AccessToken(), got.RefreshToken(), test.wantAccess, test.wantRefresh)
			}
		})
	}
}
