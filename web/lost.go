package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

// lostPath is where a fob is reported lost.
const lostPath = "/fobs/:id/lost"

// getLost asks whether the fob is really lost, for it is switched off at once.
func (s *Server) getLost(c echo.Context) error { return s.confirm(c, s.lostPage) }

func (s *Server) lostPage(c echo.Context, props view.RemoveProps) templ.Component {
	props.Chrome, props.Form = s.chrome(c, "lost.title", props.Summary, props.Fob.Name, props.Fob.Serial), uuid.NewString()
	return view.LostPage(props)
}

// postLost switches the fob off, so that who finds it can't use it, and remembers that it is lost.
func (s *Server) postLost(c echo.Context) error {
	f := fields{form: c.Request().PostForm}
	in := desk.Deactivation{
		MethodID: c.Param("id"),
		Serial:   read(&f, fieldSerial, asSeen),
		Form:     read(&f, fieldForm, asSeen),
		Lost:     true,
	}
	form := s.confirmation(c, in.Serial, s.lostPage)
	if err := f.err(); err != nil {
		return s.refuse(c, err, form)
	}
	if s.stale(current(c), freshWrite) {
		return s.stepUpFrom(c, form, nil)
	}
	receipt, err := s.Desk.Deactivate(c.Request().Context(), s.fobs(c), s.by(c), in)
	if err != nil {
		return s.refuse(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, receiptPath(receipt))
}

// postFound takes back that the fob is lost. It is still off: the home page asks for its code.
func (s *Server) postFound(c echo.Context) error {
	methodID := c.Param("id")
	f := fields{form: c.Request().PostForm}
	serial := read(&f, fieldSerial, asSeen)
	if err := f.err(); err != nil {
		return err
	}
	if err := s.turnedUp(c, s.by(c), methodID, serial); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, openFob(methodID))
}

// turnedUp takes back that a fob is lost, once that is recorded. Of one that is found already, as
// where the button was pressed twice, there is nothing to record.
func (s *Server) turnedUp(c echo.Context, by desk.By, methodID, serial string) error {
	ctx := c.Request().Context()
	lost, err := s.Desk.Memory.LostOf(ctx, by.Subject.ID)
	if err != nil {
		return &outcome.Error{Outcome: outcome.Unavailable, Err: err}
	}
	if lost[methodID].IsZero() {
		return nil
	}
	row := s.newRow(c, audit.EventFound, cameFound, by.Actor, by.Subject)
	row.Serial = serial
	if err := s.recordFirst(c, row); err != nil {
		return err
	}
	err = s.Desk.Found(ctx, by, methodID)
	if errors.Is(err, outcome.NotFound) {
		return nil
	}
	return err
}

// lostOf is when each of a person's fobs was reported lost, by the method's id. Where the store
// fails they are shown as Graph has them.
func (s *Server) lostOf(c echo.Context, personID string) map[string]time.Time {
	ctx := c.Request().Context()
	lost, err := s.Desk.Memory.LostOf(ctx, personID)
	if err != nil {
		s.Log.ErrorContext(ctx, "the lost fobs were not read", "error", err, "request_id", requestIDOf(ctx))
	}
	return lost
}

// fobOrLost puts a method into the words of the list. Graph shows a fob that was switched off as
// assigned, so that one which was reported lost would ask for its code; one that is active by now
// was found.
func (s *Server) fobOrLost(c echo.Context, method oath.Method, lost map[string]time.Time) view.Fob {
	fob := s.fob(c, method)
	if !lost[method.ID].IsZero() && !method.Active() {
		fob.Status, fob.State, fob.Activate = "lost", message.Text(c.Request().Context(), "fob.state.lost"), nil
	}
	return fob
}
