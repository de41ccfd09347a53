package session

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/outcome"
)

// begin begins a sign-in in the browser.
func (b *browser) begin(t testing.TB, st *Store, in SignIn) SignIn {
	t.Helper()
	b.request(func(w http.ResponseWriter, r *http.Request) {
		var err error
		if in, err = st.BeginSignIn(w, r, in); err != nil {
			t.Fatalf("BeginSignIn: %v", err)
		}
	})
	return in
}

func (b *browser) take(st *Store, state string) (in SignIn, err error) {
	b.request(func(w http.ResponseWriter, r *http.Request) { in, err = st.TakeSignIn(w, r, state) })
	return in, err
}

func wantRefused(t *testing.T, err error) {
	t.Helper()
	wantOutcome(t, err, outcome.SignInRefused)
	if refusal, ok := err.(*outcome.Error); !ok || refusal.Reason != "state" { //nolint:errorlint // itself
		t.Errorf("got %v, want the reason state", err)
	}
}

func TestASignInComesBackAsItWasBegun(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	want := b.begin(t, st, SignIn{ReturnTo: "/enrol?serial=GALT1&x=<>", FreshMFA: true, Challenge: "0a1b"})
	got, err := b.take(st, want.State)
	if err != nil || got.ReturnTo != want.ReturnTo || !got.FreshMFA || got.Challenge != "0a1b" ||
		got.Nonce != want.Nonce || got.CodeVerifier != want.CodeVerifier || !got.Began.Equal(clock.at) {
		t.Errorf("error %v, or it differs", err)
	}
}

func TestOIDC02StateNonceAndVerifierAreFresh(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	seen := map[string]bool{}
	for range 100 {
		in := newBrowser().begin(t, st, SignIn{State: "planted", Nonce: "planted", CodeVerifier: "planted"})
		for name, value := range map[string]string{"state": in.State, "nonce": in.Nonce, "verifier": in.CodeVerifier} {
			raw, err := base64.RawURLEncoding.DecodeString(value)
			if err != nil || len(raw)*8 < 128 || seen[value] {
				t.Fatalf("%s %q: %d bits, or seen before", name, value, len(raw)*8)
			}
			seen[value] = true
		}
	}
}

func TestOIDC02TheCookieIsGoneAfterTheFirstCallback(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	tests := map[string]func(b *browser){
		"accepted":              func(*browser) {},
		"too old":               func(*browser) { clock.advance(11 * time.Minute) },
		"the database is down":  func(*browser) { m.setDown("UseState", true) },
		"the cookie was forged": func(b *browser) { maps.Copy(b.jar, map[string]string{slices.Collect(maps.Keys(b.jar))[0]: "x"}) },
	}
	for name, happens := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBrowser()
			in := b.begin(t, st, SignIn{})
			happens(b)
			_, _ = b.take(st, in.State)
			m.setDown("UseState", false)
			if len(b.jar) != 0 {
				t.Errorf("kept: %v", b.jar)
			}
		})
	}
}

func TestOIDC01AStateIsGoodOnceInItsBrowserForTenMinutes(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	replica := newStore(t, m, clock.Now)

	t.Run("unknown", func(t *testing.T) {
		for _, state := range []string{"", "x", strings.Repeat("x", 100_000), "\x00\r\n"} {
			_, err := newBrowser().take(st, state)
			wantRefused(t, err)
		}
	})
	t.Run("of another browser", func(t *testing.T) {
		b, other := newBrowser(), newBrowser()
		in := b.begin(t, st, SignIn{})
		other.begin(t, st, SignIn{})
		_, err := other.take(st, in.State)
		wantRefused(t, err)
	})
	t.Run("under the name of another", func(t *testing.T) {
		b := newBrowser()
		first := b.begin(t, st, SignIn{})
		value := b.jar[st.signInName(first.State)]
		second := b.begin(t, st, SignIn{})
		b.jar[st.signInName(second.State)] = value
		_, err := b.take(st, second.State)
		wantRefused(t, err)
	})
	t.Run("whose name is the same by chance", func(t *testing.T) {
		b := newBrowser()
		b.request(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = st.setSealed(w, st.signInName("mine"), SignIn{State: "yours", Began: clock.at})
		})
		_, err := b.take(st, "mine")
		wantRefused(t, err)
	})
	t.Run("used before, also at another replica", func(t *testing.T) {
		b := newBrowser()
		in := b.begin(t, st, SignIn{})
		thief := b.copy()
		again := b.copy()
		if _, err := b.take(st, in.State); err != nil {
			t.Fatal(err)
		}
		_, err := thief.take(replica, in.State)
		wantRefused(t, err)
		_, err = again.take(st, in.State)
		wantRefused(t, err)
	})
	t.Run("as old as it may be", func(t *testing.T) {
		b := newBrowser()
		in := b.begin(t, st, SignIn{})
		clock.advance(10 * time.Minute)
		if _, err := b.take(st, in.State); err != nil {
			t.Error(err)
		}
	})
	t.Run("older", func(t *testing.T) {
		b := newBrowser()
		in := b.begin(t, st, SignIn{})
		clock.advance(10*time.Minute + 1)
		_, err := b.take(st, in.State)
		wantRefused(t, err)
	})
	t.Run("from the future", func(t *testing.T) {
		b := newBrowser()
		in := b.begin(t, st, SignIn{})
		clock.advance(-2 * time.Minute)
		_, err := b.take(st, in.State)
		wantRefused(t, err)
	})
	t.Run("sealed under a removed key", func(t *testing.T) {
		b := newBrowser()
		in := b.begin(t, st, SignIn{})
		removed := newStore(t, m, clock.Now)
		removed.Keys = serverKeys(t, 2)
		_, err := b.take(removed, in.State)
		wantRefused(t, err)
	})
	t.Run("doubled", func(t *testing.T) {
		in := newBrowser()
		state := in.begin(t, st, SignIn{}).State
		in.request(func(w http.ResponseWriter, r *http.Request) {
			r.AddCookie(&http.Cookie{Name: st.signInName(state), Value: "x"})
			_, err := st.TakeSignIn(w, r, state)
			wantRefused(t, err)
		})
	})
	t.Run("when it can't be known whether it was used", func(t *testing.T) {
		b := newBrowser()
		in := b.begin(t, st, SignIn{})
		m.setDown("UseState", true)
		defer m.setDown("UseState", false)
		_, err := b.take(st, in.State)
		wantOutcome(t, err, outcome.Unavailable)
	})
	if len(m.all()) != 0 {
		t.Error("a session was made")
	}
}

