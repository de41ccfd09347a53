package session

import (
	"bytes"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// clock is a time that tests move.
type clock struct{ at time.Time }

func newClock() *clock { return &clock{at: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time               { return c.at }
func (c *clock) advance(d time.Duration)      { c.at = c.at.Add(d) }
func (c *clock) in(d time.Duration) time.Time { return c.at.Add(d) }

// serverKeys makes Keys of 32 times each byte.
func serverKeys(t testing.TB, of ...byte) *Keys {
	t.Helper()
	var secrets [][]byte
	for _, b := range of {
		secrets = append(secrets, bytes.Repeat([]byte{b}, keySize))
	}
	keys, err := NewKeys(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func newStore(t testing.TB, m *memory, now func() time.Time) *Store {
	t.Helper()
	return NewStore(Config{
		Rows: m, States: m, Keys: serverKeys(t, 1), Idle: 15 * time.Minute, Max: 8 * time.Hour,
		Secure: true, Now: now, Log: slog.New(slog.DiscardHandler),
	})
}

// browser keeps cookies as a browser does.
type browser struct{ jar map[string]string }

func newBrowser() *browser { return &browser{jar: map[string]string{}} }

// request makes one request and returns the cookies that its answer set.
func (b *browser) request(do func(w http.ResponseWriter, r *http.Request)) []*http.Cookie {
	r := httptest.NewRequest(http.MethodGet, "https://fobs.example/", nil)
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	do(w, r)
	set := w.Result().Cookies()
	for _, cookie := range set {
		if cookie.MaxAge < 0 {
			delete(b.jar, cookie.Name)
		} else {
			b.jar[cookie.Name] = cookie.Value
		}
	}
	return set
}

// copy is another browser with the same cookies: a thief's, or this one before what follows.
func (b *browser) copy() *browser { return &browser{jar: maps.Clone(b.jar)} }

// signIn starts sess in the browser.
func (b *browser) signIn(t testing.TB, st *Store, sess Session) []*http.Cookie {
	t.Helper()
	return b.request(func(w http.ResponseWriter, r *http.Request) {
		if err := st.Start(w, r, sess); err != nil {
			t.Fatalf("Start: %v", err)
		}
	})
}

// current is who the browser is signed in as, counted as use.
func (b *browser) current(t testing.TB, st *Store) *Session {
	t.Helper()
	var sess *Session
	b.request(func(_ http.ResponseWriter, r *http.Request) {
		var err error
		if sess, err = st.Current(r); err != nil {
			t.Fatalf("Current: %v", err)
		}
	})
	return sess
}

func (b *browser) end(st *Store) (err error) {
	b.request(func(w http.ResponseWriter, r *http.Request) { err = st.End(w, r) })
	return err
}

func (b *browser) lastPerson(st *Store) (key string, ok bool) {
	b.request(func(_ http.ResponseWriter, r *http.Request) { key, ok = st.LastPerson(r) })
	return key, ok
}

const tenant = "11111111-1111-4111-8111-111111111111"

var (
	anna = oath.Person{TenantID: tenant, ID: "a0000000-0000-4000-8000-000000000001", Name: "Anna"}
	ben  = oath.Person{TenantID: tenant, ID: "b0000000-0000-4000-8000-000000000002", Name: "Ben"}
)

// sessionOf is p just signed in, with tokens good until expiry.
func sessionOf(p oath.Person, expiry time.Time) Session {
	return Session{
		Person: p, Subject: "sub-" + p.Name, SID: "sid-" + p.Name, LoginHint: "hint-" + p.Name,
		Tokens: NewTokens("access-"+p.Name, "refresh-"+p.Name, expiry),
	}
}

func wantOutcome(t testing.TB, err error, want outcome.Outcome) {
	t.Helper()
	if got, ok := outcome.Of(err); !ok || got != want {
		t.Errorf("got error %v, want %s", err, want)
	}
}

const sessionCookie = "__Host-fobdesk"
