package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

const (
	auditPath  = "/admin/audit"
	exportPath = "/admin/audit/export"

	paramBefore = "before" // the number of the row where the page before ended
	rowsShown   = 50
)

// What is wrong with a part of the query.
const (
	flawDate  = oath.Flaw("date")
	flawRange = oath.Flaw("range") // it ends before it begins
)

// filterFields are what the trail can be filtered by, in the order of the form.
var filterFields = []string{"actor", "subject", "serial", "outcome", "from", "to", "station"}

// auditQuery is which part of the trail is asked for.
type auditQuery struct {
	filter audit.Filter
	before int64
	typed  url.Values // what was typed into the fields, without those that are empty
}

// readAudit reads a filter and where the page begins; all flaws are told at once.
func readAudit(c echo.Context) (auditQuery, error) {
	f := fields{form: c.QueryParams()}
	q := auditQuery{typed: url.Values{}}
	for _, name := range filterFields {
		if value := f.typed(name); value != "" {
			q.typed.Set(name, value)
		}
	}
	filter, wrong := audit.ParseFilter(func(name string) string { return q.typed.Get(name) })
	q.filter = filter
	for _, name := range filterFields {
		read(&f, name, func(value string) (string, error) {
			if !slices.Contains(wrong, name) {
				return value, nil
			}
			return "", flawOf(name, value)
		})
	}
	q.before = read(&f, paramBefore, func(value string) (int64, error) {
		if value == "" {
			return 0, nil
		}
		number, err := strconv.ParseInt(value, 10, 64)
		if err != nil || number < 1 {
			return 0, flawCursor
		}
		return number, nil
	})
	return q, f.err()
}

func flawOf(name, value string) error {
	if name != "from" && name != "to" {
		return oath.FlawCharacters
	}
	if _, _, err := audit.ParseMoment(value); err != nil {
		return flawDate
	}
	return flawRange
}

// getAudit shows the audit trail, the newest first. An act of which nothing is known is settled
// where Graph can be read for it.
func (s *Server) getAudit(c echo.Context) error {
	q, err := readAudit(c)
	if err != nil {
		return s.refuseAudit(c, err, q)
	}
	rows, unsettled, err := s.auditRows(c, q)
	if err == nil && s.settleSeen(c, among(unsettled, rows)) > 0 {
		rows, unsettled, err = s.auditRows(c, q)
	}
	if err != nil {
		return err
	}
	props := s.auditProps(c, q)
	if len(rows) > rowsShown {
		rows = rows[:rowsShown]
		props.Older = q.link(c, auditPath, "audit.older", paramBefore, strconv.FormatInt(rows[rowsShown-1].Number, 10))
	}
	open := among(unsettled, rows)
	for _, row := range withNames(rows) {
		props.Rows = append(props.Rows, s.auditRow(c, row, open))
	}
	if q.before == 0 && !props.Filtered {
		if props.Charts, err = s.charts(c, unsettled); err != nil {
			return &outcome.Error{Outcome: outcome.Unavailable, Err: err}
		}
	}
	return s.render(c, http.StatusOK, view.AuditPage(props))
}

// auditRows reads a page of the trail and one row more, and the acts of which nothing is known.
func (s *Server) auditRows(c echo.Context, q auditQuery) ([]audit.Row, []desk.Receipt, error) {
	rows, err := s.Trail.ListAudit(c.Request().Context(), q.filter, q.before, rowsShown+1)
	if err == nil {
		var unsettled []desk.Receipt
		if unsettled, err = s.unsettled(c); err == nil {
			return rows, unsettled, nil
		}
	}
	return nil, nil, &outcome.Error{Outcome: outcome.Unavailable, Err: err}
}

// withNames gives a subject whose name was not known yet when the row was written the name that
// another row of the page has.
func withNames(rows []audit.Row) []audit.Row {
	names := map[string]string{}
	for _, row := range rows {
		names[row.Subject] = cmp.Or(names[row.Subject], row.SubjectName)
	}
	named := slices.Clone(rows)
	for i, row := range named {
		named[i].SubjectName = cmp.Or(row.SubjectName, names[row.Subject])
	}
	return named
}

// among are the acts that have a row among these.
func among(acts []desk.Receipt, rows []audit.Row) []desk.Receipt {
	var found []desk.Receipt
	for _, act := range acts {
		if slices.ContainsFunc(rows, func(row audit.Row) bool { return row.RequestID == act.Act.ID }) {
			found = append(found, act)
		}
	}
	return found
}

// refuseAudit shows the form with what is wrong in it. What is wrong with no field of the form is
// told above it.
func (s *Server) refuseAudit(c echo.Context, err error, q auditQuery) error {
	refusal := s.refusal(c, err)
	told := s.tell(c, refusal)
	told.Errors = slices.DeleteFunc(told.Errors, func(link view.SummaryLink) bool {
		hidden := !slices.Contains(filterFields, link.Field)
		if hidden {
			told.Text = append(told.Text, link.Text)
		}
		return hidden
	})
	props := s.auditProps(c, q)
	props.Summary, props.Filtered = &told.Summary, true
	props.Chrome = s.chrome(c, "audit.title", props.Summary)
	filter := &props.Filter
	for name, input := range map[string]*view.Input{
		"actor": &filter.Actor, "subject": &filter.Subject, "serial": &filter.Serial, "outcome": &filter.Outcome,
		"from": &filter.From, "to": &filter.To, "station": &filter.Station,
	} {
		input.Error = told.fields[name]
	}
	return s.render(c, s.status(c, refusal), view.AuditPage(props))
}

