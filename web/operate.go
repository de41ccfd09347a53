package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
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

// recordRarely records what anybody can cause as often as they like: a few rows a minute for each
// address. The log has the rest.
func (s *Server) recordRarely(c echo.Context, event string, came outcome.Outcome, sess *session.Session) {
	if allowed, err := s.rarely.Allow(c.RealIP()); err == nil && allowed {
		s.record(c, event, came, sess)
	}
}

// record writes a row of the audit trail that is no act. A trail that can't be written does not
// hide the answer; the log says so.
func (s *Server) record(c echo.Context, event string, came outcome.Outcome, sess *session.Session) {
	if sess == nil {
		sess = &session.Session{}
	}
	s.write(c, s.newRow(c, event, came, sess.Person, sess.Person))
}

// recordFor is record for what an admin does for somebody else.
func (s *Server) recordFor(c echo.Context, event string, came outcome.Outcome, subject oath.Person) {
	s.write(c, s.newRow(c, event, came, current(c).Person, subject))
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
