package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/entra"
	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// statuses is the one table from an outcome to the status of the page that tells it.
var statuses = map[outcome.Outcome]int{
	outcome.Enrolled:            http.StatusOK,
	outcome.Activated:           http.StatusOK,
	outcome.Removed:             http.StatusOK,
	outcome.Assigned:            http.StatusOK,
	outcome.Deactivated:         http.StatusOK,
	outcome.Overtaken:           http.StatusConflict,
	outcome.ConsentNeeded:       http.StatusForbidden,
	outcome.InvalidInput:        http.StatusUnprocessableEntity,
	outcome.WrongCode:           http.StatusUnprocessableEntity,
	outcome.Refused:             http.StatusUnprocessableEntity,
	outcome.UnknownSerial:       http.StatusUnprocessableEntity,
	outcome.AssignedToOther:     http.StatusConflict,
	outcome.AlreadyActive:       http.StatusConflict,
	outcome.LimitReached:        http.StatusConflict,
	outcome.NotAllowed:          http.StatusForbidden,
	outcome.TooManyAttempts:     http.StatusTooManyRequests,
	outcome.Throttled:           http.StatusServiceUnavailable,
	outcome.UpstreamUnavailable: http.StatusBadGateway,
	outcome.Unavailable:         http.StatusServiceUnavailable,
	outcome.OutcomeUnknown:      http.StatusGatewayTimeout,
	outcome.SignedOut:           http.StatusUnauthorized,
	outcome.SignInRefused:       http.StatusBadRequest,
	outcome.StepUp:              http.StatusForbidden,
	outcome.WrongOrigin:         http.StatusForbidden,
	outcome.NotFound:            http.StatusNotFound,
}

// statusOf is the status of the page that tells a refusal. An Entra that gave no answer is told apart
// from one that gave a bad one.
func statusOf(refusal *outcome.Error) int {
	if refusal.Reason == entra.ReasonSilent {
		return http.StatusGatewayTimeout
	}
	if status, ok := statuses[refusal.Outcome]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// refusable is a form that can come back: with what was typed, or after the person was away.
type refusable struct {
	returnTo string
	draft    session.Draft
	page     func(told) templ.Component
}

// refuse answers a form that was refused: with the same form and the words, or by the way to
// Entra where the person is needed there first.
func (s *Server) refuse(c echo.Context, err error, form refusable) error {
	refusal := s.refusal(c, err)
	switch refusal.Outcome {
	case outcome.StepUp:
		return s.stepUpFrom(c, form, refusal)
	case outcome.SignedOut:
		return s.signedOut(c, s.draftOf(c), refusal)
	case outcome.NotFound:
		return refusal
	}
	return s.render(c, s.status(c, refusal), form.page(s.tell(c, refusal)))
}

// stepUpFrom sends the person to Entra from a form. Where Entra can't be reached the form stays,
// with what was typed.
func (s *Server) stepUpFrom(c echo.Context, form refusable, asked *outcome.Error) error {
	err := s.stepUp(c, form.returnTo, form.draft, asked)
	if err == nil {
		return nil
	}
	refusal := s.refusal(c, err)
	return s.render(c, s.status(c, refusal), form.page(s.tell(c, refusal)))
}

// status is the answer's status, and tells when to come back where waiting is the cure.
func (s *Server) status(c echo.Context, refusal *outcome.Error) int {
	if refusal.Outcome == outcome.Throttled && refusal.Reason == "" { // an admin hears of the first 429 at once
		c.Set(throttledKey, true)
	}
	setRetryAfter(c, refusal.RetryAfter)
	return statusOf(refusal)
}

// statusWithout is the status of a page that shows all but what Graph refused. While people stand in
// line that is all there is to be had, and no failure.
func (s *Server) statusWithout(c echo.Context, refusal *outcome.Error) int {
	if status := s.status(c, refusal); refusal.Outcome != outcome.Throttled || !s.Line.Busy() {
		return status
	}
	return http.StatusOK
}

// refusal returns the refusal that err carries. Anything else is a fault of ours: it is logged
// with its place and told as an outcome that claims nothing.
func (s *Server) refusal(c echo.Context, err error) *outcome.Error {
	if refusal, ok := errors.AsType[*outcome.Error](err); ok {
		return refusal
	}
	ctx := c.Request().Context()
	s.Log.ErrorContext(ctx, "fault", "route", c.Path(), "error", err, "request_id", requestIDOf(ctx))
	return &outcome.Error{Outcome: outcome.OutcomeUnknown, Err: err}
}

// told is an outcome in words: for the top of the page, and for beside the fields.
type told struct {
	view.Summary
	refusal *outcome.Error
	fields  map[string]string
}

// tell puts an outcome into words.
func (s *Server) tell(c echo.Context, refusal *outcome.Error) told {
	ctx := c.Request().Context()
	worded := wordedForVisit(c, refusal)
	words := message.Refusal(ctx, worded)
	t := told{
		Summary: view.Summary{
			Outcome: string(refusal.Outcome), Good: statusOf(refusal) == http.StatusOK,
			Heading: words.Title, Text: words.Text, Reference: refusal.Reference,
		},
		refusal: refusal,
		fields:  map[string]string{},
	}
	if refusal.Reason == reasonRole {
		t.Text = append(t.Text, s.rolesNeeded(ctx))
	}
	if words.Next != "" {
		t.Text = append(t.Text, words.Next)
	}
	if t.Reference == "" {
		t.Reference = requestIDOf(ctx)
	}
	for _, field := range message.FieldErrors(ctx, worded) {
		t.fields[field.Name] = field.Text
		link := view.SummaryLink{Field: field.Name, Text: field.Text}
		if field.Name == fieldForm || field.Name == fieldSeen { // hidden: there is nothing to lead to
			link.Field = ""
		}
		t.Errors = append(t.Errors, link)
	}
	return t
}

// reasonVisit ends the reasons whose words are for somebody who stands at a station.
const reasonVisit = "visit"

// wordedForVisit gives a refusal the reason by which words for somebody at a station are found, where there
// are some of their own.
func wordedForVisit(c echo.Context, refusal *outcome.Error) *outcome.Error {
	if stationOf(c) == nil {
		return refusal
	}
	worded := *refusal
	worded.Reason = strings.TrimPrefix(worded.Reason+"."+reasonVisit, ".")
	return &worded
}

// setRetryAfter tells when to come back, in whole seconds, rounded up.
func setRetryAfter(c echo.Context, wait time.Duration) {
	if wait > 0 {
		seconds := int64((wait + time.Second - 1) / time.Second)
		c.Response().Header().Set(echo.HeaderRetryAfter, strconv.FormatInt(seconds, 10))
	}
}
