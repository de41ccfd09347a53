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

// withInventory is an admin who was asked for the inventory's permission already.
func withInventory(t *testing.T, w *e2e.World, person string) *e2e.Visitor {
	t.Helper()
	v := withAdminGrant(t, w, person)
	if page := v.Follow(t, v.Get(t, "/admin?ask=inventory")); page.Status != http.StatusOK {
		t.Fatalf("asking for the inventory ended at %s with %d", page.URL, page.Status)
	}
	return v
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
