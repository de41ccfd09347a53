package session

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fobdesk/internal/outcome"
)

func TestASessionIsReadAsItWasStarted(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	want := sessionOf(anna, clock.in(time.Hour))
	want.Roles = []string{"role"}
	want.IssuedAt, want.SignedIn, want.SteppedUp = clock.in(-1), clock.in(-2), clock.in(-3)
	b := newBrowser()
	b.signIn(t, st, want)
	got := b.current(t, st)
	if got == nil {
		t.Fatal("nobody is signed in")
	}
	if diff := cmp.Diff(want, *got, cmpopts.IgnoreUnexported(Session{}, Tokens{})); diff != "" {
		t.Error(diff)
	}
	if cmp.Diff(want.Tokens.held(), got.Tokens.held(), cmp.AllowUnexported(heldTokens{})) != "" {
		t.Error("the tokens differ")
	}
}

func TestSES01TheCookieIsHostOnlyAndSmall(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	sess := sessionOf(anna, clock.in(time.Hour))
	sess.Tokens = NewTokens(strings.Repeat("a", 20_000), strings.Repeat("r", 20_000), clock.in(time.Hour))
	check := func(what string, cookies []*http.Cookie) {
		if len(cookies) != 1 {
			t.Fatalf("%s: %d cookies, want 1", what, len(cookies))
		}
		c := cookies[0]
		if !strings.HasPrefix(c.Name, "__Host-fobdesk") || !c.Secure || !c.HttpOnly || c.Path != "/" ||
			c.Domain != "" || c.SameSite != http.SameSiteLaxMode || !c.Expires.IsZero() || c.MaxAge != 0 {
			t.Errorf("%s: %s", what, c)
		}
		if len(c.String()) > 4096 {
			t.Errorf("%s: %d bytes", what, len(c.String()))
		}
	}
	b := newBrowser()
	check("session", b.signIn(t, st, sess))
	check("sign-in", b.request(func(w http.ResponseWriter, r *http.Request) {
		if _, err := st.BeginSignIn(w, r, SignIn{ReturnTo: "/" + strings.Repeat("r", 509)}); err != nil {
			t.Error(err)
		}
	}))
	check("draft", b.request(func(w http.ResponseWriter, _ *http.Request) {
		long := strings.Repeat("ö", 128)
		d := Draft{PersonKey: PersonKey(anna), Path: "/enrol", Serial: long, DisplayName: long, Notice: long}
		if err := st.KeepDraft(w, d); err != nil {
			t.Error(err)
		}
	}))
}

func TestSES01OverPlainHTTPTheCookieHasNoPrefix(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	st.Secure = false
	c := newBrowser().signIn(t, st, sessionOf(anna, clock.in(time.Hour)))[0]
	if c.Name != "fobdesk" || c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("got %s", c)
	}
}

