package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

const (
	handoutPath = "/admin/handout"
	fieldPerson = "person" // whom the query means, where it may mean several
	mostMeant   = 10       // people offered to choose from
)

// What is wrong with a query that is sound, but not enough to act on.
const (
	flawNobody  = oath.Flaw("nobody")
	flawSeveral = oath.Flaw("several")
	flawAnother = oath.Flaw("another") // than the one who was chosen
)

// queue is where one person after another is served: at the help desk, or at a station.
type queue struct {
	path string
	done string // key of the words for what was done last
	page func(echo.Context, view.HandoutProps) templ.Component
}

// deskQueue is the one at the help desk.
func (s *Server) deskQueue() queue { return queue{handoutPath, "handout.done", s.handoutPage} }

// getHandout shows the queue's form: empty for the next person, or with the one who is asked for. As
// one types, only who is meant is asked for.
func (s *Server) getHandout(c echo.Context) error { return s.getQueue(c, s.deskQueue()) }

func (s *Server) getQueue(c echo.Context, q queue) error {
	c.Response().Header().Add(echo.HeaderVary, "HX-Request-Type")
	ctx, sess := c.Request().Context(), current(c)
	props := view.HandoutProps{Query: view.Input{Value: c.QueryParam(fieldQuery)}}
	if partial(c) {
		return s.renderMeant(c, props)
	}
	if draft, ok := s.store(c).TakeDraft(c.Response(), c.Request(), session.PersonKey(sess.Person), q.path); ok {
		props.Notice = noticeOf(ctx, draft)
		props.Query.Value, props.Serial.Value = draft.Query, draft.Serial
	}
	if done := c.QueryParam(doneParam); done != "" {
		props.Done = s.handedOut(c, q, done)
	}
	if props.Query.Value == "" {
		return s.render(c, http.StatusOK, q.page(c, props))
	}
	meant, err := s.whoIsMeant(c, props.Query.Value, "")
	if err != nil {
		typed := url.Values{fieldQuery: {props.Query.Value}, fieldSerial: {props.Serial.Value}}
		return s.refuseOthers(c, err, s.queueForm(c, q, &fields{form: typed}))
	}
	props.Person = &meant
	return s.render(c, http.StatusOK, q.page(c, props))
}

// renderMeant answers who is meant while one types. What is wrong is told once the form is sent.
func (s *Server) renderMeant(c echo.Context, props view.HandoutProps) error {
	ctx := c.Request().Context()
	if strings.TrimSpace(props.Query.Value) == "" {
		return s.render(c, http.StatusOK, view.HandoutMeant(props))
	}
	meant, err := s.whoIsMeant(c, props.Query.Value, "")
	several, ok := errors.AsType[*severalMeant](err)
	switch {
	case err == nil:
		props.Person, props.Meant = &meant, meant.Name+" "+meant.UserPrincipalName
	case ok:
		props.People = offered(several.people)
		props.Meant = message.Text(ctx, "handout.meant_several", "count", len(several.people))
	case errors.Is(err, outcome.InvalidInput):
		props.Meant = message.Text(ctx, "handout.meant_nobody")
	default:
		return err
	}
	return s.render(c, http.StatusOK, view.HandoutMeant(props))
}

// offered are people to choose from.
func offered(people []oath.Person) []view.Choice {
	var choices []view.Choice
	for _, person := range people[:min(len(people), mostMeant)] {
		choices = append(choices, view.Choice{Value: person.ID, Label: person.Name, Text: person.UserPrincipalName})
	}
	return choices
}

// handedOut says in one line what was done last; nothing where the act is not this admin's.
func (s *Server) handedOut(c echo.Context, q queue, actID string) *view.Summary {
	ctx := c.Request().Context()
	done, err := s.Desk.Receipt(ctx, current(c).Person, actID)
	if err != nil {
		return nil
	}
	words := message.Text(ctx, "history.end."+string(done.End.Outcome))
	return &view.Summary{
		Outcome: string(done.End.Outcome), Good: true,
		Heading: message.Text(ctx, q.done, "person", done.Act.Subject.Name, "serial", done.Act.Serial, "result", words),
	}
}

func (s *Server) handoutPage(c echo.Context, props view.HandoutProps) templ.Component {
	props.Chrome = s.chrome(c, "handout.title", props.Summary)
	s.addResults(c, &props)
	return view.HandoutPage(props)
}

// postHandout enrols a fob for the person who is meant, and goes on to the next one.
func (s *Server) postHandout(c echo.Context) error { return s.postQueue(c, s.deskQueue()) }

