package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

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

// Fields of the replacement's form, beside those of an enrolment.
const (
	fieldFob    = "fob"    // the method's id of the lost one
	fieldOff    = "off"    // what is to become of it
	fieldGiveUp = "giveUp" // no new one is wanted
)

const replacePath = personRoute + "/replace"

// replacement is what a page of the replacement shows of a person.
type replacement struct {
	seen
	unread error // why the fobs can't be shown
	open   []desk.Replacement
	bound  oath.SerialNumber // the new one, which may be assigned by now without being active
}

// getReplace shows the step that comes next.
func (s *Server) getReplace(c echo.Context) error {
	state, err := s.replacement(c)
	if err == nil && (errors.Is(state.unread, outcome.SignedOut) || errors.Is(state.unread, outcome.StepUp)) {
		err = state.unread
	}
	if err != nil {
		return s.personProblem(c, err)
	}
	props := view.ReplaceProps{}
	path := c.Request().URL.EscapedPath()
	if draft, ok := s.store(c).TakeDraft(c.Response(), c.Request(), session.PersonKey(current(c).Person), path); ok {
		props.Notice = noticeOf(c.Request().Context(), draft)
		props.Serial.Value, props.Name.Value = draft.Serial, draft.DisplayName
	}
	done := personState{}
	s.takeDone(c, state.Person, &done)
	if props.Summary = done.summary; done.summary != nil && done.summary.Outcome == string(outcome.Deactivated) {
		done.summary.Text = nil // what comes next stands below, and is not to switch it on again
	}
	return s.render(c, http.StatusOK, s.replacePage(c, state, c.QueryParam(fieldFob), props))
}

// replacement reads how the person of the address stands.
func (s *Server) replacement(c echo.Context) (replacement, error) {
	subject, err := s.subject(c)
	if err != nil {
		return replacement{}, err
	}
	state := replacement{seen: seen{Person: subject}}
	if state.open, err = s.Desk.Replacements(c.Request().Context(), subject.ID); err != nil {
		return state, err
	}
	state.Methods, state.unread = s.listOf(c, subject)
	state.Unread = state.unread != nil
	return state, nil
}

// replacePage shows the first step, or the second of the replacement of this fob.
func (s *Server) replacePage(c echo.Context, state replacement, fob string, props view.ReplaceProps) templ.Component {
	ctx := c.Request().Context()
	props.Chrome, props.Subject, props.Form = s.chrome(c, "replace.title", props.Summary, state.Person.Name), state.Person, uuid.NewString()
	props.Subject.Name = cmp.Or(state.Person.Name, state.Person.ID)
	props.Seen = s.sealSeen(c, state.seen)
	switch {
	case state.unread != nil:
		summary := s.tell(c, s.forOthers(c, state.unread)).Summary
		props.Unread = &summary
	case state.Unread:
		props.Unasked = &view.Link{Href: replaceOf(state.Person.ID, fob, ""), Text: message.Text(ctx, "person.fobs_unasked")}
	}
	for i, r := range state.open {
		off := r.Off
		if !state.Unread {
			off = r.Settled(state.Methods)
		}
		shown := r.OldMethod == fob || fob == "" && i == 0
		switch {
		case shown && off != "":
			props.Old = &view.Replaced{
				ID: r.OldMethod, Serial: r.OldSerial, Removed: off == outcome.Removed,
				Begun: s.moment(c, r.Started), By: r.By.Name,
			}
		case shown:
			fob = r.OldMethod
		default:
			props.Begun = append(props.Begun, s.goOn(c, r))
		}
	}
	if i := slices.IndexFunc(state.Methods, func(m oath.Method) bool { return m.Is(state.bound) && !m.Active() }); i >= 0 {
		props.Next = &view.Link{Href: view.PersonPath(state.Person.ID), Text: message.Text(ctx, "replace.activate")}
	}
	lost := s.lostOf(c, state.Person.ID)
	for _, method := range state.Methods {
		shown := s.fobOrLost(c, method, lost)
		props.Fobs = append(props.Fobs, view.Choice{
			Value: method.ID, Label: shown.Name, Text: shown.Serial, Badge: shown.Status, State: shown.State,
			Chosen: method.ID == fob || fob == "" && shown.Status == "lost",
		})
	}
	return view.ReplacePage(props)
}

// begun are the ways to go on with a person's replacements that are half done.
func (s *Server) begun(c echo.Context, person oath.Person) []view.Link {
	ctx := c.Request().Context()
	open, err := s.Desk.Replacements(ctx, person.ID)
	if err != nil {
		s.Log.ErrorContext(ctx, "the replacements were not read", "error", err, "request_id", requestIDOf(ctx))
	}
	links := make([]view.Link, 0, len(open))
	for _, r := range open {
		links = append(links, s.goOn(c, r))
	}
	return links
}

func (s *Server) goOn(c echo.Context, r desk.Replacement) view.Link {
	return view.Link{
		Href: replaceOf(r.Person.ID, r.OldMethod, ""), Text: message.Text(c.Request().Context(), "replace.go_on", "serial", r.OldSerial),
	}
}

// replaceForm is what was posted.
type replaceForm struct {
	old    desk.Exchange
	bind   bool // a new one was given
	new    desk.Enrolment
	coded  bool // with its code
	giveUp bool
}

