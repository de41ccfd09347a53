package web

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/oath"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// postEnrolFor enrols a fob for another person, with the code that it shows.
func (s *Server) postEnrolFor(c echo.Context) error {
	f, err := s.postedFor(c)
	if err != nil {
		return err
	}
	in := f.enrolment()
	form := personForm(f, func(r told) templ.Component {
		state := personState{enrol: view.EnrolProps{
			OtherCase: otherCase(r.refusal, in.Serial),
			Serial:    f.again(fieldSerial, r),
			Name:      f.again(fieldName, r),
			Code:      view.Input{Error: r.fields[fieldCode]},
		}}
		if r.refusal.Reason == reasonOthers+".assigned" {
			state.half = in.Serial
		}
		return s.refusedPerson(c, f, r, state)
	})
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	person := f.page.Person
	act, err := s.Desk.EnrolFor(c.Request().Context(), s.others(c, person), s.inventory(c), s.byFor(c, person, f.fobs), in)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, doneAt(view.PersonPath(person.ID), act))
}

// postAssign assigns a fob to another person, who activates it later.
func (s *Server) postAssign(c echo.Context) error {
	f, err := s.postedFor(c)
	if err != nil {
		return err
	}
	serial := read(&f.fields, fieldSerial, oath.ParseSerialNumber)
	form := personForm(f, func(r told) templ.Component {
		for i := range r.Errors { // the serial number of the other form stands on that page too
			r.Errors[i].Field = view.AssignSerialField
		}
		typed := f.again(fieldSerial, r)
		return s.refusedPerson(c, f, r, personState{assign: typed})
	})
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	person := f.page.Person
	act, err := s.Desk.Assign(c.Request().Context(), s.others(c, person), s.inventory(c), s.byFor(c, person, f.fobs), serial)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, doneAt(view.PersonPath(person.ID), act))
}

// personForm is a form on the person's page: it comes back with what was typed, but for the code.
func personForm(f *posted, page func(told) templ.Component) refusable {
	path := view.PersonPath(f.page.Person.ID)
	return refusable{
		returnTo: path, page: page,
		draft: session.Draft{Path: path, Serial: f.typed(fieldSerial), DisplayName: f.typed(fieldName)},
	}
}
