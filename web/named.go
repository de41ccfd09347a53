package web

import (
	"cmp"
	"slices"
	"sync"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/web/view"
)

// mostAsked is for how many people a list asks Graph. Whoever else shares a name goes by the end of
// their object id.
const mostAsked = 10

// named are the people of a list, by their object ids. Our own records have their names only, so
// that Graph is asked for those whom a name does not tell: two of one name, and who has none there.
func (s *Server) named(c echo.Context, parties []desk.Party) map[string]view.Named {
	names, bearers := map[string]string{}, map[string]int{}
	var ids []string
	for _, p := range parties {
		name, known := names[p.ID]
		if !known {
			ids = append(ids, p.ID)
		}
		names[p.ID] = cmp.Or(name, p.Name) // a row can be older than that its subject's name was known
	}
	for _, name := range names {
		bearers[name]++
	}
	told := func(id string) bool { return names[id] != "" && bearers[names[id]] == 1 }
	people := map[string]view.Named{}
	for _, id := range ids {
		people[id] = view.Named{Name: names[id]}
	}
	asked := slices.DeleteFunc(ids, told)
	found := s.find(c, asked[:min(mostAsked, len(asked))])
	for i, id := range asked {
		person := view.Named{Name: names[id], Address: "…" + id[max(0, len(id)-6):]}
		if i < len(found) && found[i].ID != "" {
			person = view.Named{Name: cmp.Or(person.Name, found[i].Name), Address: found[i].UserPrincipalName}
		}
		people[id] = person
	}
	return people
}

// find asks Graph for people, all at once. One whom it does not show is the zero Person.
func (s *Server) find(c echo.Context, ids []string) []oath.Person {
	ctx, people, found := c.Request().Context(), s.people(c), make([]oath.Person, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() {
			if person, err := people.Find(ctx, id); err == nil {
				found[i] = person
			}
		})
	}
	all.Wait()
	return found
}
