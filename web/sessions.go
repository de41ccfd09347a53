package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/mileusna/useragent"

	"fobdesk/internal/audit"
	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

const (
	sessionsPath = "/sessions"
	endedParam   = "ended" // the person's sessions were ended a moment ago
)

// getSessions shows a person where they are signed in.
func (s *Server) getSessions(c echo.Context) error {
	ctx := c.Request().Context()
	signed, err := s.Sessions.SignedIn(ctx, current(c))
	if err != nil {
		return err
	}
	props := view.SessionsProps{Chrome: s.chrome(c, "sessions.title", nil)}
	if c.QueryParam(endedParam) != "" {
		props.Notice = message.Text(ctx, "sessions.ended")
	}
	for _, one := range signed {
		shown := view.SignedIn{
			ID: one.ID, Agent: one.Agent, Address: one.Address, Here: one.Here, Station: one.Station != "",
			Began: s.moment(c, one.Began), Seen: s.moment(c, one.Seen),
		}
		if shown.Agent == "" {
			shown.Agent = message.Text(ctx, "sessions.unknown")
		}
		props.All = append(props.All, shown)
	}
	return s.render(c, http.StatusOK, view.SessionsPage(props))
}

// postEndSession ends one of the person's own sessions, somewhere else. One that is over already is
// what was wanted.
func (s *Server) postEndSession(c echo.Context) error {
	sess := current(c)
	ended, err := s.Sessions.EndSigned(c.Request().Context(), sess.Person, c.Param("id"))
	if err != nil {
		return err
	}
	if ended {
		s.record(c, audit.EventSignOut, "signed_out_elsewhere", sess)
	}
	return c.Redirect(http.StatusSeeOther, sessionsPath+"?"+endedParam+"=1")
}

// postEndSessionsFor signs a person out everywhere, as when a laptop was stolen.
func (s *Server) postEndSessionsFor(c echo.Context) error {
	id, ok := objectID(c.Param("id"))
	if !ok {
		return outcome.New(outcome.NotFound)
	}
	person := oath.Person{TenantID: current(c).Person.TenantID, ID: id}
	if _, err := s.Sessions.EndAll(c.Request().Context(), person); err != nil {
		return err
	}
	s.recordFor(c, audit.EventSignOut, "signed_out_by_admin", person)
	return c.Redirect(http.StatusSeeOther, view.PersonPath(id)+"?"+endedParam+"=1")
}

// agentOf is the browser and the system of a request in a few words, for its person to know it by:
// both are what the browser says of itself.
func agentOf(r *http.Request) string {
	const most = 64
	ua := useragent.Parse(r.UserAgent())
	agent := strings.TrimSpace(ua.Name)
	if ua.OS != "" {
		agent += " · " + ua.OS
	}
	if len(agent) > most || strings.ContainsFunc(agent, oath.Deceives) {
		return ""
	}
	return strings.TrimPrefix(agent, " · ")
}
