package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fobdesk/internal/desk"
	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

// writes are what Graph was asked to change, each by the last word of its path.
func writes(w *e2e.World) []string {
	var calls []string
	for _, call := range w.Cloud.Calls() {
		if call.Side == sim.SideGraph && call.Method != http.MethodGet {
			calls = append(calls, call.Method+" "+call.Path[strings.LastIndexByte(call.Path, '/')+1:])
		}
	}
	return calls
}

// The ways to enrol for somebody else, by the last word of each call.
const (
	oneStep   = "POST assignAndActivateBySerialNumber"
	byID      = "POST assignAndActivate"
	assigning = "POST hardwareOathMethods"
	activates = "POST activate"
)

func personPath(id string, below ...string) string {
	return "/admin/users/" + strings.Join(append([]string{id}, below...), "/")
}

// withInventory is an admin who was asked for the inventory's permission already.
func withInventory(t *testing.T, w *e2e.World, person string) *e2e.Visitor {
	t.Helper()
	v := withAdminGrant(t, w, person)
	if page := v.Follow(t, v.Get(t, "/admin?ask=inventory")); page.Status != http.StatusOK {
		t.Fatalf("asking for the inventory ended at %s with %d", page.URL, page.Status)
	}
	return v
}

func sound(t *testing.T, page *e2e.Page, checks ...htmltest.Check) {
	t.Helper()
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))), checks...)
}

