package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

const (
	peoplePath = "/admin/users"
	fieldQuery = "q"
	fieldNext  = "next" // where the list goes on
	recently   = 10     // people shown whom the admin helped lately
	// flawCursor is what is wrong with a list's next page that the portal did not make.
	flawCursor = oath.Flaw("cursor")
)

// getPeople finds people: by what is typed, or those whom the admin helped lately. An object id and
// a whole user principal name lead straight to their person. As one types, only the results are
// asked for, and nothing leads away.
func (s *Server) getPeople(c echo.Context) error {
	c.Response().Header().Add(echo.HeaderVary, "HX-Request-Type")
	f := fields{form: c.QueryParams()}
	query, cursor := read(&f, fieldQuery, trimmed), read(&f, fieldNext, trimmed)
	if err := f.err(); err != nil {
		return s.refusePeople(c, err, query)
	}
	if !partial(c) {
		path, err := s.straightTo(c, query)
		if err != nil {
			return s.refusePeople(c, err, query)
		}
		if path != "" {
			return c.Redirect(http.StatusSeeOther, path)
		}
	}
	found, err := s.findPeople(c, query, cursor)
	if err != nil {
		return s.refusePeople(c, err, query)
	}
	return s.renderPeople(c, http.StatusOK, view.PeopleProps{Query: view.Input{Value: query}, Found: found})
}

func trimmed(s string) (string, error) { return strings.TrimSpace(s), nil }

// partial reports whether htmx asks for a part of a page.
func partial(c echo.Context) bool { return c.Request().Header.Get("HX-Request-Type") == "partial" }

// straightTo is the page of the one person whom an object id or a whole user principal name names;
// empty for anything else.
func (s *Server) straightTo(c echo.Context, query string) (string, error) {
	if id, ok := objectID(query); ok {
		return view.PersonPath(id), nil
	}
	if !strings.Contains(query, "@") {
		return "", nil
	}
	person, err := s.people(c).Find(c.Request().Context(), query)
	switch {
	case errors.Is(err, outcome.NotFound):
		return "", nil
	case err != nil:
		return "", err
	}
	return view.PersonPath(person.ID), nil
}

// objectID is the object id in its usual form, and false for what is none.
func objectID(text string) (string, bool) {
	id, err := uuid.Parse(text)
	return id.String(), err == nil && len(text) == len(id.String())
}

// people are the tenant's people as this admin sees them.
func (s *Server) people(c echo.Context) People { return s.People(s.tokens(c, session.GrantAdmin)) }

// findPeople is what stands below the search field.
func (s *Server) findPeople(c echo.Context, query, cursor string) (view.PeopleFound, error) {
	ctx := c.Request().Context()
	if query == "" {
		return s.recentPeople(c)
	}
	list, next := "people "+query, ""
	if cursor != "" {
		var ok bool
		if next, ok = s.store(c).OpenFor(current(c).Person, list, cursor); !ok {
			return view.PeopleFound{}, invalidCursor()
		}
	}
	people, next, err := s.people(c).Search(ctx, query, next)
	if err != nil {
		return view.PeopleFound{}, err
	}
	found := view.PeopleFound{
		Heading: message.Text(ctx, "people.results"), Count: message.Text(ctx, "people.count", "count", len(people)),
		Fob: fobNamed(c, query), People: listed(people),
	}
	if len(people) == 0 {
		found.Count = message.Text(ctx, "field.q.nobody")
	}
	if next != "" {
		if cursor, err = s.store(c).SealFor(current(c).Person, list, next); err != nil {
			return view.PeopleFound{}, err
		}
		more := url.Values{fieldQuery: {query}, fieldNext: {cursor}}
		found.Next = &view.Link{Href: peoplePath + "?" + more.Encode(), Text: message.Text(ctx, "people.more")}
		found.Count = message.Text(ctx, "people.count_more", "count", len(people))
	}
	return found, nil
}

func invalidCursor() error {
	return &outcome.Error{Outcome: outcome.InvalidInput, Fields: []outcome.Field{{Name: fieldQuery, Flaw: string(flawCursor)}}}
}

func listed(people []oath.Person) []view.Found {
	var found []view.Found
	for _, person := range people {
		one := view.Found{Href: view.PersonPath(person.ID), Name: person.Name, UPN: person.UserPrincipalName}
		if !strings.EqualFold(person.Mail, person.UserPrincipalName) {
			one.Mail = person.Mail
		}
		found = append(found, one)
	}
	return found
}

// recentPeople are those whom this admin helped lately.
func (s *Server) recentPeople(c echo.Context) (view.PeopleFound, error) {
	ctx := c.Request().Context()
	recent, err := s.Desk.Memory.RecentSubjects(ctx, current(c).Person.ID, recently)
	if err != nil {
		return view.PeopleFound{}, &outcome.Error{Outcome: outcome.Unavailable, Err: err}
	}
	found := view.PeopleFound{Heading: message.Text(ctx, "people.recent")}
	if len(recent) == 0 {
		found.Heading = message.Text(ctx, "people.recent_none")
	}
	named := s.named(c, recent)
	for _, person := range recent {
		known := named[person.ID]
		found.People = append(found.People, view.Found{
			Href: view.PersonPath(person.ID), Name: cmp.Or(known.Name, person.ID), UPN: known.Address,
		})
	}
	return found, nil
}

// fobNamed leads to where a fob is, if what was typed may be its serial number: a name has no digits.
func fobNamed(c echo.Context, query string) *view.Link {
	serial, err := oath.ParseSerialNumber(query)
	if err != nil || !strings.ContainsFunc(query, unicode.IsDigit) || strings.ContainsRune(query, ' ') {
		return nil
	}
	return &view.Link{
		Href: fobsPath + "?" + url.Values{paramSerial: {serial.String()}}.Encode(),
		Text: message.Text(c.Request().Context(), "people.fob", "serial", serial.String()),
	}
}

// refusePeople shows a search that was refused: beside the field where that is to blame, else in
// the place of the results.
func (s *Server) refusePeople(c echo.Context, err error, query string) error {
	refusal := s.forOthers(c, err)
	for i, field := range refusal.Fields {
		if field.Name == fieldNext { // Graph no longer knows the page
			refusal.Fields[i] = outcome.Field{Name: fieldQuery, Flaw: string(flawCursor)}
		}
	}
	switch refusal.Outcome {
	case outcome.SignedOut:
		return refusal
	case outcome.StepUp:
		return s.stepUp(c, peoplePath, session.Draft{Path: peoplePath}, refusal)
	}
	told := s.tell(c, refusal)
	props := view.PeopleProps{Query: view.Input{Value: query, Error: told.fields[fieldQuery]}}
	if partial(c) || len(told.Errors) == 0 {
		props.Found.Summary = &told.Summary
	} else {
		props.Summary, props.Found.Heading = &told.Summary, message.Text(c.Request().Context(), "people.none_asked")
	}
	return s.renderPeople(c, s.status(c, refusal), props)
}

// renderPeople sends the page, or to one who types the part of it that changes.
func (s *Server) renderPeople(c echo.Context, status int, props view.PeopleProps) error {
	if partial(c) {
		return s.render(c, status, view.PeopleResults(props.Found))
	}
	props.Chrome = s.chrome(c, "people.title", props.Summary, props.Query.Value)
	return s.render(c, status, view.PeoplePage(props))
}
