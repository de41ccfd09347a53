package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// getHome welcomes whoever is not signed in, and shows the others their fobs. It never sends
// anybody to Entra by itself, a session that is over apart.
func (s *Server) getHome(c echo.Context) error {
	sess := current(c)
	if sess == nil {
		props := view.WelcomeProps{Chrome: s.chrome(c, "welcome.title", nil)}
		props.SignIn = view.Link{Href: signInPath("/"), Text: message.Text(c.Request().Context(), "action.sign_in"), Leaves: true}
		return s.render(c, http.StatusOK, view.WelcomePage(props))
	}
	state := homeState{focus: c.QueryParam(fobParam)}
	if draft, ok := s.store(c).TakeDraft(c.Response(), c.Request(), session.PersonKey(sess.Person), "/"); ok {
		state.notice = noticeOf(c.Request().Context(), draft)
	}
	methods, err := s.list(c)
	if errors.Is(err, outcome.SignedOut) {
		return err
	}
	status := http.StatusOK
	if err == nil {
		if told := settledWords(c.Request().Context(), s.settleOwn(c, sess.Person.ID, methods)); told != "" {
			state.notice = strings.TrimSpace(told + " " + state.notice)
		}
	} else {
		refusal := s.refusal(c, err)
		status = s.statusWithout(c, refusal)
		state.unread = s.unread(c, refusal)
	}
	return s.render(c, status, s.homeWith(c, state, methods))
}

// list reads the fobs of the person of this request.
func (s *Server) list(c echo.Context) ([]oath.Method, error) {
	return s.Desk.List(c.Request().Context(), s.fobs(c), s.by(c))
}

// soonLimit is how long a page that has other news to tell waits for the fobs.
const soonLimit = 2 * time.Second

// listSoon reads the fobs for a page that has other news to tell: where Graph is slow they are left
// out, for the act that is told may have taken most of the time there is.
func (s *Server) listSoon(c echo.Context) ([]oath.Method, error) {
	ctx, cancel := context.WithTimeout(c.Request().Context(), soonLimit)
	defer cancel()
	return s.Desk.List(ctx, s.fobs(c), s.by(c))
}

// unread says why the fobs can't be shown, and what to do: the person goes to Entra only by
// pressing a button.
func (s *Server) unread(c echo.Context, refusal *outcome.Error) *view.Summary {
	ctx := c.Request().Context()
	if refusal.Outcome == outcome.Throttled {
		refusal = &outcome.Error{Outcome: outcome.Throttled, Reason: reasonLook, RetryAfter: refusal.RetryAfter, Reference: refusal.Reference}
	}
	summary := s.tell(c, refusal).Summary
	summary.Next = &view.Link{Href: "/", Text: message.Text(ctx, "action.read_again")}
	if refusal.Outcome == outcome.StepUp {
		summary.Next = &view.Link{Href: stepUpPath, Text: message.Text(ctx, "action.sign_in_again"), Leaves: true}
	}
	return &summary
}

// reasonLook is why a list was not read that somebody only wanted to look at.
const reasonLook = "look"

// homeState is what the home page shows beside the fobs.
type homeState struct {
	summary   *view.Summary
	unread    *view.Summary
	notice    string
	focus     string // the id of the fob whose form takes the focus
	codeError string // what is wrong with the code in that form
}

// homePage reads the fobs and shows them. It answers a form that was refused, so a list that
// can't be read is no news of its own: the summary says what came of the form.
func (s *Server) homePage(c echo.Context, state homeState) templ.Component {
	methods, err := s.listSoon(c)
	if err != nil {
		state.unread = s.unread(c, s.refusal(c, err))
	}
	return s.homeWith(c, state, methods)
}

func (s *Server) homeWith(c echo.Context, state homeState, methods []oath.Method) templ.Component {
	props := view.HomeProps{
		Chrome:  s.chrome(c, "home.title", state.summary),
		Summary: state.summary, Notice: state.notice, Unread: state.unread,
	}
	lost := s.lostOf(c, current(c).Person.ID)
	for _, method := range methods {
		fob := s.fobOrLost(c, method, lost)
		if fob.Activate != nil && method.ID == state.focus {
			fob.Activate.Focus, fob.Activate.Code.Error = true, state.codeError
		}
		props.Fobs = append(props.Fobs, fob)
	}
	return view.HomePage(props)
}

// fob puts a method into the words of the list.
func (s *Server) fob(c echo.Context, method oath.Method) view.Fob {
	ctx, device := c.Request().Context(), method.Device
	fob := view.Fob{
		ID: method.ID, Name: device.DisplayName, Serial: device.SerialNumber,
		Added: s.moment(c, method.Created), LastUsed: s.moment(c, latest(method.LastUsed, device.LastUsed)),
	}
	if fob.Name == "" {
		fob.Name = message.Text(ctx, "fob.unnamed")
	}
	switch device.Status {
	case oath.StatusActivated:
		fob.Status = "active"
	case oath.StatusAssigned, oath.StatusAvailable, oath.StatusFailedActivation:
		// A read that lags still says "available" of a fob that is bound (Graph, reported).
		fob.Status, fob.Activate = "assigned", &view.ActivateForm{}
	default:
		fob.Status = "other"
	}
	fob.State = message.Text(ctx, "fob.state."+fob.Status)
	return fob
}