func TestEachOutcomeForOthersFromTheFormToThePage(t *testing.T) {
	t.Parallel()
	oldWay := switches(func(s *sim.Switches) { s.OneStepForOthersUnsupported = sim.Answer{Status: 403} })
	for _, test := range []struct {
		name    string
		actor   string // grace where empty
		person  string // ada where empty
		prepare func(*e2e.World)
		serial  string
		code    func(*e2e.World) string // nil: the fob's own
		status  int
		outcome string
		writes  []string
		field   string
		says    string
	}{
		{name: "a right code enrols", serial: goodFob, status: 200, outcome: "enrolled", writes: []string{oneStep}, says: "this person’s and ready"},
		{name: "a code of five digits changes nothing", serial: goodFob, code: always("12345"), status: 422, outcome: "invalid_input", field: "verificationCode"},
		{name: "a serial of 5,000 characters changes nothing", serial: strings.Repeat("A", 5000), code: always("123456"), status: 422, outcome: "invalid_input", field: "serialNumber"},
		{name: "a wrong code", serial: goodFob, code: wrong, status: 422, outcome: "wrong_code", writes: []string{oneStep}, field: "verificationCode", says: "take another fob"},
		{name: "a serial that the tenant does not have", serial: unknownFob, code: always("123456"), status: 422, outcome: "unknown_serial", writes: []string{oneStep}, field: "serialNumber", says: "Authentication Policy Administrator can upload it"},
		{name: "a third person's fob", serial: heldFob, status: 409, outcome: "assigned_to_other", writes: []string{oneStep}, field: "serialNumber", says: "remove it from whoever holds it"},
		{name: "an active fob", person: ben, serial: bensActiveFob, status: 409, outcome: "already_active", writes: []string{oneStep}, says: "this person’s already"},
		{name: "a sixth fob", person: dmitri, serial: goodFob, status: 409, outcome: "limit_reached", writes: []string{oneStep}, says: "This person cannot have more"},
		{
			name: "a policy that leaves the person out", serial: goodFob, status: 403, outcome: "not_allowed", writes: []string{oneStep},
			prepare: switches(func(s *sim.Switches) {
				s.PolicyDisabled, s.PolicyRefuses = true, sim.Answer{Status: 400, Code: "policyDisabled"}
			}), says: "Ask an Authentication Policy Administrator",
		},
		{
			name: "Graph is busy", serial: goodFob, status: 503, outcome: "throttled", writes: []string{oneStep},
			prepare: fault(sim.Fault{Side: sim.SideGraph, Method: "POST", Status: 429, Header: http.Header{"Retry-After": {"7"}}, Body: `{"error":{"code":"TooManyRequests"}}`}),
		},
		{
			name: "Graph fails and nothing was changed", serial: goodFob, status: 502, outcome: "upstream_unavailable", writes: []string{oneStep},
			prepare: fault(sim.Fault{Side: sim.SideGraph, Method: "POST", Status: 503, Body: "<html>Bad gateway</html>", ContentType: "text/html"}),
		},
		{
			name: "the answer is lost after the effect", serial: goodFob, status: 200, outcome: "enrolled", writes: []string{oneStep},
			prepare: fault(sim.Fault{Side: sim.SideGraph, Method: "POST", AfterEffect: true, Cut: true}),
		},
		{
			name: "a code that Graph has refused but for which it assigned the fob", serial: goodFob, code: wrong, status: 422, outcome: "wrong_code", writes: []string{oneStep},
			prepare: switches(func(s *sim.Switches) { s.AfterWrongCode = sim.StatusAssigned }), says: "activate the fob in the list below",
		},
		{
			name: "one step refused, by the device's id in two", actor: mia, serial: goodFob, status: 200, outcome: "enrolled",
			writes: []string{oneStep, byID}, prepare: oldWay,
		},
		{
			name: "one step and its kin refused, assigned and then activated", actor: mia, serial: goodFob, status: 200, outcome: "enrolled",
			writes: []string{oneStep, byID, assigning, activates},
			prepare: switches(func(s *sim.Switches) {
				s.OneStepForOthersUnsupported, s.StepsForOthersUnsupported = sim.Answer{Status: 405}, sim.Answer{Status: 501}
			}),
		},
		{
			name: "assigned, and then the code is wrong", actor: mia, serial: goodFob, code: wrong, status: 422, outcome: "wrong_code",
			writes: []string{oneStep, byID, assigning, activates}, says: "assigned, not active yet",
			prepare: switches(func(s *sim.Switches) {
				s.OneStepForOthersUnsupported, s.StepsForOthersUnsupported = sim.Answer{Status: 400}, sim.Answer{Status: 400}
			}),
		},
		{
			name: "one step refused, and the role may not read the inventory", serial: goodFob, status: 403, outcome: "not_allowed",
			writes: []string{oneStep}, prepare: oldWay, says: "Privileged Authentication Administrator",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			actor, person := test.actor, orAda(test.person)
			if actor == "" {
				actor = grace
			}
			v := withInventory(t, w, actor)
			form := url.Values{"seen": {v.Get(t, personPath(person)).Doc(t).Find("form[action$='/enrol'] [name=seen]").AttrOr("value", "")}}
			if test.prepare != nil {
				test.prepare(w)
			}
			w.Cloud.ResetCalls()
			var code string
			if test.code != nil {
				code = test.code(w)
			} else {
				code = w.Cloud.Code(test.serial)
			}
			form.Set("serialNumber", test.serial)
			form.Set("displayName", "Key ring")
			form.Set("verificationCode", code)
			answer := v.Post(t, personPath(person, "enrol"), form)
			page := v.Follow(t, answer)
			if page.Status != test.status || page.Outcome(t) != test.outcome {
				t.Fatalf("answered %d with %q, want %d with %q\n%s", page.Status, page.Outcome(t), test.status, test.outcome, page.Body)
			}
			if got := writes(w); !slices.Equal(got, test.writes) {
				t.Errorf("Graph was asked %q, want %q", got, test.writes)
			}
			sound(t, page, htmltest.In("main", htmltest.HasText(test.says)))
			if test.status == http.StatusOK {
				if answer.Status != http.StatusSeeOther || page.URL.Path != personPath(person) {
					t.Errorf("answered %d to %s", answer.Status, page.URL)
				}
				return
			}
			sound(t, page, htmltest.In("form[action$='/enrol']",
				htmltest.In("#verificationCode", htmltest.HasValue("")),
				htmltest.In("#serialNumber", htmltest.HasValue(test.serial)),
				htmltest.In("#displayName", htmltest.HasValue("Key ring"))))
			if test.field != "" {
				sound(t, page, htmltest.In("#"+test.field, htmltest.HasAttr("aria-invalid", "true")))
			}
			if strings.Contains(string(page.Body), ">"+code+"<") || strings.Contains(string(page.Body), `"`+code+`"`) {
				t.Error("the code is echoed")
			}
		})
	}
}