// auditProps is the page without its rows.
func (s *Server) auditProps(c echo.Context, q auditQuery) view.AuditProps {
	ctx := c.Request().Context()
	typed := func(name string) view.Input { return view.Input{Value: q.typed.Get(name)} }
	props := view.AuditProps{
		Chrome: s.chrome(c, "audit.title", nil), Filtered: len(q.typed) > 0,
		Filter: view.AuditFilter{
			Actor: typed("actor"), Subject: typed("subject"), Serial: typed("serial"), Outcome: typed("outcome"),
			From: typed("from"), To: typed("to"), Station: typed("station"), Outcomes: outcomeChoices(ctx, q.typed.Get("outcome")),
		},
		Exports: []view.Link{
			*q.link(c, exportPath, "audit.csv", paramFormat, string(audit.CSV)),
			*q.link(c, exportPath, "audit.jsonl", paramFormat, string(audit.JSONLines)),
		},
	}
	if props.Filtered {
		props.All = &view.Link{Href: auditPath, Text: message.Text(ctx, "audit.all")}
	}
	if q.before > 0 {
		props.Newest = q.link(c, auditPath, "audit.newest", "", "")
	}
	return props
}

// link leads to the same part of the trail, with one more parameter where it has a name.
func (q auditQuery) link(c echo.Context, path, words, name, value string) *view.Link {
	query := url.Values{}
	for field, values := range q.typed {
		query[field] = values
	}
	if name != "" {
		query.Set(name, value)
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return &view.Link{Href: path, Text: message.Text(c.Request().Context(), words)}
}

// outcomeChoices are the outcomes that the trail may have, and the one that was asked for.
func outcomeChoices(ctx context.Context, chosen string) []view.Choice {
	choices := []view.Choice{{Label: message.Text(ctx, "audit.any_outcome"), Chosen: chosen == ""}}
	known := append(trailOutcomes(), chosen)
	for i, name := range known {
		if name == "" || slices.Index(known, name) < i {
			continue
		}
		label := message.Text(ctx, "audit.outcome_choice", "words", endWords(ctx, "", name), "name", name)
		choices = append(choices, view.Choice{Value: name, Label: label, Chosen: name == chosen})
	}
	return choices
}

// trailOutcomes are the outcomes by the names that the trail has them by: those of the pages, and
// those of what is no act.
func trailOutcomes() []string {
	var names []string
	for known := range statuses {
		names = append(names, string(known))
	}
	slices.Sort(names)
	return append(names, "signed_in", "signed_out_at_entra", string(cameSignedOutElsewhere), string(cameSignedOutByAdmin), string(cameUnlocked), string(cameFound), cameExported)
}

// auditRow puts a row into words. An intent stands out where nothing came of its act yet.
func (s *Server) auditRow(c echo.Context, row audit.Row, open []desk.Receipt) view.AuditRow {
	ctx := c.Request().Context()
	shown := view.AuditRow{
		Number: strconv.FormatInt(row.Number, 10), At: s.exact(c, row.Time),
		Event: eventWords(ctx, row.Event), Name: row.Event, Outcome: endWords(ctx, row.Event, row.Outcome), Came: row.Outcome,
		Actor: actorOf(row.Actor, row.ActorName), Subject: subjectOf(row.Subject, row.SubjectName),
		Serial: row.Serial, OfSerial: auditPath + "?" + url.Values{"serial": {row.Serial}}.Encode(),
		Station: row.Station, Address: row.Address, RequestID: row.RequestID, GraphRequestID: row.GraphRequestID,
	}
	isOpen := slices.ContainsFunc(open, func(act desk.Receipt) bool { return act.Act.ID == row.RequestID })
	switch {
	case isOpen && (row.Outcome == "" || row.Outcome == string(outcome.OutcomeUnknown)):
		shown.Tone, shown.Outcome = "open", message.Text(ctx, "person.history_open")
	case row.Outcome == "":
		shown.Outcome = message.Text(ctx, "audit.begun")
	case isDone(row.Outcome):
		shown.Tone = "good"
	case slices.Contains(resultEvents, row.Event):
		shown.Tone = "bad"
	}
	return shown
}

// exact is a moment to the minute, as a record has it; its zero value is not known.
func (s *Server) exact(c echo.Context, t time.Time) view.Moment {
	if t.IsZero() {
		return view.Moment{}
	}
	return view.Moment{Words: message.Exact(c.Request().Context(), t), ISO: t.UTC().Format(time.RFC3339)}
}

// eventWords says what was done; what has no words comes as it is recorded.
func eventWords(ctx context.Context, event string) string {
	if key := "history." + event; message.Has(key) {
		return message.Text(ctx, key)
	}
	return event
}

// endWords says what came of it: of this event where that has words of its own, else of any.
func endWords(ctx context.Context, event, came string) string {
	for _, key := range []string{"history.end." + event + "." + came, "history.end." + came} {
		if message.Has(key) {
			return message.Text(ctx, key)
		}
	}
	return came
}

// actorOf is who did it, and leads to what else they did; subjectOf is for whom, and leads to them.
func actorOf(id, name string) view.AuditParty {
	return view.AuditParty{ID: id, Name: cmp.Or(name, id), Href: auditPath + "?" + url.Values{"actor": {id}}.Encode()}
}

func subjectOf(id, name string) view.AuditParty {
	return view.AuditParty{ID: id, Name: cmp.Or(name, id), Href: view.PersonPath(id)}
}
