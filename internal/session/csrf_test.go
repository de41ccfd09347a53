package session

import (
	"strings"
	"testing"
	"time"
)

func TestCSRF04TheTokenIsTheSessionsOwn(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	b, again, other := newBrowser(), newBrowser(), newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	again.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	other.signIn(t, st, sessionOf(ben, clock.in(time.Hour)))
	sess := b.current(t, st)
	token := st.CSRFToken(sess)
	if !st.ValidCSRF(b.current(t, st), token) {
		t.Error("its own token is refused at the next request")
	}
	for name, wrong := range map[string]string{
		"empty": "", "cut": token[:len(token)-1], "longer": token + "A", "not base64": strings.Repeat("*", 43),
		"of another session of the same person": st.CSRFToken(again.current(t, st)),
		"of another person":                     st.CSRFToken(other.current(t, st)),
	} {
		if st.ValidCSRF(sess, wrong) {
			t.Errorf("taken: %s", name)
		}
	}
}
