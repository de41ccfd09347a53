package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/entra"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
)

// A visit: how it begins, goes on and ends. Whatever ends it ends it here first; then Entra is told,
// now or, where Entra can't be reached, when the welcome is shown next.

const (
	kioskPath    = "/kiosk"
	visitPath    = "/kiosk/enrol"
	operatorPath = "/kiosk/operator"
	pairPath     = "/kiosk/pair"
)

// getKioskStart is what somebody presses who walks up to the station.
func (s *Server) getKioskStart(c echo.Context) error { return s.beginVisit(c, false) }

// beginVisit ends a visit that is on and sends whoever stands at the station to Entra, to sign in
// afresh: for themselves, or as an operator who serves others.
func (s *Server) beginVisit(c echo.Context, operator bool) error {
	if _, err := s.endVisit(c); err != nil {
		return err
	}
	begin := session.SignIn{ReturnTo: visitPath, FreshMFA: true, Fresh: true}
	if operator {
		begin.ReturnTo, begin.Grant, begin.Operator = operatorPath, session.GrantAdmin, true
	}
	return s.toEntra(c, begin, entra.Authorization{Prompt: "login"})
}

// endVisit ends the visit at this station and wipes what the browser keeps of it; it returns the
// session that was on, nil where none was.
func (s *Server) endVisit(c echo.Context) (*session.Session, error) {
	sess, err := s.store(c).Peek(c.Request())
	if err != nil {
		return nil, err
	}
	if err := s.store(c).Leave(c.Response(), c.Request()); err != nil {
		return nil, err
	}
	c.Set(sessionKey, nil)
	if sess != nil {
		s.room.forget(s.store(c).CSRFToken(sess))
		s.record(c, audit.EventSignOut, "signed_out", sess)
	}
	return sess, nil
}

// postKioskFinish ends the visit here first, then at Entra.
func (s *Server) postKioskFinish(c echo.Context) error {
	sess, err := s.endVisit(c)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	s.forgetLanguage(c)
	if to, ok := s.pastEntra(c, s.store(c), sess); ok {
		return s.leave(c, http.StatusSeeOther, to)
	}
	return s.leave(c, http.StatusSeeOther, kioskPath)
}

// putOut wipes a browser that was a station until it was revoked: whoever visited it is signed out at
// Entra, too, before the page says so.
func (s *Server) putOut(c echo.Context, why error) error {
	if err := s.Visits.Leave(c.Response(), c.Request()); err != nil {
		return err
	}
	if to, ok := s.pastEntra(c, s.Visits, nil); ok {
		return s.leave(c, http.StatusSeeOther, to)
	}
	return why
}

// tidy makes the station clean for its welcome: a visit that is on is ended, and where Entra is owed
// word of an end, and can be reached, the browser goes there and comes back. It reports whether it
// has answered the request so; then the page is not shown.
func (s *Server) tidy(c echo.Context) (answered bool, err error) {
	sess, err := s.endVisit(c)
	if err != nil {
		return false, err
	}
	if to, ok := s.pastEntra(c, s.store(c), sess); ok {
		s.forgetLanguage(c)
		return true, s.leave(c, http.StatusSeeOther, to)
	}
	if sess != nil || s.owesEntra(c) {
		s.forgetLanguage(c)
	}
	s.Stations.Keep(c.Response(), c.Request())
	return false, nil
}

// owesEntra reports whether Entra could not be told that somebody left, so that its sign-in page may
// remember their name.
func (s *Server) owesEntra(c echo.Context) bool {
	_, isOwed := s.store(c).Owed(c.Request())
	return isOwed
}

// oweUnknown keeps that whoever came back to this station from a sign-in that failed is to be signed
// out at Entra, which may know them although we do not.
func (s *Server) oweUnknown(c echo.Context) error {
	if stationOf(c) == nil {
		return nil
	}
	return s.store(c).Owe(c.Response(), c.Request(), "")
}

// pastEntra answers the way to the welcome that ends the person's session at Entra; false where Entra
// need not be told or, just now, can't be: a station must not be left on a page of the browser's own
// that says so.
func (s *Server) pastEntra(c echo.Context, visits *session.Store, ended *session.Session) (to string, ok bool) {
	hint, isOwed := visits.Owed(c.Request())
	if !isOwed && ended != nil {
		hint, isOwed = ended.LoginHint, true
	}
	if !isOwed || s.Entra.Look(c.Request().Context()) != nil {
		return "", false
	}
	to = s.Entra.EndSessionURL(hint, s.BaseURL.String()+kioskPath)
	if to == "" {
		return "", false
	}
	visits.Told(c.Response(), c.Request())
	return to, true
}

// postKioskStay is somebody who says that they are still there.
func (s *Server) postKioskStay(c echo.Context) error {
	sess, err := s.store(c).Current(c.Request())
	switch {
	case err != nil:
		return err
	case sess == nil:
		return s.leave(c, http.StatusSeeOther, kioskPath)
	}
	return c.NoContent(http.StatusNoContent)
}

// Why a sign-in begins no visit.
const (
	reasonNoAuthTime = "auth_time" // Entra does not say when the person authenticated
	reasonNotFresh   = "not_fresh" // they did so before they came to the station
)

// admitVisit says whether a sign-in at this station may begin a visit, or go on with the one it was
// begun in, which keeps its person and its end. Entra knows the person from here on, so it is owed
// word of their leaving, whatever comes of this.
func (s *Server) admitVisit(c echo.Context, signIn session.SignIn, identity entra.Identity, roles *session.Session) error {
	st, sess := stationOf(c), current(c)
	if sess != nil && !signIn.Fresh && sess.Operator == signIn.Operator && sess.Person.Same(identity.Person) {
		return nil
	}
	if err := s.store(c).Owe(c.Response(), c.Request(), identity.LoginHint); err != nil {
		return err
	}
	s.noteAuthTime(c, *st, identity.AuthTime.IsZero())
	if err := signedInAfresh(identity, s.Now().Sub(signIn.Began)); err != nil {
		return err
	}
	if signIn.Operator && !s.isAdmin(roles) {
		s.recordDenied(c, outcome.NotAllowed, roles)
		return &outcome.Error{Outcome: outcome.NotAllowed, Reason: reasonRole}
	}
	_, err := s.endVisit(c)
	return err
}

// How far apart the times of one sign-in may lie.
const (
	// freshTolerance is for the time that Entra takes, and for its whole seconds.
	freshTolerance = 5 * time.Second
	// backdated is how far back Entra dates iat (and nbf), though not auth_time.
	backdated = 5 * time.Minute
)

// signedInAfresh reports a person who did not authenticate for this visit, which began so long ago.
// It compares the ID token's iat and auth_time, which are of one clock, Entra's, so that neither this
// machine's clock nor the station's plays a part. An auth_time after iat shows that iat is dated back.
func signedInAfresh(identity entra.Identity, began time.Duration) error {
	if identity.AuthTime.IsZero() {
		return &outcome.Error{Outcome: outcome.SignInRefused, Reason: reasonNoAuthTime}
	}
	age := identity.IssuedAt.Sub(identity.AuthTime)
	if age < -freshTolerance {
		age += backdated
	}
	if age < -freshTolerance || age > began+freshTolerance {
		return &outcome.Error{
			Outcome: outcome.SignInRefused, Reason: reasonNotFresh,
			Err: errors.New("auth_time is " + age.String() + " before the ID token, the visit began " + began.String() + " ago"),
		}
	}
	return nil
}
