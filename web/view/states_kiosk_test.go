package view

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// kioskStates are the pages of a station.
func kioskStates(ctx context.Context) map[string]templ.Component {
	wrong, full, loose := kioskEnrolRefused(ctx, outcome.New(outcome.WrongCode)), five(), assigned(true, "")
	all := map[string]templ.Component{
		"kiosk/welcome":   KioskWelcomePage(KioskWelcomeProps{Kiosk: between("Make your fob ready")}),
		"kiosk/languages": KioskWelcomePage(KioskWelcomeProps{Kiosk: inLanguages()}),
		"kiosk/left":      KioskWelcomePage(KioskWelcomeProps{Kiosk: between("Make your fob ready"), Left: true}),
		"kiosk/bare":      KioskWelcomePage(KioskWelcomeProps{Kiosk: Kiosk{Chrome: Chrome{Title: "Make your fob ready"}, Station: markup}}),
		"kiosk/entra":     KioskWelcomePage(KioskWelcomeProps{Kiosk: between("Make your fob ready"), Trouble: "entra"}),
		"kiosk/graph":     KioskWelcomePage(KioskWelcomeProps{Kiosk: between("Make your fob ready"), Trouble: "graph"}),
		"kiosk/portal":    KioskWelcomePage(KioskWelcomeProps{Kiosk: between("Make your fob ready"), Trouble: "portal"}),
		"kiosk/revoked":   KioskRevokedPage(KioskPlainProps{Kiosk: between("This station is no longer in use")}),
		"kiosk/unknown":   KioskUnknownPage(KioskPlainProps{Kiosk: Kiosk{Chrome: signedOut("This browser is not a station")}}),
		"kiosk/pair":      KioskPairPage(KioskPairProps{Kiosk: Kiosk{Chrome: signedOut("Put this station into service")}, Code: Input{Value: "BCDF-GHJK"}}),
		"kiosk/pair_no":   kioskPairRefused(ctx, &outcome.Error{Outcome: outcome.WrongCode, Reason: "pairing"}),
		"kiosk/pair_wait": KioskPairPage(KioskPairProps{Kiosk: Kiosk{Chrome: signedOut("Error: Put this station into service")}, Summary: new(told(ctx, &outcome.Error{Outcome: outcome.TooManyAttempts, Reason: "pairing", RetryAfter: 3 * time.Minute}))}),

		"kiosk/enrol":       KioskEnrolPage(KioskEnrolProps{Kiosk: visit("Enrol a fob")}),
		"kiosk/kept":        KioskEnrolPage(KioskEnrolProps{Kiosk: visit("Enrol a fob"), Notice: message.Text(ctx, "notice.step_up_graph"), Serial: Input{Value: keyRing.Serial}, Name: Input{Value: "Key ring"}}),
		"kiosk/wrong_code":  KioskEnrolPage(wrong),
		"kiosk/unknown_fob": KioskEnrolPage(kioskEnrolRefused(ctx, outcome.New(outcome.UnknownSerial))),
		"kiosk/assigned":    KioskEnrolPage(KioskEnrolProps{Kiosk: visit("Enrol a fob"), Assigned: []Fob{assigned(false, "")}}),
		"kiosk/two_wait":    KioskEnrolPage(KioskEnrolProps{Kiosk: visit("Enrol a fob"), Assigned: []Fob{loose, other(loose, "f8", markup)}}),
		"kiosk/full":        KioskEnrolPage(KioskEnrolProps{Kiosk: visit("Enrol a fob"), Full: full}),
		"kiosk/full_wait":   KioskEnrolPage(KioskEnrolProps{Kiosk: visit("Enrol a fob"), Assigned: full[1:2], Full: full}),
		"kiosk/unread":      KioskEnrolPage(KioskEnrolProps{Kiosk: visit("Enrol a fob"), Unread: new(told(ctx, outcome.New(outcome.Throttled)))}),
		"kiosk/remove":      KioskRemovePage(KioskRemoveProps{Kiosk: visit("Remove this fob?"), Fob: keyRing, Form: "f0"}),
		"kiosk/remove_only": KioskRemovePage(KioskRemoveProps{Kiosk: visit("Remove this fob?"), Fob: keyRing, Only: true, Form: "f0"}),
		"kiosk/remove_no":   KioskRemovePage(KioskRemoveProps{Kiosk: visit("Error: Remove this fob?"), Fob: Fob{ID: keyRing.ID, Serial: keyRing.Serial}, Unread: true, Form: "f0", Summary: new(told(ctx, outcome.New(outcome.OutcomeUnknown)))}),
		"kiosk/done":        kioskDone(ctx, outcome.Enrolled, nil),
		"kiosk/removed":     kioskDone(ctx, outcome.Removed, &Link{Href: "/kiosk/enrol", Text: message.Text(ctx, "kiosk.on")}),
		"kiosk/problem":     KioskProblemPage(KioskProblemProps{Kiosk: visit("Your account may not do this"), Summary: told(ctx, outcome.New(outcome.NotAllowed))}),
		"kiosk/refused":     KioskProblemPage(KioskProblemProps{Kiosk: between("You could not be signed in"), Summary: s1(told(ctx, outcome.New(outcome.SignInRefused)))}),

		"kiosk/operator":         KioskOperatorPage(KioskOperatorProps{Kiosk: operating()}),
		"kiosk/operator_done":    KioskOperatorPage(KioskOperatorProps{Kiosk: operating(), Done: &Summary{Outcome: "enrolled", Good: true, Heading: "GALT1: Done: active"}, Counts: []Fact{{"Done", "3"}, {"Not done", "1"}}}),
		"kiosk/operator_several": kioskSeveral(ctx),
	}
	return all
}