func TestSES06ACookieThatOpensNothingIsNoError(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	good := b.jar[sessionCookie]
	id, secret, _ := strings.Cut(good, ".")
	stranger := newCookieValue()
	strangerID, strangerSecret, _ := strings.Cut(stranger.text(), ".")
	for name, test := range map[string]struct {
		cookies []string
		asks    bool // well-formed: the database has to be asked
	}{
		"empty":                {cookies: []string{""}},
		"cut":                  {cookies: []string{good[:len(good)-1]}},
		"longer":               {cookies: []string{good + "A"}},
		"without a dot":        {cookies: []string{strings.Replace(good, ".", "A", 1)}},
		"dot elsewhere":        {cookies: []string{id[:21] + "." + id[21:] + secret}},
		"not base64":           {cookies: []string{strings.Repeat("*", 22) + "." + secret}},
		"trailing bits":        {cookies: []string{id[:21] + "B." + secret}},
		"a short id":           {cookies: []string{id[:20] + "." + secret}},
		"a long id":            {cookies: []string{id[:20] + "AAAA." + secret}},
		"a short secret":       {cookies: []string{id + "." + secret[:40]}},
		"a long secret":        {cookies: []string{id + "." + secret[:40] + "AAAA"}},
		"20 kB":                {cookies: []string{strings.Repeat("A", 20_000)}},
		"doubled":              {cookies: []string{good, good}},
		"doubled by another's": {cookies: []string{stranger.text(), good}},
		"forged":               {cookies: []string{stranger.text()}, asks: true},
		"forged secret":        {cookies: []string{id + "." + strangerSecret}, asks: true},
		"forged id":            {cookies: []string{strangerID + "." + secret}, asks: true},
	} {
		t.Run(name, func(t *testing.T) {
			before := m.count("")
			newBrowser().request(func(_ http.ResponseWriter, r *http.Request) {
				for _, value := range test.cookies {
					r.AddCookie(&http.Cookie{Name: sessionCookie, Value: value})
				}
				if sess, err := st.Current(r); sess != nil || err != nil {
					t.Errorf("got session %v, error %v", sess, err)
				}
				if person, ok := st.LastPerson(r); ok {
					t.Errorf("tells of %s", person)
				}
			})
			if asked := m.count("") > before; asked != test.asks {
				t.Errorf("database asked: %v, want %v", asked, test.asks)
			}
		})
	}
	if b.current(t, st) == nil {
		t.Error("the real session did not survive it")
	}
}

func TestSES06ADatabaseThatFailsIsNotSignedOut(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	m.setDown("FindSession", true)
	set := b.request(func(w http.ResponseWriter, r *http.Request) {
		_, err := st.Current(r)
		wantOutcome(t, err, outcome.Unavailable)
		wantOutcome(t, st.Start(w, r, sessionOf(ben, clock.in(time.Hour))), outcome.Unavailable)
		if !errors.Is(err, errDown) {
			t.Errorf("the cause is lost: %v", err)
		}
	})
	if len(set) != 0 {
		t.Errorf("cookies were set: %v", set)
	}
	m.setDown("FindSession", false)
	if got := b.current(t, st); got == nil || !got.Person.Same(anna) {
		t.Errorf("the session was lost: %v", got)
	}
}

func TestASessionIsReadOncePerRequest(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	before := m.count("FindSession")
	b.request(func(_ http.ResponseWriter, r *http.Request) {
		for range 3 {
			_, _ = st.Current(r)
			_, _ = st.Peek(r)
			st.LastPerson(r)
		}
	})
	if got := m.count("FindSession") - before; got != 1 {
		t.Errorf("read %d times", got)
	}
}

func TestRST02SessionsLiveOnAfterARestart(t *testing.T) {
	clock, m := newClock(), newMemory()
	b := newBrowser()
	b.signIn(t, newStore(t, m, clock.Now), sessionOf(anna, clock.in(time.Hour)))
	if got := b.current(t, newStore(t, m, clock.Now)); got == nil || !got.Person.Same(anna) {
		t.Errorf("got %v", got)
	}
}

func TestSavingAnEmptySessionStoresNothing(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	set := newBrowser().request(func(w http.ResponseWriter, r *http.Request) {
		g, err := st.Get(r, sessionCookie)
		if err != nil || !g.IsNew {
			t.Errorf("got new %v, error %v", g.IsNew, err)
		}
		if err := g.Save(r, w); err != nil {
			t.Error(err)
		}
	})
	if len(set) != 0 || len(m.all()) != 0 {
		t.Errorf("cookies %v, rows %v", set, m.all())
	}
}

func TestSavingAgainWritesTheSession(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	set := b.request(func(w http.ResponseWriter, r *http.Request) {
		sess, _ := st.Current(r)
		sess.Roles = []string{"new"}
		g, _ := st.Get(r, sessionCookie)
		for range 2 {
			if err := g.Save(r, w); err != nil {
				t.Error(err)
			}
		}
	})
	if got := b.current(t, st); !slices.Equal(got.Roles, []string{"new"}) || len(set) != 0 {
		t.Errorf("roles %v, cookies %v", got.Roles, set)
	}
}
