package web

import (
	"net/http"
	"strings"
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

// switched leads back to the page that a switch stands on. What was typed there comes back with it, for
// whoever typed it and never the code; at a station nothing does. A script is told to load all of the
// page: its language and its style sheets are other ones.
func (s *Server) switched(c echo.Context) error {
	form := c.Request().PostForm
	back := localPath(form.Get(fieldReturnTo))
	draft := enrolDraft(&fields{form: form})
	var known bool
	draft.PersonKey, known = s.typist(c)
	if typed := draft.Serial + draft.DisplayName + draft.Query; known && typed != "" && stationOf(c) == nil {
		draft.Path, _, _ = strings.Cut(back, "?")
		if err := s.Sessions.KeepDraft(c.Response(), draft); err != nil {
			return err
		}
	}
	return s.leave(c, http.StatusSeeOther, back)
}

// here is the address of the page that this request answers with, as a switch comes back to it: a
// form's answer is its page.
func (s *Server) here(c echo.Context) string {
	if c.Request().Method == http.MethodPost {
		return s.backFrom(c)
	}
	return localPath(c.Request().URL.RequestURI())
}
