package web

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// getRemove asks whether the fob is really to go.
func (s *Server) getRemove(c echo.Context) error {
	sess, path := current(c), c.Request().URL.EscapedPath()
	if s.stale(sess, freshForm) {
		return s.stepUp(c, path, session.Draft{Path: path}, nil)
	}
	notice := ""
	if draft, ok := s.Sessions.TakeDraft(c.Response(), c.Request(), session.PersonKey(sess.Person), path); ok {
		notice = message.Text(c.Request().Context(), draft.Notice)
	}
	methods, err := s.fobs(c).List(c.Request().Context())
	if err != nil {
		return s.unread(c, path, err)
	}
	i := slices.IndexFunc(methods, func(m oath.Method) bool { return m.ID == c.Param("id") })
	if i < 0 {
		return outcome.New(outcome.NotFound)
	}
	others := slices.ContainsFunc(methods, func(m oath.Method) bool { return m.Active() && m.ID != methods[i].ID })
	return s.render(c, http.StatusOK, s.removePage(c, view.RemoveProps{
		Notice: notice, Fob: s.fob(c, methods[i]), Only: methods[i].Active() && !others,
	}))
}

// unread answers a page whose fobs can't be read. What Graph asks of the person's token is asked
// once; asked again of the token that came of it, it is a no.
func (s *Server) unread(c echo.Context, path string, err error) error {
	refusal, by := s.refusal(c, err), s.by(c)
	switch {
	case refusal.Outcome != outcome.StepUp:
		return err
	case by.FreshMFA && by.Challenge == refusal.ChallengeID():
		return &outcome.Error{Outcome: outcome.NotAllowed, Err: err}
	}
	return s.stepUp(c, path, session.Draft{Path: path}, refusal)
}

func (s *Server) removePage(c echo.Context, props view.RemoveProps) templ.Component {
	props.Chrome = s.chrome(c, "remove.title", props.Summary)
	return view.RemovePage(props)
}

// postRemove takes the fob off its person.
func (s *Server) postRemove(c echo.Context) error {
	path := c.Request().URL.EscapedPath()
	f := fields{form: c.Request().PostForm}
	in := desk.Removal{MethodID: c.Param("id"), Serial: f.typed(fieldSerial)}
	form := refusable{
		returnTo: path,
		draft:    session.Draft{Path: path},
		page: func(r told) templ.Component {
			fob := view.Fob{ID: in.MethodID, Serial: in.Serial, Name: message.Text(c.Request().Context(), "fob.unnamed")}
			return s.removePage(c, view.RemoveProps{Summary: &r.Summary, Fob: fob})
		},
	}
	if s.stale(current(c), freshWrite) {
		return s.stepUp(c, path, form.draft, nil)
	}
	receipt, err := s.Desk.Remove(c.Request().Context(), s.fobs(c), s.by(c), in)
	if err != nil {
		return s.refuse(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, receiptPath(receipt))
}
