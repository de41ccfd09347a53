package session

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestSES02TheStoreKnowsOnlyTheHashOfTheID(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	seen := map[string]bool{}
	for range 100 {
		b := newBrowser()
		b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
		idText, secretText, _ := strings.Cut(b.jar[sessionCookie], ".")
		id, _ := base64.RawURLEncoding.DecodeString(idText)
		secret, _ := base64.RawURLEncoding.DecodeString(secretText)
		if len(id)*8 < 128 || len(secret)*8 < 128 || seen[idText] || seen[secretText] {
			t.Fatalf("id of %d bytes, secret of %d, or not fresh", len(id), len(secret))
		}
		seen[idText], seen[secretText] = true, true
	}
	rows, err := json.Marshal(m.all())
	if err != nil {
		t.Fatal(err)
	}
	for text := range seen {
		if bytes.Contains(rows, []byte(text)) {
			t.Error("an id or a secret is in the store")
		}
	}
}

func TestTOK02ACopyOfTheDatabaseOpensNothing(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b, other := newBrowser(), newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	other.signIn(t, st, sessionOf(ben, clock.in(time.Hour)))
	row, _ := st.Rows.FindSession(t.Context(), b.current(t, st).place.row.Key)
	cookie, _ := parseCookieValue(b.jar[sessionCookie])
	stranger, _ := parseCookieValue(other.jar[sessionCookie])

	for _, planted := range []string{"access-Anna", "refresh-Anna", "sub-Anna", "sid-Anna", "hint-Anna"} {
		if encoded, _ := json.Marshal(row); bytes.Contains(row.Sealed, []byte(planted)) ||
			bytes.Contains(encoded, []byte(planted)) {
			t.Errorf("the row holds %s readably", planted)
		}
	}
	if _, err := st.Keys.openSession(row, cookie); err != nil {
		t.Fatalf("its own cookie does not open it: %v", err)
	}
	moved, taken := row, row
	moved.Key, taken.Person = stranger.rowKey(), PersonKey(ben)
	for name, open := range map[string]func() (*Session, error){
		"with the server's key and another cookie": func() (*Session, error) {
			return st.Keys.openSession(row, stranger)
		},
		"with the server's key and no secret": func() (*Session, error) {
			return st.Keys.openSession(row, cookieValue{id: cookie.id})
		},
		"with the cookie and another key": func() (*Session, error) {
			return serverKeys(t, 9).openSession(row, cookie)
		},
		"in another row":     func() (*Session, error) { return st.Keys.openSession(moved, cookie) },
		"for another person": func() (*Session, error) { return st.Keys.openSession(taken, cookie) },
	} {
		if _, err := open(); err == nil {
			t.Errorf("opens %s", name)
		}
	}
}

func TestTOK02TheNonceIsFreshAtEachWrite(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	before := m.all()[0].Sealed
	if err := st.update(t.Context(), b.current(t, st)); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(before, m.all()[0].Sealed) {
		t.Error("the same session was sealed to the same bytes")
	}
}

func TestSES09SessionsOutliveARotationOfKeys(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	csrf := st.CSRFToken(b.current(t, st))

	rotated := newStore(t, m, clock.Now)
	rotated.Keys = serverKeys(t, 2, 1)
	sess := b.current(t, rotated)
	if sess == nil {
		t.Fatal("signed out by a key put in front")
	}
	if !rotated.ValidCSRF(sess, csrf) {
		t.Error("a form from before does not work any more")
	}
	removed := newStore(t, m, clock.Now)
	removed.Keys = serverKeys(t, 2)
	if b.current(t, removed) != nil {
		t.Error("signed in under a removed key")
	}
	if err := rotated.update(t.Context(), sess); err != nil {
		t.Fatal(err)
	}
	if b.current(t, removed) == nil {
		t.Error("the next write did not use the first key")
	}
}