func (s *Server) postQueue(c echo.Context, q queue) error {
	f := fields{form: c.Request().PostForm}
	query := read(&f, fieldQuery, asked)
	chosen := read(&f, fieldPerson, asSeen)
	in := desk.Enrolment{
		Serial: read(&f, fieldSerial, oath.ParseSerialNumber),
		Code:   read(&f, fieldCode, oath.ParseVerificationCode),
	}
	form := s.queueForm(c, q, &f)
	if err := f.err(); err != nil {
		return s.refuseOthers(c, err, form)
	}
	if err := s.recordFind(c, query, in.Serial); err != nil {
		return s.refuseOthers(c, err, form)
	}
	person, err := s.whoIsMeant(c, query, chosen)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	receipt, err := s.Desk.EnrolFor(c.Request().Context(), s.others(c, person), s.inventory(c), s.byFor(c, person, ""), in)
	s.acted(c)
	if err != nil {
		return s.refuseOthers(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, doneAt(q.path, receipt))
}

// recordFind records for whom a fob is to be enrolled, in the admin's own words, before Graph is
// asked who that is; the act's intent has the person. Without the record Graph is not asked.
func (s *Server) recordFind(c echo.Context, query string, serial oath.SerialNumber) error {
	row := s.newRow(c, audit.EventFind, "asked", current(c).Person, oath.Person{Name: query})
	row.Serial = serial.String()
	return s.recordFirst(c, row)
}

// asked is a query as it is looked for and recorded.
func asked(typed string) (string, error) { return needed(strings.TrimSpace(typed)) }

// severalMeant is who may be meant by a query.
type severalMeant struct{ people []oath.Person }

// Error says how many they are.
func (s *severalMeant) Error() string { return "several people are meant" }

// whoIsMeant finds the one person of a query: an object id or a whole user principal name names
// one; of several who are found it is the one who was chosen among them.
func (s *Server) whoIsMeant(c echo.Context, query, chosen string) (oath.Person, error) {
	ctx := c.Request().Context()
	query = strings.TrimSpace(query)
	if _, isID := objectID(query); isID || strings.Contains(query, "@") {
		person, err := s.people(c).Find(ctx, query)
		switch {
		case err == nil && chosen != "" && chosen != person.ID:
			return oath.Person{}, whichOne(flawAnother, []oath.Person{person})
		case !errors.Is(err, outcome.NotFound):
			return person, err
		}
	}
	people, more, err := s.people(c).Search(ctx, query, "")
	if err != nil {
		return oath.Person{}, err
	}
	i := slices.IndexFunc(people, func(p oath.Person) bool { return p.ID == chosen })
	switch {
	case i >= 0:
		return people[i], nil
	case chosen != "" && len(people) > 0:
		return oath.Person{}, whichOne(flawAnother, people)
	case len(people) == 1 && more == "":
		return people[0], nil
	case len(people) > 0:
		return oath.Person{}, whichOne(flawSeveral, people)
	}
	return oath.Person{}, whichOne(flawNobody, nil)
}

// whichOne refuses a query that does not mean one person, or not the one who was chosen.
func whichOne(flaw oath.Flaw, people []oath.Person) error {
	behind := error(flaw)
	if len(people) > 0 {
		behind = &severalMeant{people}
	}
	return &outcome.Error{
		Outcome: outcome.InvalidInput, Err: behind, Fields: []outcome.Field{{Name: fieldQuery, Flaw: string(flaw)}},
	}
}

// queueForm is the form as it comes back. Where several people may be meant, they are offered.
func (s *Server) queueForm(c echo.Context, q queue, f *fields) refusable {
	draft := enrolDraft(f)
	draft.Path = q.path
	return refusable{
		returnTo: q.path, draft: draft,
		page: func(r told) templ.Component {
			props := view.HandoutProps{
				Summary: &r.Summary,
				Query:   f.again(fieldQuery, r),
				Serial:  f.again(fieldSerial, r),
				Code:    view.Input{Error: r.fields[fieldCode]},
			}
			if serial, err := oath.ParseSerialNumber(f.typed(fieldSerial)); err == nil {
				props.OtherCase = otherCase(r.refusal, serial)
			}
			if several, ok := errors.AsType[*severalMeant](r.refusal); ok {
				props.People = offered(several.people)
				for i := range r.Errors {
					r.Errors[i].Field = view.FirstChoice(fieldPerson)
				}
			}
			return q.page(c, props)
		},
	}
}

// postUndo takes back what this admin did: the fob goes off the person again.
func (s *Server) postUndo(c echo.Context) error {
	ctx, actID := c.Request().Context(), c.Param("act")
	done, err := s.Desk.Receipt(ctx, current(c).Person, actID)
	if errors.Is(err, desk.ErrNoReceipt) {
		return outcome.New(outcome.NotFound)
	}
	if err != nil {
		return err
	}
	person := oath.Person{ID: done.Act.Subject.ID, Name: done.Act.Subject.Name}
	receipt, err := s.Desk.Undo(ctx, s.others(c, person), s.byFor(c, person, ""), done)
	switch {
	case errors.Is(err, outcome.NotFound): // it is off already, whoever did that
		return c.Redirect(http.StatusSeeOther, handoutPath)
	case err != nil:
		return s.refuseOthers(c, err, s.queueForm(c, s.deskQueue(), &fields{}))
	}
	return c.Redirect(http.StatusSeeOther, doneAt(handoutPath, receipt))
}
