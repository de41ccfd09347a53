package session

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/oath"
)

func TestSES09AMACHoldsUnderEachKeyWhicheverComesFirst(t *testing.T) {
	both := serverKeys(t, 2, 1)
	for name, keys := range map[string]*Keys{"the newest": serverKeys(t, 2), "an older": serverKeys(t, 1)} {
		if !both.validMAC(keys.MAC("csrf", []byte("x")), "csrf", []byte("x")) {
			t.Errorf("one of %s is refused", name)
		}
	}
}

func TestWhatIsSealedButIsNoSessionOpensNothing(t *testing.T) {
	keys, cookie := serverKeys(t, 1), newCookieValue()
	row := Row{Key: cookie.rowKey(), Person: PersonKey(anna)}
	for name, plain := range map[string][]byte{
		"nothing": nil, "half a length": []byte("1234567"), "more than there is": frame([]byte("{}"))[:9],
		"no JSON": frame([]byte("session"), nil, nil), "no tokens": frame([]byte("{}")),
		"tokens of a grant too many": frame([]byte("{}"), nil, nil, nil, nil),
	} {
		var err error
		if row.Sealed, err = keys.seal("session", cookie.secret, plain, rowBinding(row)); err != nil {
			t.Fatal(err)
		}
		if _, err := keys.openSession(row, cookie); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func TestASealedTextHasOneSpelling(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	for _, text := range []string{"a", "ab", "abc"} {
		sealed, err := st.SealFor(anna, "list", text)
		if err != nil {
			t.Fatal(err)
		}
		cookie, err := st.Keys.Seal([]byte(`"`+text+`"`), []byte("name"))
		if err != nil {
			t.Fatal(err)
		}
		var read string
		if err := st.openSealed("name", encoding.EncodeToString(cookie), &read); err != nil || read != text {
			t.Fatalf("a cookie of %q is read as %q, %v", text, read, err)
		}
		for _, more := range []string{"*", "****", "=", "."} {
			if _, ok := st.OpenFor(anna, "list", sealed+more); ok {
				t.Errorf("%q opens with %q behind it", text, more)
			}
			if err := st.openSealed("name", encoding.EncodeToString(cookie)+more, &read); err == nil {
				t.Errorf("a cookie of %q opens with %q behind it", text, more)
			}
		}
	}
}

func TestSES01ACookieIsSetUpToItsBoundAndNotBeyond(t *testing.T) {
	const most = 3900*3/4 - headerSize - 12 - 16 - len(`""`) // of a nonce and a tag, and JSON's quotes
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	for size, want := range map[int]bool{most: true, most + 1: false} {
		set := newBrowser().request(func(w http.ResponseWriter, _ *http.Request) {
			if fits, err := st.setSealed(w, "name", strings.Repeat("x", size)); err != nil || fits != want {
				t.Errorf("%d characters fit: %t, %v", size, fits, err)
			}
		})
		if (len(set) == 1) != want {
			t.Errorf("%d characters: %d cookies", size, len(set))
		}
	}
	set := newBrowser().request(func(w http.ResponseWriter, r *http.Request) {
		if _, err := st.BeginSignIn(w, r, SignIn{Challenge: strings.Repeat("x", 4000)}); err == nil {
			t.Error("a sign-in began that no cookie holds")
		}
	})
	if len(set) != 0 {
		t.Errorf("cookies were set: %v", set)
	}
}

func TestOIDC01TheClockOfAnotherReplicaMayBeAMinuteBehind(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	for ahead, want := range map[time.Duration]bool{time.Minute: true, time.Minute + 1: false} {
		if got := st.fresh(clock.in(ahead)); got != want {
			t.Errorf("what was sealed %v from now is good: %t", ahead, got)
		}
	}
}

func TestOIDC01AUsedStateIsRememberedForAsLongAsItsCookieIsGood(t *testing.T) {
	clock, m := newClock(), newMemory()
	st, b := newStore(t, m, clock.Now), newBrowser()
	in := b.begin(t, st, SignIn{})
	thief := b.copy()
	if _, err := b.take(st, in.State); err != nil {
		t.Fatal(err)
	}
	clock.advance(sealedLife)
	if err := st.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := thief.take(st, in.State)
	wantRefused(t, err)
}

func TestWhatIsNotThereIsNotTakenBack(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	for name, do := range map[string]func(w http.ResponseWriter, r *http.Request){
		"a draft":                 func(w http.ResponseWriter, r *http.Request) { _, _ = st.TakeDraft(w, r, PersonKey(anna), "/") },
		"a sign-in":               func(w http.ResponseWriter, r *http.Request) { _, _ = st.TakeSignIn(w, r, "state") },
		"word that Entra is owed": func(w http.ResponseWriter, r *http.Request) { st.Told(w, r) },
		"another's cookie of eight letters": func(w http.ResponseWriter, r *http.Request) {
			r.AddCookie(&http.Cookie{Name: "language", Value: "de"})
			st.makeRoom(w, r)
		},
	} {
		if set := newBrowser().request(do); len(set) != 0 {
			t.Errorf("%s: %v", name, set)
		}
	}
}

func TestKSK05EntraIsOwedWordOfOneOrIsToAskWhom(t *testing.T) {
	clock := newClock()
	st, b := newVisits(t, newMemory(), clock.Now).At(reception), newBrowser()
	for _, step := range []struct{ owe, want string }{{"anna", "anna"}, {"anna", "anna"}, {"ben", ""}, {"anna", ""}} {
		b.request(func(w http.ResponseWriter, r *http.Request) {
			if err := st.Owe(w, r, step.owe); err != nil {
				t.Error(err)
			}
		})
		b.request(func(_ http.ResponseWriter, r *http.Request) {
			if hint, owed := st.Owed(r); !owed || hint != step.want {
				t.Errorf("after %s: owed %t, %q, want %q", step.owe, owed, hint, step.want)
			}
		})
	}
}

func TestTheNarrowGrantIsThereForAsLongAsTheSessionIs(t *testing.T) {
	clock := newClock()
	sess := sessionOf(anna, time.Time{})
	sess.Tokens = NewTokens("access", "", clock.in(-time.Hour))
	if !sess.Has(GrantSelf, clock.at) || sess.Has(GrantAdmin, clock.at) {
		t.Error("it is not, or a wider one is")
	}
}

func TestANarrowSignInFillsNoWiderGrant(t *testing.T) {
	clock := newClock()
	for _, grant := range []Grant{"", GrantSelf} {
		var sess Session
		sess.Fill(grant, Granted{Tokens: NewTokens("access", "refresh", clock.in(time.Hour))})
		if sess.Tokens.AccessToken() != "access" || len(sess.Wider) != 0 {
			t.Errorf("%q filled %d wider grants", grant, len(sess.Wider))
		}
	}
}

func TestASignInThatGotNothingForAGrantLeavesItAsItWas(t *testing.T) {
	old := Granted{Tokens: NewTokens("", "refresh", time.Time{}), Challenge: "answered"}
	if got := (Granted{Challenge: "another"}).after(old); got.Challenge != "answered" || got.RefreshToken() != "refresh" {
		t.Errorf("it has %q and the challenge %q", got.RefreshToken(), got.Challenge)
	}
}

func TestTOK03ARefreshWithoutANewRefreshTokenKeepsThatOfEveryGrant(t *testing.T) {
	clock := newClock()
	sess := Session{Person: oath.Person{TenantID: tenant, ID: "x"}}
	sess.Fill(GrantAdmin, Granted{Tokens: NewTokens("admin", "shared", clock.in(time.Hour))})
	sess.refreshed(GrantAdmin, Refreshed{Tokens: NewTokens("admin-2", "", clock.in(time.Hour))})
	wantTokens(t, &sess, GrantAdmin, "admin-2", "shared")
	wantTokens(t, &sess, GrantSelf, "", "shared")
}

func TestAnAccessTokenOfTwoMinutesIsRefreshed(t *testing.T) {
	inBubble(t, refreshAhead, func(t *testing.T, st *Store, _ *memory, b *browser, e *entra) {
		got, err := b.source(t, st, e).AccessToken(t.Context())
		wantToken(t, got, err, "access-1")
	})
}

func TestTOK03ANarrowSignInWaitsForAWiderRefreshUnderWay(t *testing.T) {
	inBubble(t, time.Hour, func(t *testing.T, st *Store, m *memory, b *browser, e *entra) {
		b.signIn(t, st, widened(anna, GrantAdmin, time.Now().Add(-time.Minute)))
		source := b.sourceOf(t, st, e, GrantAdmin)
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = source.AccessToken(t.Context()) })
		synctest.Wait()
		b.signIn(t, newStore(t, m, time.Now), sessionOf(anna, time.Now().Add(time.Hour)))
		wg.Wait()
		wantTokens(t, b.current(t, st), GrantAdmin, "access-1", "refresh-1")
	})
}

func TestSES08EachPlaceInTheListCanBeEnded(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	for range 3 {
		clock.advance(time.Second)
		newBrowser().signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	}
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	all, err := st.SignedIn(t.Context(), b.current(t, st))
	if err != nil || len(all) != 4 {
		t.Fatalf("%d places, %v", len(all), err)
	}
	for i, place := range all {
		if found, err := st.EndSigned(t.Context(), anna, place.ID); err != nil || !found {
			t.Errorf("place %d: %t, %v", i+1, found, err)
		}
	}
}
