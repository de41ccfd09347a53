package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	// fieldReturnTo is the local path that a switch on every page comes back to.
	fieldReturnTo = "return_to"
	// switchLife is how long what was chosen is kept.
	switchLife = 365 * 24 * time.Hour
)

// switchCookie keeps what was chosen at a switch for so long; a value that is empty forgets it. It is
// no secret and belongs to no session: it outlasts them.
func (s *Server) switchCookie(name, value string, life time.Duration) *http.Cookie {
	secure, seconds := s.BaseURL.Scheme == "https", int(life.Seconds())
	if value == "" {
		seconds = -1
	}
	if secure {
		name = "__Host-" + name
	}
	return &http.Cookie{ //nolint:gosec // Secure wherever there is TLS
		Name: name, Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	}
}

// chosen is what was chosen at a switch in this browser, or anything else that somebody put into
// the cookie; empty where there is none.
func (s *Server) chosen(c echo.Context, name string) string {
	cookie, err := c.Request().Cookie(s.switchCookie(name, "", 0).Name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// here is the address of the page that this request answers with, as a switch comes back to it: a
// form's answer is its page.
func (s *Server) here(c echo.Context) string {
	if c.Request().Method == http.MethodPost {
		return s.backFrom(c)
	}
	return localPath(c.Request().URL.RequestURI())
}
