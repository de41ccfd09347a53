package session

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// BenchmarkCurrent is what each request of a signed-in person pays, the database's part apart.
func BenchmarkCurrent(b *testing.B) {
	clock, someone := newClock(), newBrowser()
	st := newStore(b, newMemory(), clock.Now)
	sess := sessionOf(anna, clock.in(time.Hour))
	sess.Tokens = NewTokens(strings.Repeat("a", 2500), strings.Repeat("r", 1500), clock.in(time.Hour))
	someone.signIn(b, st, sess)
	for b.Loop() {
		r := httptest.NewRequest(http.MethodGet, "https://fobs.example/", nil)
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: someone.jar[sessionCookie]})
		if sess, err := st.Current(r); sess == nil || err != nil {
			b.Fatal(err)
		}
	}
}
