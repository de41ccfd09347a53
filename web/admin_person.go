package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

const (
	personRoute   = "/admin/users/:id"
	doneParam     = "done" // the act whose receipt the page tells
	cameUnlocked  = outcome.Outcome("unlocked")
	cameFound     = outcome.Outcome("found")
	unlockedParam = "unlocked" // the request that lifted the lock a moment ago
)

// getPerson shows a person to an admin: their fobs, and what can be done.
func (s *Server) getPerson(c echo.Context) error {
	person, err := s.subject(c)
	if err != nil {
		return s.personProblem(c, err)
	}
	page, state := seen{Person: person}, personState{}
	status := http.StatusOK
	if page.Methods, err = s.listOf(c, person); err != nil {
		page.Unread, state.unread = true, s.forOthers(c, err)
		if state.unread.Outcome == outcome.SignedOut || state.unread.Outcome == outcome.StepUp {
			return s.personProblem(c, err)
		}
		status = s.statusWithout(c, state.unread)
	} else {
		s.settleOwn(c, person.ID, page.Methods)
	}
	s.takeTyped(c, person, &state)
	s.takeDone(c, person, &state)
	return s.render(c, status, s.personPage(c, page, state))
}

// getPersonAbove leads to the person's page, for a refused form leaves its own address in the
// browser's bar.
func (s *Server) getPersonAbove(c echo.Context) error {
	id, ok := objectID(c.Param("id"))
	if !ok {
		return outcome.New(outcome.NotFound)
	}
	return c.Redirect(http.StatusSeeOther, view.PersonPath(id))
}

// personProblem answers where a person can't be shown at all.
func (s *Server) personProblem(c echo.Context, err error) error {
	refusal := s.forOthers(c, err)
	if refusal.Outcome == outcome.StepUp {
		path := s.backFrom(c)
		return s.stepUp(c, path, session.Draft{Path: path}, refusal)
	}
	return refusal
}

// listOf reads the fobs of another person.
func (s *Server) listOf(c echo.Context, person oath.Person) ([]oath.Method, error) {
	return s.Desk.List(c.Request().Context(), s.others(c, person), s.byFor(c, person, ""))
}

// personState is what a person's page shows beside the fobs.
type personState struct {
	summary   *view.Summary
	next      *view.Link
	notice    string
	unread    *outcome.Error // why the fobs can't be shown
	enrol     view.EnrolProps
	assign    view.Input
	focus     string // the id of the fob whose form takes the focus
	codeError string // what is wrong with the code in that form
	half      oath.SerialNumber
}

// takeTyped fills the forms as they were before the admin was sent to Entra.
func (s *Server) takeTyped(c echo.Context, person oath.Person, state *personState) {
	id, key := person.ID, session.PersonKey(current(c).Person)
	for _, path := range []string{view.PersonPath(id), view.PersonPath(id, "enrol"), view.PersonPath(id, "assign")} {
		draft, ok := s.store(c).TakeDraft(c.Response(), c.Request(), key, path)
		if !ok {
			continue
		}
		state.notice = noticeOf(c.Request().Context(), draft)
		state.enrol.Serial.Value, state.enrol.Name.Value = draft.Serial, draft.DisplayName
		state.assign.Value = draft.Serial
	}
}

// takeDone tells what came of the act that led here. A link that somebody made up tells nothing.
func (s *Server) takeDone(c echo.Context, person oath.Person, state *personState) {
	ctx := c.Request().Context()
	if s.recorded(c, unlockedParam, audit.EventUnlock, cameUnlocked, person.ID) {
		state.notice = message.Text(ctx, "person.unlocked")
	}
	if s.recorded(c, endedParam, audit.EventSignOut, cameSignedOutByAdmin, person.ID) {
		state.notice = message.Text(ctx, "person.sessions_ended")
	}
	actID := c.QueryParam(doneParam)
	if actID == "" {
		return
	}
	receipt, err := s.Desk.Receipt(ctx, current(c).Person, actID)
	if err != nil || receipt.Act.Subject.ID != person.ID {
		return
	}
	summary := s.tell(c, &outcome.Error{Outcome: receipt.End.Outcome, Reason: reasonOthers, Reference: receipt.Act.ID}).Summary
	if receipt.Act.Serial != "" {
		summary.Text = slices.Insert(summary.Text, 0, message.Text(ctx, "person.done_serial", "serial", receipt.Act.Serial))
	}
	state.summary = &summary
	if receipt.End.Outcome == outcome.Assigned {
		state.next = &view.Link{Href: sheetPath(person.ID, receipt.Act.Serial), Text: message.Text(ctx, "sheet.link")}
	}
}

// doneAt is a page for admins that tells what came of the act.
func doneAt(page, actID string) string { return page + "?" + url.Values{doneParam: {actID}}.Encode() }

func sheetPath(personID, serial string) string {
	return view.PersonPath(personID, "sheet") + "?" + url.Values{"serial": {serial}}.Encode()
}

// refusedPerson shows the person with a form that was refused. A list that can't be read is no news
// of its own there.
func (s *Server) refusedPerson(c echo.Context, f *posted, r told, state personState) templ.Component {
	page, err := s.standing(c, f, r)
	state.summary = &r.Summary
	if err != nil {
		state.unread = s.forOthers(c, err)
	}
	if i := slices.IndexFunc(page.Methods, func(m oath.Method) bool { return m.Is(state.half) && !m.Active() }); i >= 0 {
		state.toFob(page.Methods[i].ID)
	}
	return s.personPage(c, page, state)
}

