package web

import (
	"errors"
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

// getRemove asks whether the fob is really to go.
func (s *Server) getRemove(c echo.Context) error { return s.confirm(c, s.removePage) }

// confirm asks before something is done with a fob of one's own.
func (s *Server) confirm(c echo.Context, page func(echo.Context, view.RemoveProps) templ.Component) error {
	sess, path := current(c), c.Request().URL.EscapedPath()
	if s.stale(sess, freshForm) {
		return s.stepUp(c, path, session.Draft{Path: path}, nil)
	}
	notice := ""
	if draft, ok := s.store(c).TakeDraft(c.Response(), c.Request(), session.PersonKey(sess.Person), path); ok {
		notice = noticeOf(c.Request().Context(), draft)
	}
	props, err := s.removal(c, s.list)
	if refusal, ok := errors.AsType[*outcome.Error](err); ok && refusal.Outcome == outcome.StepUp {
		return s.stepUp(c, path, session.Draft{Path: path}, refusal)
	}
	if err != nil {
		return err
	}
	props.Notice = notice
	return s.render(c, http.StatusOK, page(c, props))
}

// confirmation is the form that confirms what is done with a fob of one's own.
func (s *Server) confirmation(c echo.Context, serial string, page func(echo.Context, view.RemoveProps) templ.Component) refusable {
	path := c.Request().URL.EscapedPath()
	return refusable{
		returnTo: path,
		draft:    session.Draft{Path: path},
		page: func(r told) templ.Component {
			props, err := s.removal(c, s.listSoon)
			if err != nil {
				props = view.RemoveProps{Unread: true, Fob: view.Fob{ID: c.Param("id"), Serial: serial}}
			}
			props.Summary = &r.Summary
			return page(c, props)
		},
	}
}

// removal reads the fob that is to go, and whether another one would be left to sign in with.
func (s *Server) removal(c echo.Context, list func(echo.Context) ([]oath.Method, error)) (view.RemoveProps, error) {
	methods, err := list(c)
	if err != nil {
		return view.RemoveProps{}, err
	}
	i := slices.IndexFunc(methods, func(m oath.Method) bool { return m.ID == c.Param("id") })
	if i < 0 {
		return view.RemoveProps{}, outcome.New(outcome.NotFound)
	}
	return view.RemoveProps{Fob: s.fob(c, methods[i]), Only: onlyActive(methods, methods[i])}, nil
}

// onlyActive reports whether the fob is the only one of these that its person can sign in with.
func onlyActive(methods []oath.Method, fob oath.Method) bool {
	another := func(m oath.Method) bool { return m.Active() && m.ID != fob.ID }
	return fob.Active() && !slices.ContainsFunc(methods, another)
}

func (s *Server) removePage(c echo.Context, props view.RemoveProps) templ.Component {
	props.Chrome, props.Form = s.chrome(c, "remove.title", props.Summary, props.Fob.Name, props.Fob.Serial), uuid.NewString()
	return view.RemovePage(props)
}

// postRemove takes the fob off its person.
func (s *Server) postRemove(c echo.Context) error { return s.remove(c, s.removePage, receiptPath) }

// remove takes a fob off the person of this request, and goes on to its receipt.
func (s *Server) remove(
	c echo.Context, page func(echo.Context, view.RemoveProps) templ.Component, receiptAt func(string) string,
) error {
	f := fields{form: c.Request().PostForm}
	in := desk.Removal{
		MethodID: c.Param("id"),
		Serial:   read(&f, fieldSerial, asSeen),
		Form:     read(&f, fieldForm, asSeen),
	}
	form := s.confirmation(c, in.Serial, page)
	if err := f.err(); err != nil {
		return s.refuse(c, err, form)
	}
	if s.stale(current(c), freshWrite) {
		return s.stepUpFrom(c, form, nil)
	}
	receipt, err := s.Desk.Remove(c.Request().Context(), s.fobs(c), s.by(c), in)
	s.acted(c)
	if err != nil {
		return s.refuse(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, receiptAt(receipt))
}
