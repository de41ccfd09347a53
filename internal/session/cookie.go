package session

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/gorilla/sessions"
)

const (
	idSize     = 16
	secretSize = 32
	// hostPrefix makes a browser insist on Secure, Path=/ and no Domain (RFC 6265bis, section
	// 4.1.3.2), so that no sibling host can plant a cookie of ours.
	hostPrefix = "__Host-"
	baseName   = "fobdesk"
	visitName  = "fobdesk-visit"
)

// encoding refuses trailing bits: each value has one spelling.
var encoding = base64.RawURLEncoding.Strict()

// cookieValue is what the session's cookie says.
type cookieValue struct{ id, secret []byte }

func newCookieValue() cookieValue {
	return cookieValue{id: random(idSize), secret: random(secretSize)}
}

// random returns n random bytes; crypto/rand ends the program rather than fail.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// parseCookieValue reads "id.secret" and reports false for anything else.
func parseCookieValue(s string) (cookieValue, bool) {
	idText, secretText, _ := strings.Cut(s, ".")
	id, err := encoding.DecodeString(idText)
	if err != nil || len(id) != idSize {
		return cookieValue{}, false
	}
	secret, err := encoding.DecodeString(secretText)
	if err != nil || len(secret) != secretSize {
		return cookieValue{}, false
	}
	return cookieValue{id: id, secret: secret}, true
}

func (c cookieValue) hide() func() cookieValue { return func() cookieValue { return c } }

func (c cookieValue) text() string {
	return encoding.EncodeToString(c.id) + "." + encoding.EncodeToString(c.secret)
}

// rowKey is where the database keeps the session: it knows only the id's hash.
func (c cookieValue) rowKey() string { return hashed(c.id) }

// cookieName is the name of one of our cookies; suffix is empty for the session's own.
func (st *Store) cookieName(suffix string) string {
	name := baseName
	if st.Visits {
		name = visitName
	}
	if st.Secure {
		name = hostPrefix + name
	}
	return name + suffix
}

// cookieOptions are those of every cookie of ours: it ends with the browser, no script reads it,
// and no other site's form carries it. maxAge is 0, or -1 to expire it.
func (st *Store) cookieOptions(maxAge int) *sessions.Options {
	return &sessions.Options{
		Path: "/", MaxAge: maxAge, Secure: st.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

func (st *Store) setCookie(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, sessions.NewCookie(name, value, st.cookieOptions(0)))
}

func (st *Store) expireCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, sessions.NewCookie(name, "", st.cookieOptions(-1)))
}

// onlyCookie returns the value of the cookie with this name, and false where there is none or
// more than one: of two nobody can tell which is ours.
func onlyCookie(r *http.Request, name string) (string, bool) {
	cookies := r.CookiesNamed(name)
	if len(cookies) != 1 {
		return "", false
	}
	return cookies[0].Value, true
}
