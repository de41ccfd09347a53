package session

import (
	"testing"
	"time"
)

func TestSES06AndTOK02AKeptPayloadServesOnlyTheCookieThatOpenedIt(t *testing.T) {
	clock := newClock()
	st := newStore(t, newMemory(), clock.Now)
	sess := sessionOf(anna, clock.in(time.Hour))
	sess.place = st.newPlace(&sess)
	row, cookie := sess.place.row, sess.place.cookie()
	var err error
	if row.Sealed, err = st.Keys.sealSession(&sess); err != nil {
		t.Fatal(err)
	}
	row.Opened = new(Opened)
	for _, when := range []string{"opened", "kept"} {
		got, err := st.Keys.openSession(row, cookie)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		if !got.Person.Same(sess.Person) || got.Tokens.AccessToken() != sess.Tokens.AccessToken() ||
			got.Tokens.RefreshToken() != sess.Tokens.RefreshToken() || !got.Tokens.Expiry().Equal(sess.Tokens.Expiry()) {
			t.Errorf("%s: not the session that was sealed", when)
		}
	}
	forged := cookieValue{id: cookie.id, secret: newCookieValue().secret}
	if got, err := st.Keys.openSession(row, forged); err == nil || got != nil {
		t.Error("another secret opened what was kept")
	}
}
