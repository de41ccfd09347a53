package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
)

// csrfField is the form field and csrfHeader the header that carry a session's CSRF token.
const (
	csrfField  = "csrfToken"
	csrfHeader = "X-CSRF-Token"
)

// sameOrigin refuses a post that comes from elsewhere: by Fetch Metadata where the browser sends
// it, and by Origin, which must be the configured one. The Host header plays no part, and
// Sec-Fetch-Site: none, which a form of ours never has, is elsewhere.
func (s *Server) sameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	origin := s.BaseURL.Scheme + "://" + s.BaseURL.Host
	return func(c echo.Context) error {
		r := c.Request()
		if r.Method != http.MethodPost || c.Path() == cspReportPath {
			return next(c)
		}
		site, from := r.Header.Get("Sec-Fetch-Site"), r.Header.Get(echo.HeaderOrigin)
		if (site != "" && site != "same-origin") || (from != "" && from != origin) {
			s.recordDenied(c, outcome.WrongOrigin, nil)
			return outcome.New(outcome.WrongOrigin)
		}
		return next(c)
	}
}

// validCSRF holds the post of a signed-in person to the token of their session. A post without
// the token is served only where the browser itself has proved the origin.
func (s *Server) validCSRF(c echo.Context, sess *session.Session) bool {
	r := c.Request()
	if r.Method != http.MethodPost {
		return true
	}
	token := r.Header.Get(csrfHeader)
	if token == "" {
		token = r.PostForm.Get(csrfField)
	}
	if token == "" {
		return r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get(echo.HeaderOrigin) != ""
	}
	return s.store(c).ValidCSRF(sess, token)
}
