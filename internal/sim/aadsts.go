package sim

import (
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// oauthError is a refusal of Entra, with its AADSTS number (Entra, "Microsoft Entra
// authentication and authorization error codes").
type oauthError struct {
	number int
	code   string // of RFC 6749
	text   string
	claims string // for /authorize
}

// aadsts makes a refusal; code is RFC 6749's or Entra's own.
func aadsts(number int, code, format string, args ...any) *oauthError {
	return &oauthError{number: number, code: code, text: fmt.Sprintf(format, args...)}
}

// trace is by what Microsoft's support finds a request.
type trace struct {
	id, correlation string
	at              time.Time
}

func (c *Cloud) newTrace() trace {
	return trace{id: uuid.NewString(), correlation: uuid.NewString(), at: c.now().UTC()}
}

// timestamp is the time as Entra writes it.
func (t trace) timestamp() string { return t.at.Format("2006-01-02 15:04:05Z") }

// description is the error_description, as Entra writes it.
func (e *oauthError) description(t trace) string {
	return fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
		e.number, e.text, t.id, t.correlation, t.timestamp())
}

// uri is the error_uri.
func (e *oauthError) uri() string {
	return fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", e.number)
}

// writeOAuthError answers in JSON, as the token endpoint does.
func (c *Cloud) writeOAuthError(w http.ResponseWriter, e *oauthError) {
	t := c.newTrace()
	body := object{
		"error":             e.code,
		"error_description": e.description(t),
		"error_codes":       []int{e.number},
		"timestamp":         t.timestamp(),
		"trace_id":          t.id,
		"correlation_id":    t.correlation,
		"error_uri":         e.uri(),
	}
	if e.claims != "" {
		body["claims"] = e.claims
	}
	status := http.StatusBadRequest
	if e.code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	writeJSON(w, status, body)
}

// signInFailure is what FailSignIn asks for.
type signInFailure struct {
	refusal *oauthError
	always  bool
}

// FailSignIn lets every sign-in end at the callback with this AADSTS number and this error, such
// as 53003 and "access_denied", until it is called with 0.
func (c *Cloud) FailSignIn(number int, oauthError string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entra.failures = nil
	if number != 0 {
		c.entra.failures = []signInFailure{{refusal: aadsts(number, oauthError, "The sign-in was refused."), always: true}}
	}
}

// FailNextSignIn is FailSignIn for the next sign-in only.
func (c *Cloud) FailNextSignIn(number int, oauthError string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	failure := signInFailure{refusal: aadsts(number, oauthError, "The sign-in was refused.")}
	c.entra.failures = append([]signInFailure{failure}, c.entra.failures...)
}

// takeFailure answers the failure that a sign-in meets, or nil.
func (s *entraState) takeFailure() *oauthError {
	if len(s.failures) == 0 {
		return nil
	}
	failure := s.failures[0]
	if !failure.always {
		s.failures = s.failures[1:]
	}
	return failure.refusal
}

// cancelled is what a person's "Cancel" says.
func cancelled() *oauthError {
	return aadsts(65004, "access_denied", "User declined to consent to access the app.")
}
