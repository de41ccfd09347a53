package web

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// seenAs says how a person's fobs stand, for a form to send along.
func seenAs(methods []oath.Method) string { return desk.Seen(methods) }

// postActivateFor relays the code of a fob that is assigned to another person.
func (s *Server) postActivateFor(c echo.Context) error {
	person, err := s.subject(c)
	if err != nil {
		return s.personProblem(c, err)
	}
	f := fields{form: c.Request().PostForm}
	in := desk.Activation{
		MethodID: c.Param("fob"),
		Serial:   read(&f, fieldSerial, asSeen),
		Code:     read(&f, fieldCode, oath.ParseVerificationCode),
	}
	seen := read(&f, fieldSeen, asSeen)
	form := personForm(&fields{}, person, func(r told) templ.Component {
		for i := range r.Errors { // the code fields of several forms stand on that page
			r.Errors[i].Field = view.CodeField(in.MethodID)
		}
		return s.personPage(c, personState{person: person, summary: &r.Summary, focus: in.MethodID, codeError: r.fields[fieldCode]})
	})
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	act, err := s.Desk.Activate(c.Request().Context(), s.others(c, person), s.byFor(c, person, seen), in)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, doneAt(view.PersonPath(person.ID), act))
}

// postDeactivateFor switches a person's fob off; it stays theirs.
func (s *Server) postDeactivateFor(c echo.Context) error {
	person, err := s.subject(c)
	if err != nil {
		return s.personProblem(c, err)
	}
	f := fields{form: c.Request().PostForm}
	in := desk.Deactivation{
		MethodID: c.Param("fob"),
		Serial:   read(&f, fieldSerial, asSeen),
		Form:     read(&f, fieldForm, asSeen),
	}
	seen := read(&f, fieldSeen, asSeen)
	form := personForm(&fields{}, person, func(r told) templ.Component {
		return s.personPage(c, personState{person: person, summary: &r.Summary})
	})
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	act, err := s.Desk.Deactivate(c.Request().Context(), s.others(c, person), s.byFor(c, person, seen), in)
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
	props, ok := s.removalFor(c, person, methods)
	if !ok {
		return outcome.New(outcome.NotFound)
	}
	path := c.Request().URL.EscapedPath()
	if draft, ok := s.Sessions.TakeDraft(c.Response(), c.Request(), session.PersonKey(current(c).Person), path); ok {
		props.Notice = message.Text(c.Request().Context(), draft.Notice)
	}
	return s.render(c, http.StatusOK, s.removeForPage(c, props))
}

// removalFor is the fob that is to go, and whether another one would be left to sign in with.
func (s *Server) removalFor(c echo.Context, person oath.Person, methods []oath.Method) (view.RemoveForProps, bool) {
	props := view.RemoveForProps{Person: person, Seen: seenAs(methods)}
	i := slices.IndexFunc(methods, func(m oath.Method) bool { return m.ID == c.Param("fob") })
	if i < 0 {
		return props, false
	}
	others := slices.ContainsFunc(methods, func(m oath.Method) bool { return m.Active() && m.ID != methods[i].ID })
	props.Fob = s.fobOrLost(c, methods[i], s.lostOf(c, person.ID))
	props.Only = methods[i].Active() && !others
	return props, true
}

func (s *Server) removeForPage(c echo.Context, props view.RemoveForProps) templ.Component {
	props.Chrome, props.Form = s.chrome(c, "remove_for.title", props.Summary), uuid.NewString()
	return view.RemoveForPage(props)
}

// postRemoveFor takes a fob off its person.
func (s *Server) postRemoveFor(c echo.Context) error {
	person, err := s.subject(c)
	if err != nil {
		return s.personProblem(c, err)
	}
	f := fields{form: c.Request().PostForm}
	in := desk.Removal{
		MethodID: c.Param("fob"),
		Serial:   read(&f, fieldSerial, asSeen),
		Form:     read(&f, fieldForm, asSeen),
	}
	seen := read(&f, fieldSeen, asSeen)
	path := c.Request().URL.EscapedPath()
	form := refusable{
		returnTo: path, draft: session.Draft{Path: path},
		page: func(r told) templ.Component { return s.notRemoved(c, person, in, r) },
	}
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	act, err := s.Desk.Remove(c.Request().Context(), s.others(c, person), s.byFor(c, person, seen), in)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, doneAt(view.PersonPath(person.ID), act))
}

// notRemoved shows the question again, or the person where the fob is no longer theirs.
func (s *Server) notRemoved(c echo.Context, person oath.Person, in desk.Removal, r told) templ.Component {
	methods, err := s.listOf(c, person)
	props, ok := s.removalFor(c, person, methods)
	switch {
	case err != nil:
		props.RemoveProps = view.RemoveProps{Unread: true, Fob: view.Fob{ID: in.MethodID, Serial: in.Serial}}
	case !ok:
		return s.personPage(c, personState{person: person, summary: &r.Summary})
	}
	props.Summary = &r.Summary
	return s.removeForPage(c, props)
}
