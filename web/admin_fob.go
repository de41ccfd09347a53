package web

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// postActivateFor relays the code of a fob that is assigned to another person.
func (s *Server) postActivateFor(c echo.Context) error {
	f, err := s.postedFor(c)
	if err != nil {
		return err
	}
	in := desk.Activation{
		MethodID: c.Param("fob"),
		Serial:   read(&f.fields, fieldSerial, asSeen),
		Code:     read(&f.fields, fieldCode, oath.ParseVerificationCode),
	}
	form := fobForm(f, func(r told) templ.Component {
		for i := range r.Errors { // the code fields of several forms stand on that page, if it shows them
			if r.Errors[i].Field = view.CodeField(in.MethodID); r.asShown() && !f.page.holds(in.MethodID) {
				r.Errors[i].Field = ""
			}
		}
		return s.refusedPerson(c, f, r, personState{focus: in.MethodID, codeError: r.fields[fieldCode]})
	})
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	person := f.page.Person
	act, err := s.Desk.Activate(c.Request().Context(), s.others(c, person), s.byFor(c, person, f.fobs), in)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, doneAt(view.PersonPath(person.ID), act))
}

// fobForm is a form of one fob on the person's page; nothing of it is kept while the admin is away.
func fobForm(f *posted, page func(told) templ.Component) refusable {
	path := view.PersonPath(f.page.Person.ID)
	return refusable{returnTo: path, page: page, draft: session.Draft{Path: path}}
}

// postDeactivateFor switches a person's fob off; it stays theirs.
func (s *Server) postDeactivateFor(c echo.Context) error {
	f, err := s.postedFor(c)
	if err != nil {
		return err
	}
	in := desk.Deactivation{
		MethodID: c.Param("fob"),
		Serial:   read(&f.fields, fieldSerial, asSeen),
		Form:     read(&f.fields, fieldForm, asSeen),
	}
	form := fobForm(f, func(r told) templ.Component { return s.refusedPerson(c, f, r, personState{}) })
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	person := f.page.Person
	act, err := s.Desk.Deactivate(c.Request().Context(), s.others(c, person), s.byFor(c, person, f.fobs), in)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, doneAt(view.PersonPath(person.ID), act))
}

// getRemoveFor asks whether a person's fob is really to go.
func (s *Server) getRemoveFor(c echo.Context) error {
	person, err := s.subject(c)
	if err != nil {
		return s.personProblem(c, err)
	}
	methods, err := s.listOf(c, person)
	if err != nil {
		return s.personProblem(c, err)
	}
	props, ok := s.removalFor(c, seen{Person: person, Methods: methods})
	if !ok {
		return outcome.New(outcome.NotFound)
	}
	path := c.Request().URL.EscapedPath()
	if draft, ok := s.store(c).TakeDraft(c.Response(), c.Request(), session.PersonKey(current(c).Person), path); ok {
		props.Notice = noticeOf(c.Request().Context(), draft)
	}
	return s.render(c, http.StatusOK, s.removeForPage(c, props))
}

// removalFor is the fob that is to go, and whether another one would be left to sign in with.
func (s *Server) removalFor(c echo.Context, page seen) (view.RemoveForProps, bool) {
	props := view.RemoveForProps{Person: page.Person, Seen: s.sealSeen(c, page)}
	props.Person.Name = cmp.Or(page.Person.Name, page.Person.ID)
	i := slices.IndexFunc(page.Methods, func(m oath.Method) bool { return m.ID == c.Param("fob") })
	if i < 0 {
		return props, false
	}
	props.Fob = s.fobOrLost(c, page.Methods[i], s.lostOf(c, page.Person.ID))
	props.Only = onlyActive(page.Methods, page.Methods[i])
	return props, true
}

func (s *Server) removeForPage(c echo.Context, props view.RemoveForProps) templ.Component {
	props.Chrome, props.Form = s.chrome(c, "remove_for.title", props.Summary, props.Fob.Serial, props.Person.Name), uuid.NewString()
	return view.RemoveForPage(props)
}

// postRemoveFor takes a fob off its person.
func (s *Server) postRemoveFor(c echo.Context) error {
	f, err := s.postedFor(c)
	if err != nil {
		return err
	}
	in := desk.Removal{
		MethodID: c.Param("fob"),
		Serial:   read(&f.fields, fieldSerial, asSeen),
		Form:     read(&f.fields, fieldForm, asSeen),
	}
	path := c.Request().URL.EscapedPath()
	form := refusable{
		returnTo: path, draft: session.Draft{Path: path},
		page: func(r told) templ.Component { return s.notRemoved(c, f, in, r) },
	}
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	person := f.page.Person
	act, err := s.Desk.Remove(c.Request().Context(), s.others(c, person), s.byFor(c, person, f.fobs), in)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, doneAt(view.PersonPath(person.ID), act))
}

// notRemoved shows the question again, or the person where the fob is no longer theirs.
func (s *Server) notRemoved(c echo.Context, f *posted, in desk.Removal, r told) templ.Component {
	page, _ := s.standing(c, f, r) // why the fobs can't be read is no news here: the question is the same
	props, ok := s.removalFor(c, page)
	switch {
	case page.Unread:
		props.RemoveProps = view.RemoveProps{Unread: true, Fob: view.Fob{ID: in.MethodID, Serial: in.Serial}}
	case !ok:
		return s.refusedPerson(c, f, r, personState{})
	}
	props.Summary = &r.Summary
	return s.removeForPage(c, props)
}
