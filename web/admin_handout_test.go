package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

func handout(q, serial, code string) url.Values {
	return url.Values{"q": {q}, "serialNumber": {serial}, "verificationCode": {code}}
}

// employees are the object ids of people of the directory whom Grace may act on.
func employees(t *testing.T, n int) []string {
	t.Helper()
	var ids []string
	for _, person := range sim.Demo(time.Now()).People {
		if person.Unlisted && len(ids) < n {
			ids = append(ids, person.ID)
		}
	}
	if len(ids) < n {
		t.Fatalf("the directory has %d employees, want %d", len(ids), n)
	}
	return ids
}

func TestTheQueueServesThirtyPeople(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	for i, id := range employees(t, 30) {
		serial := sim.BoxSerial(i)
		page := v.Follow(t, v.Post(t, "/admin/handout", handout(id, serial, w.Cloud.Code(serial))))
		if page.Status != http.StatusOK || page.Outcome(t) != "enrolled" || page.URL.Path != "/admin/handout" {
			t.Fatalf("number %d: %d %q at %s\n%s", i, page.Status, page.Outcome(t), page.URL, page.Body)
		}
		if device, _ := w.Cloud.Device(serial); device.HolderID != id || device.Status != sim.StatusActivated {
			t.Fatalf("number %d: Graph has it as %s of %q", i, device.Status, device.HolderID)
		}
	}
	page := v.Get(t, "/admin/handout")
	doc := htmltest.Page(t, strings.NewReader(string(page.Body)))
	htmltest.Verify(t, doc,
		htmltest.In(".today-row", htmltest.Count(30)), htmltest.In(".today-undo", htmltest.Count(30)),
		htmltest.In("#q[autofocus]", htmltest.HasValue("")),
		htmltest.In("a[href^='/admin/audit/export?'][href*='format=csv'][href*='actor="+grace+"']"))
	if first := doc.Find(".today-row").First().Text(); !strings.Contains(first, sim.BoxSerial(29)) {
		t.Errorf("the newest result is %q", first)
	}

	w.Clock.Pass(16 * time.Minute) // the session ends
	back := v.SignIn(t, "/auth/sign-in?return_to=/admin/handout", grace)
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(back.Body))), htmltest.In(".today-row", htmltest.Count(30)))
}

func TestSeveralPeopleAreOfferedAndNothingIsLost(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	form := handout("Ann Smith", goodFob, w.Cloud.Code(goodFob))
	page := v.Post(t, "/admin/handout", form)
	if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "invalid_input" {
		t.Fatalf("answered %d %q", page.Status, page.Outcome(t))
	}
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))),
		htmltest.In("[name=person][type=radio]", htmltest.Count(2)),
		htmltest.In("main", htmltest.HasText("ann.smith@contoso.example")), htmltest.In("main", htmltest.HasText("ann.smith2@contoso.example")),
		htmltest.In("#q", htmltest.HasValue("Ann Smith")), htmltest.In("#serialNumber", htmltest.HasValue(goodFob)),
		htmltest.In("#verificationCode", htmltest.HasValue("")),
		htmltest.In(".summary-errors a[href='#person']"))
	if held := w.Cloud.Held(sim.AnnSmithID); len(held) != 0 {
		t.Errorf("one of them has it: %v", held)
	}
	form.Set("person", sim.AnnSmithOtherID)
	if done := v.Follow(t, v.Post(t, "/admin/handout", form)); done.Outcome(t) != "enrolled" {
		t.Fatalf("chosen: %d %q", done.Status, done.Outcome(t))
	}
	if held := w.Cloud.Held(sim.AnnSmithOtherID); len(held) != 1 || held[0].Serial != goodFob {
		t.Errorf("she holds %v", held)
	}
}

func TestINP03AChoiceThatWasNotOfferedNamesNobody(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	form := handout("Ann Smith", goodFob, w.Cloud.Code(goodFob))
	form.Set("person", ada)
	page := v.Post(t, "/admin/handout", form)
	if page.Outcome(t) != "invalid_input" || len(w.Cloud.Held(ada)) != 0 {
		t.Errorf("answered %d %q", page.Status, page.Outcome(t))
	}
}

func TestWhoeverIsMeantIsFoundByNameAddressAndID(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	for i, q := range []string{"ada fischer", "ADA.FISCHER@contoso.example", ada, " Ada  "} {
		serial := sim.BoxSerial(100 + i)
		page := v.Follow(t, v.Post(t, "/admin/handout", handout(q, serial, w.Cloud.Code(serial))))
		if device, _ := w.Cloud.Device(serial); page.Outcome(t) != "enrolled" || device.HolderID != ada {
			t.Errorf("%q: %d %q, held by %q", q, page.Status, page.Outcome(t), device.HolderID)
		}
	}
}

func TestAHandOutThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	v.Choose(t, v.Follow(t, v.Get(t, whereIs(goodFob))), grace) // the inventory's permission was asked for
	for _, test := range []struct {
		name, q, serial, code string
		status                int
		outcome               string
	}{
		{"nobody fits", "nobody of this name", goodFob, w.Cloud.Code(goodFob), 422, "invalid_input"},
		{"no person", "", goodFob, w.Cloud.Code(goodFob), 422, "invalid_input"},
		{"a person of 3,000 characters", strings.Repeat("a", 3000), goodFob, w.Cloud.Code(goodFob), 422, "invalid_input"},
		{"no code", "Ada", goodFob, "", 422, "invalid_input"},
		{"no serial", "Ada", "", "123456", 422, "invalid_input"},
		{"a serial where the code belongs", "Ada", goodFob, goodFob, 422, "invalid_input"},
		{"a wrong code", "Ada", goodFob, w.Cloud.WrongCode(goodFob), 422, "wrong_code"},
		{"Caps Lock at the scanner", "Ada", strings.ToLower(goodFob), w.Cloud.Code(goodFob), 422, "unknown_serial"},
		{"somebody else's", "Ada", heldFob, w.Cloud.Code(heldFob), 409, "assigned_to_other"},
		{"an admin of a higher role", "Mia", secondFob, w.Cloud.Code(secondFob), 403, "not_allowed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			page := v.Follow(t, v.Post(t, "/admin/handout", handout(test.q, test.serial, test.code)))
			if page.Status != test.status || page.Outcome(t) != test.outcome {
				t.Fatalf("answered %d %q, want %d %q\n%s", page.Status, page.Outcome(t), test.status, test.outcome, page.Body)
			}
			htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))),
				htmltest.In("#q", htmltest.HasValue(test.q)), htmltest.In("#serialNumber", htmltest.HasValue(test.serial)),
				htmltest.In("#verificationCode", htmltest.HasValue("")))
		})
	}
	page := v.Get(t, "/admin/handout")
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))),
		htmltest.In(".today-bad", htmltest.Count(4)), htmltest.Not(htmltest.In(".today-undo")))
}

func TestUndoRemovesWhatThisAdminDidAndNothingElse(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	done := v.Follow(t, v.Post(t, "/admin/handout", handout(ben, goodFob, w.Cloud.Code(goodFob))))
	undo := done.Doc(t).Find(".today-undo").AttrOr("action", "")
	other := withAdminGrant(t, w, sim.MiaID)
	if page := other.Post(t, undo, nil); page.Status != http.StatusNotFound {
		t.Errorf("another admin's undo: %d", page.Status)
	}
	if page := v.Post(t, "/admin/handout/made-up/undo", nil); page.Status != http.StatusNotFound {
		t.Errorf("a made-up undo: %d", page.Status)
	}
	page := v.Follow(t, v.Post(t, undo, nil))
	if page.Status != http.StatusOK || page.Outcome(t) != "removed" {
		t.Fatalf("answered %d %q\n%s", page.Status, page.Outcome(t), page.Body)
	}
	if held := w.Cloud.Held(ben); len(held) != 2 {
		t.Errorf("Ben holds %v", held)
	}
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))),
		htmltest.In(".today-row", htmltest.Count(2)), htmltest.In(".today-words", htmltest.HasText("Undone")),
		htmltest.Not(htmltest.In(".today-undo")))
	w.Cloud.ResetCalls()
	if again := v.Follow(t, v.Post(t, undo, nil)); again.Status != http.StatusOK {
		t.Errorf("pressed twice: %d %q", again.Status, again.Outcome(t))
	}
	for _, call := range w.Cloud.Calls() {
		if call.Method == http.MethodDelete {
			t.Error("pressed twice, Graph was asked to remove twice")
		}
	}
}

func TestTheQueueKeepsWhatWasTypedOverTheEndOfASession(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	w.Clock.Pass(16 * time.Minute)
	page := v.Post(t, "/admin/handout", handout("O'Brien", goodFob, "123456"))
	if page.Status != http.StatusUnauthorized {
		t.Fatalf("answered %d", page.Status)
	}
	back := v.SignIn(t, page.Doc(t).Find("main a[href^='/auth/sign-in']").AttrOr("href", ""), grace)
	if back.URL.Path != "/admin/handout" {
		t.Fatalf("back at %s", back.URL)
	}
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(back.Body))),
		htmltest.In("#q", htmltest.HasValue("O'Brien")), htmltest.In("#serialNumber", htmltest.HasValue(goodFob)),
		htmltest.In("#verificationCode", htmltest.HasValue("")))
}

func TestTheQueueAsksForTheInventoryWhenItIsNeededAndGoesOn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	w.Cloud.Update(func(s *sim.Switches) { s.OneStepForOthersUnsupported = sim.Answer{Status: 501} })
	v := withAdminGrant(t, w, sim.MiaID)
	asked := v.Post(t, "/admin/handout", handout("Ada", goodFob, w.Cloud.Code(goodFob)))
	if asked.Status != http.StatusSeeOther || !strings.Contains(asked.Header.Get("Location"), "Policy.Read.All") {
		t.Fatalf("answered %d to %q", asked.Status, asked.Header.Get("Location"))
	}
	back := v.Choose(t, v.Follow(t, asked), sim.MiaID)
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(back.Body))),
		htmltest.In("#q", htmltest.HasValue("Ada")), htmltest.In("#serialNumber", htmltest.HasValue(goodFob)))
	page := v.Follow(t, v.Post(t, "/admin/handout", handout("Ada", goodFob, w.Cloud.Code(goodFob))))
	if page.Outcome(t) != "enrolled" {
		t.Errorf("answered %d %q", page.Status, page.Outcome(t))
	}
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))),
		htmltest.In(".today-row", htmltest.HasText(fmt.Sprintf("Ada Fischer %s", goodFob))))
}