func between(title string) Kiosk {
	return Kiosk{Chrome: signedOut(title), Station: "Reception <1>", Refresh: 30}
}

func inLanguages() Kiosk {
	k := between("Make your fob ready")
	k.Return = "/kiosk"
	k.Languages = []Language{
		{Tag: "en", Name: "English", Direction: "ltr", Chosen: true},
		{Tag: "de", Name: "Deutsch", Direction: "ltr"}, {Tag: "ar", Name: "العربية", Direction: "rtl"},
	}
	return k
}

func visit(title string) Kiosk {
	return Kiosk{Chrome: chrome(title), Station: "Reception <1>", Refresh: 92, Visit: &Visit{Idle: 90, Ask: 30}}
}

func operating() Kiosk {
	k := visit("Hand out fobs at this station")
	k.Visit.Operator = true
	return k
}

func other(f Fob, id, name string) Fob {
	f.ID, f.Name, f.Activate = id, name, &ActivateForm{}
	return f
}

func kioskPairRefused(ctx context.Context, refusal *outcome.Error) templ.Component {
	s := told(ctx, refusal)
	s.Errors[0].Field = "pairingCode"
	return KioskPairPage(KioskPairProps{
		Kiosk: Kiosk{Chrome: signedOut("Error: Put this station into service")}, Summary: &s, Code: Input{Error: s.Errors[0].Text},
	})
}

func kioskEnrolRefused(ctx context.Context, refusal *outcome.Error) KioskEnrolProps {
	s := told(ctx, refusal)
	errs := map[string]string{}
	for _, e := range s.Errors {
		errs[e.Field] = e.Text
	}
	return KioskEnrolProps{
		Kiosk: visit("Error: Enrol a fob"), Summary: &s,
		Serial: Input{Value: keyRing.Serial, Error: errs["serialNumber"]},
		Name:   Input{Value: "Key ring", Error: errs["displayName"]},
		Code:   Input{Value: "123456", Error: errs["verificationCode"]},
	}
}

func kioskDone(ctx context.Context, o outcome.Outcome, next *Link) templ.Component {
	words := message.Refusal(ctx, outcome.New(o))
	p := KioskDoneProps{
		Kiosk: visit("Receipt"), Next: next, Back: 15,
		Summary: Summary{Outcome: string(o), Good: true, Heading: words.Title, Text: append(words.Text, words.Next)},
		Facts:   []Fact{{Label: "Serial number", Value: keyRing.Serial}, {Label: "Name", Value: markup}},
		Hints:   []string{message.Text(ctx, "receipt.hint.use")},
	}
	if next != nil {
		p.Back, p.Hints = 0, nil
	}
	return KioskDonePage(p)
}

// s1 is a summary that leads back to the start.
func s1(s Summary) Summary {
	s.Next = &Link{Href: "/kiosk", Text: "Back to the start"}
	return s
}

func kioskSeveral(ctx context.Context) templ.Component {
	s := told(ctx, invalid("q", "several"))
	s.Errors[0].Field = FirstChoice("person")
	return KioskOperatorPage(KioskOperatorProps{
		Kiosk: operating(), Summary: &s, Serial: Input{Value: "GALT1"}, Code: Input{Value: "123456"},
		Query:  Input{Value: "Ann Smith", Error: s.Errors[0].Text},
		People: []Choice{{Value: ann.ID, Label: ann.Name, Text: ann.UserPrincipalName}, {Value: "0a1d", Label: markup}},
	})
}

// stationStates are the admins' pages of the stations.
func stationStates(ctx context.Context) map[string]templ.Component {
	c := chrome("Stations")
	c.Admin, c.Desk = true, true
	refused := StationsProps{Chrome: c, Summary: new(told(ctx, invalid("name", oath.FlawEmpty)))}
	refused.Name.Error, refused.Place.Value = refused.Summary.Errors[0].Text, markup
	list := StationsProps{Chrome: c, Stations: []Station{
		{ID: "s1", Name: "Reception", Place: markup, Language: "English", Seen: keyRing.LastUsed, Act: keyRing.Added, State: "In service", Status: "paired", Rename: Input{Value: "Reception"}},
		{ID: "s/2", Name: markup, State: "Not in service yet", Status: "waiting", Rename: Input{Value: markup}},
		{ID: "s3", Name: "Old", State: "Revoked", Status: "revoked"},
	}}
	made, warned, renamed := list, list, list
	made.Codes = []PairingCode{{ID: "s2", Station: markup, Code: "BCDF-GHJK", Address: "https://fobs.example.org/kiosk/pair", Until: "12 March 2026, 14:05 UTC"}}
	made.Done = message.Text(ctx, "stations.made")
	warned.NoAuthTime = &keyRing.LastUsed
	renamed.Stations = []Station{list.Stations[0]}
	renamed.Stations[0].Rename = Input{Error: "Enter a name for the station"}
	renamed.Languages = []Choice{{Label: "The browser’s", Chosen: true}, {Value: "en", Label: "English"}, {Value: "de", Label: "Deutsch"}}
	return map[string]templ.Component{
		"stations/empty":   StationsPage(StationsProps{Chrome: c}),
		"stations/list":    StationsPage(list),
		"stations/made":    StationsPage(made),
		"stations/warned":  StationsPage(warned),
		"stations/refused": StationsPage(refused),
		"stations/renamed": StationsPage(renamed),
		"stations/guide":   GuidePage(GuideProps{Chrome: c, Address: "https://fobs.example.org/kiosk", Hosts: []string{"fobs.example.org", "login.microsoftonline.com"}, Policies: "{\n  \"URLBlocklist\": [\"*\"]\n}"}),
	}
}
