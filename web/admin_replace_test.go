package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

const replaceBens = "/admin/users/" + ben + "/replace"

func replaceForm(w *e2e.World, t *testing.T) url.Values {
	return url.Values{"fob": {idOf(t, w, bensActiveFob)}, "off": {"deactivate"}, "formId": {"f1"}}
}

func verify(t *testing.T, page *e2e.Page, checks ...htmltest.Check) {
	t.Helper()
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))), checks...)
}

func TestALostFobIsReplacedAStepAtATime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		off    string
		status sim.Status
		holder string
	}{{"deactivate", sim.StatusAssigned, ben}, {"remove", sim.StatusAvailable, ""}, {"", sim.StatusAssigned, ben}} {
		t.Run("off by "+test.off, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			v := withAdminGrant(t, w, grace)
			first := v.Get(t, replaceBens)
			verify(t, first, htmltest.In("[name=fob][type=radio]", htmltest.Count(2)), htmltest.In("[name=off][value=deactivate][checked]"))
			form := replaceForm(w, t)
			form.Set("off", test.off)
			half := v.Follow(t, v.Post(t, replaceBens, form))
			if half.Status != http.StatusOK || half.URL.Path != replaceBens || half.Outcome(t) == "" {
				t.Fatalf("answered %d %q at %s\n%s", half.Status, half.Outcome(t), half.URL, half.Body)
			}
			if device, _ := w.Cloud.Device(bensActiveFob); device.Status != test.status || device.HolderID != test.holder {
				t.Errorf("the old one is %s of %q", device.Status, device.HolderID)
			}

			// It is left, and taken up by another admin.
			other := withAdminGrant(t, w, sim.MiaID)
			resumed := other.Get(t, replaceBens)
			verify(t, resumed, htmltest.In(".half-done", htmltest.HasText(bensActiveFob)), htmltest.In(".half-done", htmltest.HasText("Grace Okafor")),
				htmltest.In("#serialNumber"), htmltest.Not(htmltest.In("[type=radio]")))
			done := other.Follow(t, other.Post(t, replaceBens, url.Values{
				"fob": {idOf(t, w, bensActiveFob)}, "serialNumber": {goodFob}, "verificationCode": {w.Cloud.Code(goodFob)}, "displayName": {"New"},
			}))
			if done.Status != http.StatusOK || done.Outcome(t) != "enrolled" || done.URL.Path != "/admin/users/"+ben {
				t.Fatalf("answered %d %q at %s\n%s", done.Status, done.Outcome(t), done.URL, done.Body)
			}
			if device, _ := w.Cloud.Device(goodFob); device.HolderID != ben || device.Status != sim.StatusActivated {
				t.Errorf("the new one is %s of %q", device.Status, device.HolderID)
			}
			verify(t, v.Get(t, replaceBens), htmltest.Not(htmltest.In(".half-done")))
		})
	}
}

func TestAReplacementInOneGo(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	form := replaceForm(w, t)
	form.Set("serialNumber", goodFob)
	form.Set("verificationCode", w.Cloud.Code(goodFob))
	done := v.Follow(t, v.Post(t, replaceBens, form))
	if done.Outcome(t) != "enrolled" {
		t.Fatalf("answered %d %q\n%s", done.Status, done.Outcome(t), done.Body)
	}
	lines := strings.Join(trail(t, w), "\n")
	for _, want := range []string{"deactivate deactivated " + grace, "enrol enrolled " + grace} {
		if !strings.Contains(lines, want) {
			t.Errorf("the trail has no %q", want)
		}
	}
	if again := v.Follow(t, v.Post(t, replaceBens, form)); again.Outcome(t) != "enrolled" {
		t.Errorf("sent twice: %d %q", again.Status, again.Outcome(t))
	}
	verify(t, v.Get(t, replaceBens), htmltest.Not(htmltest.In(".half-done")))
}