func readReplace(f *fields) replaceForm {
	in := replaceForm{
		old: desk.Exchange{
			MethodID: read(f, fieldFob, needed), Form: read(f, fieldForm, asSeen),
			Remove: read(f, fieldOff, parseOff), Asked: f.typed(fieldOff) != "",
		},
		giveUp: read(f, fieldGiveUp, asSeen) != "",
		coded:  strings.TrimSpace(f.typed(fieldCode)) != "",
	}
	in.bind = in.coded || strings.TrimSpace(f.typed(fieldSerial)) != "" || f.typed(fieldStep) == "new"
	if in.bind && !in.giveUp {
		in.new.Serial = read(f, fieldSerial, oath.ParseSerialNumber)
		in.new.Name = read(f, fieldName, oath.ParseDisplayName)
	}
	if in.coded && !in.giveUp {
		in.new.Code = read(f, fieldCode, oath.ParseVerificationCode)
	}
	return in
}

// fieldStep says that the form is the second step's, whose serial number must not be empty.
const fieldStep = "step"

// parseOff answers whether the lost fob is to be removed; without a choice it is switched off, which
// can be taken back.
func parseOff(s string) (remove bool, err error) {
	switch s {
	case "", "deactivate":
		return false, nil
	case "remove":
		return true, nil
	}
	return false, oath.FlawCharacters
}

// needed takes a hidden field or a choice as asSeen does; it must be there.
func needed(s string) (string, error) {
	if s == "" {
		return "", oath.FlawEmpty
	}
	return asSeen(s)
}

// postReplace does what was posted of the replacement: the old one off, the new one on, or both. A
// half that is done stays done, and the page says so.
func (s *Server) postReplace(c echo.Context) error {
	ctx := c.Request().Context()
	f, err := s.postedFor(c)
	if err != nil {
		return err
	}
	in, subject := readReplace(&f.fields), f.page.Person
	form := s.replaceRefusable(c, f, in)
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	if in.giveUp {
		if err := s.Desk.EndReplacement(ctx, subject.ID, in.old.MethodID); err != nil {
			return s.refuseOthers(c, err, form)
		}
		return c.Redirect(http.StatusSeeOther, view.PersonPath(subject.ID))
	}
	fobs, by := s.others(c, subject), s.byFor(c, subject, f.fobs)
	receipt, err := s.Desk.BeginReplacement(ctx, fobs, by, in.old)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	if !in.bind {
		return c.Redirect(http.StatusSeeOther, replaceOf(subject.ID, in.old.MethodID, receipt))
	}
	if receipt != "" { // the first half was an act of its own, and changed what the page showed
		by.RequestID, by.Seen = uuid.NewString(), ""
	}
	if in.coded {
		receipt, err = s.Desk.EnrolFor(ctx, fobs, s.inventory(c), by, in.new)
	} else {
		receipt, err = s.Desk.Assign(ctx, fobs, s.inventory(c), by, in.new.Serial)
	}
	if err == nil {
		err = s.Desk.EndReplacement(ctx, subject.ID, in.old.MethodID)
	}
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, doneAt(view.PersonPath(subject.ID), receipt))
}

// replaceRefusable is the form as it comes back.
func (s *Server) replaceRefusable(c echo.Context, f *posted, in replaceForm) refusable {
	draft := enrolDraft(&f.fields)
	draft.Path = c.Request().URL.EscapedPath()
	return refusable{
		returnTo: replaceOf(f.page.Person.ID, in.old.MethodID, ""),
		draft:    draft,
		page: func(r told) templ.Component {
			state := replacement{bound: in.new.Serial}
			state.seen, state.unread = s.standing(c, f, r)
			for i := range r.Errors {
				if state.Unread { // what the error is about is not on the page
					r.Errors[i].Field = ""
				}
			}
			var err error
			if state.open, err = s.Desk.Replacements(c.Request().Context(), f.page.Person.ID); err != nil {
				state.unread = err
			}
			return s.replacePage(c, state, in.old.MethodID, view.ReplaceProps{
				Summary: &r.Summary, OtherCase: otherCase(r.refusal, in.new.Serial), Remove: in.old.Remove,
				FobError: r.fields[fieldFob], OffError: r.fields[fieldOff],
				Serial: f.again(fieldSerial, r),
				Name:   f.again(fieldName, r),
				Code:   view.Input{Error: r.fields[fieldCode]},
			})
		},
	}
}

// replaceOf is the page that replaces this fob of a person, and tells what came of the act, if any.
func replaceOf(personID, methodID, actID string) string {
	query := url.Values{fieldFob: {methodID}}
	if actID != "" {
		query.Set(doneParam, actID)
	}
	return view.PersonPath(personID, "replace") + "?" + query.Encode()
}

// listOfSoon is listOf for a page that has other news to tell, see listSoon.
func (s *Server) listOfSoon(c echo.Context, person oath.Person) ([]oath.Method, error) {
	ctx, cancel := context.WithTimeout(c.Request().Context(), soonLimit)
	defer cancel()
	return s.Desk.List(ctx, s.others(c, person), s.byFor(c, person, ""))
}