func TestAHalfDoneEnrolmentOffersTheActivationAndItWorks(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	w.Cloud.Update(func(s *sim.Switches) { s.AfterWrongCode = sim.StatusAssigned })
	page := v.Post(t, personPath(ada, "enrol"), enrolment(goodFob, w.Cloud.WrongCode(goodFob)))
	action := page.Doc(t).Find("form[action$='/activate']").AttrOr("action", "")
	field := page.Doc(t).Find("form[action$='/activate'] [name=verificationCode]")
	if link := page.Doc(t).Find(".summary-errors a").AttrOr("href", ""); action == "" || link != "#"+field.AttrOr("id", "") || field.AttrOr("aria-invalid", "") != "true" {
		t.Fatalf("the activation is at %q, the summary leads to %q\n%s", action, link, page.Body)
	}
	done := v.Follow(t, v.Post(t, action, url.Values{"verificationCode": {w.Cloud.Code(goodFob)}}))
	if done.Status != http.StatusOK || done.Outcome(t) != "activated" {
		t.Errorf("activating ended with %d %q", done.Status, done.Outcome(t))
	}
}

func TestTheInventorysPermissionIsAskedWhenItIsNeededAndTheFormComesBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		act     string
		prepare func(*e2e.World)
	}{
		"assign":         {"assign", func(*e2e.World) {}},
		"enrol by steps": {"enrol", switches(func(s *sim.Switches) { s.OneStepForOthersUnsupported = sim.Answer{Status: 501} })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			v := withAdminGrant(t, w, mia)
			test.prepare(w)
			answer := v.Post(t, personPath(ada, test.act), enrolment(goodFob, w.Cloud.Code(goodFob)))
			if scope := asked(t, answer).Get("scope"); scope != inventoryScopes {
				t.Fatalf("asked for %q", scope)
			}
			form := v.Follow(t, answer)
			if form.URL.Path != personPath(ada) || form.Status != http.StatusOK {
				t.Fatalf("back at %s with %d", form.URL, form.Status)
			}
			sound(t, form, htmltest.In(".notice", htmltest.HasText("one more permission")),
				htmltest.In("form[action$='/enrol'] #serialNumber", htmltest.HasValue(goodFob)),
				htmltest.In("form[action$='/enrol'] #verificationCode", htmltest.HasValue("")),
				htmltest.In("form[action$='/assign'] [name=serialNumber]", htmltest.HasValue(goodFob)))
			w.Cloud.ResetCalls()
			done := v.Follow(t, v.Post(t, personPath(ada, test.act), enrolment(goodFob, w.Cloud.Code(goodFob))))
			if want := map[string]string{"assign": "assigned", "enrol": "enrolled"}[test.act]; done.Status != http.StatusOK || done.Outcome(t) != want {
				t.Errorf("then %d %q", done.Status, done.Outcome(t))
			}
		})
	}
}

func TestAnAssignedFobIsActivatedByItsPersonAndHasASheet(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withInventory(t, w, mia)
	done := v.Follow(t, v.Post(t, personPath(ada, "assign"), url.Values{"serialNumber": {goodFob}}))
	if done.Status != http.StatusOK || done.Outcome(t) != "assigned" {
		t.Fatalf("assigning ended with %d %q", done.Status, done.Outcome(t))
	}
	sheet := personPath(ada, "sheet") + "?serial=" + goodFob
	sound(t, done, htmltest.In("main > .actions a[href='"+sheet+"']"))
	page := v.Get(t, sheet)
	sound(t, page, htmltest.In(".sheet", htmltest.HasText("Ada"), htmltest.HasText(goodFob), htmltest.HasText(w.URL+"/enrol?serial="+goodFob),
		htmltest.In("svg.qr path"), htmltest.HasText("Find this fob on the page"), htmltest.Not(htmltest.In("input")), htmltest.Not(htmltest.In("[style]"))))
	if strings.Contains(string(page.Body), w.Cloud.Code(goodFob)) {
		t.Error("the sheet shows a code")
	}
	theirs := w.SignedIn(t, ada)
	home := theirs.Follow(t, theirs.Get(t, "/enrol?serial="+strings.ToLower(goodFob))) // as the sheet says
	if home.URL.Path != "/" {
		t.Fatalf("the sheet's address leads to %s", home.URL)
	}
	sound(t, home, htmltest.In("form[action$='/activate'] [name=verificationCode][autofocus]"))
	form := home.Doc(t).Find("form[action$='/activate']").AttrOr("action", "")
	if own := theirs.Follow(t, theirs.Post(t, form, url.Values{"verificationCode": {w.Cloud.Code(goodFob)}})); own.Outcome(t) != "activated" {
		t.Errorf("the person activated it with %q", own.Outcome(t))
	}
}

