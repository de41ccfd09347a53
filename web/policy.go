package web

import (
	"errors"
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
	return outcome.New(outcome.NotAllowed)
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
			return s.signedOut(c, draftOf(c))
		case err != nil:
			s.recordRarely(c, audit.EventDenied, outcome.NotAllowed, current)
			return err
		}
		if current != nil && !s.validCSRF(c, current) {
			s.recordRarely(c, audit.EventDenied, outcome.WrongOrigin, current)
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

// signedOut refuses a request whose session is over. What was typed into a form is kept for
// whoever typed it, and the page says so; it leads to the sign-in.
func (s *Server) signedOut(c echo.Context, draft *session.Draft) error {
	refusal := outcome.New(outcome.SignedOut)
	person, known := s.Sessions.LastPerson(c.Request())
	if sess := current(c); sess != nil { // it ended in the middle of this request
		person, known = session.PersonKey(sess.Person), true
	}
	if draft == nil || !known {
		return refusal
	}
	draft.PersonKey, draft.Notice = person, noticeKept
	if err := s.Sessions.KeepDraft(c.Response(), *draft); err != nil {
		return err
	}
	refusal.Reason = "kept"
	return refusal
}

// signInPath leads through Entra and back to a local path.
func signInPath(returnTo string) string {
	return "/auth/sign-in?" + url.Values{"return_to": {returnTo}}.Encode()
}
