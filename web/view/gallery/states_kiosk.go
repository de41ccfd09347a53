package gallery

import (
	"context"
	"time"

	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

// kioskStates are the pages of a station.
func kioskStates(ctx context.Context) map[string]State {
	wrong, full, loose := kioskEnrolRefused(ctx, outcome.New(outcome.WrongCode)), five(), assigned(true, "")
	all := map[string]State{
		"kiosk/welcome":   of(view.KioskWelcomePage, view.KioskWelcomeProps{Kiosk: between("Make your fob ready")}),
		"kiosk/languages": of(view.KioskWelcomePage, view.KioskWelcomeProps{Kiosk: inLanguages()}),
		"kiosk/left":      of(view.KioskWelcomePage, view.KioskWelcomeProps{Kiosk: between("Make your fob ready"), Left: true}),
		"kiosk/bare":      of(view.KioskWelcomePage, view.KioskWelcomeProps{Kiosk: view.Kiosk{Chrome: view.Chrome{Title: "Make your fob ready"}, Station: markup}}),
		"kiosk/entra":     of(view.KioskWelcomePage, view.KioskWelcomeProps{Kiosk: between("Make your fob ready"), Trouble: "entra"}),
		"kiosk/graph":     of(view.KioskWelcomePage, view.KioskWelcomeProps{Kiosk: between("Make your fob ready"), Trouble: "graph"}),
		"kiosk/portal":    of(view.KioskWelcomePage, view.KioskWelcomeProps{Kiosk: between("Make your fob ready"), Trouble: "portal"}),
		"kiosk/revoked":   of(view.KioskRevokedPage, view.KioskPlainProps{Kiosk: between("This station is no longer in use")}),
		"kiosk/unknown":   of(view.KioskUnknownPage, view.KioskPlainProps{Kiosk: view.Kiosk{Chrome: signedOut("This browser is not a station")}}),
		"kiosk/pair":      of(view.KioskPairPage, view.KioskPairProps{Kiosk: view.Kiosk{Chrome: signedOut("Put this station into service")}, Code: view.Input{Value: "BCDF-GHJK"}}),
		"kiosk/pair_no":   kioskPairRefused(ctx, &outcome.Error{Outcome: outcome.WrongCode, Reason: "pairing"}),
		"kiosk/pair_wait": of(view.KioskPairPage, view.KioskPairProps{Kiosk: view.Kiosk{Chrome: signedOut("Error: Put this station into service")}, Summary: new(told(ctx, &outcome.Error{Outcome: outcome.TooManyAttempts, Reason: "pairing", RetryAfter: 3 * time.Minute}))}),

		"kiosk/enrol":       of(view.KioskEnrolPage, view.KioskEnrolProps{Kiosk: visit("Enrol a fob")}),
		"kiosk/kept":        of(view.KioskEnrolPage, view.KioskEnrolProps{Kiosk: visit("Enrol a fob"), Notice: message.Text(ctx, "notice.step_up_graph"), Serial: view.Input{Value: keyRing.Serial}, Name: view.Input{Value: "Key ring"}}),
		"kiosk/wrong_code":  of(view.KioskEnrolPage, wrong),
		"kiosk/unknown_fob": of(view.KioskEnrolPage, kioskEnrolRefused(ctx, outcome.New(outcome.UnknownSerial))),
		"kiosk/assigned":    of(view.KioskEnrolPage, view.KioskEnrolProps{Kiosk: visit("Enrol a fob"), Assigned: []view.Fob{assigned(false, "")}}),
		"kiosk/two_wait":    of(view.KioskEnrolPage, view.KioskEnrolProps{Kiosk: visit("Enrol a fob"), Assigned: []view.Fob{loose, other(loose, "f8", markup)}}),
		"kiosk/full":        of(view.KioskEnrolPage, view.KioskEnrolProps{Kiosk: visit("Enrol a fob"), Full: full}),
		"kiosk/full_wait":   of(view.KioskEnrolPage, view.KioskEnrolProps{Kiosk: visit("Enrol a fob"), Assigned: full[1:2], Full: full}),
		"kiosk/unread":      of(view.KioskEnrolPage, view.KioskEnrolProps{Kiosk: visit("Enrol a fob"), Unread: new(told(ctx, outcome.New(outcome.Throttled)))}),
		"kiosk/remove":      of(view.KioskRemovePage, view.KioskRemoveProps{Kiosk: visit("Remove this fob?"), Fob: keyRing, Form: "f0"}),
		"kiosk/remove_only": of(view.KioskRemovePage, view.KioskRemoveProps{Kiosk: visit("Remove this fob?"), Fob: keyRing, Only: true, Form: "f0"}),
		"kiosk/remove_no":   of(view.KioskRemovePage, view.KioskRemoveProps{Kiosk: visit("Error: Remove this fob?"), Fob: view.Fob{ID: keyRing.ID, Serial: keyRing.Serial}, Unread: true, Form: "f0", Summary: new(told(ctx, outcome.New(outcome.OutcomeUnknown)))}),
		"kiosk/done":        kioskDone(ctx, outcome.Enrolled, nil),
		"kiosk/removed":     kioskDone(ctx, outcome.Removed, &view.Link{Href: "/kiosk/enrol", Text: message.Text(ctx, "kiosk.on")}),
		"kiosk/problem":     of(view.KioskProblemPage, view.KioskProblemProps{Kiosk: visit("Your account may not do this"), Summary: told(ctx, outcome.New(outcome.NotAllowed))}),
		"kiosk/refused":     of(view.KioskProblemPage, view.KioskProblemProps{Kiosk: between("You could not be signed in"), Summary: s1(told(ctx, outcome.New(outcome.SignInRefused)))}),

		"kiosk/waiting":      of(view.KioskWaitingPage, kioskWaiting(ctx, visit("In line"), 3)),
		"kiosk/waiting_turn": of(view.KioskWaitingPage, kioskWaiting(ctx, operating(), 0)),

		"kiosk/operator":         of(view.KioskOperatorPage, view.KioskOperatorProps{Kiosk: operating()}),
		"kiosk/operator_done":    of(view.KioskOperatorPage, view.KioskOperatorProps{Kiosk: operating(), Done: &view.Summary{Outcome: "enrolled", Good: true, Heading: "GALT1: Done: active"}, Counts: []view.Fact{{Label: "Done", Value: "3"}, {Label: "Not done", Value: "1"}}}),
		"kiosk/operator_several": kioskSeveral(ctx),
	}
	return all
}

// kioskWaiting is the page of an act of a visit with this place in line.
func kioskWaiting(ctx context.Context, k view.Kiosk, place int) view.KioskWaitingProps {
	here := "/kiosk/waiting/w1"
	k.Refresh, k.Again = 4, here
	return view.KioskWaitingProps{Kiosk: k, Place: inLine(ctx, place, here)}
}

func between(title string) view.Kiosk {
	return view.Kiosk{Chrome: signedOut(title), Station: "Reception <1>", Refresh: 30}
}

func inLanguages() view.Kiosk {
	k := between("Make your fob ready")
	k.Return = "/kiosk"
	for _, tongue := range message.Languages() {
		direction := "ltr"
		if tongue.Tag == "ar" {
			direction = "rtl"
		}
		k.Languages = append(k.Languages, view.Language{Tag: tongue.Tag, Name: tongue.Name, Direction: direction, Chosen: tongue.Tag == "en"})
	}
	return k
}

func visit(title string) view.Kiosk {
	return view.Kiosk{Chrome: chrome(title), Station: "Reception <1>", Refresh: 92, Visit: &view.Visit{Idle: 90, Ask: 30, Left: 600}}
}

func operating() view.Kiosk {
	k := visit("Hand out fobs at this station")
	k.Visit.Operator = true
	return k
}

func other(f view.Fob, id, name string) view.Fob {
	f.ID, f.Name, f.Activate = id, name, &view.ActivateForm{}
	return f
}

func kioskPairRefused(ctx context.Context, refusal *outcome.Error) State {
	s := told(ctx, refusal)
	s.Errors[0].Field = "pairingCode"
	return of(view.KioskPairPage, view.KioskPairProps{
		Kiosk: view.Kiosk{Chrome: signedOut("Error: Put this station into service")}, Summary: &s, Code: view.Input{Error: s.Errors[0].Text},
	})
}

func kioskEnrolRefused(ctx context.Context, refusal *outcome.Error) view.KioskEnrolProps {
	s := told(ctx, refusal)
	errs := map[string]string{}
	for _, e := range s.Errors {
		errs[e.Field] = e.Text
	}
	return view.KioskEnrolProps{
		Kiosk: visit("Error: Enrol a fob"), Summary: &s,
		Serial: view.Input{Value: keyRing.Serial, Error: errs["serialNumber"]},
		Name:   view.Input{Value: "Key ring", Error: errs["displayName"]},
		Code:   view.Input{Value: "123456", Error: errs["verificationCode"]},
	}
}

func kioskDone(ctx context.Context, o outcome.Outcome, next *view.Link) State {
	words := message.Refusal(ctx, outcome.New(o))
	p := view.KioskDoneProps{
		Kiosk: visit("Receipt"), Next: next, Back: 15,
		Summary: view.Summary{Outcome: string(o), Good: true, Heading: words.Title, Text: append(words.Text, words.Next)},
		Facts:   []view.Fact{{Label: "Serial number", Value: keyRing.Serial}, {Label: "Name", Value: markup}},
		Hints:   []string{message.Text(ctx, "receipt.hint.use")},
	}
	if next != nil {
		p.Back, p.Hints = 0, nil
	}
	return of(view.KioskDonePage, p)
}

// s1 is a summary that leads back to the start.
func s1(s view.Summary) view.Summary {
	s.Next = &view.Link{Href: "/kiosk", Text: "Back to the start"}
	return s
}

func kioskSeveral(ctx context.Context) State {
	s := told(ctx, invalid("q", "several"))
	s.Errors[0].Field = view.FirstChoice("person")
	return of(view.KioskOperatorPage, view.KioskOperatorProps{
		Kiosk: operating(), Summary: &s, Serial: view.Input{Value: "GALT1"}, Code: view.Input{Value: "123456"},
		Query:  view.Input{Value: "Ann Smith", Error: s.Errors[0].Text},
		People: []view.Choice{{Value: ann.ID, Label: ann.Name, Text: ann.UserPrincipalName}, {Value: "0a1d", Label: markup}},
	})
}

// stationStates are the admins' pages of the stations.
func stationStates(ctx context.Context) map[string]State {
	c := chrome("Stations")
	c.Admin, c.Desk = true, true
	refused := view.StationsProps{Chrome: c, Summary: new(told(ctx, invalid("name", oath.FlawEmpty)))}
	refused.Name.Error, refused.Place.Value = refused.Summary.Errors[0].Text, markup
	list := view.StationsProps{Chrome: c, Stations: []view.Station{
		{ID: "s1", Name: "Reception", Place: markup, Language: "English", Seen: keyRing.LastUsed, Act: keyRing.Added, State: "In service", Status: "paired", Rename: view.Input{Value: "Reception"}},
		{ID: "s/2", Name: markup, State: "Not in service yet", Status: "waiting", Rename: view.Input{Value: markup}},
		{ID: "s3", Name: "Old", State: "Revoked", Status: "revoked"},
	}}
	made, warned, renamed := list, list, list
	made.Codes = []view.PairingCode{{ID: "s2", Station: markup, Code: "BCDF-GHJK", Address: "https://fobs.example.org/kiosk/pair", Until: "12 March 2026, 14:05 UTC"}}
	made.Done = message.Text(ctx, "stations.made")
	warned.NoAuthTime = &keyRing.LastUsed
	renamed.Stations = []view.Station{list.Stations[0]}
	renamed.Stations[0].Rename = view.Input{Error: "Enter a name for the station"}
	renamed.Languages = []view.Choice{{Label: "The browser’s", Chosen: true}, {Value: "en", Label: "English"}, {Value: "de", Label: "Deutsch"}}
	return map[string]State{
		"stations/empty":   of(view.StationsPage, view.StationsProps{Chrome: c}),
		"stations/list":    of(view.StationsPage, list),
		"stations/made":    of(view.StationsPage, made),
		"stations/warned":  of(view.StationsPage, warned),
		"stations/refused": of(view.StationsPage, refused),
		"stations/renamed": of(view.StationsPage, renamed),
		"stations/guide":   of(view.GuidePage, view.GuideProps{Chrome: c, Address: "https://fobs.example.org/kiosk", Hosts: []string{"fobs.example.org", "login.microsoftonline.com"}, Policies: "{\n  \"URLBlocklist\": [\"*\"]\n}"}),
	}
}
