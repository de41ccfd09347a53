package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
)

// access is who may use a route. Its zero value is nobody, so that a route without an entry is
// closed.
type access int

const (
	nobody   access = iota
	plain           // anyone, without a session being read: static files and what operators ask
	anyone          // anyone; who is signed in is known
	signedIn        // whoever is signed in
)

// errDenied is the policy's no.
var errDenied = &outcome.Error{Outcome: outcome.NotAllowed}

// allow is the one place that says who may use what.
func allow(may access, current *session.Session) error {
	switch may {
	case plain, anyone:
		return nil
	case signedIn:
		if current == nil {
			return outcome.New(outcome.SignedOut)
		}
		return nil
	}
	return errDenied
}

// sessionKey is where the request's session lies in Echo's context.
const sessionKey = "session"

// admit finds out who asks and lets in whom the policy allows.
func (s *Server) admit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		may := s.access[c.Request().Method+" "+c.Path()]
		var current *session.Session
		if may != plain && may != nobody {
			var err error
			if current, err = s.Sessions.Current(c.Request()); err != nil {
				return err
			}
			c.Set(sessionKey, current)
		}
		err := allow(may, current)
		switch {
		case errors.Is(err, outcome.SignedOut):
			return s.signedOut(c, draftOf(c), err)
		case err != nil:
			s.record(c, audit.EventDenied, outcome.NotAllowed, current)
			return err
		}
		if current != nil && !s.validCSRF(c, current) {
			s.record(c, audit.EventDenied, outcome.WrongOrigin, current)
			return outcome.New(outcome.WrongOrigin)
		}
		return next(c)
	}
}

// current returns who is signed in, nil where nobody is.
func current(c echo.Context) *session.Session {
	sess, _ := c.Get(sessionKey).(*session.Session)
	return sess
}

// signedOut keeps what was typed into a form whose session is over, for whoever typed it, and
// hands on the refusal: its page leads to the sign-in.
func (s *Server) signedOut(c echo.Context, draft session.Draft, err error) error {
	if key, ok := s.Sessions.LastPerson(c.Request()); ok && c.Request().Method == http.MethodPost {
		draft.PersonKey, draft.Notice = key, noticeKept
		if err := s.keepDraft(c, draft); err != nil {
			return err
		}
	}
	return err
}

// signInPath leads through Entra and back to a local path.
func signInPath(returnTo string) string {
	return "/auth/sign-in?" + url.Values{"return_to": {returnTo}}.Encode()
}
