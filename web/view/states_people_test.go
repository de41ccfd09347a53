package view

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// peopleStates are the pages where an admin finds a person, acts for them and prints the sheet.
func peopleStates(ctx context.Context) map[string]templ.Component {
	two := []Found{
		{Href: PersonPath("a1"), Name: "Ann Smith", UPN: "ann.smith@contoso.example"},
		{Href: PersonPath("a2"), Name: "Ann Smith", UPN: "ann.smith2@contoso.example", Mail: "ann.smith.warehouse@contoso.example"},
	}
	all := map[string]templ.Component{
		"people/first":  people(PeopleProps{Found: PeopleFound{Heading: "You have not helped anybody yet"}}),
		"people/recent": people(PeopleProps{Found: PeopleFound{Heading: "People you helped lately", People: []Found{{Href: PersonPath("a1"), Name: "Ann Smith"}}}}),
		"people/found": people(PeopleProps{Query: Input{Value: "ann smith"}, Found: PeopleFound{
			Heading: "People found", Count: "2 people on this page, and there are more.", People: two,
			Next: &Link{Href: "/admin/users?q=ann&next=AQ", Text: "Show more"},
		}}),
		"people/nobody": people(PeopleProps{Query: Input{Value: "GALT1"}, Found: PeopleFound{
			Heading: "People found", Count: "0 people fit.", Fob: &Link{Href: "/admin/fobs?serial=GALT1", Text: "Find the fob with the serial number GALT1"},
		}}),
		"people/markup":  people(PeopleProps{Query: Input{Value: markup}, Found: PeopleFound{Heading: "People found", Count: "One person fits.", People: []Found{{Href: PersonPath("a/b?c"), Name: markup, UPN: markup, Mail: markup}}}}),
		"people/refused": people(PeopleProps{Query: Input{Value: "ann"}, Found: PeopleFound{Summary: new(told(ctx, &outcome.Error{Outcome: outcome.NotAllowed, Reason: "others.permission"}))}}),

		"person/empty":    PersonPage(person(ctx)),
		"person/fobs":     PersonPage(personWithFobs(ctx)),
		"person/closed":   personClosed(ctx),
		"person/unread":   personUnread(ctx),
		"person/locked":   personLocked(ctx),
		"person/assigned": personDone(ctx, outcome.Assigned, &Link{Href: PersonPath("a1", "sheet") + "?serial=GALT1", Text: "Hand-out sheet"}),
		"person/markup":   personMarkup(ctx),

		"remove_for/only":   RemoveForPage(removeFor(nil)),
		"remove_for/unread": removeForUnread(ctx),

		"sheet/enrol":    sheet(false, "https://fobs.contoso.example/enrol?serial=GALT12345678"),
		"sheet/assigned": sheet(true, "https://fobs.contoso.example/enrol?serial=GALT12345678"),
	}
	for _, o := range []outcome.Outcome{outcome.Enrolled, outcome.Activated, outcome.Deactivated, outcome.Removed} {
		all["person/"+string(o)] = personDone(ctx, o, nil)
	}
	for _, refusal := range refusalsForOthers() {
		name := strings.TrimPrefix(string(refusal.Outcome)+strings.TrimPrefix(refusal.Reason, "others"), ".")
		all["person/"+name] = personRefused(ctx, refusal)
	}
	return all
}

// refusalsForOthers are those that a form for somebody else can meet, bar those of the fields.
func refusalsForOthers() []*outcome.Error {
	all := []*outcome.Error{
		{Outcome: outcome.Overtaken}, {Outcome: outcome.WrongCode}, {Outcome: outcome.Refused}, {Outcome: outcome.UnknownSerial},
		{Outcome: outcome.AssignedToOther}, {Outcome: outcome.AlreadyActive}, {Outcome: outcome.LimitReached},
		{Outcome: outcome.OutcomeUnknown}, {Outcome: outcome.NotAllowed},
		{Outcome: outcome.WrongCode, Reason: "assigned"}, {Outcome: outcome.Refused, Reason: "assigned"},
		{Outcome: outcome.OutcomeUnknown, Reason: "assigned"}, {Outcome: outcome.TooManyAttempts, Reason: "locked"},
	}
	for _, reason := range []string{"permission", "not_supported", "inventory", "policy", "licence"} {
		all = append(all, &outcome.Error{Outcome: outcome.NotAllowed, Reason: reason})
	}
	for _, refusal := range all {
		refusal.Reason = strings.TrimSuffix("others."+refusal.Reason, ".")
	}
	return all
}

func adminChrome(title string) Chrome {
	c := chrome(title)
	c.Admin = true
	return c
}

func people(p PeopleProps) templ.Component {
	p.Chrome = adminChrome("Find a person")
	return PeoplePage(p)
}

