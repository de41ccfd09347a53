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

func TestTheQueueActsForNobodyButWhoWasChosen(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, query, chosen string
		prepare             func(*e2e.World)
	}{
		{"one of many pages", "Ann Smith", "", switches(func(s *sim.Switches) { s.PageSize = 1 })},
		{"the words mean another by now", "Ada", sim.AnnSmithID, func(*e2e.World) {}},
		{"the address is another's", "ben.adeyemi@contoso.example", sim.AnnSmithID, func(*e2e.World) {}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			v := withAdminGrant(t, w, grace)
			test.prepare(w)
			w.Cloud.ResetCalls()
			form := url.Values{"q": {test.query}, "serialNumber": {goodFob}, "verificationCode": {w.Cloud.Code(goodFob)}}
			if test.chosen != "" {
				form.Set("person", test.chosen)
			}
			page := v.Post(t, "/admin/handout", form)
			if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "invalid_input" {
				t.Errorf("answered %d %q", page.Status, page.Outcome(t))
			}
			sound(t, page, htmltest.In("[name=person][type=radio]"))
			if asked := writes(w); len(asked) > 0 {
				t.Errorf("Graph was asked to %q", asked)
			}
		})
	}
}

func TestTheQueueSendsWhomItShowed(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	sound(t, v.Get(t, "/admin/handout?q=Ada+Fischer"), htmltest.In("input[type=hidden][name=person]", htmltest.HasValue(ada)))
}

func TestWhatWasUndoneSinceIsNotToldAsDone(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	code := w.Cloud.Code(goodFob)
	if page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, code))); page.Outcome(t) != "enrolled" {
		t.Fatalf("%q", page.Outcome(t))
	}
	if page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, code))); page.Outcome(t) != "enrolled" {
		t.Errorf("sent twice: %q", page.Outcome(t))
	}
	remove := "/fobs/" + idOf(t, w, goodFob) + "/remove"
	if page := v.Follow(t, v.Post(t, remove, url.Values{"formId": {"f1"}})); page.Outcome(t) != "removed" {
		t.Fatalf("%q", page.Outcome(t))
	}
	w.Cloud.ResetCalls()
	page := v.Post(t, "/enrol", enrolment(goodFob, code))
	if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "wrong_code" {
		t.Errorf("the code once more: %d %q", page.Status, page.Outcome(t))
	}
	if asked := writes(w); len(asked) > 0 {
		t.Errorf("Graph was asked to %q", asked)
	}
}

func TestAFormOfBeforeDoesNotTellItsEndAgain(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	fob := personPath(ben, "fobs", idOf(t, w, bensActiveFob))
	form := url.Values{"formId": {"f1"}}
	if page := v.Follow(t, v.Post(t, fob+"/deactivate", form)); page.Outcome(t) != "deactivated" {
		t.Fatalf("%q", page.Outcome(t))
	}
	if page := v.Follow(t, v.Post(t, fob+"/activate", url.Values{"verificationCode": {w.Cloud.Code(bensActiveFob)}})); page.Outcome(t) != "activated" {
		t.Fatalf("%q", page.Outcome(t))
	}
	if page := v.Post(t, fob+"/deactivate", form); page.Status != http.StatusConflict || page.Outcome(t) != "overtaken" {
		t.Errorf("the form once more: %d %q", page.Status, page.Outcome(t))
	}
	if device, _ := w.Cloud.Device(bensActiveFob); device.Status != sim.StatusActivated {
		t.Errorf("the fob is %s", device.Status)
	}
}

func TestAReplacementLooksAtTheOldFobAgain(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	form := replaceForm(w, t)
	if page := v.Follow(t, v.Post(t, replaceBens, form)); page.Outcome(t) != "deactivated" || strings.Contains(string(page.Body), "Activate it again") {
		t.Fatalf("%q\n%s", page.Outcome(t), page.Body)
	}
	form.Set("off", "remove")
	form.Set("formId", "f2")
	if page := v.Follow(t, v.Post(t, replaceBens, form)); page.Outcome(t) != "removed" {
		t.Errorf("removed after all: %q", page.Outcome(t))
	}
	if device, _ := w.Cloud.Device(bensActiveFob); device.HolderID != "" {
		t.Errorf("the fob is %s's", device.HolderID)
	}
}

func TestAFobThatWorksAgainIsNotToldAsOutOfUse(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	v.Post(t, replaceBens, replaceForm(w, t))
	fob := personPath(ben, "fobs", idOf(t, w, bensActiveFob))
	v.Post(t, fob+"/found", nil)
	if page := v.Follow(t, v.Post(t, fob+"/activate", url.Values{"verificationCode": {w.Cloud.Code(bensActiveFob)}})); page.Outcome(t) != "activated" {
		t.Fatalf("%q", page.Outcome(t))
	}
	sound(t, v.Get(t, replaceBens), htmltest.In("[name=fob][type=radio]"), htmltest.Not(htmltest.In(".half-done", htmltest.HasText("switched off"))))
}
