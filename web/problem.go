package web

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

// handleError is where every error that is no form's ends: one calm page with a reference. A
// fault of ours is logged here, once.
func (s *Server) handleError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	if errors.Is(err, outcome.SignedOut) && stationOf(c) != nil {
		if err := s.leave(c, http.StatusSeeOther, kioskPath); err != nil {
			s.Log.ErrorContext(c.Request().Context(), "the way to the welcome failed", "error", err)
		}
		return
	}
	sess := current(c)
	circling := sess != nil && s.justBack(sess)
	if errors.Is(err, outcome.SignedOut) && c.Request().Method != http.MethodPost && !circling {
		// A page is simply asked for again after signing in.
		if err := s.leave(c, http.StatusFound, signInPath(c.Request().URL.RequestURI())); err != nil {
			s.Log.ErrorContext(c.Request().Context(), "the way to the sign-in failed", "error", err)
		}
		return
	}
	atKiosk := s.atKiosk(c)
	status, summary := s.problem(c, err)
	page := view.ProblemPage(view.ProblemProps{Chrome: s.chrome(c, summary.Heading, nil), Summary: summary})
	if atKiosk {
		page = s.kioskTrouble(c, err, summary)
	}
	if partial(c) { // a whole page in the place of a part
		header := c.Response().Header()
		header.Set("HX-Retarget", "#main")
		header.Set("HX-Reselect", "#main")
		header.Set("HX-Reswap", "outerHTML")
	}
	if err := s.render(c, status, page); err != nil {
		s.Log.ErrorContext(c.Request().Context(), "the page of a problem failed", "error", err)
		_ = c.NoContent(status)
	}
}

func (s *Server) problem(c echo.Context, err error) (int, view.Summary) {
	ctx := c.Request().Context()
	if errors.Is(err, echo.ErrNotFound) { // no route: nobody has asked yet from where it comes
		_, unknown := s.knownStation(c)
		s.noted(c, unknown)
		err = outcome.New(outcome.NotFound)
	}
	if refusal, ok := errors.AsType[*outcome.Error](err); ok {
		s.logRefused(c, refusal)
		summary := s.tell(c, refusal).Summary
		summary.Next = s.wayOn(c, refusal)
		return s.status(c, refusal), summary
	}
	status := http.StatusInternalServerError
	if known, ok := errors.AsType[*echo.HTTPError](err); ok {
		status = known.Code
		s.Log.WarnContext(ctx, "refused", "route", c.Path(), "status", status, "behind", known.Internal, "request_id", requestIDOf(ctx))
	} else {
		s.Log.ErrorContext(ctx, "fault", "route", c.Path(), "error", err, "request_id", requestIDOf(ctx))
	}
	name, next := problemName(status), &view.Link{Href: "/", Text: message.Text(ctx, "action.home")}
	if stationOf(c) != nil {
		next = &view.Link{Href: kioskPath, Text: message.Text(ctx, "action.kiosk")}
		if name == "general" {
			name = reasonStation
		}
	}
	words := message.Problem(ctx, name)
	return status, view.Summary{
		Heading: words.Title, Text: append(words.Text, words.Next), Reference: requestIDOf(ctx), Next: next,
	}
}

// logRefused says what lies behind a refusal that has a page of its own.
func (s *Server) logRefused(c echo.Context, refusal *outcome.Error) {
	ctx := c.Request().Context()
	s.Log.WarnContext(ctx, "refused", "route", c.Path(), "outcome", refusal.Outcome, "reason", refusal.Reason,
		"behind", refusal.Err, "request_id", requestIDOf(ctx))
}

// wayOn is the one next step from a page of trouble.
func (s *Server) wayOn(c echo.Context, refusal *outcome.Error) *view.Link {
	ctx := c.Request().Context()
	if stationOf(c) != nil {
		return &view.Link{Href: kioskPath, Text: message.Text(ctx, "action.kiosk")}
	}
	switch refusal.Outcome {
	case outcome.SignedOut:
		return &view.Link{Href: signInPath(s.backFrom(c)), Text: message.Text(ctx, "action.sign_in"), Leaves: true}
	case outcome.NotAllowed:
		if refusal.Reason == reasonRole { // a new ID token has the roles that hold by now
			return &view.Link{Href: signInPath(s.backFrom(c)), Text: message.Text(ctx, "action.sign_in_again"), Leaves: true}
		}
	case outcome.SignInRefused, outcome.UpstreamUnavailable:
		if returnTo, ok := c.Get(returnKey).(string); ok || current(c) == nil {
			return &view.Link{Href: signInPath(cmp.Or(returnTo, "/")), Text: message.Text(ctx, "action.sign_in_again"), Leaves: true}
		}
	}
	return &view.Link{Href: "/", Text: message.Text(ctx, "action.home")}
}

// backFrom is the page to come back to: the one that was asked for, or whose form was posted.
func (s *Server) backFrom(c echo.Context) string {
	switch {
	case c.Path() == enrolPath:
		return enrolPath
	case c.Path() == "/fobs/:id/remove", c.Path() == lostPath:
		return localPath(c.Request().URL.EscapedPath())
	case s.route(c).access == admin, s.route(c).access == visiting, s.route(c).access == operating:
		return s.pageAbove(c)
	}
	return "/"
}

// pageAbove is this address where it is a page's, with its query, or else the nearest one above it
// that is: an admin's form is posted to an address below that of its page.
func (s *Server) pageAbove(c echo.Context) string {
	if c.Request().Method != http.MethodPost {
		return localPath(c.Request().URL.RequestURI())
	}
	pattern, path := c.Path(), c.Request().URL.EscapedPath()
	for pattern != "" {
		if _, page := s.table[http.MethodGet+" "+pattern]; page {
			return localPath(path)
		}
		pattern, path = parent(pattern), parent(path)
	}
	return "/"
}

// parent cuts the last segment off a path.
func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '/'))] }

// problemName names the words for a status that is no outcome's.
func problemName(status int) string {
	switch status {
	case http.StatusMethodNotAllowed:
		return "method_not_allowed"
	case http.StatusRequestEntityTooLarge:
		return "too_large"
	case http.StatusBadRequest, http.StatusForbidden:
		return "bad_request"
	case http.StatusTooManyRequests:
		return "too_many_requests"
	case http.StatusUnsupportedMediaType:
		return "unsupported_media"
	}
	return "general"
}
