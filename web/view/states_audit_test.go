package view

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
)

// auditStates is where an admin starts and the audit trail, in each state.
func auditStates(ctx context.Context) map[string]templ.Component {
	recent := PeopleFound{
		Heading: message.Text(ctx, "people.recent"),
		People:  []Found{{Href: PersonPath("p1"), Name: "Ann Smith"}, {Href: PersonPath("p2"), Name: markup}},
	}
	none := PeopleFound{Heading: message.Text(ctx, "people.recent_none")}
	opened := OpenAct{At: auditMoment, Event: "Enrol", Serial: "GALT12345678", Subject: annParty, Actor: graceParty}
	lost := LostFob{At: auditMoment, Serial: "GALT12345678", Href: PersonPath("p1"), By: "Ann Smith", Holder: Named{Name: "Zoë Quote"}}
	unnamed := LostFob{At: auditMoment, Serial: "GALT00000042", Href: PersonPath("p2"), By: "Ann Smith", Holder: Named{Address: "…d4e510"}}
	refused := told(ctx, &outcome.Error{Outcome: outcome.InvalidInput, Fields: []outcome.Field{{Name: "from", Flaw: "date"}, {Name: "to", Flaw: "range"}}})
	fault := message.Text(ctx, "admin.unread")
	filter := AuditFilter{Actor: Input{Value: graceParty.ID}, Outcomes: []Choice{{Label: "Any"}, {Value: "wrong_code", Label: "The code was not accepted (wrong_code)", Chosen: true}}}
	wrong := filter
	wrong.From, wrong.To = Input{Value: "31.2.", Error: refused.Errors[0].Text}, Input{Value: "2026-01-01", Error: refused.Errors[1].Text}
	exports := []Link{{Href: "/admin/audit/export?format=csv", Text: "Download (CSV)"}, {Href: "/admin/audit/export?format=jsonl", Text: "Download (JSON lines)"}}
	return map[string]templ.Component{
		"admin/start":       AdminPage(AdminProps{Chrome: chrome("Help desk"), Found: none, Charts: noNumbers()}),
		"admin/busy":        AdminPage(AdminProps{Chrome: chrome("Help desk"), Found: recent, Charts: numbers(), Open: []OpenAct{opened}, Lost: []LostFob{lost, unnamed}}),
		"admin/unread":      AdminPage(AdminProps{Chrome: chrome("Help desk"), Found: PeopleFound{Heading: fault}, Trouble: fault}),
		"audit/first_page":  AuditPage(AuditProps{Chrome: chrome("What was done"), Charts: numbers(), Rows: auditRows(), Exports: exports, Older: &Link{Href: "/admin/audit?before=7", Text: "Older"}}),
		"audit/filtered":    AuditPage(AuditProps{Chrome: chrome("What was done"), Filtered: true, Filter: filter, Exports: exports, All: &Link{Href: "/admin/audit", Text: "Without the filter"}}),
		"audit/second_page": AuditPage(AuditProps{Chrome: chrome("What was done"), Rows: auditRows()[:1], Exports: exports, Newest: &Link{Href: "/admin/audit", Text: "The newest"}}),
		"audit/invalid":     AuditPage(AuditProps{Chrome: chrome("Error: What was done"), Summary: &refused, Filtered: true, Filter: wrong, Exports: exports}),
	}
}

var (
	auditMoment = Moment{Words: "12 March 2026, 14:05 UTC", ISO: "2026-03-12T14:05:00Z"}
	annParty    = AuditParty{ID: "0a0a0a0a-0000-4000-8000-00000000000a", Name: "Ann Smith", Href: PersonPath("0a0a0a0a-0000-4000-8000-00000000000a")}
	graceParty  = AuditParty{ID: "0b0b0b0b-0000-4000-8000-00000000000b", Name: "Grace", Href: "/admin/audit?actor=0b0b0b0b-0000-4000-8000-00000000000b"}
)

func auditRows() []AuditRow {
	row := AuditRow{
		Number: "9", At: auditMoment, Event: "Enrol", Name: "enrol", Outcome: "Done: active", Came: "enrolled", Tone: "good",
		Actor: graceParty, Subject: annParty, Serial: "GALT12345678", OfSerial: "/admin/audit?serial=GALT12345678",
		Station: "Lobby", Address: "192.0.2.1", RequestID: "9f1c", GraphRequestID: "a1b2",
	}
	opened := row
	opened.Number, opened.Came, opened.Outcome, opened.Tone, opened.GraphRequestID = "8", "", "Not known what came of it", "open", ""
	hostile := row
	hostile.Number, hostile.Tone, hostile.Outcome, hostile.Came = "7", "bad", "Microsoft refused, without a clear reason", "refused"
	hostile.Actor.Name, hostile.Subject.Name, hostile.Serial, hostile.Station, hostile.Address = markup, markup, markup, markup, markup
	anonymous := AuditRow{Number: "6", At: auditMoment, Event: "Refused access", Name: "denied", Outcome: "Not allowed", Came: "not_allowed", Address: "192.0.2.1", RequestID: "9f1d"}
	return []AuditRow{row, opened, hostile, anonymous}
}

func numbers() []Chart {
	days := Chart{ID: "chart-enrolments", Title: "Enrolments a day", Text: "12 fobs were enrolled.", Kind: "Day", Number: "Number"}
	for i, count := range []int{0, 3, 120, 7} {
		days.Bars = append(days.Bars, Bar{Label: []string{"9 March", "10 March", "11 March", "12 March"}[i], Mark: "1", Count: count, Number: strconv.Itoa(count)})
	}
	why := Chart{ID: "chart-refusals", Title: "What was refused, and why", Text: "4 refusals.", Kind: "Reason", Number: "Number"}
	why.Bars = []Bar{{Label: markup, Mark: markup, Count: 3, Number: "3"}, {Label: "No such fob", Mark: "No such fob", Count: 1, Number: "1"}}
	return []Chart{days.Standing(), why.Lying(), {ID: "chart-open", Title: "Without a known outcome", Text: "Nothing."}}
}

func noNumbers() []Chart {
	return []Chart{{ID: "chart-enrolments", Title: "Enrolments a day", Text: "Nothing was enrolled in the last 14 days."}}
}
