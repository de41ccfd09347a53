package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
)

// getHealth says that the process lives; it touches nothing.
func (s *Server) getHealth(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// getReady says whether the portal can serve, without why: that is in the log.
func (s *Server) getReady(c echo.Context) error {
	if err := s.Ready(c.Request().Context()); err != nil {
		s.Log.WarnContext(c.Request().Context(), "not ready", "error", err)
		return c.String(http.StatusServiceUnavailable, "not ready\n")
	}
	return c.String(http.StatusOK, "ready\n")
}

// postCSPReport counts what browsers refused to load, and logs it with the count so far. Anyone can
// send one, so it is bounded in size and in how many are logged.
func (s *Server) postCSPReport(c echo.Context) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return echo.ErrStatusRequestEntityTooLarge
	}
	if n := s.reported.Add(1); s.cspReports.Allow() {
		s.Log.WarnContext(c.Request().Context(), "content security policy report", "report", violated(body), "count", n)
	}
	return c.NoContent(http.StatusNoContent)
}

// violated returns the directive and the blocked address of a report, in either of the two forms
// browsers send (CSP Level 3, section 5).
func violated(body []byte) string {
	const most = 512
	var old struct {
		Report struct {
			Directive string `json:"violated-directive"`
			Blocked   string `json:"blocked-uri"`
		} `json:"csp-report"`
	}
	var reports []struct {
		Body struct {
			Directive string `json:"effectiveDirective"`
			Blocked   string `json:"blockedURL"`
		} `json:"body"`
	}
	said := "unreadable"
	switch {
	case json.Unmarshal(body, &old) == nil && old.Report.Directive != "":
		said = old.Report.Directive + " " + old.Report.Blocked
	case json.Unmarshal(body, &reports) == nil && len(reports) > 0:
		said = reports[0].Body.Directive + " " + reports[0].Body.Blocked
	}
	return string(bytes.ToValidUTF8([]byte(said[:min(len(said), most)]), nil))
}

// recordLimit bounds the writing of a row.
const recordLimit = 5 * time.Second

// record writes a row of the audit trail that is no act. A trail that can't be written does not
// hide the answer; the log says so.
func (s *Server) record(c echo.Context, event string, came outcome.Outcome, sess *session.Session) {
	if sess == nil {
		sess = &session.Session{}
	}
	s.write(c, s.newRow(c, event, came, sess.Person, sess.Person))
}

// recordFirst writes the row of what is about to be done. Without it nothing may be done, and the
// error is Unavailable.
func (s *Server) recordFirst(c echo.Context, row audit.Row) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), recordLimit)
	defer cancel()
	if err := s.Trail.AppendAudit(ctx, row); err != nil {
		return &outcome.Error{Outcome: outcome.Unavailable, Err: fmt.Errorf("record %s: %w", row.Event, err)}
	}
	return nil
}

// recorded reports whether the address carries, in the parameter, the id of a request in which this
// person did that for the subject lately. A link that somebody made up does not.
func (s *Server) recorded(c echo.Context, param, event string, came outcome.Outcome, subjectID string) bool {
	id, ctx := c.QueryParam(param), c.Request().Context()
	if id == "" {
		return false
	}
	const lately = 20
	rows, err := s.Trail.ListAudit(ctx, audit.Filter{
		Actor: current(c).Person.ID, Subject: subjectID, Event: event, Outcome: string(came),
	}, 0, lately)
	if err != nil {
		s.Log.ErrorContext(ctx, "whether it was done was not read", "error", err, "request_id", requestIDOf(ctx))
	}
	return slices.ContainsFunc(rows, func(row audit.Row) bool { return row.RequestID == id })
}

// recordedAt is a page that tells what this request did, as recorded finds it.
func recordedAt(c echo.Context, page, param string) string {
	return page + "?" + url.Values{param: {requestIDOf(c.Request().Context())}}.Encode()
}

func (s *Server) newRow(c echo.Context, event string, came outcome.Outcome, actor, subject oath.Person) audit.Row {
	return audit.Row{
		Time: s.Now(), Event: event, Outcome: string(came), Actor: actor.ID, ActorName: actor.Name,
		Subject: subject.ID, SubjectName: subject.Name, Station: stationName(c), Address: c.RealIP(), RequestID: requestIDOf(c.Request().Context()),
	}
}

func (s *Server) write(c echo.Context, row audit.Row) {
	ctx := c.Request().Context()
	// Who hangs up is recorded all the same.
	lasting, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	if err := s.Trail.AppendAudit(lasting, row); err != nil {
		s.Log.ErrorContext(ctx, "the audit row was not written", "event", row.Event, "error", err)
	}
}
