package web

import (
	"cmp"
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/message"
	"fobdesk/web/view"
)

const (
	openShown = 5  // acts of which nothing is known
	lostShown = 20 // fobs that were reported lost
)

// getAdmin is where an admin starts: whom to help, where else to go, how the desk stands. What the
// store can't tell is left out.
func (s *Server) getAdmin(c echo.Context) error {
	props := view.AdminProps{Chrome: s.chrome(c, "admin.title", nil)}
	found, err := s.recentPeople(c)
	if err == nil {
		props.Found = found
		err = s.addDesk(c, &props)
	}
	if err != nil {
		ctx := c.Request().Context()
		s.Log.ErrorContext(ctx, "how the desk stands was not read", "error", err, "request_id", requestIDOf(ctx))
		props.Trouble = message.Text(ctx, "admin.unread")
		if props.Found.Heading == "" {
			props.Found.Heading = props.Trouble
		}
	}
	return s.render(c, http.StatusOK, view.AdminPage(props))
}

// addDesk adds how the desk stands.
func (s *Server) addDesk(c echo.Context, props *view.AdminProps) error {
	ctx := c.Request().Context()
	unsettled, err := s.unsettled(c)
	if err != nil {
		return err
	}
	if props.Charts, err = s.charts(c, unsettled); err != nil {
		return err
	}
	for _, act := range unsettled[:min(openShown, len(unsettled))] {
		props.Open = append(props.Open, view.OpenAct{
			At: s.exact(c, act.Act.At), Event: eventWords(ctx, act.Act.Event), Serial: act.Act.Serial,
			Subject: subjectOf(act.Act.Subject.ID, act.Act.Subject.Name), Actor: actorOf(act.Act.Actor.ID, act.Act.Actor.Name),
		})
	}
	lost, err := s.Desk.Memory.LostFobs(ctx, lostShown)
	var holders []desk.Party
	for _, fob := range lost {
		holders = append(holders, desk.Party{ID: fob.Person, Name: fob.Name})
	}
	named := s.named(c, holders)
	for _, fob := range lost {
		props.Lost = append(props.Lost, view.LostFob{
			At: s.exact(c, fob.At), Serial: fob.Serial, Holder: named[fob.Person], Href: view.PersonPath(fob.Person), By: cmp.Or(fob.By.Name, fob.By.ID),
		})
	}
	return err
}

// rolesNeeded says which roles open the admin pages.
func (s *Server) rolesNeeded(ctx context.Context) string {
	var names []string
	for _, role := range s.AdminRoles {
		names = append(names, cmp.Or(roleNames[role], role))
	}
	return message.Text(ctx, "admin.roles", "roles", message.List(ctx, names))
}

// roleNames are the names of directory roles by their template ids (Entra, "Microsoft Entra
// built-in roles"), as they stand in Entra itself; any other role is named as it is configured.
var roleNames = map[string]string{
	"62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
	"7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "Privileged Authentication Administrator",
	"c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
	"0526716b-113d-4c15-b2c8-68e3c22b9f80": "Authentication Policy Administrator",
	"f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
	"729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
	"fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
}
