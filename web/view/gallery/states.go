package gallery

import (
	"context"
	"maps"
	"strings"
	"time"

	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

var now = time.Date(2026, time.March, 12, 14, 5, 0, 0, time.UTC)

// States is every page in every state that a person can meet, by its golden's name.
func States(ctx context.Context) map[string]State {
	all := map[string]State{
		"welcome/plain": of(view.WelcomePage, view.WelcomeProps{Chrome: signedOut("Set up the fob you sign in with"), SignIn: signIn}),
		"welcome/bare":  of(view.WelcomePage, view.WelcomeProps{Chrome: view.Chrome{Title: "Welcome"}, SignIn: signIn}),

		"home/empty":      of(view.HomePage, view.HomeProps{Chrome: chrome("Your fobs")}),
		"home/one":        of(view.HomePage, view.HomeProps{Chrome: chrome("Your fobs"), Fobs: []view.Fob{keyRing}}),
		"home/five":       of(view.HomePage, view.HomeProps{Chrome: chrome("Your fobs"), Fobs: five()}),
		"home/assigned":   of(view.HomePage, view.HomeProps{Chrome: chrome("Your fobs"), Fobs: []view.Fob{assigned(false, ""), keyRing}}),
		"home/returned":   of(view.HomePage, view.HomeProps{Chrome: chrome("Your fobs"), Notice: message.Text(ctx, "notice.step_up"), Fobs: []view.Fob{assigned(true, "")}}),
		"home/wrong_code": wrongCodeAtHome(ctx),
		"home/unread":     of(view.HomePage, view.HomeProps{Chrome: chrome("Your fobs"), Unread: new(told(ctx, outcome.New(outcome.UpstreamUnavailable)))}),
		"home/unknown":    of(view.HomePage, view.HomeProps{Chrome: chrome("Your fobs"), Fobs: []view.Fob{{ID: "f9", Name: "Fob", State: "Not ready", Status: "other"}}}),
		"home/long_names": of(view.HomePage, view.HomeProps{Chrome: longChrome(), Fobs: []view.Fob{named(strings.Repeat("Schlüsselbund", 5)[:60], strings.Repeat("A1", 32))}}),
		"home/markup":     of(view.HomePage, view.HomeProps{Chrome: markupChrome(), Fobs: []view.Fob{named(markup, markup)}}),
		"home/rtl_marks":  of(view.HomePage, view.HomeProps{Chrome: chrome("Your fobs"), Fobs: []view.Fob{named("سلسلة \u200fمفاتيح", "GALT12345678")}}),
		"home/one_letter": of(view.HomePage, view.HomeProps{Chrome: named1("X"), Fobs: []view.Fob{named("ع", "1")}}),
		"home/emoji":      of(view.HomePage, view.HomeProps{Chrome: named1("Zoë 🦊 O’Neil 👩🏽‍🚀"), Fobs: []view.Fob{named("🔑🔑 山田", "GALT12345678")}}),
		"home/overridden": of(view.HomePage, view.HomeProps{Chrome: named1("Noor \u202eנור \u2067x"), Fobs: []view.Fob{named("\u202eabc", "GALT12345678")}}),
		"home/odd_id":     of(view.HomePage, view.HomeProps{Chrome: chrome("Your fobs"), Fobs: []view.Fob{{ID: "a/b?c#d", Name: "Odd", State: "Active", Status: "active"}}}),
		"sessions/two": of(view.SessionsPage, view.SessionsProps{Chrome: chrome("Where you are signed in"), All: []view.SignedIn{
			{ID: "s1", Agent: "Firefox · Windows", Address: "192.0.2.7", Began: view.Moment{Words: "Today", Exact: "12 March 2026, 13:01 UTC"}, Seen: view.Moment{Words: "Today", Exact: "12 March 2026, 14:04 UTC"}, Here: true},
			{ID: "s2", Agent: markup, Began: view.Moment{Words: "Yesterday", Exact: "11 March 2026, 09:12 UTC"}, Seen: view.Moment{Words: "Yesterday", Exact: "11 March 2026, 10:40 UTC"}, Station: true},
		}}),
		"accessibility/plain": of(view.AccessibilityPage, view.AccessibilityProps{Chrome: chrome("Accessibility"), Reviewed: "25 November 2026"}),
		"fob/history": of(view.FobPage, view.FobProps{Chrome: chrome("Key ring"), Fob: keyRing, History: []view.HistoryRow{
			{At: view.Moment{Words: "12 March 2026 at 14:05 UTC"}, Event: "Enrol", Serial: keyRing.Serial, Actor: "Grace Okafor", End: "Done: active"},
		}}),
		"fob/assigned":     of(view.FobPage, view.FobProps{Chrome: chrome("Fob"), Fob: assigned(false, "")}),
		"sessions/ended":   of(view.SessionsPage, view.SessionsProps{Chrome: chrome("Where you are signed in"), Notice: message.Text(ctx, "sessions.ended")}),
		"remove/plain":     of(view.RemovePage, view.RemoveProps{Chrome: chrome("Remove this fob?"), Fob: keyRing}),
		"remove/only":      of(view.RemovePage, view.RemoveProps{Chrome: chrome("Remove this fob?"), Fob: keyRing, Only: true}),
		"remove/notice":    of(view.RemovePage, view.RemoveProps{Chrome: chrome("Remove this fob?"), Fob: keyRing, Notice: message.Text(ctx, "notice.step_up_graph")}),
		"remove/refused":   of(view.RemovePage, view.RemoveProps{Chrome: chrome("Error: Remove this fob?"), Fob: keyRing, Summary: new(told(ctx, outcome.New(outcome.Throttled)))}),
		"remove/unread":    of(view.RemovePage, view.RemoveProps{Chrome: chrome("Error: Remove this fob?"), Fob: view.Fob{ID: keyRing.ID, Serial: keyRing.Serial}, Unread: true, Summary: new(told(ctx, outcome.New(outcome.OutcomeUnknown)))}),
		"receipt/enrolled": receipt(ctx, outcome.Enrolled, "Key ring"),
		"receipt/active":   receipt(ctx, outcome.Activated, ""),
		"receipt/removed":  receipt(ctx, outcome.Removed, markup),

		"waiting/third": waiting(ctx, 3),
		"waiting/now":   waiting(ctx, 0),

		"enrol/empty":      of(view.EnrolPage, view.EnrolProps{Chrome: chrome("Enrol a fob")}),
		"enrol/from_link":  of(view.EnrolPage, view.EnrolProps{Chrome: chrome("Enrol a fob"), Serial: view.Input{Value: "GALT12345678"}}),
		"enrol/kept":       of(view.EnrolPage, view.EnrolProps{Chrome: chrome("Enrol a fob"), Notice: message.Text(ctx, "notice.kept"), Serial: view.Input{Value: "GALT12345678"}, Name: view.Input{Value: "Key ring"}}),
		"enrol/markup":     enrolRefused(ctx, outcome.New(outcome.UnknownSerial), markup, ""),
		"enrol/other_case": enrolRefused(ctx, outcome.New(outcome.UnknownSerial), "galt12345678", "GALT12345678"),
	}
	maps.Copy(all, deskStates(ctx))
	maps.Copy(all, peopleStates(ctx))
	maps.Copy(all, auditStates(ctx))
	maps.Copy(all, kioskStates(ctx))
	maps.Copy(all, stationStates(ctx))
	all["admin/without_role"] = problem(told(ctx, &outcome.Error{Outcome: outcome.NotAllowed, Reason: "role"}))
	all["admin/without_consent"] = withoutConsent(ctx)
	for _, refusal := range refusals() {
		name := string(refusal.Outcome)
		if refusal.Reason != "" {
			name += "." + refusal.Reason
		}
		all["enrol/"+name] = enrolRefused(ctx, refusal, "GALT12345678", "")
	}
	for _, flaw := range []oath.Flaw{oath.FlawEmpty, oath.FlawTooLong, oath.FlawCharacters, oath.FlawDoubled} {
		all["enrol/serial_"+string(flaw)] = enrolRefused(ctx, invalid("serialNumber", flaw), "GALT 1", "")
	}
	for _, flaw := range []oath.Flaw{oath.FlawEmpty, oath.FlawTooShort, oath.FlawTooLong, oath.FlawNotDigits, oath.FlawSerial, oath.FlawDoubled} {
		all["enrol/code_"+string(flaw)] = enrolRefused(ctx, invalid("verificationCode", flaw), "GALT12345678", "")
	}
	for _, o := range []outcome.Outcome{outcome.SignedOut, outcome.SignInRefused, outcome.WrongOrigin, outcome.NotFound, outcome.UpstreamUnavailable} {
		all["problem/"+string(o)] = problem(told(ctx, outcome.New(o)))
	}
	for _, name := range []string{"general", "method_not_allowed", "too_large", "unsupported_media"} {
		words := message.Problem(ctx, name)
		all["problem/"+name] = problem(view.Summary{Heading: words.Title, Text: append(words.Text, words.Next), Reference: "9f1c"})
	}
	return all
}

// refusals are those that the enrol form can meet.
func refusals() []*outcome.Error {
	return []*outcome.Error{
		{Outcome: outcome.InvalidInput, Fields: []outcome.Field{
			{Name: "serialNumber", Flaw: string(oath.FlawEmpty)},
			{Name: "displayName", Flaw: string(oath.FlawTooLong)},
			{Name: "verificationCode", Flaw: string(oath.FlawNotDigits)},
		}},
		{Outcome: outcome.WrongCode},
		{Outcome: outcome.WrongCode, Reason: "again"},
		{Outcome: outcome.WrongCode, Reason: "assigned"},
		{Outcome: outcome.Refused},
		{Outcome: outcome.UnknownSerial},
		{Outcome: outcome.AssignedToOther},
		{Outcome: outcome.AlreadyActive},
		{Outcome: outcome.LimitReached},
		{Outcome: outcome.NotAllowed},
		{Outcome: outcome.NotAllowed, Reason: "policy"},
		{Outcome: outcome.NotAllowed, Reason: "licence"},
		{Outcome: outcome.NotAllowed, Reason: "permission"},
		{Outcome: outcome.TooManyAttempts, RetryAfter: 11*time.Minute + time.Second},
		{Outcome: outcome.Throttled, RetryAfter: 30 * time.Second},
		{Outcome: outcome.UpstreamUnavailable},
		{Outcome: outcome.Unavailable},
		{Outcome: outcome.OutcomeUnknown},
		{Outcome: outcome.OutcomeUnknown, Reason: "assigned"},
	}
}

func invalid(field string, flaw oath.Flaw) *outcome.Error {
	return &outcome.Error{Outcome: outcome.InvalidInput, Fields: []outcome.Field{{Name: field, Flaw: string(flaw)}}}
}

const markup = `<script>alert("1")</script>'&amp;`

var (
	signIn  = view.Link{Href: "/auth/sign-in?return_to=%2F", Text: "Sign in", Leaves: true}
	keyRing = view.Fob{
		ID: "f1", Name: "Key ring", Serial: "GALT12345678", State: "Active", Status: "active",
		Added:    view.Moment{Words: "3 February 2026, 09:00 UTC", ISO: "2026-02-03T09:00:00Z"},
		LastUsed: view.Moment{Words: "Yesterday", Exact: "11 March 2026, 07:30 UTC", ISO: "2026-03-11T07:30:00Z"},
	}
)

func signedOut(title string) view.Chrome {
	return view.Chrome{Title: title + " – Contoso", Org: "Contoso", Help: view.Help{URL: "https://help.contoso.example/", Email: "help@contoso.example"}}
}

func chrome(title string) view.Chrome {
	c := signedOut(title)
	c.Person = &oath.Person{TenantID: "t", ID: "p", Name: "Ann Lee", UserPrincipalName: "ann@contoso.example"}
	c.CSRFToken, c.Ending = "token", "870 120 28000"
	c.Return = "/enrol?serial=A&x=1"
	return c
}

// named1 is the chrome of one person's page.
func named1(name string) view.Chrome {
	c := chrome("Your fobs")
	c.Person.Name = name
	return c
}

func longChrome() view.Chrome {
	c := chrome("Your fobs")
	c.Org = "Vereinigte Donaudampfschifffahrtselektrizitätenhauptbetriebswerke"
	c.Person.Name = "Maria-Magdalena Wolfeschlegelsteinhausenbergerdorff-Öztürk"
	return c
}

func markupChrome() view.Chrome {
	c := chrome(markup)
	c.Org, c.Person.Name, c.CSRFToken = markup, markup, `"><script>`
	c.Help = view.Help{URL: "javascript:alert(1)", Email: markup}
	return c
}

func named(name, serial string) view.Fob {
	return view.Fob{ID: "f2", Name: name, Serial: serial, State: "Active", Status: "active"}
}

func assigned(open bool, problem string) view.Fob {
	return view.Fob{
		ID: "f3", Name: "Fob", Serial: "GALT00000042", State: "Not active yet", Status: "assigned",
		Added:    view.Moment{Words: "Today", Exact: "12 March 2026, 08:00 UTC", ISO: "2026-03-12T08:00:00Z"},
		Activate: &view.ActivateForm{Code: view.Input{Error: problem}, Focus: open},
	}
}

func five() []view.Fob {
	fobs := []view.Fob{keyRing, assigned(false, "")}
	for _, id := range []string{"f4", "f5", "f6"} {
		f := keyRing
		f.ID, f.Name, f.Serial = id, "Spare "+id, "GALT9999"+id
		fobs = append(fobs, f)
	}
	return fobs
}

// told puts a refusal into a summary, all its words in paragraphs.
func told(ctx context.Context, refusal *outcome.Error) view.Summary {
	words := message.Refusal(ctx, refusal)
	s := view.Summary{Outcome: string(refusal.Outcome), Heading: words.Title, Text: words.Text, Reference: "7e2d1c"}
	if words.Next != "" {
		s.Text = append(s.Text, words.Next)
	}
	for _, f := range message.FieldErrors(ctx, refusal) {
		s.Errors = append(s.Errors, view.SummaryLink{Field: f.Name, Text: f.Text})
	}
	return s
}

func enrolRefused(ctx context.Context, refusal *outcome.Error, serial, otherCase string) State {
	s := told(ctx, refusal)
	errs := map[string]string{}
	for _, e := range s.Errors {
		errs[e.Field] = e.Text
	}
	return of(view.EnrolPage, view.EnrolProps{
		Chrome: chrome("Error: Enrol a fob"), Summary: &s, OtherCase: otherCase,
		Serial: view.Input{Value: serial, Error: errs["serialNumber"]},
		Name:   view.Input{Value: "Key ring", Error: errs["displayName"]},
		Code:   view.Input{Value: "123456", Error: errs["verificationCode"]},
	})
}

func wrongCodeAtHome(ctx context.Context) State {
	s := told(ctx, outcome.New(outcome.WrongCode))
	s.Errors[0].Field = view.CodeField("f3")
	return of(view.HomePage, view.HomeProps{Chrome: chrome("Error: Your fobs"), Summary: &s, Fobs: []view.Fob{assigned(true, s.Errors[0].Text), keyRing}})
}

func receipt(ctx context.Context, o outcome.Outcome, name string) State {
	words := message.Refusal(ctx, outcome.New(o))
	p := view.ReceiptProps{
		Chrome: chrome("Receipt"),
		Summary: view.Summary{Outcome: string(o), Good: true, Heading: words.Title, Text: append(words.Text, words.Next),
			Next: &view.Link{Href: "/", Text: message.Text(ctx, "action.home")}},
		Facts: []view.Fact{{Label: "Serial number", Value: "GALT12345678"}, {Label: "Time", Value: message.Exact(ctx, now)},
			{Label: "Reference", Value: "9f1c2a4e-6b7d-4c1e-8a53-0d2f4b6c8e10", Copy: true}},
		Save: "/receipts/act/save",
	}
	if name != "" {
		p.Facts = append(p.Facts, view.Fact{Label: "Name", Value: name})
	}
	if o != outcome.Removed {
		p.Hints = []string{message.Text(ctx, "receipt.hint.use"), message.Text(ctx, "receipt.hint.keep")}
		p.Try = "/receipts/act/try"
	}
	return of(view.ReceiptPage, p)
}

func withoutConsent(ctx context.Context) State {
	s := told(ctx, &outcome.Error{Outcome: outcome.NotAllowed, Reason: "consent"})
	s.Next = &view.Link{Href: "/admin?ask=admin", Text: message.Text(ctx, "consent.again"), Leaves: true}
	return of(view.ConsentPage, view.ConsentProps{
		Chrome: adminChrome(s.Heading), Summary: s, Permissions: []string{"User.ReadBasic.All", markup},
		Approve: view.Link{Href: "https://login.example/t/v2.0/adminconsent?scope=a+b", Text: message.Text(ctx, "consent.approve"), Leaves: true},
	})
}

func problem(s view.Summary) State {
	s.Next = &view.Link{Href: "/auth/sign-in", Text: "Sign in again", Leaves: true}
	return of(view.ProblemPage, view.ProblemProps{Chrome: signedOut(s.Heading), Summary: s})
}

// waiting is the page of an act with this place in line.
func waiting(ctx context.Context, place int) State {
	p := view.WaitingProps{Chrome: chrome("In line"), Place: inLine(ctx, place, "/waiting/w1")}
	p.Refresh = "4"
	return of(view.WaitingPage, p)
}

// inLine is a place in line; 0 once its turn has come.
func inLine(ctx context.Context, place int, here string) view.Place {
	p := view.Place{Here: here, Again: 4, Summary: view.Summary{
		Heading: message.Text(ctx, "waiting.now"), Text: []string{message.Text(ctx, "waiting.text")},
		Next: &view.Link{Href: here, Text: message.Text(ctx, "waiting.again")},
	}}
	if place > 0 {
		p.Heading = message.Text(ctx, "waiting.place", "count", place)
		p.Text = append(p.Text, message.Text(ctx, "waiting.seconds", "count", 7))
	}
	return p
}
