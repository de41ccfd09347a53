package station

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"

	"fobdesk/internal/secret"
)

const (
	keySize = 32
	// keyLife is 400 days, in seconds, the longest that a browser keeps a cookie (RFC 6265bis, section
	// 5.5). Unlike a session's it outlasts the browser, for a station must survive a power cut; it is
	// set anew whenever a page of the station is shown.
	keyLife = 400 * 24 * 60 * 60
)

// encoding refuses trailing bits: each key has one spelling.
var encoding = base64.RawURLEncoding.Strict()

// key is what makes a browser a station. It prints as "redacted".
type key struct {
	secret.Hidden
	bytes func() []byte
}

func newKey() key {
	random := make([]byte, keySize)
	_, _ = rand.Read(random) // never fails
	return key{bytes: func() []byte { return random }}
}

func (k key) hash() string { return hashed(k.bytes()) }

// keyOf reads the request's key; false where there is none, or two of which nobody can tell which is
// ours, or one that can't be a key, which costs no call of the database.
func (s *Stations) keyOf(r *http.Request) (key, bool) {
	cookies := r.CookiesNamed(s.cookieName())
	if len(cookies) != 1 {
		return key{}, false
	}
	decoded, err := encoding.DecodeString(cookies[0].Value)
	if err != nil || len(decoded) != keySize {
		return key{}, false
	}
	return key{bytes: func() []byte { return decoded }}, true
}

// Keep sets the key that the request brought once more, so that a station that is used stays one.
func (s *Stations) Keep(w http.ResponseWriter, r *http.Request) {
	if k, ok := s.keyOf(r); ok {
		s.setKey(w, k)
	}
}

// Holds reports whether the request brings a key, of a station or of one that is no longer.
func (s *Stations) Holds(r *http.Request) bool {
	_, ok := s.keyOf(r)
	return ok
}

func (s *Stations) setKey(w http.ResponseWriter, k key) {
	http.SetCookie(w, s.cookie(encoding.EncodeToString(k.bytes()), keyLife))
}

func (s *Stations) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure wherever the portal is reached over https
		Name: s.cookieName(), Value: value, Path: "/", MaxAge: maxAge, Secure: s.Secure, HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
}

// cookieName has the prefix with which a browser insists on Secure, Path=/ and no Domain (RFC
// 6265bis, section 4.1.3.2).
func (s *Stations) cookieName() string {
	if s.Secure {
		return "__Host-fobdesk-station"
	}
	return "fobdesk-station"
}
