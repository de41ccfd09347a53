package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

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

func sound(t *testing.T, page *e2e.Page, checks ...htmltest.Check) {
	t.Helper()
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))), checks...)
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
