package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/entra"
	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
)

// How old a proof of the person may be.
const (
	// freshForm: a step-up this old is good enough to show a form, for Graph takes one of ten
	// minutes and typing needs its time.
	freshForm = 8 * time.Minute
	// freshWrite: one this old is good enough to send what was typed.
	freshWrite = 10 * time.Minute
	// freshSignIn: where Graph does not ask for fresh MFA, a sign-in this old is good enough.
	freshSignIn = 20 * time.Minute
)

// Notices: why a person is back at a form. Each names its words in the catalogue.
const (
	noticeStepUp      = "notice.step_up"       // fresh MFA was due
	noticeStepUpGraph = "notice.step_up_graph" // Graph asked for it
	noticeKept        = "notice.kept"          // the session had ended
	noticeGrant       = "notice.grant"         // the form needs a wider grant
)

// noticeOf says why the person is back at the form; nothing where they only chose at a switch.
func noticeOf(ctx context.Context, draft session.Draft) string {
	if draft.Notice == "" {
		return ""
	}
	return message.Text(ctx, draft.Notice)
}

// stale reports whether the person has to prove themselves at Entra before they go on.
func (s *Server) stale(sess *session.Session, within time.Duration) bool {
	if s.StepUpAtSignIn {
		return s.Now().Sub(sess.SteppedUp) > within
	}
	return s.Now().Sub(sess.SignedIn) > freshSignIn
}

// stepUp sends the person to Entra and back to the form as it was. The challenge is Graph's, or
// empty. Where Graph does not ask for fresh MFA, signing in again is the proof.
func (s *Server) stepUp(c echo.Context, returnTo string, draft session.Draft, asked *outcome.Error) error {
	sess := current(c)
	begin := session.SignIn{ReturnTo: returnTo, Grant: s.route(c).grant, FreshMFA: s.StepUpAtSignIn || asked != nil}
	ask := entra.Authorization{LoginHint: sess.LoginHint}
	draft.PersonKey, draft.Notice = session.PersonKey(sess.Person), noticeStepUp
	if asked != nil {
		ask.Challenge, begin.Challenge, draft.Notice = asked.Claims, asked.ChallengeID(), noticeStepUpGraph
	}
	if !begin.FreshMFA {
		ask.Prompt = "login"
	}
	if err := s.store(c).KeepDraft(c.Response(), draft); err != nil {
		return err
	}
	return s.toEntra(c, begin, ask)
}

const stepUpPath = "/auth/step-up"

// getStepUp is what somebody presses whose fobs Graph does not show without a fresh sign-in.
func (s *Server) getStepUp(c echo.Context) error {
	_, err := s.list(c)
	if refusal, ok := errors.AsType[*outcome.Error](err); ok && refusal.Outcome == outcome.StepUp {
		return s.stepUp(c, "/", session.Draft{Path: "/"}, refusal)
	}
	return c.Redirect(http.StatusSeeOther, "/")
}

// by says who acts for themselves in this request, and how the tokens of its route were got.
func (s *Server) by(c echo.Context) desk.By {
	sess := current(c)
	held := sess.Of(s.route(c).grant)
	return desk.By{
		RequestID: requestIDOf(c.Request().Context()), Actor: sess.Person, Subject: sess.Person,
		Address: c.RealIP(), Station: stationName(c),
		FreshMFA: s.Now().Sub(held.SteppedUp) <= freshForm, Challenge: held.Challenge, JustBack: s.justBack(sess),
	}
}

// justBack reports whether the person came back from Entra a moment ago, so that sending them there
// again by itself would be a circle.
func (s *Server) justBack(sess *session.Session) bool {
	return s.Now().Sub(sess.SignedIn) < time.Minute
}

// fobs is Graph as the person of this request, for themselves.
func (s *Server) fobs(c echo.Context) desk.Fobs { return s.Fobs(s.tokens(c, session.GrantSelf)) }

// tokens gives the access tokens of the person of this request, of one grant.
func (s *Server) tokens(c echo.Context, grant session.Grant) *session.TokenSource {
	return s.store(c).TokenSource(current(c), grant, s.Refresh)
}

// leave redirects, also to another host: a request of htmx is told to, for a script must not
// follow there.
func (s *Server) leave(c echo.Context, status int, to string) error {
	if c.Request().Header.Get("HX-Request") == "true" {
		c.Response().Header().Set("HX-Redirect", to)
		return c.NoContent(http.StatusOK)
	}
	return c.Redirect(status, to)
}