func TestTheSheetOfAFobThatIsNobodysLeadsToTheEnrolment(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	sound(t, v.Get(t, personPath(ada, "sheet")+"?serial="+goodFob),
		htmltest.In(".sheet-address", htmltest.HasText(w.URL+"/enrol?serial="+goodFob)), htmltest.In("button[data-print][hidden]"))
	for _, query := range []string{"", "?serial=", "?serial=%00", "?serial=" + goodFob + "&serial=GALT1", "?serial=" + strings.Repeat("A", 99)} {
		if page := v.Get(t, personPath(ada, "sheet")+query); page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "invalid_input" {
			t.Errorf("%q: %d %q", query, page.Status, page.Outcome(t))
		}
	}
}

func TestAssignOnlySaysWhatItNeedsAndWhatStandsAgainstIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		actor, person, serial, outcome string
		status                         int
		says                           string
	}{
		"a role that may not read the inventory": {grace, ada, goodFob, "not_allowed", 403, "Authentication Policy Administrator"},
		"a third person's fob":                   {mia, ada, heldFob, "assigned_to_other", 409, "remove it"},
		"the person's active fob":                {mia, ben, bensActiveFob, "already_active", 409, "nothing more to do"},
		"an unknown fob":                         {mia, ada, unknownFob, "unknown_serial", 422, "letter by letter"},
		"a sixth fob":                            {mia, dmitri, goodFob, "limit_reached", 409, "five"},
		"no serial number":                       {mia, ada, "", "invalid_input", 422, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			v := withInventory(t, w, test.actor)
			page := v.Post(t, personPath(test.person, "assign"), url.Values{"serialNumber": {test.serial}})
			if page.Status != test.status || page.Outcome(t) != test.outcome {
				t.Fatalf("%d %q\n%s", page.Status, page.Outcome(t), page.Body)
			}
			sound(t, page, htmltest.In("main", htmltest.HasText(test.says)), htmltest.In("#assign-serialNumber", htmltest.HasValue(test.serial)))
		})
	}
}

func TestTwoAdminsAtOnceDoNotUndoEachOther(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v, other := withInventory(t, w, mia), withAdminGrant(t, w, grace)
	page := v.Get(t, personPath(ben)).Doc(t)
	seen := page.Find("form[action$='/enrol'] [name=seen]").AttrOr("value", "")
	method := idOf(t, w, bensAssignedFob)
	if done := other.Post(t, personPath(ben, "fobs", method, "remove"), nil); done.Status != http.StatusSeeOther {
		t.Fatalf("the other's removal answered %d", done.Status)
	}
	w.Cloud.ResetCalls()
	for act, form := range map[string]url.Values{
		"enrol":                        {"serialNumber": {goodFob}, "verificationCode": {w.Cloud.Code(goodFob)}},
		"assign":                       {"serialNumber": {goodFob}},
		"fobs/" + method + "/activate": {"verificationCode": {w.Cloud.Code(bensAssignedFob)}},
		"fobs/" + method + "/remove":   {},
	} {
		form.Set("seen", seen)
		page := v.Post(t, personPath(ben, act), form)
		if page.Status != http.StatusConflict || page.Outcome(t) != "overtaken" {
			t.Errorf("%s: %d %q", act, page.Status, page.Outcome(t))
		}
		sound(t, page, htmltest.In("main", htmltest.HasText("Somebody else was at work")), htmltest.In("form[action$='/enrol']"))
	}
	if got := writes(w); len(got) > 0 {
		t.Errorf("Graph was asked %q", got)
	}
}

func TestROL06WhomThisAdminMayNotActOnIsShownBeforeAnythingIsDone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ actor, person string }{
		"a higher role": {grace, mia}, "restricted management": {grace, sim.NoorID}, "outside the administrative unit": {sim.KarinID, ada},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			w.Cloud.Update(func(s *sim.Switches) { s.ScopedRolesInToken = true })
			v := withAdminGrant(t, w, test.actor)
			page := v.Get(t, personPath(test.person))
			if page.Status != http.StatusForbidden || page.Outcome(t) != "not_allowed" {
				t.Fatalf("%d %q", page.Status, page.Outcome(t))
			}
			sound(t, page, htmltest.In(".unread", htmltest.HasText("Privileged Authentication Administrator")), htmltest.Not(htmltest.In("main form[action$='/enrol']")))
			refused := v.Post(t, personPath(test.person, "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob)))
			if refused.Status != http.StatusForbidden || refused.Outcome(t) != "not_allowed" {
				t.Errorf("a form: %d %q", refused.Status, refused.Outcome(t))
			}
		})
	}
}

