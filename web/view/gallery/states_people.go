package gallery

import (
	"context"
	"strings"

	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

// peopleStates are the pages where an admin finds a person, acts for them and prints the sheet.
func peopleStates(ctx context.Context) map[string]State {
	two := []view.Found{
		{Href: view.PersonPath("a1"), Name: "Ann Smith", UPN: "ann.smith@contoso.example"},
		{Href: view.PersonPath("a2"), Name: "Ann Smith", UPN: "ann.smith2@contoso.example", Mail: "ann.smith.warehouse@contoso.example"},
	}
	all := map[string]State{
		"people/first":  people(view.PeopleProps{Found: view.PeopleFound{Heading: "You have not helped anybody yet"}}),
		"people/recent": people(view.PeopleProps{Found: view.PeopleFound{Heading: "People you helped lately", People: []view.Found{{Href: view.PersonPath("a1"), Name: "Ann Smith"}}}}),
		"people/found": people(view.PeopleProps{Query: view.Input{Value: "ann smith"}, Found: view.PeopleFound{
			Heading: "People found", Count: "2 people on this page, and there are more.", People: two,
			Next: &view.Link{Href: "/admin/users?q=ann&next=AQ", Text: "Show more"},
		}}),
		"people/nobody": people(view.PeopleProps{Query: view.Input{Value: "GALT1"}, Found: view.PeopleFound{
			Heading: "People found", Count: message.Text(ctx, "field.q.nobody"), Fob: &view.Link{Href: "/admin/fobs?serial=GALT1", Text: "Find the fob with the serial number GALT1"},
		}}),
		"people/markup":  people(view.PeopleProps{Query: view.Input{Value: markup}, Found: view.PeopleFound{Heading: "People found", Count: "One person matches.", People: []view.Found{{Href: view.PersonPath("a/b?c"), Name: markup, UPN: markup, Mail: markup}}}}),
		"people/refused": people(view.PeopleProps{Query: view.Input{Value: "ann"}, Found: view.PeopleFound{Summary: new(told(ctx, &outcome.Error{Outcome: outcome.NotAllowed, Reason: "others.permission"}))}}),

		"person/empty":    of(view.PersonPage, person(ctx)),
		"person/fobs":     of(view.PersonPage, personWithFobs(ctx)),
		"person/closed":   personClosed(ctx),
		"person/unread":   personUnread(ctx),
		"person/locked":   personLocked(ctx),
		"person/assigned": personDone(ctx, outcome.Assigned, &view.Link{Href: view.PersonPath("a1", "sheet") + "?serial=GALT1", Text: "Hand-out sheet"}),
		"person/markup":   personMarkup(ctx),

		"remove_for/only":   of(view.RemoveForPage, removeFor(nil)),
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

func adminChrome(title string) view.Chrome {
	c := chrome(title)
	c.Admin = true
	return c
}

func people(p view.PeopleProps) State {
	p.Chrome = adminChrome("Find a person")
	return of(view.PeoplePage, p)
}

func person(ctx context.Context) view.PersonProps {
	return view.PersonProps{
		Chrome: adminChrome("Ann Smith"), Seen: "5eef",
		Person: oath.Person{ID: "a1", Name: "Ann Smith", UserPrincipalName: "ann.smith@contoso.example", Mail: "ann.smith@contoso.example"},
		Held:   []string{message.Text(ctx, "person.held_none", "limit", 5), message.Text(ctx, "person.left", "count", 5)},
	}
}

func personWithFobs(ctx context.Context) view.PersonProps {
	p := person(ctx)
	lost := keyRing
	lost.ID, lost.Name, lost.Status, lost.State = "f7", "Old one", "lost", message.Text(ctx, "fob.state.lost")
	p.Fobs = []view.PersonFob{
		{Fob: keyRing, Twice: true, Form: "o1"},
		{Fob: assigned(false, ""), Sheet: view.PersonPath("a1", "sheet") + "?serial=GALT00000042", Form: "o2"},
		{Fob: lost, Form: "o3"},
		{Fob: named("Spare", ""), Form: "o4"}, {Fob: view.Fob{ID: "f9", Name: "Fob", State: "Not ready", Status: "other"}, Form: "o5"},
	}
	p.Held, p.Full = []string{message.Text(ctx, "person.held", "count", 5, "limit", 5)}, true
	at := view.Moment{Words: message.Exact(ctx, now), ISO: "2026-03-12T14:05:00Z"}
	p.History = []view.HistoryRow{
		{At: at, Event: "Enrol", Serial: "GALT12345678", Actor: "Grace Lindholm", End: "Done: active"},
		{At: at, Event: "Remove", Serial: "GALT1", Actor: "Grace Lindholm"},
	}
	return p
}

func personClosed(ctx context.Context) State {
	p := person(ctx)
	p.Unread, p.Closed = new(told(ctx, &outcome.Error{Outcome: outcome.NotAllowed, Reason: "others.permission"})), true
	return of(view.PersonPage, p)
}

func personUnread(ctx context.Context) State {
	p := person(ctx)
	p.Unread = new(told(ctx, outcome.New(outcome.UpstreamUnavailable)))
	return of(view.PersonPage, p)
}

func personLocked(ctx context.Context) State {
	p := person(ctx)
	p.Locked, p.Notice = true, message.Text(ctx, "notice.kept")
	return of(view.PersonPage, p)
}

func personMarkup(ctx context.Context) State {
	p := person(ctx)
	p.Chrome, p.Seen = markupChrome(), markup
	p.Admin = true
	p.Person = oath.Person{ID: "a/b", Name: markup, UserPrincipalName: markup, Mail: "m" + markup}
	p.Fobs = []view.PersonFob{{Fob: named(markup, markup), Form: markup}}
	p.History = []view.HistoryRow{{Event: markup, Serial: markup, Actor: markup, End: markup}}
	return of(view.PersonPage, p)
}

func personDone(ctx context.Context, o outcome.Outcome, next *view.Link) State {
	p := person(ctx)
	p.Summary, p.Next = new(told(ctx, &outcome.Error{Outcome: o, Reason: "others"})), next
	p.Summary.Good = true
	return of(view.PersonPage, p)
}

func personRefused(ctx context.Context, refusal *outcome.Error) State {
	p := person(ctx)
	p.Title = "Error: " + p.Title
	p.Summary = new(told(ctx, refusal))
	errs := map[string]string{}
	for _, e := range p.Summary.Errors {
		errs[e.Field] = e.Text
	}
	p.Enrol.Serial = view.Input{Value: "GALT12345678", Error: errs["serialNumber"]}
	p.Enrol.Code = view.Input{Error: errs["verificationCode"]}
	return of(view.PersonPage, p)
}

func removeFor(s *view.Summary) view.RemoveForProps {
	return view.RemoveForProps{
		RemoveProps: view.RemoveProps{Chrome: adminChrome("Remove this person’s fob?"), Summary: s, Fob: keyRing, Only: true, Form: "o1"},
		Person:      oath.Person{ID: "a1", Name: "Ann Smith", UserPrincipalName: "ann.smith@contoso.example"}, Seen: "5eef",
	}
}

func removeForUnread(ctx context.Context) State {
	p := removeFor(new(told(ctx, &outcome.Error{Outcome: outcome.OutcomeUnknown, Reason: "others"})))
	p.Unread, p.Only, p.Fob = true, false, view.Fob{ID: keyRing.ID, Serial: keyRing.Serial}
	return of(view.RemoveForPage, p)
}

func sheet(isAssigned bool, where string) State {
	return of(view.SheetPage, view.SheetProps{
		Chrome: adminChrome("Your fob for signing in"), Assigned: isAssigned, Serial: "GALT12345678", Where: where,
		Person: oath.Person{ID: "a1", Name: "Ann Smith"}, QR: view.QR{ViewBox: "0 0 29 29", Path: "M4 4h1v1h-1z"},
	})
}