func person(ctx context.Context) PersonProps {
	return PersonProps{
		Chrome: adminChrome("Ann Smith"), Seen: "5eef",
		Person: oath.Person{ID: "a1", Name: "Ann Smith", UserPrincipalName: "ann.smith@contoso.example", Mail: "ann.smith@contoso.example"},
		Held:   []string{message.Text(ctx, "person.held", "count", 0, "limit", 5), message.Text(ctx, "person.left", "count", 5)},
	}
}

func personWithFobs(ctx context.Context) PersonProps {
	p := person(ctx)
	lost := keyRing
	lost.ID, lost.Name, lost.Status, lost.State = "f7", "Old one", "lost", message.Text(ctx, "fob.state.lost")
	p.Fobs = []PersonFob{
		{Fob: keyRing, Twice: true, Form: "o1"},
		{Fob: assigned(false, ""), Sheet: PersonPath("a1", "sheet") + "?serial=GALT00000042", Form: "o2"},
		{Fob: lost, Form: "o3"},
		{Fob: named("Spare", ""), Form: "o4"}, {Fob: Fob{ID: "f9", Name: "Fob", State: "Not ready", Status: "other"}, Form: "o5"},
	}
	p.Held, p.Full = []string{message.Text(ctx, "person.held", "count", 5, "limit", 5)}, true
	at := Moment{Words: message.Exact(ctx, now), ISO: "2026-03-12T14:05:00Z"}
	p.History = []HistoryRow{
		{At: at, Event: "Enrol", Serial: "GALT12345678", Actor: "Grace Lindholm", End: "Done: active"},
		{At: at, Event: "Remove", Serial: "GALT1", Actor: "Grace Lindholm"},
	}
	return p
}

func personClosed(ctx context.Context) templ.Component {
	p := person(ctx)
	p.Unread, p.Closed = new(told(ctx, &outcome.Error{Outcome: outcome.NotAllowed, Reason: "others.permission"})), true
	return PersonPage(p)
}

func personUnread(ctx context.Context) templ.Component {
	p := person(ctx)
	p.Unread = new(told(ctx, outcome.New(outcome.UpstreamUnavailable)))
	return PersonPage(p)
}

func personLocked(ctx context.Context) templ.Component {
	p := person(ctx)
	p.Locked, p.Notice = true, message.Text(ctx, "notice.kept")
	return PersonPage(p)
}

func personMarkup(ctx context.Context) templ.Component {
	p := person(ctx)
	p.Chrome, p.Seen = markupChrome(), markup
	p.Person = oath.Person{ID: "a/b", Name: markup, UserPrincipalName: markup, Mail: "m" + markup}
	p.Fobs = []PersonFob{{Fob: named(markup, markup), Form: markup}}
	p.History = []HistoryRow{{Event: markup, Serial: markup, Actor: markup, End: markup}}
	return PersonPage(p)
}

func personDone(ctx context.Context, o outcome.Outcome, next *Link) templ.Component {
	p := person(ctx)
	p.Summary, p.Next = new(told(ctx, &outcome.Error{Outcome: o, Reason: "others"})), next
	p.Summary.Good = true
	return PersonPage(p)
}

func personRefused(ctx context.Context, refusal *outcome.Error) templ.Component {
	p := person(ctx)
	p.Title = "Error: " + p.Title
	p.Summary = new(told(ctx, refusal))
	errs := map[string]string{}
	for _, e := range p.Summary.Errors {
		errs[e.Field] = e.Text
	}
	p.Enrol.Serial = Input{Value: "GALT12345678", Error: errs["serialNumber"]}
	p.Enrol.Code = Input{Error: errs["verificationCode"]}
	return PersonPage(p)
}

func removeFor(s *Summary) RemoveForProps {
	return RemoveForProps{
		RemoveProps: RemoveProps{Chrome: adminChrome("Remove this person’s fob?"), Summary: s, Fob: keyRing, Only: true, Form: "o1"},
		Person:      oath.Person{ID: "a1", Name: "Ann Smith", UserPrincipalName: "ann.smith@contoso.example"}, Seen: "5eef",
	}
}

func removeForUnread(ctx context.Context) templ.Component {
	p := removeFor(new(told(ctx, &outcome.Error{Outcome: outcome.OutcomeUnknown, Reason: "others"})))
	p.Unread, p.Only, p.Fob = true, false, Fob{ID: keyRing.ID, Serial: keyRing.Serial}
	return RemoveForPage(p)
}

func sheet(isAssigned bool, where string) templ.Component {
	return SheetPage(SheetProps{
		Chrome: adminChrome("Your fob for signing in"), Assigned: isAssigned, Serial: "GALT12345678", Where: where,
		Person: oath.Person{ID: "a1", Name: "Ann Smith"}, QR: QR{ViewBox: "0 0 29 29", Path: "M4 4h1v1h-1z"},
	})
}