func TestROL06APersonIsNamedByAnObjectIDOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	for _, id := range []string{"ada", "ada@contoso.example", "..", "%2e%2e", ada + "%2Fx", "{" + ada + "}", "urn:uuid:" + ada, strings.ReplaceAll(ada, "-", ""), "me"} {
		w.Cloud.ResetCalls()
		for _, below := range []string{"", "/sheet?serial=" + goodFob, "/fobs/x/remove"} {
			if page := v.Get(t, "/admin/users/"+id+below); page.Status != http.StatusNotFound {
				t.Errorf("GET %s%s: %d", id, below, page.Status)
			}
		}
		for _, below := range []string{"/enrol", "/assign", "/unlock", "/fobs/x/remove", "/fobs/x/activate", "/fobs/x/deactivate", "/fobs/x/found"} {
			if page := v.Post(t, "/admin/users/"+id+below, enrolment(goodFob, "123456")); page.Status != http.StatusNotFound {
				t.Errorf("POST %s%s: %d", id, below, page.Status)
			}
		}
		if calls := graphCalls(w); len(calls) > 0 {
			t.Errorf("%s: Graph was asked %q", id, calls)
		}
	}
	nobody := "0a1c5f6e-3b7d-4e29-8f10-000000000000"
	if page := v.Get(t, personPath(nobody)); page.Status != http.StatusNotFound || page.Outcome(t) != "not_found" {
		t.Errorf("nobody: %d %q", page.Status, page.Outcome(t))
	}
}

func TestROL03AnAdminActsWithTheirOwnWiderTokenOnThePersonOfTheAddress(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	w.Cloud.ResetCalls()
	form := enrolment(goodFob, w.Cloud.Code(goodFob))
	form.Set("id", ben)
	form.Set("subject", ben)
	if page := v.Follow(t, v.Post(t, personPath(ada, "enrol"), form)); page.Outcome(t) != "enrolled" {
		t.Fatalf("%d %q", page.Status, page.Outcome(t))
	}
	if device, _ := w.Cloud.Device(goodFob); device.HolderID != ada {
		t.Errorf("the fob went to %q", device.HolderID)
	}
	for _, call := range w.Cloud.Calls() {
		if call.Side == sim.SideGraph && !strings.HasPrefix(call.Path, "/beta/users/"+ada) {
			t.Errorf("asked %s %s", call.Method, call.Path)
		}
	}
	lines := trail(t, w)
	if last := lines[len(lines)-1]; last != "enrol enrolled "+grace {
		t.Errorf("the trail ends with %q", last)
	}
}

func TestAPersonsPageTellsWhatTheyHoldAndWhatWasDone(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	v.Post(t, personPath(ben, "enrol"), enrolment(goodFob, "000000"))
	sound(t, v.Get(t, personPath(ben)),
		htmltest.In("h1", htmltest.HasText("Ben")), htmltest.In(".person-head", htmltest.HasText("@contoso.example"), htmltest.HasText(ben)),
		htmltest.In(".fob", htmltest.Count(2)),
		htmltest.In("main", htmltest.HasText("Holds 2 fobs"), htmltest.HasText("room for 3 more")),
		htmltest.In(".history-row", htmltest.Count(1), htmltest.HasText("Enrol"), htmltest.HasText(goodFob), htmltest.HasText("not accepted"), htmltest.HasText("Grace")))
	first, second := v.Get(t, personPath(sim.AnnSmithID)), v.Get(t, personPath(sim.AnnSmithOtherID))
	sound(t, first, htmltest.In("main", htmltest.HasText("ann.smith@contoso.example")))
	sound(t, second, htmltest.In("main", htmltest.HasText("ann.smith2@contoso.example"), htmltest.HasText("ann.smith.warehouse@contoso.example")))
	full := v.Get(t, personPath(dmitri))
	sound(t, full, htmltest.In("main", htmltest.HasText("holds as many fobs as one can")))
}

