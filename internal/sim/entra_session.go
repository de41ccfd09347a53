package sim

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// session is a browser's, at Entra: it outlives the client's own.
type session struct {
	personID string
	sid      string
	authTime time.Time // when the person last proved themselves
	mfaAt    time.Time // when they last passed MFA; zero where never
}

// sessionCookie is Entra's name for it. At https it would be for cross-site frames too.
const sessionCookie = "ESTSAUTHPERSISTENT"

// session answers the browser's session, or nil.
func (c *Cloud) session(r *http.Request) *session {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	return c.entra.sessions[cookie.Value]
}

// renew makes the browser's session this person's. Somebody who signs in with their password, or
// is another than before, gets a new one.
func (c *Cloud) renew(w http.ResponseWriter, r *http.Request, person *Person, password bool) (s *session, isNew bool) {
	before := c.session(r)
	if before != nil && before.personID == person.ID && !password {
		return before, false
	}
	c.endSession(r)
	s = &session{personID: person.ID, sid: uuid.NewString(), authTime: c.now()}
	value := rand.Text()
	c.entra.sessions[value] = s
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure wherever there is TLS
		Name: sessionCookie, Value: value, Path: "/", HttpOnly: true,
		Secure: strings.HasPrefix(c.options.EntraURL, "https:"), SameSite: http.SameSiteLaxMode,
	})
	return s, before == nil || before.personID != person.ID
}

// endSession forgets the browser's session.
func (c *Cloud) endSession(r *http.Request) {
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		delete(c.entra.sessions, cookie.Value)
	}
}

// canPassMFA reports whether the person has a method to pass MFA with.
func (c *Cloud) canPassMFA(p *Person) bool {
	return p.Phone || p.AuthenticatorApps > 0 || c.tenant.active(p.ID)
}

// hinted answers whom a login_hint means: a user principal name or the login_hint claim; nil
// where nobody.
func (c *Cloud) hinted(hint string) *Person {
	i := slices.IndexFunc(c.people, func(p *Person) bool {
		return hint != "" && (strings.EqualFold(p.UPN, hint) || loginHint(p) == hint)
	})
	if i < 0 {
		return nil
	}
	return c.people[i]
}

// loginHint is the login_hint claim: opaque, and the same for the same person.
func loginHint(p *Person) string {
	sum := sha256.Sum256([]byte("login_hint " + p.ID))
	return "O." + base64.RawURLEncoding.EncodeToString(sum[:])
}
