package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

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
	admin           // whoever has an admin's role; Graph has the last word on what they may do
)

// rolesLife is how old the ID token may be whose roles are believed.
const rolesLife = 60 * time.Minute

// reasonRole is why somebody without an admin's role is not let in.
const reasonRole = "role"

// The policy's noes.
var (
	errDenied   = &outcome.Error{Outcome: outcome.NotAllowed}
	errNoRole   = &outcome.Error{Outcome: outcome.NotAllowed, Reason: reasonRole}
	errOldRoles = &outcome.Error{Outcome: outcome.SignedOut, Reason: "old_roles"}
)

// allow is the one place that says who may use what.
func (s *Server) allow(may access, current *session.Session) error {
	switch may {
	case plain, anyone:
		return nil
	case signedIn, admin:
		switch {
		case current == nil:
			return outcome.New(outcome.SignedOut)
		case may == signedIn:
			return nil
		case s.Now().Sub(current.IssuedAt) > rolesLife:
			return errOldRoles
		case !s.isAdmin(current):
			return errNoRole
		}
		return nil
	}
	return errDenied
}

func (s *Server) isAdmin(sess *session.Session) bool {
	return slices.ContainsFunc(s.AdminRoles, func(role string) bool { return slices.Contains(sess.Roles, role) })
}

// sessionKey is where the request's session lies in Echo's context.
const sessionKey = "session"

// admit finds out who asks and lets in whom the policy allows.
func (s *Server) admit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		may := s.route(c).access
		var current *session.Session
		if may != plain && may != nobody {
			var err error
			if current, err = s.Sessions.Current(c.Request()); err != nil {
				return err
			}
			c.Set(sessionKey, current)
		}
		err := s.allow(may, current)
		if errors.Is(err, errOldRoles) {
			if current, err = s.renewRoles(c, current); err == nil {
				err = s.allow(may, current)
			}
		}
		switch {
		case errors.Is(err, outcome.SignedOut):
			return s.signedOut(c, s.draftOf(c), err)
		case errors.Is(err, outcome.NotAllowed):
			s.record(c, audit.EventDenied, outcome.NotAllowed, current)
			return err
		case err != nil:
			return err
		}
		if current != nil && !s.validCSRF(c, current) {
			s.record(c, audit.EventDenied, outcome.WrongOrigin, current)
			return outcome.New(outcome.WrongOrigin)
		}
		return next(c)
	}
}

// renewRoles reads the person's roles anew, once. Where Entra gives no newer ID token they stay as
// old as they are.
func (s *Server) renewRoles(c echo.Context, sess *session.Session) (*session.Session, error) {
	fresh, err := s.Sessions.Renew(c.Request().Context(), sess, s.Refresh)
	if err != nil {
		return sess, err
	}
	c.Set(sessionKey, fresh)
	return fresh, nil
}

// current returns who is signed in, nil where nobody is.
func current(c echo.Context) *session.Session {
	sess, _ := c.Get(sessionKey).(*session.Session)
	return sess
}

// signedOut keeps what was typed into a form whose session is over, for whoever typed it, and
// hands on the refusal: its page leads to the sign-in.
func (s *Server) signedOut(c echo.Context, draft session.Draft, err error) error {
	key, known := s.Sessions.LastPerson(c.Request())
	if sess := current(c); sess != nil {
		key, known = session.PersonKey(sess.Person), true
	}
	if known && c.Request().Method == http.MethodPost {
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