func TestAHalfDoneReplacementIsShownAsHalfDone(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	form := replaceForm(w, t)
	form.Set("serialNumber", goodFob)
	form.Set("displayName", "New")
	form.Set("verificationCode", w.Cloud.WrongCode(goodFob))
	page := v.Post(t, replaceBens, form)
	if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "wrong_code" {
		t.Fatalf("answered %d %q\n%s", page.Status, page.Outcome(t), page.Body)
	}
	verify(t, page, htmltest.In(".half-done", htmltest.HasText(bensActiveFob)),
		htmltest.In("#serialNumber", htmltest.HasValue(goodFob)), htmltest.In("#displayName", htmltest.HasValue("New")),
		htmltest.In("#verificationCode", htmltest.HasValue("")))
	w.Restart(t)
	v = withAdminGrant(t, w, grace)
	verify(t, v.Get(t, replaceBens), htmltest.In(".half-done", htmltest.HasText(bensActiveFob)))
	verify(t, v.Get(t, "/admin/users/"+ben), htmltest.In(".half-done a[href^='"+replaceBens+"']", htmltest.HasText(bensActiveFob)))
	left := v.Follow(t, v.Post(t, replaceBens, url.Values{"fob": form["fob"], "giveUp": {"1"}}))
	if left.URL.Path != "/admin/users/"+ben {
		t.Errorf("given up, it ends at %s", left.URL)
	}
	verify(t, v.Get(t, replaceBens), htmltest.Not(htmltest.In(".half-done")))
}

func TestAReplacementThatIsRefusedBeforeTheOldOneIsOffChangesNothing(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	for _, test := range []struct {
		name   string
		path   string
		change func(url.Values)
		status int
	}{
		{"no fob was chosen", replaceBens, func(f url.Values) { f.Del("fob") }, 422},
		{"the code is too short", replaceBens, func(f url.Values) { f.Set("serialNumber", goodFob); f.Set("verificationCode", "12345") }, 422},
		{"a code without a serial", replaceBens, func(f url.Values) { f.Set("verificationCode", "123456") }, 422},
		{"a fob of two", replaceBens, func(f url.Values) { f.Add("fob", "x") }, 422},
		{"somebody else's fob", replaceBens, func(f url.Values) { f.Set("fob", idOf(t, w, heldFob)) }, 404},
		{"an admin of a higher role", "/admin/users/" + sim.MiaID + "/replace", func(url.Values) {}, 403},
		{"no object id", "/admin/users/x/replace", func(url.Values) {}, 404},
	} {
		t.Run(test.name, func(t *testing.T) {
			form := replaceForm(w, t)
			test.change(form)
			if page := v.Post(t, test.path, form); page.Status != test.status {
				t.Errorf("answered %d %q, want %d\n%s", page.Status, page.Outcome(t), test.status, page.Body)
			}
		})
	}
	if device, _ := w.Cloud.Device(bensActiveFob); device.Status != sim.StatusActivated {
		t.Errorf("it is %s", device.Status)
	}
	verify(t, v.Get(t, replaceBens), htmltest.Not(htmltest.In(".half-done")))
}

func TestANewFobIsAssignedWithoutItsCode(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, sim.MiaID)
	form := replaceForm(w, t)
	form.Set("serialNumber", goodFob)
	asked := v.Post(t, replaceBens, form)
	if asked.Status != http.StatusSeeOther || !strings.Contains(asked.Header.Get("Location"), "Policy.Read.All") {
		t.Fatalf("answered %d to %q", asked.Status, asked.Header.Get("Location"))
	}
	back := v.Choose(t, v.Follow(t, asked), sim.MiaID)
	verify(t, back, htmltest.In(".half-done"), htmltest.In("#serialNumber", htmltest.HasValue(goodFob)))
	done := v.Follow(t, v.Post(t, replaceBens, form))
	if done.Outcome(t) != "assigned" {
		t.Fatalf("answered %d %q\n%s", done.Status, done.Outcome(t), done.Body)
	}
	if device, _ := w.Cloud.Device(goodFob); device.HolderID != ben || device.Status != sim.StatusAssigned {
		t.Errorf("the new one is %s of %q", device.Status, device.HolderID)
	}
}

func TestTheAnswerToTheFirstHalfIsLost(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "POST", AfterEffect: true, Cut: true})
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "GET", Path: "hardwareOathMethods", Times: 1, Delay: time.Nanosecond})
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "GET", Path: "hardwareOathMethods", Status: 500})
	page := v.Follow(t, v.Post(t, replaceBens, replaceForm(w, t)))
	if page.Outcome(t) != "outcome_unknown" {
		t.Fatalf("answered %d %q", page.Status, page.Outcome(t))
	}
	w.Cloud.ClearFaults()
	verify(t, v.Get(t, replaceBens), htmltest.In(".half-done", htmltest.HasText("switched off")))
}
