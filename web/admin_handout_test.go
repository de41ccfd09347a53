package web_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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

// crowd adds people to the directory, whom Grace may act on, and answers their object ids.
func crowd(n int) ([]string, e2e.Given) {
	var people []sim.Person
	var ids []string
	for i := range n {
		id := fmt.Sprintf("0a1c5f6e-3b7d-4e29-8f10-c0000000%04x", i)
		ids = append(ids, id)
		people = append(people, sim.Person{
			ID: id, Name: fmt.Sprintf("Person %03d", i), UPN: fmt.Sprintf("person%03d@contoso.example", i), Phone: true, Unlisted: true,
		})
	}
	return ids, e2e.Tenant(func(o *sim.Options) { o.People = append(o.People, people...) })
}

// atEight moves the clock on to a morning, so that nothing of the day's list is of another day.
func atEight(w *e2e.World) {
	now := w.Clock.Now().UTC()
	w.Clock.Pass(now.Truncate(24 * time.Hour).Add(32 * time.Hour).Sub(now))
}

func TestTheQueueServesTwoHundredPeopleInARow(t *testing.T) {
	t.Parallel()
	ids, given := crowd(200)
	w := e2e.NewWorld(t, given)
	atEight(w)
	v := withAdminGrant(t, w, grace)
	listed := func(n int, page *e2e.Page) {
		t.Helper()
		htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))),
			htmltest.In(".today-row", htmltest.Count(n)), htmltest.In(".today-undo", htmltest.Count(n)), htmltest.In("#q[autofocus]", htmltest.HasValue("")))
		if first := page.Doc(t).Find(".today-row").First().Text(); !strings.Contains(first, sim.BoxSerial(n-1)) {
			t.Errorf("the newest result is %q", first)
		}
	}
	for i, id := range ids {
		serial := sim.BoxSerial(i)
		page := v.Follow(t, v.Post(t, "/admin/handout", handout(id, serial, w.Cloud.Code(serial))))
		if page.Status != http.StatusOK || page.Outcome(t) != "enrolled" || page.URL.Path != "/admin/handout" {
			t.Fatalf("number %d: %d %q at %s\n%s", i, page.Status, page.Outcome(t), page.URL, page.Body)
		}
		if device, _ := w.Cloud.Device(serial); device.HolderID != id || device.Status != sim.StatusActivated {
			t.Fatalf("number %d: Graph has it as %s of %q", i, device.Status, device.HolderID)
		}
		if i == 99 {
			listed(100, v.Get(t, "/admin/handout"))
			w.Clock.Pass(16 * time.Minute) // the session ends
			listed(100, v.SignIn(t, "/auth/sign-in?return_to=/admin/handout", grace))
		}
	}
	listed(200, v.Get(t, "/admin/handout"))
	w.Clock.Pass(16 * time.Minute)
	listed(200, v.SignIn(t, "/auth/sign-in?return_to=/admin/handout", grace))
}

func TestTheQueuesListIsDownloaded(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	atEight(w)
	v, other := withAdminGrant(t, w, grace), withAdminGrant(t, w, mia)
	v.Post(t, "/admin/handout", handout(ada, goodFob, w.Cloud.Code(goodFob)))
	v.Post(t, "/admin/handout", handout(ben, secondFob, w.Cloud.WrongCode(secondFob)))
	other.Post(t, "/admin/handout", handout(ben, secondFob, w.Cloud.Code(secondFob)))
	w.Clock.Pass(time.Minute)
	page := v.Get(t, "/admin/handout")
	link := page.Doc(t).Find(".today-head a[download][hx-boost=false]").AttrOr("href", "")
	file := v.Get(t, link)
	if kind := file.Header.Get("Content-Type"); file.Status != http.StatusOK || !strings.HasPrefix(kind, "text/csv") ||
		!strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment; filename=\"fobdesk-audit-") {
		t.Fatalf("%s answered %d with %q, %q", link, file.Status, kind, file.Header.Get("Content-Disposition"))
	}
	lines, err := csv.NewReader(bytes.NewReader(file.Body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range lines[1:] {
		if line[2] == "enrol" && line[8] != "" {
			got = append(got, strings.Join([]string{line[4], line[6], line[7], line[8]}, ", "))
		}
		if line[3] != grace {
			t.Errorf("a row of somebody else: %q", line)
		}
	}
	want := []string{"Grace Okafor, Ada Fischer, " + goodFob + ", enrolled", "Grace Okafor, Ben Adeyemi, " + secondFob + ", wrong_code"}
	if !slices.Equal(got, want) {
		t.Errorf("the download says %q, want %q", got, want)
	}
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
