package web_test

import (
	"bytes"
	"net/http"
	"slices"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

// operates signs an admin in to serve others at the station, and is their first page.
func (k kiosk) operates(t testing.TB, personID string) *e2e.Page {
	t.Helper()
	page := k.Follow(t, k.visit(t, "/kiosk/operator", personID))
	if page.URL.Path != "/kiosk/operator" || page.Status != http.StatusOK {
		t.Fatalf("operator mode began at %s with %d", page.URL, page.Status)
	}
	return page
}

func TestAnOperatorServesAQueueAtTheStation(t *testing.T) {
	t.Parallel()
	people, given := crowd(3)
	w, k := newKioskWorld(t, given)
	banner := htmltest.In(".kiosk-operator", htmltest.HasText("Operator mode is on"), htmltest.HasText("Grace Okafor"))
	sees(t, k.operates(t, grace), http.StatusOK, banner, htmltest.In("#q[autofocus]"), htmltest.In("main button[form=finish]"))
	for i, id := range people {
		serial := sim.BoxSerial(i)
		page := k.Follow(t, k.Post(t, "/kiosk/operator", handout(id, serial, w.Cloud.Code(serial))))
		sees(t, page, http.StatusOK, banner, htmltest.In("[data-outcome=enrolled]", htmltest.HasText(serial)), htmltest.In("#q", htmltest.HasValue("")))
		if device, _ := w.Cloud.Device(serial); device.HolderID != id {
			t.Errorf("%s is held by %q", serial, device.HolderID)
		}
		if got := stationTrail(t, w); !slices.Contains(got, "enrol enrolled "+grace+" at Reception") {
			t.Errorf("the trail is %q", got)
		}
		subjects := column(t, w, "SELECT subject FROM audit WHERE event = 'enrol' AND outcome = 'enrolled' ORDER BY number")
		if len(subjects) != i+1 || subjects[i] != id {
			t.Errorf("the subjects are %q", subjects)
		}
	}
	sees(t, k.finishes(t), http.StatusOK, htmltest.In("main [href='/kiosk/start']"), htmltest.Not(htmltest.In(".kiosk-operator")))
	if page := k.Post(t, "/kiosk/operator", handout(people[0], goodFob, w.Cloud.Code(goodFob))); page.Header.Get("Location") != "/kiosk" {
		t.Errorf("after the end it answers %d", page.Status)
	}
}

func TestAnOperatorsScreenNamesNobodyWhoWasServedBefore(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.operates(t, grace)
	serial := sim.BoxSerial(0)
	page := k.Follow(t, k.Post(t, "/kiosk/operator", handout(ada, serial, w.Cloud.Code(serial))))
	if page.Outcome(t) != "enrolled" || bytes.Contains(page.Body, []byte("Ada")) {
		t.Errorf("answered %q:\n%s", page.Outcome(t), page.Body)
	}
}

func TestAnOperatorsRefusalIsAnAdminsAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.operates(t, grace)
	page := k.Post(t, "/kiosk/operator", handout("Ann Smith", goodFob, w.Cloud.Code(goodFob)))
	sees(t, page, http.StatusUnprocessableEntity, htmltest.In("[name=person][type=radio]", htmltest.Count(2)),
		htmltest.In("#serialNumber", htmltest.HasValue(goodFob)), htmltest.In("#verificationCode", htmltest.HasValue("")))
	page = k.Post(t, "/kiosk/operator", handout(ada, goodFob, w.Cloud.WrongCode(goodFob)))
	sees(t, page, http.StatusUnprocessableEntity, htmltest.In("[data-outcome=wrong_code]"), htmltest.In("#q", htmltest.HasValue(ada)))
}

func TestOperatorModeEndsOnIdleAndIsForAdmins(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.operates(t, grace)
	w.Clock.Pass(91 * time.Second)
	if page := k.Post(t, "/kiosk/operator", handout(ada, goodFob, w.Cloud.Code(goodFob))); page.Header.Get("Location") != "/kiosk" {
		t.Errorf("after 91 seconds it answers %d", page.Status)
	}
	k.finishes(t)
	page := k.Follow(t, k.visit(t, "/kiosk/operator", sim.JonasID))
	sees(t, page, http.StatusForbidden, htmltest.In("[data-outcome=not_allowed]", htmltest.HasText("administrators")), htmltest.In("main a[href='/kiosk']"))
	k.wantNobody(t, "after that")
}
