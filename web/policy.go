package web

import (
	"errors"
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

// Why the policy says no.
const (
	reasonRole     = "role"      // an admin's role is missing
	reasonOldRoles = "old_roles" // the roles are too old to be believed
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
			return &outcome.Error{Outcome: outcome.SignedOut, Reason: reasonOldRoles}
		case !s.isAdmin(current):
			return &outcome.Error{Outcome: outcome.NotAllowed, Reason: reasonRole}
		}
		return nil
	}
	return outcome.New(outcome.NotAllowed)
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
		if current != nil && errors.Is(err, outcome.SignedOut) { // the roles are too old to be believed
			if current, err = s.renewRoles(c, current); err == nil {
				err = s.allow(may, current)
			}
		}
		switch {
		case errors.Is(err, outcome.SignedOut):
			return s.signedOut(c, s.draftOf(c), err)
		case errors.Is(err, outcome.NotAllowed):
			s.recordRarely(c, audit.EventDenied, outcome.NotAllowed, current)
			return err
		case err != nil:
			return err
		}
		if current != nil && !s.validCSRF(c, current) {
			s.recordRarely(c, audit.EventDenied, outcome.WrongOrigin, current)
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

// signedOut refuses a request whose session is over. What was typed into a form is kept for
// whoever typed it, and the page says so; it leads to the sign-in.
func (s *Server) signedOut(c echo.Context, draft *session.Draft, err error) error {
	person, known := s.Sessions.LastPerson(c.Request())
	if sess := current(c); sess != nil { // it ended in the middle of this request
		person, known = session.PersonKey(sess.Person), true
	}
	if draft == nil || !known {
		return err
	}
	draft.PersonKey, draft.Notice = person, noticeKept
	if err := s.Sessions.KeepDraft(c.Response(), *draft); err != nil {
		return err
	}
	return &outcome.Error{Outcome: outcome.SignedOut, Reason: "kept", Err: err}
}

// signInPath leads through Entra and back to a local path.
func signInPath(returnTo string) string {
	return "/auth/sign-in?" + url.Values{"return_to": {returnTo}}.Encode()
}
