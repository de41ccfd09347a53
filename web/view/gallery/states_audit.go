package gallery

import (
	"context"
	"strconv"

	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

// auditStates is where an admin starts and the audit trail, in each state.
func auditStates(ctx context.Context) map[string]State {
	recent := view.PeopleFound{
		Heading: message.Text(ctx, "people.recent"),
		People:  []view.Found{{Href: view.PersonPath("p1"), Name: "Ann Smith"}, {Href: view.PersonPath("p2"), Name: markup}},
	}
	none := view.PeopleFound{Heading: message.Text(ctx, "people.recent_none")}
	opened := view.OpenAct{At: auditMoment, Event: "Enrol", Serial: "GALT12345678", Subject: annParty, Actor: graceParty}
	lost := view.LostFob{At: auditMoment, Serial: "GALT12345678", Href: view.PersonPath("p1"), By: "Ann Smith", Holder: view.Named{Name: "Zoë Quote"}}
	unnamed := view.LostFob{At: auditMoment, Serial: "GALT00000042", Href: view.PersonPath("p2"), By: "Ann Smith", Holder: view.Named{Address: "…d4e510"}}
	refused := told(ctx, &outcome.Error{Outcome: outcome.InvalidInput, Fields: []outcome.Field{{Name: "from", Flaw: "date"}, {Name: "to", Flaw: "range"}}})
	fault := message.Text(ctx, "admin.unread")
	filter := view.AuditFilter{Actor: view.Input{Value: graceParty.ID}, Outcomes: []view.Choice{{Label: "Any"}, {Value: "wrong_code", Label: "The code was not accepted (wrong_code)", Chosen: true}}}
	wrong := filter
	wrong.From, wrong.To = view.Input{Value: "31.2.", Error: refused.Errors[0].Text}, view.Input{Value: "2026-01-01", Error: refused.Errors[1].Text}
	exports := []view.Link{{Href: "/admin/audit/export?format=csv", Text: "Download (CSV)"}, {Href: "/admin/audit/export?format=jsonl", Text: "Download (JSON lines)"}}
	return map[string]State{
		"admin/start":       of(view.AdminPage, view.AdminProps{Chrome: adminChrome("Help desk"), Found: none, Charts: noNumbers()}),
		"admin/busy":        of(view.AdminPage, view.AdminProps{Chrome: adminChrome("Help desk"), Found: recent, Charts: numbers(), Open: []view.OpenAct{opened}, Lost: []view.LostFob{lost, unnamed}}),
		"admin/unread":      of(view.AdminPage, view.AdminProps{Chrome: adminChrome("Help desk"), Found: view.PeopleFound{Heading: fault}, Trouble: fault}),
		"audit/first_page":  of(view.AuditPage, view.AuditProps{Chrome: adminChrome("What was done"), Charts: numbers(), Rows: auditRows(), Exports: exports, Older: &view.Link{Href: "/admin/audit?before=7", Text: "Older"}}),
		"audit/filtered":    of(view.AuditPage, view.AuditProps{Chrome: adminChrome("What was done"), Filtered: true, Filter: filter, Exports: exports, All: &view.Link{Href: "/admin/audit", Text: "Without the filter"}}),
		"audit/second_page": of(view.AuditPage, view.AuditProps{Chrome: adminChrome("What was done"), Rows: auditRows()[:1], Exports: exports, Newest: &view.Link{Href: "/admin/audit", Text: "The newest"}}),
		"audit/invalid":     of(view.AuditPage, view.AuditProps{Chrome: adminChrome("Error: What was done"), Summary: &refused, Filtered: true, Filter: wrong, Exports: exports}),
	}
}

var (
	auditMoment = view.Moment{Words: "12 March 2026, 14:05 UTC", ISO: "2026-03-12T14:05:00Z"}
	annParty    = view.AuditParty{ID: "0a0a0a0a-0000-4000-8000-00000000000a", Name: "Ann Smith", Href: view.PersonPath("0a0a0a0a-0000-4000-8000-00000000000a")}
	graceParty  = view.AuditParty{ID: "0b0b0b0b-0000-4000-8000-00000000000b", Name: "Grace", Href: "/admin/audit?actor=0b0b0b0b-0000-4000-8000-00000000000b"}
)

func auditRows() []view.AuditRow {
	row := view.AuditRow{
		Number: "9", At: auditMoment, Event: "Enrol", Name: "enrol", Outcome: "Done: active", Came: "enrolled", Tone: "good",
		Actor: graceParty, Subject: annParty, Serial: "GALT12345678", OfSerial: "/admin/audit?serial=GALT12345678",
		Station: "Lobby", Address: "192.0.2.1", RequestID: "9f1c", GraphRequestID: "a1b2",
	}
	opened := row
	opened.Number, opened.Came, opened.Outcome, opened.Tone, opened.GraphRequestID = "8", "", "Outcome not known", "open", ""
	hostile := row
	hostile.Number, hostile.Tone, hostile.Outcome, hostile.Came = "7", "bad", "Microsoft refused, without a clear reason", "refused"
	hostile.Actor.Name, hostile.Subject.Name, hostile.Serial, hostile.Station, hostile.Address = markup, markup, markup, markup, markup
	anonymous := view.AuditRow{Number: "6", At: auditMoment, Event: "Refused access", Name: "denied", Outcome: "Not allowed", Came: "not_allowed", Address: "192.0.2.1", RequestID: "9f1d"}
	return []view.AuditRow{row, opened, hostile, anonymous}
}

func numbers() []view.Chart {
	days := view.Chart{ID: "chart-enrolments", Title: "Enrolments a day", Text: "12 fobs were enrolled.", Kind: "Day", Number: "Number"}
	for i, count := range []int{0, 3, 120, 7} {
		days.Bars = append(days.Bars, view.Bar{Label: []string{"9 March", "10 March", "11 March", "12 March"}[i], Mark: strconv.Itoa(9 + i), Count: count, Number: strconv.Itoa(count)})
	}
	why := view.Chart{ID: "chart-refusals", Title: "What was refused, and why", Text: "4 refusals.", Kind: "Reason", Number: "Number"}
	why.Bars = []view.Bar{{Label: markup, Mark: markup, Count: 3, Number: "3"}, {Label: "No such fob", Mark: "No such fob", Count: 1, Number: "1"}}
	return []view.Chart{days.Standing(), why.Lying(), {ID: "chart-open", Title: "Without a known outcome", Text: "Nothing."}}
}

func noNumbers() []view.Chart {
	return []view.Chart{{ID: "chart-enrolments", Title: "Enrolments a day", Text: "Nothing was enrolled in the last 14 days."}}
}
