package web

import (
	"encoding/json"
	"slices"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// fieldSeen carries what the page of a form about somebody else showed: who that is and how their
// fobs stood. With it the intent of the act names the person before Graph is asked anything, a form
// that is malformed comes back without asking Graph, and one that was overtaken is noticed. It is
// sealed, so that nobody writes a name of their own into the audit trail.
const fieldSeen = "seen"

// seen is what that field holds.
type seen struct {
	Person  oath.Person
	Methods []oath.Method
	Unread  bool // the page did not show the fobs
}

// fobs says in short how the fobs stood; empty where that is not known.
func (p seen) fobs() string {
	if p.Unread {
		return ""
	}
	return desk.Seen(p.Methods)
}

// holds reports whether the page showed this fob with a form for its code.
func (p seen) holds(methodID string) bool {
	return slices.ContainsFunc(p.Methods, func(m oath.Method) bool { return m.ID == methodID && !m.Active() })
}

// sealSeen makes the field. A form without it is as good, but for what it carries.
func (s *Server) sealSeen(c echo.Context, p seen) string {
	text, err := json.Marshal(p)
	var sealed string
	if err == nil {
		sealed, err = s.store(c).SealFor(current(c).Person, seenBy(p.Person.ID), string(text))
	}
	if err != nil {
		s.Log.ErrorContext(c.Request().Context(), "what the page showed was not sealed", "error", err)
	}
	return sealed
}

func seenBy(personID string) string { return "seen " + personID }

// overtakenPage is how the fobs stood on a page that nobody can vouch for: otherwise than they do.
const overtakenPage = "unknown"

// posted is a form about somebody else: whom it is about, and how their fobs stood.
type posted struct {
	fields
	page seen
	fobs string
}

// postedFor reads the form and the person of the address; NotFound for what is no object id. Of a
// form that does not carry what its page showed, only the person's id is known.
func (s *Server) postedFor(c echo.Context) (*posted, error) {
	id, ok := objectID(c.Param("id"))
	if !ok {
		return nil, outcome.New(outcome.NotFound)
	}
	p := &posted{fields: fields{form: c.Request().PostForm}}
	sealed := read(&p.fields, fieldSeen, asTyped)
	if sealed != "" {
		text, sound := s.store(c).OpenFor(current(c).Person, seenBy(id), sealed)
		if sound && json.Unmarshal([]byte(text), &p.page) == nil {
			p.fobs = p.page.fobs()
			return p, nil
		}
		p.fobs = overtakenPage
	}
	p.page = seen{Person: oath.Person{TenantID: current(c).Person.TenantID, ID: id}, Unread: true}
	return p, nil
}

func asTyped(s string) (string, error) { return s, nil }

// asShown reports whether the refusal came before Graph was asked anything, so that its page is as
// it was and asks nothing either.
func (r told) asShown() bool {
	switch r.refusal.Outcome {
	case outcome.InvalidInput, outcome.Unavailable, outcome.TooManyAttempts:
		return true
	}
	return false
}

// standing is how the person of a refused form stands, for its page: as the page was, or read anew.
// The error says why it could not be read.
func (s *Server) standing(c echo.Context, f *posted, r told) (seen, error) {
	page := f.page
	if r.asShown() {
		return page, nil
	}
	if page.Person.Name == "" {
		if person, err := s.subject(c); err == nil {
			page.Person = person
		}
	}
	var err error
	page.Methods, err = s.listOfSoon(c, page.Person)
	page.Unread = err != nil
	return page, err
}
