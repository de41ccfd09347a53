package gallery

import (
	"context"

	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

// deskStates are the pages of a lost fob, of its replacement, of the queue and of the search for a fob.
func deskStates(ctx context.Context) map[string]State {
	lost := keyRing
	lost.Status, lost.State = "lost", message.Text(ctx, "fob.state.lost")
	return map[string]State{
		"home/lost":    of(view.HomePage, view.HomeProps{Chrome: chrome("Your fobs"), Fobs: []view.Fob{lost}}),
		"lost/plain":   of(view.LostPage, view.RemoveProps{Chrome: chrome("Did you lose this fob?"), Fob: keyRing}),
		"lost/only":    of(view.LostPage, view.RemoveProps{Chrome: chrome("Did you lose this fob?"), Fob: keyRing, Only: true, Notice: message.Text(ctx, "notice.step_up")}),
		"lost/refused": of(view.LostPage, view.RemoveProps{Chrome: chrome("Error: Did you lose this fob?"), Fob: view.Fob{ID: keyRing.ID, Serial: keyRing.Serial}, Unread: true, Summary: new(told(ctx, outcome.New(outcome.OutcomeUnknown)))}),

		"receipt/deactivated": receipt(ctx, outcome.Deactivated, "Key ring"),

		"replace/which":   of(view.ReplacePage, replaceProps(ctx)),
		"replace/missing": replaceWithoutChoice(ctx),
		"replace/none":    of(view.ReplacePage, view.ReplaceProps{Chrome: adminChrome("Replace a lost fob"), Subject: ann}),
		"replace/unread":  of(view.ReplacePage, view.ReplaceProps{Chrome: adminChrome("Replace a lost fob"), Subject: ann, Unread: new(told(ctx, outcome.New(outcome.UpstreamUnavailable)))}),
		"replace/half":    replaceHalf(ctx, false),
		"replace/removed": replaceHalf(ctx, true),

		"handout/empty":   of(view.HandoutPage, view.HandoutProps{Chrome: adminChrome("Hand out fobs"), Export: "/admin/audit/export?format=csv"}),
		"handout/running": of(view.HandoutPage, handoutRunning()),
		"handout/several": handoutSeveral(ctx),

		"fobs/empty":   of(view.FobsPage, view.FobsProps{Chrome: adminChrome("Where is this fob?")}),
		"fobs/held":    of(view.FobsPage, view.FobsProps{Chrome: adminChrome("Where is this fob?"), Looked: true, Serial: view.Input{Value: keyRing.Serial}, Found: &view.FoundFob{Fob: keyRing, Model: "Galt TOTP-30", Holder: &ann}, Rows: fobRows()}),
		"fobs/lost":    of(view.FobsPage, view.FobsProps{Chrome: adminChrome("Where is this fob?"), Looked: true, Serial: view.Input{Value: keyRing.Serial}, Found: &view.FoundFob{Fob: lost, Model: "Galt TOTP-30", Holder: &ann, Lost: keyRing.LastUsed}, Trouble: "They cannot be read."}),
		"fobs/stock":   of(view.FobsPage, view.FobsProps{Chrome: adminChrome("Where is this fob?"), Looked: true, Serial: view.Input{Value: "GALT1"}, Found: &view.FoundFob{Fob: view.Fob{Serial: "GALT1", State: "In stock", Status: "other"}, Model: "Galt TOTP-30"}}),
		"fobs/missing": of(view.FobsPage, view.FobsProps{Chrome: adminChrome("Where is this fob?"), Looked: true, Serial: view.Input{Value: "GALT1"}, Missing: []string{"Policy.Read.All", "Global Reader"}, Ask: &view.Link{Href: "/admin/fobs?ask=inventory", Text: "Ask Microsoft again", Leaves: true}}),
		"fobs/unknown": of(view.FobsPage, view.FobsProps{Chrome: adminChrome("Error: Where is this fob?"), Looked: true, Summary: new(told(ctx, outcome.New(outcome.UnknownSerial))), Serial: view.Input{Value: "GALT1", Error: "No fob with this serial number was found"}}),
	}
}

var ann = oath.Person{ID: "0a1c", Name: "Ann <Smith>", UserPrincipalName: "ann.smith@contoso.example"}

func replaceProps(ctx context.Context) view.ReplaceProps {
	return view.ReplaceProps{
		Chrome: adminChrome("Replace a lost fob"), Subject: ann, Seen: "5eed", Form: "f0",
		Fobs: []view.Choice{
			{Value: "f1", Label: "Key ring", Text: keyRing.Serial, Badge: "active", State: "Active"},
			{Value: "f2", Label: markup, Text: "GALT9", Badge: "lost", State: message.Text(ctx, "fob.state.lost"), Chosen: true},
		},
		Begun: []view.Link{{Href: "/admin/users/0a1c/replace?fob=f3", Text: "Go on with the replacement of GALT3"}},
	}
}

func replaceWithoutChoice(ctx context.Context) State {
	p, s := replaceProps(ctx), told(ctx, invalid("fob", oath.FlawEmpty))
	p.Summary, p.FobError = &s, s.Errors[0].Text
	return of(view.ReplacePage, p)
}

func replaceHalf(ctx context.Context, removed bool) State {
	p := replaceProps(ctx)
	p.Old = &view.Replaced{ID: "f1", Serial: keyRing.Serial, Removed: removed, Begun: keyRing.LastUsed, By: "Grace Okafor"}
	if removed {
		s := told(ctx, outcome.New(outcome.WrongCode))
		p.Summary, p.Serial.Value, p.Code = &s, "GALT2", view.Input{Value: "123456", Error: s.Errors[0].Text}
	}
	return of(view.ReplacePage, p)
}

func handoutRunning() view.HandoutProps {
	at := view.Moment{Words: "14:05", ISO: "2026-03-12T14:05:00Z"}
	return view.HandoutProps{
		Chrome: adminChrome("Hand out fobs"), Export: "/admin/audit/export?format=csv",
		Done:   &view.Summary{Outcome: "enrolled", Good: true, Heading: "Ann Smith, GALT1: enrolled"},
		Counts: []view.Fact{{Label: "Done", Value: "1"}, {Label: "Not done", Value: "1"}},
		Results: []view.Result{
			{Time: at, Person: view.Named{Name: ann.Name, Address: ann.UserPrincipalName}, Subject: ann.ID, Serial: "GALT1", Good: true, Words: "Enrolled", Undo: "/admin/handout/a1/undo"},
			{Time: at, Person: view.Named{Name: markup}, Subject: "0a1d", Serial: "GALT2", Words: "The code was not accepted"},
		},
	}
}

func handoutSeveral(ctx context.Context) State {
	s := told(ctx, invalid("q", "several"))
	s.Errors[0].Field = view.FirstChoice("person")
	return of(view.HandoutPage, view.HandoutProps{
		Chrome: adminChrome("Error: Hand out fobs"), Summary: &s, Serial: view.Input{Value: "GALT1"}, Code: view.Input{Value: "123456"},
		Query: view.Input{Value: `Ann "Smith"`, Error: s.Errors[0].Text},
		People: []view.Choice{
			{Value: ann.ID, Label: ann.Name, Text: ann.UserPrincipalName},
			{Value: "0a1d", Label: ann.Name, Text: "ann.smith2@contoso.example"},
		},
	})
}

func fobRows() []view.TrailRow {
	return []view.TrailRow{{Time: keyRing.LastUsed, What: "Enrolled", Person: ann.Name, Subject: ann.ID, Actor: "Grace Okafor"}}
}
