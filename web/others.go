package web

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
)

// What is the same for everything that an admin does for somebody else.

// reasonOthers begins the reasons whose words are for somebody who acts for another person.
const reasonOthers = "others"

// subject reads the person of the address. What is no object id is not asked of Graph.
func (s *Server) subject(c echo.Context) (oath.Person, error) {
	id, ok := objectID(c.Param("id"))
	if !ok {
		return oath.Person{}, outcome.New(outcome.NotFound)
	}
	person, err := s.people(c).Find(c.Request().Context(), id)
	if err != nil {
		return oath.Person{ID: id, Name: id}, err
	}
	person.TenantID = current(c).Person.TenantID
	return person, nil
}

// others is Graph as this admin, for another person.
func (s *Server) others(c echo.Context, subject oath.Person) desk.Fobs {
	return s.Others(s.tokens(c, session.GrantAdmin), subject.ID)
}

// byFor says that this admin acts for another person, whose fobs stood as seen on the page. Where the
// form did not say who that is, Graph is asked once the intent is written.
func (s *Server) byFor(c echo.Context, subject oath.Person, seen string) desk.By {
	by, sess := s.by(c), current(c)
	by.Subject, by.Seen = subject, seen
	if subject.Name == "" {
		by.Whose = func(ctx context.Context) (oath.Person, error) { return s.people(c).Find(ctx, subject.ID) }
	}
	by.MayAsk = s.inventory(c) == nil && !slices.Contains(sess.Declined, session.GrantInventory)
	return by
}

// inventory is the tenant's list of fobs as this admin may read it; nil where that was not granted.
func (s *Server) inventory(c echo.Context) desk.Inventory {
	if !current(c).Has(session.GrantInventory, s.Now()) {
		return nil
	}
	return s.Inventory(s.tokens(c, session.GrantInventory))
}

// forOthers turns what came of an act for somebody else into a refusal whose words are an admin's.
// A form whose fob is gone was overtaken. Who came back from Entra a moment ago is not sent there
// again by itself.
func (s *Server) forOthers(c echo.Context, err error) *outcome.Error {
	refusal := *s.refusal(c, err)
	switch {
	case refusal.Outcome == outcome.StepUp && s.justBack(current(c)):
		refusal.Outcome = outcome.NotAllowed
	case refusal.Outcome == outcome.NotFound && refusal.Reason == "" && c.Request().PostForm.Get(fieldSeen) != "":
		refusal.Outcome = outcome.Overtaken
	case refusal.Outcome == outcome.SignedOut, refusal.Outcome == outcome.StepUp:
		return &refusal
	}
	refusal.Reason = strings.TrimSuffix(reasonOthers+"."+refusal.Reason, ".")
	return &refusal
}

// refuseOthers answers a form about somebody else that was refused. Where the inventory's permission
// is to be asked for, the admin goes to Entra, and the form comes back as it was.
func (s *Server) refuseOthers(c echo.Context, err error, form refusable) error {
	if errors.Is(err, outcome.ConsentNeeded) {
		return s.askGrant(c, session.GrantInventory, form.returnTo, &form.draft)
	}
	return s.refuse(c, s.forOthers(c, err), form)
}
