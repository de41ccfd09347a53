package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/sim"
)

// aDay is a desk where some things were done, one of them without a known outcome.
func aDay(t *testing.T, w *World) {
	t.Helper()
	employee, helper := w.SignedIn(t, sim.AdaID), w.SignedIn(t, sim.GraceID)
	helper.Follow(t, helper.Get(t, "/admin"))
	for range 2 {
		employee.Post(t, "/enrol", form(sim.SerialGood60, w.Cloud.WrongCode(sim.SerialGood60)))
	}
	employee.Post(t, "/enrol", form(sim.SerialUnknown, "123456"))
	helper.Post(t, "/admin/users/"+sim.BenID+"/enrol", form(sim.SerialGood60, w.Cloud.Code(sim.SerialGood60)))
	for id, serial := range map[string]string{sim.AnnSmithID: sim.BoxSerial(0), sim.AnnSmithOtherID: sim.BoxSerial(1)} {
		helper.Post(t, "/admin/users/"+id+"/enrol", form(serial, w.Cloud.Code(serial)))
		device, _ := w.Cloud.Device(serial)
		helper.Post(t, "/admin/users/"+id+"/replace", url.Values{"fob": {device.ID}, "off": {"deactivate"}})
	}
	benjamin := w.SignedIn(t, sim.BenID)
	if link, ok := benjamin.Get(t, "/").Doc(t).Find("a[href$='/lost']").First().Attr("href"); ok {
		benjamin.Post(t, link, nil)
	}
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodPost, Path: "assignAndActivate", AfterEffect: true, Cut: true})
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodGet, Path: "hardwareOathMethods", Status: http.StatusServiceUnavailable})
	employee.Post(t, "/enrol", form(sim.SerialGood30, w.Cloud.Code(sim.SerialGood30)))
}

func form(serial, code string) url.Values {
	return url.Values{"serialNumber": {serial}, "verificationCode": {code}}
}

func TestAnAdminReadsTheTrail(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]bool{"with JavaScript": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			aDay(t, w)
			b := w.NewBrowser(t, script)
			b.signIn(t, sim.GraceID)
			b.Open(t, "/admin")
			b.See(t, "#chart-enrolments svg")
			look := func(name string) {
				if script { // the pages are the same without
					b.Look(t, name)
				}
			}
			look("admin-first")
			b.Press(t, "a[href='/admin/audit']")
			b.See(t, ".trail-open")
			look("audit-first")
			b.Press(t, "#chart-refusals summary")
			b.See(t, "#chart-refusals table")
			b.Press(t, ".filter-title")
			b.Type(t, "#from", "tomorrow")
			b.Press(t, ".filter button[type=submit]")
			b.See(t, "[data-outcome=invalid_input]")
			look("audit-invalid")
			b.Type(t, "#from", "2020-01-01")
			b.Type(t, "#serial", strings.ToLower(sim.SerialGood30))
			b.Press(t, ".filter button[type=submit]")
			b.See(t, ".trail-row[data-came=outcome_unknown]")
			look("audit-filtered")
			w.Cloud.ClearFaults()
			w.Clock.Pass(2 * time.Minute)
			b.Reload(t)
			b.See(t, ".trail-row[data-came=enrolled]")
			if n := b.Evaluate(t, "document.querySelectorAll('.trail-open').length"); script && n != "0" {
				t.Errorf("%s rows stand out although the act is settled", n)
			}
			b.Press(t, ".trail-more summary")
			look("audit-settled")
		})
	}
}

func TestAnEmptyDeskHasNothingToShow(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.signIn(t, sim.GraceID)
	b.Open(t, "/admin")
	b.See(t, "#chart-open")
	b.Look(t, "admin-empty")
	b.Open(t, "/admin/audit?serial=nothing")
	b.See(t, ".filter")
	b.Look(t, "audit-empty")
}
