package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/station"
)

// A station: how a browser becomes one, is known as one, and hears how things stand.

// knownStation returns the station that the request's browser is; nil where it is none, and where it
// was revoked, which revokedStation tells.
func (s *Server) knownStation(c echo.Context) (*station.Station, error) {
	known, err := s.Stations.Known(c.Request())
	switch {
	case err != nil || known == nil:
		return nil, err
	case !known.Revoked.IsZero():
		c.Set(revokedKey, known)
		return nil, nil
	}
	c.Set(stationKey, known)
	s.noted(c, s.Stations.MarkSeen(c.Request().Context(), *known))
	return known, nil
}

// stationOf returns the station that the request's browser is; nil where it is none.
func stationOf(c echo.Context) *station.Station {
	st, _ := c.Get(stationKey).(*station.Station)
	return st
}

// revokedStation returns the station that the request's browser was until it was revoked; nil where
// it never was one.
func revokedStation(c echo.Context) *station.Station {
	st, _ := c.Get(revokedKey).(*station.Station)
	return st
}

// stationID is the id of the station that the request comes from; empty where it is none.
func stationID(c echo.Context) string {
	if st := stationOf(c); st != nil {
		return st.ID
	}
	return ""
}

// stationName is the name that the audit trail has of where the request comes from.
func stationName(c echo.Context) string {
	if st := stationOf(c); st != nil {
		return st.Name
	}
	return ""
}

// acted remembers that somebody did something at this station.
func (s *Server) acted(c echo.Context) {
	if st := stationOf(c); st != nil {
		s.noted(c, s.Stations.MarkActed(c.Request().Context(), *st))
	}
}

// noteAuthTime remembers, for the list of stations, whether Entra says when people authenticate.
func (s *Server) noteAuthTime(c echo.Context, st station.Station, missing bool) {
	s.noted(c, s.Stations.MarkAuthTime(c.Request().Context(), st, missing))
}

// noted logs what could not be found out or remembered of a station where the answer does without it.
func (s *Server) noted(c echo.Context, err error) {
	if err != nil {
		ctx := c.Request().Context()
		s.Log.WarnContext(ctx, "a station was not known or marked", "error", err, "request_id", requestIDOf(ctx))
	}
}

const fieldPairingCode = "pairingCode"

// postKioskPair makes the browser a station. Whoever was signed in at it is signed out, here and, by
// way of the welcome, at Entra.
func (s *Server) postKioskPair(c echo.Context) error {
	ctx, typed := c.Request().Context(), (&fields{form: c.Request().PostForm}).typed(fieldPairingCode)
	paired, err := s.Stations.Pair(ctx, c.Response(), typed, network(c.RealIP()), requestIDOf(ctx))
	if err != nil {
		return s.refusePairing(c, err)
	}
	sess := current(c)
	c.Set(stationKey, &paired)
	s.forgetLanguage(c) // it was of whoever used the browser before
	if err := s.Sessions.Leave(c.Response(), c.Request()); err != nil {
		return err
	}
	if sess != nil {
		s.record(c, audit.EventSignOut, "signed_out", sess)
		if err := s.Visits.At(paired.ID).Owe(c.Response(), c.Request(), sess.LoginHint); err != nil {
			return err
		}
	}
	s.record(c, audit.EventStationPaired, cameDone, sess)
	return c.Redirect(http.StatusSeeOther, kioskPath)
}

// cameDone is what comes of what is done to a station.
const cameDone = outcome.Outcome("done")

// recordStation records what an admin did to a station.
func (s *Server) recordStation(c echo.Context, event, name string) {
	row := s.newRow(c, event, cameDone, current(c).Person, oath.Person{})
	row.Station = name
	s.write(c, row)
}

// getKioskPulse is what a station's page asks again and again, which is no use of a visit: 204 where
// all is well; 410 where the browser is no station any more and 409 where the page's visit (its tag,
// in the query) is over, so that the page is to be loaded anew; 503 where the portal can't serve, with
// a word on why: "entra", "graph" or "portal".
func (s *Server) getKioskPulse(c echo.Context) error {
	if stationOf(c) == nil {
		return c.NoContent(http.StatusGone)
	}
	sess := current(c)
	if tag := c.QueryParam("visit"); tag != "" && (sess == nil || s.store(c).Tag(sess) != tag) {
		return c.NoContent(http.StatusConflict)
	}
	if trouble := s.trouble(c.Request().Context()); trouble != "" {
		return c.String(http.StatusServiceUnavailable, trouble+"\n")
	}
	return c.NoContent(http.StatusNoContent)
}

// refusePairing answers a pairing code that was refused.
func (s *Server) refusePairing(c echo.Context, err error) error {
	if errors.Is(err, outcome.TooManyAttempts) {
		s.recordLimitHit(c, c.Path(), current(c))
	}
	return s.refuse(c, err, s.pairingForm(c))
}
