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

// idOf is the id of the method of a fob that the person holds.
func idOf(t *testing.T, w *e2e.World, serial string) string {
	t.Helper()
	device, ok := w.Cloud.Device(serial)
	if !ok {
		t.Fatalf("the tenant has no %s", serial)
	}
	return device.ID
}

func home(t *testing.T, v *e2e.Visitor, checks ...htmltest.Check) {
	t.Helper()
	page := v.Get(t, "/")
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))), checks...)
}

func TestALostFobIsSwitchedOffAtOnceAndFoundAgain(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	fob := "/fobs/" + idOf(t, w, bensActiveFob)
	home(t, v, htmltest.In("a[href='"+fob+"/lost']"))

	page := v.Get(t, fob+"/lost")
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))),
		htmltest.In("form[action='"+fob+"/lost'] [name=serialNumber]", htmltest.HasValue(bensActiveFob)),
		htmltest.In(".caution")) // it is the only active one

	w.Cloud.ResetCalls()
	form := url.Values{"formId": {"f1"}}
	done := v.Follow(t, v.Post(t, fob+"/lost", form))
	if done.Status != http.StatusOK || done.Outcome(t) != "deactivated" {
		t.Fatalf("answered %d %q\n%s", done.Status, done.Outcome(t), done.Body)
	}
	if device, _ := w.Cloud.Device(bensActiveFob); device.Status != sim.StatusAssigned || device.HolderID != ben {
		t.Errorf("Graph has it as %s of %q", device.Status, device.HolderID)
	}
	for _, call := range w.Cloud.Calls() {
		if call.Side == sim.SideGraph && !strings.HasPrefix(call.Path, "/beta/me/") {
			t.Errorf("asked %s %s, which is more than one's own", call.Method, call.Path)
		}
	}
	again := v.Follow(t, v.Post(t, fob+"/lost", form))
	if again.URL.Path != done.URL.Path {
		t.Errorf("pressed twice it is %s and %s", done.URL.Path, again.URL.Path)
	}
	activation := htmltest.In("form[action='" + fob + "/activate']")
	home(t, v, htmltest.In(".badge-lost", htmltest.HasText("Reported lost")),
		htmltest.In("form[action='"+fob+"/found']"), htmltest.Not(activation), htmltest.Not(htmltest.In("a[href='"+fob+"/lost']")))

	found := v.Follow(t, v.Post(t, fob+"/found", nil))
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(found.Body))),
		activation, htmltest.In("form[action='"+fob+"/activate'] [autofocus]"), htmltest.Not(htmltest.In(".badge-lost")))
	if twice := v.Follow(t, v.Post(t, fob+"/found", nil)); twice.Status != http.StatusOK {
		t.Errorf("found twice: %d", twice.Status)
	}
	active := v.Follow(t, v.Post(t, fob+"/activate", url.Values{"verificationCode": {w.Cloud.Code(bensActiveFob)}}))
	if active.Outcome(t) != "activated" {
		t.Errorf("activated again: %d %q", active.Status, active.Outcome(t))
	}
	home(t, v, htmltest.In("a[href='"+fob+"/lost']"))
}

func TestALostFobThatIsEnrolledOrActivatedAgainIsLostNoMore(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name, path, outcome string
		asAdmin             bool
	}{
		{name: "enrolled by its person", path: "/enrol", outcome: "enrolled"},
		{name: "activated by its person", path: "/fobs/{fob}/activate", outcome: "activated"},
		{name: "enrolled by an admin", path: personPath(ben, "enrol"), outcome: "enrolled", asAdmin: true},
		{name: "activated by an admin", path: personPath(ben, "fobs", "{fob}", "activate"), outcome: "activated", asAdmin: true},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t, longIdle)
			v, admin := w.SignedIn(t, ben), withAdminGrant(t, w, grace)
			fob := idOf(t, w, bensActiveFob)
			if page := v.Follow(t, v.Post(t, "/fobs/"+fob+"/lost", nil)); page.Outcome(t) != "deactivated" {
				t.Fatalf("reporting it lost came to %q", page.Outcome(t))
			}
			w.Clock.Pass(time.Minute)
			home(t, v, htmltest.In(".badge-lost"))
			by := v
			if way.asAdmin {
				by = admin
			}
			form := enrolment(bensActiveFob, w.Cloud.Code(bensActiveFob))
			page := by.Follow(t, by.Post(t, strings.ReplaceAll(way.path, "{fob}", fob), form))
			if page.Outcome(t) != way.outcome {
				t.Fatalf("it came to %d %q\n%s", page.Status, page.Outcome(t), page.Body)
			}
			home(t, v, htmltest.Not(htmltest.In(".badge-lost")), htmltest.In("a[href='/fobs/"+fob+"/lost']"))
			if text := admin.Get(t, "/admin").Doc(t).Find("#lost-title").Text(); text != "" {
				t.Errorf("an admin still reads %q", text)
			}
		})
	}
}

func TestAFobIsNotLostWithoutItsPerson(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	fob := "/fobs/" + idOf(t, w, bensActiveFob)
	v := w.SignedIn(t, ada)
	for _, page := range []*e2e.Page{v.Get(t, fob+"/lost"), v.Post(t, fob+"/lost", nil)} {
		if page.Status != http.StatusNotFound {
			t.Errorf("somebody else's fob: %d %q", page.Status, page.Outcome(t))
		}
	}
	if page := v.Follow(t, v.Post(t, fob+"/found", nil)); page.Status != http.StatusOK {
		t.Errorf("somebody else's lost fob: %d", page.Status)
	}
	if device, _ := w.Cloud.Device(bensActiveFob); device.Status != sim.StatusActivated {
		t.Errorf("it is %s", device.Status)
	}
	bens := w.SignedIn(t, ben)
	wrong := bens.Post(t, fob+"/lost", url.Values{"serialNumber": {goodFob}})
	if wrong.Status != http.StatusNotFound {
		t.Errorf("another fob than was seen: %d", wrong.Status)
	}
}

func TestReportingAFobLostIsProvedAsRemovingIs(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	fob := "/fobs/" + idOf(t, w, bensActiveFob)
	w.Clock.Pass(11 * time.Minute)
	asked := v.Post(t, fob+"/lost", nil)
	if asked.Status != http.StatusSeeOther || !strings.Contains(asked.Header.Get("Location"), "ngcmfa") {
		t.Fatalf("answered %d to %q", asked.Status, asked.Header.Get("Location"))
	}
	back := v.Choose(t, v.Follow(t, asked), ben)
	if back.URL.Path != fob+"/lost" || !strings.Contains(string(back.Body), "notice") {
		t.Errorf("back at %s", back.URL)
	}
	if device, _ := w.Cloud.Device(bensActiveFob); device.Status != sim.StatusActivated {
		t.Error("it was switched off before that")
	}
	if done := v.Follow(t, v.Post(t, fob+"/lost", nil)); done.Outcome(t) != "deactivated" {
		t.Errorf("answered %d %q", done.Status, done.Outcome(t))
	}
}