func TestAFobIsSwitchedOffActivatedAndRemovedForAPerson(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	fob := personPath(ben, "fobs", idOf(t, w, bensActiveFob))
	press := func(action string, form url.Values) *e2e.Page {
		hidden := v.Get(t, personPath(ben)).Doc(t).Find("form[action='" + action + "'] input[type=hidden]")
		for _, in := range hidden.EachIter() {
			form.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
		}
		return v.Follow(t, v.Post(t, action, form))
	}
	if page := press(fob+"/deactivate", url.Values{}); page.Status != 200 || page.Outcome(t) != "deactivated" {
		t.Fatalf("switching off: %d %q", page.Status, page.Outcome(t))
	}
	if page := press(fob+"/activate", url.Values{"verificationCode": {"12"}}); page.Status != 422 || page.Outcome(t) != "invalid_input" {
		t.Errorf("two digits: %d %q", page.Status, page.Outcome(t))
	}
	if page := press(fob+"/activate", url.Values{"verificationCode": {w.Cloud.Code(bensActiveFob)}}); page.Status != 200 || page.Outcome(t) != "activated" {
		t.Fatalf("activating: %d %q", page.Status, page.Outcome(t))
	}
	ask := v.Get(t, fob+"/remove")
	sound(t, ask, htmltest.In(".caution", htmltest.HasText("only active fob")), htmltest.In("form[action='"+fob+"/remove']"), htmltest.In("main", htmltest.HasText(bensActiveFob)))
	form := url.Values{}
	for _, in := range ask.Doc(t).Find("form[action='" + fob + "/remove'] input[type=hidden]").EachIter() {
		form.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	}
	done := v.Follow(t, v.Post(t, fob+"/remove", form))
	if again := v.Follow(t, v.Post(t, fob+"/remove", form)); done.Outcome(t) != "removed" || again.URL.String() != done.URL.String() {
		t.Errorf("removing: %q at %s, and pressed twice at %s", done.Outcome(t), done.URL, again.URL)
	}
	if device, _ := w.Cloud.Device(bensActiveFob); device.HolderID != "" {
		t.Errorf("it is still %q's", device.HolderID)
	}
	if page := v.Get(t, fob+"/remove"); page.Status != http.StatusNotFound {
		t.Errorf("once it is gone: %d", page.Status)
	}
}

func TestALostFobOffersThatItWasFoundAndNotItsActivation(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	method := idOf(t, w, bensActiveFob)
	theirs := w.SignedIn(t, ben)
	theirs.Post(t, "/fobs/"+method+"/lost", url.Values{})
	v := withAdminGrant(t, w, grace)
	fob := personPath(ben, "fobs", method)
	sound(t, v.Get(t, personPath(ben)), htmltest.In(".badge-lost"), htmltest.In("form[action='"+fob+"/found']"), htmltest.Not(htmltest.In("form[action='"+fob+"/activate']")))
	sound(t, v.Follow(t, v.Post(t, fob+"/found", url.Values{})), htmltest.In("form[action='"+fob+"/activate']"))
}

