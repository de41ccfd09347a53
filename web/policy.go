package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/internal/station"
)

// access is who may use a route. Its zero value is nobody, so that a route without an entry is
// closed.
type access int

const (
	nobody     access = iota
	plain             // anyone, without a session being read: static files and what operators ask
	everywhere        // anyone, at a station too; who is signed in is known
	anyone            // anyone at a browser of their own; who is signed in is known
	signedIn          // whoever is signed in there
	admin             // whoever has an admin's role there; Graph has the last word on what they may do
	atStation         // whoever stands at a station, signed in or not
	visiting          // whoever is signed in at a station, for themselves
	operating         // an admin who is signed in at a station to serve others
)

// forStations reports whether the pages of this access are a station's, and no other browser's.
func (a access) forStations() bool { return a == atStation || a == visiting || a == operating }

// rolesLife is how old the ID token may be whose roles are believed.
const rolesLife = 60 * time.Minute

// Why the policy says no.
const (
	reasonRole     = "role"      // an admin's role is missing
	reasonOldRoles = "old_roles" // the roles are too old to be believed
	reasonStation  = "station"   // the page is a station's and the browser is none, or the reverse
)

// errToWelcome says that a station shows its welcome instead.
var errToWelcome = errors.New("the station's welcome is shown instead")

// asker is who asks for a route.
type asker struct {
	station *station.Station // that the browser is; nil where it is none
	current *session.Session // nil where nobody is signed in; at a station, who visits it
}

// allow is the one place that says who may use what.
func (s *Server) allow(may access, who asker) error {
	switch {
	case may == nobody:
		return outcome.New(outcome.NotAllowed)
	case may == plain, may == everywhere:
		return nil
	case may.forStations() && who.station == nil:
		return &outcome.Error{Outcome: outcome.NotFound, Reason: reasonStation}
	case may == atStation:
		return nil
	case may == visiting, may == operating:
		return s.allowVisit(may, who.current)
	case may == admin && who.station != nil:
		return &outcome.Error{Outcome: outcome.NotAllowed, Reason: reasonStation}
	case who.station != nil:
		return errToWelcome
	case may == anyone:
		return nil
	case who.current == nil:
		return outcome.New(outcome.SignedOut)
	case may == admin:
		return s.allowAdmin(who.current)
	}
	return nil
}

// allowVisit holds a page to the kind of visit that is on: who enrols serves nobody, and who serves
// others enrols nothing of their own.
func (s *Server) allowVisit(may access, current *session.Session) error {
	switch {
	case current == nil, current.Operator != (may == operating):
		return errToWelcome
	case may == operating:
		return s.allowAdmin(current)
	}
	return nil
}

func (s *Server) allowAdmin(current *session.Session) error {
	switch {
	case s.Now().Sub(current.IssuedAt) > rolesLife:
		return &outcome.Error{Outcome: outcome.SignedOut, Reason: reasonOldRoles}
	case !s.isAdmin(current):
		return &outcome.Error{Outcome: outcome.NotAllowed, Reason: reasonRole}
	}
	return nil
}

func (s *Server) isAdmin(sess *session.Session) bool {
	return slices.ContainsFunc(s.AdminRoles, func(role string) bool { return slices.Contains(sess.Roles, role) })
}

// Where what was found out about the asker lies in Echo's context.
const (
	sessionKey = "session"
	storeKey   = "store"
	stationKey = "station"
	revokedKey = "revoked"
)

// admit finds out who asks and lets in whom the policy allows.
func (s *Server) admit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		may := s.route(c).access
		who, err := s.asker(c, may)
		if err != nil {
			return err
		}
		err = s.allow(may, who)
		if who.current != nil && errors.Is(err, outcome.SignedOut) { // the roles are too old to be believed
			if who.current, err = s.renewRoles(c, who.current); err == nil {
				err = s.allow(may, who)
			}
		}
		switch {
		case errors.Is(err, errToWelcome):
			return s.toWelcome(c, may, who)
		case errors.Is(err, outcome.SignedOut):
			return s.signedOut(c, s.draftOf(c), err)
		case errors.Is(err, outcome.NotAllowed):
			s.recordDenied(c, outcome.NotAllowed, who.current)
			return err
		case errors.Is(err, outcome.NotFound): // the page is a station's
			s.recordDenied(c, outcome.NotFound, who.current)
			if revokedStation(c) != nil || s.wasStation(c) {
				return s.putOut(c, err)
			}
			return err
		case err != nil:
			return err
		}
		if who.current != nil && !s.validCSRF(c, who.current) {
			s.recordDenied(c, outcome.WrongOrigin, who.current)
			return outcome.New(outcome.WrongOrigin)
		}
		return next(c)
	}
}

