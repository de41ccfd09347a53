package web

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// postEnrolFor enrols a fob for another person, with the code that it shows.
func (s *Server) postEnrolFor(c echo.Context) error {
	person, err := s.subject(c)
	if err != nil {
		return s.personProblem(c, err)
	}
	f := fields{form: c.Request().PostForm}
	in := desk.Enrolment{
		Serial: read(&f, fieldSerial, oath.ParseSerialNumber),
		Name:   read(&f, fieldName, oath.ParseDisplayName),
		Code:   read(&f, fieldCode, oath.ParseVerificationCode),
	}
	seen := read(&f, fieldSeen, asSeen)
	form := personForm(&f, person, func(r told) templ.Component {
		state := personState{person: person, summary: &r.Summary, enrol: view.EnrolProps{
			OtherCase: otherCase(r.refusal, in.Serial),
			Serial:    view.Input{Value: f.typed(fieldSerial), Error: r.fields[fieldSerial]},
			Name:      view.Input{Value: f.typed(fieldName), Error: r.fields[fieldName]},
			Code:      view.Input{Error: r.fields[fieldCode]},
		}}
		if r.refusal.Reason == reasonOthers+".assigned" {
			state.half = in.Serial
		}
		return s.personPage(c, state)
	})
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	act, err := s.Desk.EnrolFor(c.Request().Context(), s.others(c, person), s.inventory(c), s.byFor(c, person, seen), in)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, doneAt(view.PersonPath(person.ID), act))
}

// postAssign assigns a fob to another person, who activates it later.
func (s *Server) postAssign(c echo.Context) error {
	person, err := s.subject(c)
	if err != nil {
		return s.personProblem(c, err)
	}
	f := fields{form: c.Request().PostForm}
	serial, seen := read(&f, fieldSerial, oath.ParseSerialNumber), read(&f, fieldSeen, asSeen)
	form := personForm(&f, person, func(r told) templ.Component {
		for i := range r.Errors { // the serial number of the other form stands on that page too
			r.Errors[i].Field = view.AssignSerialField
		}
		return s.personPage(c, personState{
			person: person, summary: &r.Summary,
			assign: view.Input{Value: f.typed(fieldSerial), Error: r.fields[fieldSerial]},
		})
	})
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	act, err := s.Desk.Assign(c.Request().Context(), s.others(c, person), s.inventory(c), s.byFor(c, person, seen), serial)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, doneAt(view.PersonPath(person.ID), act))
}

// personForm is a form on the person's page: it comes back with what was typed, but for the code.
func personForm(f *fields, person oath.Person, page func(told) templ.Component) refusable {
	path := view.PersonPath(person.ID)
	return refusable{
		returnTo: path, page: page,
		draft: session.Draft{Path: path, Serial: f.typed(fieldSerial), DisplayName: f.typed(fieldName)},
	}
}