func TestLIM01WhoHelpsOthersHasAWiderLimitAndALockIsLifted(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, longIdle, e2e.Setting("FOBDESK_ATTEMPTS", "50"))
	v := withAdminGrant(t, w, grace)
	var page *e2e.Page
	for i := range desk.LockAfter {
		if i%40 == 39 {
			w.Clock.Pass(16 * 60 * 1e9)
		}
		page = v.Post(t, personPath(ada, "enrol"), enrolment(sim.BoxSerial(i), "00000"+strconv.Itoa(i%10)))
		if page.Status != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d %q", i+1, page.Status, page.Outcome(t))
		}
	}
	locked := v.Post(t, personPath(ada, "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob)))
	if locked.Status != http.StatusTooManyRequests || locked.Outcome(t) != "too_many_attempts" {
		t.Fatalf("after %d: %d %q", desk.LockAfter, locked.Status, locked.Outcome(t))
	}
	sound(t, locked, htmltest.In("#summary", htmltest.HasText("This person is locked")), htmltest.In("form[action$='/unlock']"))
	lifted := v.Follow(t, v.Post(t, personPath(ada, "unlock"), url.Values{}))
	sound(t, lifted, htmltest.In(".notice", htmltest.HasText("lifted")), htmltest.Not(htmltest.In("form[action$='/unlock']")))
	if lines := trail(t, w); lines[len(lines)-1] != "unlock unlocked "+grace {
		t.Errorf("the trail ends with %q", lines[len(lines)-1])
	}
	if done := v.Follow(t, v.Post(t, personPath(ada, "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob)))); done.Outcome(t) != "enrolled" {
		t.Errorf("then %d %q", done.Status, done.Outcome(t))
	}
}

func TestLIM01AnActorsLimitIsFourTimesAPersons(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	people := []string{ada, ben, sim.ChloeID, eve, sim.HanakoID}
	for i := range 20 {
		page := v.Post(t, personPath(people[i/5], "enrol"), enrolment(sim.BoxSerial(i), "000000"))
		if page.Status != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d %q", i+1, page.Status, page.Outcome(t))
		}
	}
	w.Cloud.ResetCalls()
	page := v.Post(t, personPath(people[4], "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob)))
	if page.Status != http.StatusTooManyRequests || page.Outcome(t) != "too_many_attempts" || page.Header.Get("Retry-After") == "" {
		t.Errorf("%d %q", page.Status, page.Outcome(t))
	}
	if got := writes(w); len(got) > 0 {
		t.Errorf("Graph was asked %q", got)
	}
}

func TestWhatWasTypedForSomebodyIsThereAfterSigningInAgain(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	w.Clock.Pass(16 * 60 * 1e9)
	page := v.Post(t, personPath(ada, "enrol"), enrolment(goodFob, "123456"))
	if page.Status != http.StatusUnauthorized {
		t.Fatalf("answered %d", page.Status)
	}
	link := page.Doc(t).Find("main a[href^='/auth/sign-in']").AttrOr("href", "")
	form := v.Follow(t, v.SignIn(t, link, grace))
	if form.URL.Path != personPath(ada) {
		t.Fatalf("back at %s", form.URL)
	}
	sound(t, form, htmltest.In("#serialNumber", htmltest.HasValue(goodFob)), htmltest.In("#verificationCode", htmltest.HasValue("")), htmltest.In(".notice", htmltest.HasText("What you typed was kept")))
}

func TestAMadeUpReceiptTellsNothing(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	done := v.Post(t, personPath(ada, "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob))).Header.Get("Location")
	_, act, _ := strings.Cut(done, "?")
	for name, target := range map[string]string{"another person's page": personPath(ben) + "?" + act, "an id that is none": personPath(ada) + "?done=x"} {
		if page := v.Get(t, target); page.Status != http.StatusOK || page.Outcome(t) != "" {
			t.Errorf("%s: %d %q", name, page.Status, page.Outcome(t))
		}
	}
	if page := withAdminGrant(t, w, mia).Get(t, done); page.Outcome(t) != "" {
		t.Errorf("another admin is told %q", page.Outcome(t))
	}
}

func TestWithinTheAdministrativeUnitAScopedAdminActs(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	w.Cloud.Update(func(s *sim.Switches) { s.ScopedRolesInToken = true })
	v := withAdminGrant(t, w, sim.KarinID)
	if page := v.Follow(t, v.Post(t, personPath(sim.AnnSmithOtherID, "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Status != http.StatusOK || page.Outcome(t) != "enrolled" {
		t.Errorf("%d %q", page.Status, page.Outcome(t))
	}
}

func TestWhereGraphWantsFreshMFAOfAdminsTheFormComesBackOnce(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	w.Cloud.AddFault(sim.Fault{
		Side: sim.SideGraph, Method: http.MethodPost, Times: 1, Status: 401, ContentType: "application/json",
		Header: http.Header{"Www-Authenticate": {`Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsiYW1yIjp7InZhbHVlcyI6WyJuZ2NtZmEiXX19fQ=="`}},
		Body:   `{"error":{"code":"InvalidAuthenticationToken"}}`,
	})
	w.Clock.Pass(2 * 60 * 1e9)
	answer := v.Post(t, personPath(ada, "enrol"), enrolment(goodFob, "123456"))
	if claims := asked(t, answer).Get("claims"); answer.Status != http.StatusSeeOther || !strings.Contains(claims, "ngcmfa") {
		t.Fatalf("answered %d, asked %q", answer.Status, claims)
	}
	form := v.Follow(t, answer)
	sound(t, form, htmltest.In(".notice", htmltest.HasText("fresh sign-in")), htmltest.In("#serialNumber", htmltest.HasValue(goodFob)))
	if page := v.Follow(t, v.Post(t, personPath(ada, "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("then %d %q", page.Status, page.Outcome(t))
	}
}
