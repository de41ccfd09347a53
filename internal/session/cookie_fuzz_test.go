package session

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func FuzzSealedCookie(f *testing.F) {
	clock := newClock()
	st := newStore(f, newMemory(), clock.Now)
	// Each process that fuzzes has keys of its own, so that only its own cookie is good.
	keys, err := NewKeys([][]byte{random(keySize)})
	if err != nil {
		f.Fatal(err)
	}
	st.Keys = keys
	b := newBrowser()
	in := b.begin(f, st, SignIn{ReturnTo: "/enrol"})
	good := b.jar[st.signInName(in.State)]
	for _, seed := range []string{"", good, good[:20], good + "A", "AQ", strings.Repeat("A", 60)} {
		f.Add(seed, in.State)
	}
	f.Fuzz(func(t *testing.T, value, state string) {
		r := httptest.NewRequest(http.MethodGet, "https://fobs.example/", nil)
		r.AddCookie(&http.Cookie{Name: st.signInName(state), Value: value})
		r.AddCookie(&http.Cookie{Name: st.cookieName(draftSuffix), Value: value})
		st.States = newMemory()
		_, err := st.TakeSignIn(httptest.NewRecorder(), r, state)
		if real := state == in.State && value == good; real != (err == nil) {
			t.Errorf("cookie %q with state %q: %v", value, state, err)
		} else if !real {
			wantRefused(t, err)
		}
		if d, ok := st.TakeDraft(httptest.NewRecorder(), r, PersonKey(anna), "/enrol"); ok {
			t.Errorf("cookie %q gives the draft %+v", value, d)
		}
		if _, err := st.BeginSignIn(httptest.NewRecorder(), r, SignIn{}); err != nil {
			t.Errorf("cookie %q stops the next sign-in: %v", value, err)
		}
	})
}

func FuzzSessionCookie(f *testing.F) {
	clock := newClock()
	st := newStore(f, newMemory(), clock.Now)
	b := newBrowser()
	b.signIn(f, st, sessionOf(anna, clock.in(time.Hour)))
	good := b.jar[sessionCookie]
	for _, seed := range []string{"", good, good[:30], strings.ToUpper(good), strings.Repeat("A", 22) + "." + strings.Repeat("A", 43)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if cookie, ok := parseCookieValue(value); ok && cookie.text() != value {
			t.Errorf("%q and %q are one cookie", value, cookie.text())
		}
		r := httptest.NewRequest(http.MethodGet, "https://fobs.example/", nil)
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: value})
		if sess, err := st.Current(r); err != nil || (sess != nil) != (value == good) {
			t.Errorf("cookie %q gives %v, %v", value, sess, err)
		}
	})
}