// asker finds out from which station the request comes, if from any, and who is signed in. At a
// station an ordinary session is never read, and what anybody can see there is no use of a visit.
func (s *Server) asker(c echo.Context, may access) (asker, error) {
	var who asker
	if may == plain || may == nobody {
		return who, nil
	}
	var err error
	if who.station, err = s.knownStation(c); err != nil {
		return who, err
	}
	store := s.Sessions
	if who.station != nil {
		store = s.Visits.At(who.station.ID)
		s.speak(c, who.station)
	}
	c.Set(storeKey, store)
	switch {
	case may == everywhere, may == atStation && who.station != nil, stoodInLine(c):
		who.current, err = store.Peek(c.Request())
	case may.forStations() == (who.station != nil):
		who.current, err = store.Current(c.Request())
	}
	c.Set(sessionKey, who.current)
	return who, err
}

// wasStation reports whether the browser was a station whose visitor Entra still has to be told of: a
// new pairing code gave the station to another browser in the middle of a visit.
func (s *Server) wasStation(c echo.Context) bool {
	_, isOwed := s.Visits.Owed(c.Request())
	return isOwed && s.Stations.Holds(c.Request())
}

// renewRoles reads the person's roles anew, once. Where Entra gives no newer ID token they stay as
// old as they are.
func (s *Server) renewRoles(c echo.Context, sess *session.Session) (*session.Session, error) {
	fresh, err := s.store(c).Renew(c.Request().Context(), sess, s.Refresh)
	if err != nil {
		return sess, err
	}
	c.Set(sessionKey, fresh)
	return fresh, nil
}

// current returns who is signed in, nil where nobody is; at a station, who visits it.
func current(c echo.Context) *session.Session {
	sess, _ := c.Get(sessionKey).(*session.Session)
	return sess
}

// store returns the store that the request's session is in.
func (s *Server) store(c echo.Context) *session.Store {
	if store, ok := c.Get(storeKey).(*session.Store); ok {
		return store
	}
	return s.Sessions
}

// signedOut refuses a request whose session is over. What was typed into a form is kept for
// whoever typed it, and the page says so; it leads to the sign-in. At a station nothing is kept.
func (s *Server) signedOut(c echo.Context, draft *session.Draft, err error) error {
	if stationOf(c) != nil {
		return err
	}
	person, known := s.typist(c)
	if draft == nil || !known {
		return err
	}
	draft.PersonKey, draft.Notice = person, noticeKept
	if err := s.Sessions.KeepDraft(c.Response(), *draft); err != nil {
		return err
	}
	return &outcome.Error{Outcome: outcome.SignedOut, Reason: "kept", Err: err}
}

// typist is who types in this browser: whoever is signed in, or was until the session ended.
func (s *Server) typist(c echo.Context) (personKey string, known bool) {
	if sess := current(c); sess != nil {
		return session.PersonKey(sess.Person), true
	}
	return s.Sessions.LastPerson(c.Request())
}

// toWelcome leads to the station's welcome, which ends whatever is on there. Only an admin who asks
// for the operator's page of a clean station signs in there and then.
func (s *Server) toWelcome(c echo.Context, may access, who asker) error {
	_, isOwed := s.store(c).Owed(c.Request())
	if may == operating && who.current == nil && !isOwed && c.Request().Method != http.MethodPost {
		return s.beginVisit(c, true)
	}
	return s.leave(c, http.StatusSeeOther, kioskPath)
}

// signInPath leads through Entra and back to a local path.
func signInPath(returnTo string) string {
	return "/auth/sign-in?" + url.Values{"return_to": {returnTo}}.Encode()
}