// toFob turns a refusal of the form that enrols to the form of the fob, which is assigned by now:
// its code is all that is missing.
func (state *personState) toFob(methodID string) {
	state.focus, state.codeError, state.enrol.Code.Error = methodID, state.enrol.Code.Error, ""
	for i := range state.summary.Errors {
		state.summary.Errors[i].Field = view.CodeField(methodID)
	}
}

func (s *Server) personPage(c echo.Context, page seen, state personState) templ.Component {
	ctx, person, methods := c.Request().Context(), page.Person, page.Methods
	person.Name = cmp.Or(person.Name, person.ID)
	props := view.PersonProps{
		Chrome:  s.chrome(c, person.Name, state.summary, person.UserPrincipalName),
		Summary: state.summary, Next: state.next, Notice: state.notice, Seen: s.sealSeen(c, page),
		Person: person, Own: person.ID == current(c).Person.ID, Locked: s.locked(c, person), Enrol: state.enrol, Assign: state.assign,
		Full: len(methods) >= oath.MethodLimit, History: s.history(c, person, ""), Begun: s.begun(c, person),
	}
	if state.unread != nil {
		summary := s.tell(c, state.unread).Summary
		props.Unread, props.Closed = &summary, state.unread.Outcome == outcome.NotAllowed
	}
	if page.Unread {
		if state.unread == nil {
			props.Unasked = &view.Link{Href: view.PersonPath(person.ID), Text: message.Text(ctx, "person.fobs_unasked")}
		}
		return view.PersonPage(props)
	}
	props.Held = []string{held(ctx, len(methods))}
	if left := oath.MethodLimit - len(methods); left > 0 {
		props.Held = append(props.Held, message.Text(ctx, "person.left", "count", left))
	}
	lost := s.lostOf(c, person.ID)
	for _, method := range methods {
		fob := view.PersonFob{Fob: s.fobOrLost(c, method, lost), Twice: twice(methods, method), Form: uuid.NewString()}
		if fob.Activate != nil {
			if fob.Serial != "" {
				fob.Sheet = sheetPath(person.ID, fob.Serial)
			}
			if method.ID == state.focus {
				fob.Activate.Focus, fob.Activate.Code.Error = true, state.codeError
			}
		}
		props.Fobs = append(props.Fobs, fob)
	}
	return view.PersonPage(props)
}

// held says how many fobs a person has, of how many they can have.
func held(ctx context.Context, n int) string {
	if n == 0 {
		return message.Text(ctx, "person.held_none", "limit", oath.MethodLimit)
	}
	return message.Text(ctx, "person.held", "count", n, "limit", oath.MethodLimit)
}

// twice reports whether another of the methods has the same serial number: fobs that were uploaded
// in the Entra admin centre are kept apart from those of Graph, so that one may be in both.
func twice(methods []oath.Method, method oath.Method) bool {
	serial, err := oath.ParseSerialNumber(method.Device.SerialNumber)
	return err == nil && slices.ContainsFunc(methods, func(m oath.Method) bool { return m.ID != method.ID && m.Is(serial) })
}

// locked reports whether the person's tries are locked. A store that fails hides nothing else.
func (s *Server) locked(c echo.Context, person oath.Person) bool {
	locked, err := s.Desk.Memory.Locked(c.Request().Context(), person.ID)
	if err != nil {
		s.Log.ErrorContext(c.Request().Context(), "the lock was not read", "error", err)
	}
	return locked
}

// reasonOwn is why nobody lifts their own lock: whoever guesses codes would have no limit.
const reasonOwn = reasonOthers + ".own"

// postUnlock lifts the lock that too many wrong codes put on a person. Graph knows no lock, so that
// whether this admin may read the person's fobs decides whether they may act for them.
func (s *Server) postUnlock(c echo.Context) error {
	if id, ok := objectID(c.Param("id")); ok && id == current(c).Person.ID {
		return &outcome.Error{Outcome: outcome.NotAllowed, Reason: reasonOwn}
	}
	person, methods, err := s.reached(c)
	if err != nil {
		return s.personProblem(c, err)
	}
	ctx := c.Request().Context()
	locked, err := s.Desk.Memory.Locked(ctx, person.ID)
	if err != nil {
		return &outcome.Error{Outcome: outcome.Unavailable, Err: err}
	}
	if !locked {
		state := personState{notice: message.Text(ctx, "person.not_locked")}
		return s.render(c, http.StatusOK, s.personPage(c, seen{Person: person, Methods: methods}, state))
	}
	if err := s.recordFirst(c, s.newRow(c, audit.EventUnlock, cameUnlocked, current(c).Person, person)); err != nil {
		return err
	}
	if err := s.Desk.Memory.Unlock(ctx, person.ID); err != nil {
		return &outcome.Error{Outcome: outcome.Unavailable, Err: err}
	}
	return c.Redirect(http.StatusSeeOther, recordedAt(c, view.PersonPath(person.ID), unlockedParam))
}

// reached reads the person of the address and their fobs; Graph refuses the fobs of somebody whom
// this admin's role does not reach.
func (s *Server) reached(c echo.Context) (oath.Person, []oath.Method, error) {
	person, err := s.subject(c)
	if err != nil {
		return person, nil, err
	}
	methods, err := s.listOf(c, person)
	return person, methods, err
}

// postFoundFor takes back that a person's fob is lost.
func (s *Server) postFoundFor(c echo.Context) error {
	person, methods, err := s.reached(c)
	if err != nil {
		return s.personProblem(c, err)
	}
	var serial string
	if i := slices.IndexFunc(methods, func(m oath.Method) bool { return m.ID == c.Param("fob") }); i >= 0 {
		serial = methods[i].Device.SerialNumber
	}
	if err := s.turnedUp(c, s.byFor(c, person, ""), c.Param("fob"), serial); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, view.PersonPath(person.ID))
}
