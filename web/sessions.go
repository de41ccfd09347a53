package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/mileusna/useragent"

	"fobdesk/internal/audit"
	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

const (
	sessionsPath = "/sessions"
	endedParam   = "ended" // the request that ended the person's sessions a moment ago

	cameSignedOutElsewhere = outcome.Outcome("signed_out_elsewhere")
	cameSignedOutByAdmin   = outcome.Outcome("signed_out_by_admin")
)

// getSessions shows a person where they are signed in.
func (s *Server) getSessions(c echo.Context) error {
	ctx := c.Request().Context()
	signed, err := s.Sessions.SignedIn(ctx, current(c))
	if err != nil {
		return err
	}
	props := view.SessionsProps{Chrome: s.chrome(c, "sessions.title", nil)}
	if s.recorded(c, endedParam, audit.EventSignOut, cameSignedOutElsewhere, current(c).Person.ID) {
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
	if !ended {
		return c.Redirect(http.StatusSeeOther, sessionsPath)
	}
	s.record(c, audit.EventSignOut, cameSignedOutElsewhere, sess)
	return c.Redirect(http.StatusSeeOther, recordedAt(c, sessionsPath, endedParam))
}

// postEndSessionsFor signs a person out everywhere, as when a laptop was stolen. Every admin may,
// whomever their role reaches: it must not wait for another one, and takes nothing from the person
// but a sign-in. Graph is asked for the name alone, where the form does not carry it.
func (s *Server) postEndSessionsFor(c echo.Context) error {
	f, err := s.postedFor(c)
	if err != nil {
		return err
	}
	person := f.page.Person
	if person.Name == "" {
		if found, err := s.subject(c); err == nil { // else the row has the id, and the person is signed out all the same
			person = found
		}
	}
	if err := s.recordFirst(c, s.newRow(c, audit.EventSignOut, cameSignedOutByAdmin, current(c).Person, person)); err != nil {
		return err
	}
	if _, err := s.Sessions.EndAll(c.Request().Context(), person); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, recordedAt(c, view.PersonPath(person.ID), endedParam))
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
	if len(agent) > most || !sound(agent) {
		return ""
	}
	return strings.TrimPrefix(agent, " · ")
}