func TestOIDC12SignInsInTwoTabsBothFinish(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	one := b.begin(t, st, SignIn{ReturnTo: "/one"})
	two := b.begin(t, st, SignIn{ReturnTo: "/two"})
	for _, want := range []SignIn{two, one} {
		got, err := b.take(st, want.State)
		if err != nil || got.ReturnTo != want.ReturnTo {
			t.Fatalf("%s: %v", want.ReturnTo, err)
		}
		b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	}
	if b.current(t, st) == nil {
		t.Error("nobody is signed in")
	}
}

func TestSES10SignInsUnderWayAreBounded(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	var begun []SignIn
	for range 10 {
		clock.advance(time.Second)
		begun = append(begun, b.begin(t, st, SignIn{ReturnTo: "/" + strings.Repeat("r", 509)}))
	}
	size := 0
	for name, value := range b.jar {
		size += len(name) + len(value)
	}
	if len(b.jar) != 4 || size > 8_000 {
		t.Errorf("%d cookies, %d bytes", len(b.jar), size)
	}
	for i, in := range begun {
		if _, err := b.take(st, in.State); (err == nil) != (i >= 6) {
			t.Errorf("sign-in %d of 10: %v", i+1, err)
		}
	}
}

func TestSES10AFloodOfSignInsCostsTheStoreNothing(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	for range 1000 {
		newBrowser().begin(t, st, SignIn{})
		_, _ = newBrowser().take(st, "forged")
	}
	if m.count("") != 0 {
		t.Errorf("%d calls of the database", m.count(""))
	}
}

func TestSES10WhatOnlyLooksLikeASignInMakesRoom(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	old := b.begin(t, st, SignIn{})
	clock.advance(11 * time.Minute)
	b.jar["__Host-fobdesk-signin-AAAAAAAA"] = "forged"
	b.jar["__Host-fobdesk-signin-too-long-a-name"] = "not ours"
	b.jar["other"] = "not ours"
	in := b.begin(t, st, SignIn{})
	want := []string{"__Host-fobdesk-signin-too-long-a-name", "other", st.signInName(in.State)}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(b.jar)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := b.take(st, old.State); err == nil {
		t.Error("the old one is still good")
	}
}

func TestAReturnPathThatIsTooLongIsDropped(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b := newBrowser()
	for _, long := range []string{"/" + strings.Repeat("r", 512), "/" + strings.Repeat("\x01", 300)} {
		in := b.begin(t, st, SignIn{ReturnTo: long})
		if got, err := b.take(st, in.State); err != nil || got.ReturnTo != "" {
			t.Errorf("%d bytes, %v", len(got.ReturnTo), err)
		}
	}
}

func TestOIDC11TheWayBackIsKeptWithinItsBound(t *testing.T) {
	st := newStore(t, newMemory(), newClock().Now)
	longest := "/" + strings.Repeat("p", maxReturnTo-len(`"/"`))
	for returnTo, want := range map[string]string{"/enrol": "/enrol", longest: longest, longest + "p": ""} {
		if got := newBrowser().begin(t, st, SignIn{ReturnTo: returnTo}).ReturnTo; got != want {
			t.Errorf("of %d bytes %d are kept, want %d", len(returnTo), len(got), len(want))
		}
	}
}
