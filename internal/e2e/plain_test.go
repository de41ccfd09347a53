package e2e

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/sim"
)

// Stations and admins in a browser that runs no script. What an employee does so stands in the journeys.

// TestWithoutJavaScriptAStationServesOneAfterAnother pairs a station and lets three people visit it: one enrols,
// one types the code that a fob waits for, one makes room and leaves by Finish. Nothing that needs a script shows.
func TestWithoutJavaScriptAStationServesOneAfterAnother(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b, _ := w.newKiosk(t, false)
	b.Press(t, "button[value=de]")
	b.See(t, "html[lang=de]")
	b.Press(t, "button[value=en]")
	b.See(t, "html[lang=en]")

	b.visit(t, sim.AdaID)
	if got := b.Evaluate(t, "[...document.querySelectorAll('[data-keypad], [data-camera], dialog, [data-away]')].filter(e => e.checkVisibility()).length"); got != "0" {
		t.Errorf("%s things are shown that need a script", got)
	}
	b.enrolHere(t, sim.SerialGood30, w.Cloud.WrongCode(sim.SerialGood30))
	b.See(t, "[data-outcome=wrong_code]")
	b.focus(t, "summary")
	if serial, code := b.Value(t, "#serialNumber"), b.Value(t, "#verificationCode"); serial != sim.SerialGood30 || code != "" {
		t.Errorf("after a wrong code the form holds %q and %q", serial, code)
	}
	b.enrolHere(t, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
	b.See(t, "[data-outcome=enrolled]")
	b.Reload(t)
	b.See(t, "[data-outcome=enrolled]")
	b.Press(t, "main button[form=finish]")
	b.atWelcome(t)
	b.nothingOfAda(t, "after Done")

	b.visit(t, sim.BenID)
	const waits = "form:has([value='" + sim.SerialBenAssigned + "']) "
	b.Type(t, waits+"[name=verificationCode]", w.Cloud.Code(sim.SerialBenAssigned))
	b.Press(t, waits+"button[type=submit]")
	b.See(t, "[data-outcome=enrolled]")
	b.Press(t, "main button[form=finish]")
	b.atWelcome(t)

	b.visit(t, sim.DmitriID)
	b.Press(t, "main a[href$='/remove']")
	b.Press(t, "main form[action$='/remove'] button")
	b.See(t, "[data-outcome=removed]")
	b.Press(t, "#finish button")
	b.atWelcome(t)
	if ada, dmitri := w.Cloud.Held(sim.AdaID), w.Cloud.Held(sim.DmitriID); len(ada) != 1 || len(dmitri) != 4 {
		t.Errorf("Ada holds %v, Dmitri %v", ada, dmitri)
	}
}

// TestKSK02WithoutJavaScriptWhoComesBackTooLateFindsTheVisitEnded sends a form that was left lying: the portal ends
// the visit by itself, does nothing, and shows nothing of it.
func TestKSK02WithoutJavaScriptWhoComesBackTooLateFindsTheVisitEnded(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b, _ := w.newKiosk(t, false)
	b.visit(t, sim.AdaID)
	b.Type(t, "#serialNumber", sim.SerialGood30)
	w.Clock.Pass(91 * time.Second)
	b.Type(t, "#verificationCode", w.Cloud.Code(sim.SerialGood30))
	b.Press(t, sendButton)
	b.atWelcome(t)
	b.nothingOfAda(t, "after the visit ended")
	if held := w.Cloud.Held(sim.AdaID); len(held) != 0 {
		t.Errorf("Ada holds %v", held)
	}
}

// TestWithoutJavaScriptAnOperatorServesAQueue: two of one name, a wrong code, the next person, the end.
func TestWithoutJavaScriptAnOperatorServesAQueue(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b, _ := w.newKiosk(t, false)
	b.Press(t, "main a[href='/kiosk/operator']")
	b.Press(t, "button[value='"+sim.GraceID+"']")
	b.See(t, ".kiosk-operator")
	b.focus(t, "q")
	b.operate(t, "Ann Smith", sim.BoxSerial(0), w.Cloud.Code(sim.BoxSerial(0)))
	b.See(t, "[name=person]")
	b.Press(t, "[name=person]")
	b.Type(t, "#verificationCode", w.Cloud.Code(sim.BoxSerial(0)))
	b.Press(t, "form[action='/kiosk/operator'] button[type=submit]")
	b.See(t, "[data-outcome=enrolled]")
	b.focus(t, "q")
	b.operate(t, "chloe", sim.BoxSerial(1), w.Cloud.WrongCode(sim.BoxSerial(1)))
	b.See(t, "[data-outcome=wrong_code]")
	b.Type(t, "#verificationCode", w.Cloud.Code(sim.BoxSerial(1)))
	b.Press(t, "form[action='/kiosk/operator'] button[type=submit]")
	b.See(t, "[data-outcome=enrolled]")
	b.Press(t, "main button[form=finish]")
	b.atWelcome(t)
	if got := b.Text(t, "body"); strings.Contains(got, "Grace") || strings.Contains(got, "Ann Smith") {
		t.Errorf("afterwards the station shows %q", got)
	}
	for i := range 2 {
		if device, _ := w.Cloud.Device(sim.BoxSerial(i)); device.Status != sim.StatusActivated {
			t.Errorf("fob %d is %s", i, device.Status)
		}
	}
}

// TestWithoutJavaScriptAnAdminAssignsActivatesAndSwitchesOff is what the other journeys without a script leave out
// on a person's page, and looks the fob up in the end.
func TestWithoutJavaScriptAnAdminAssignsActivatesAndSwitchesOff(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, false)
	b.signIn(t, sim.MiaID)
	b.Open(t, "/admin/users/"+sim.AdaID)
	b.Type(t, "#assign-serialNumber", sim.SerialGood60)
	b.Press(t, "form[action$='/assign'] button")
	b.See(t, ".notice") // Microsoft was asked for the inventory's permission, and the form is as it was
	b.Press(t, "form[action$='/assign'] button")
	b.See(t, "[data-outcome=assigned]")
	b.Open(t, "/admin/users/"+sim.AdaID)
	const activate = "form[action$='/activate'] "
	b.Type(t, activate+"[name=verificationCode]", w.Cloud.WrongCode(sim.SerialGood60))
	b.Press(t, activate+"button[type=submit]")
	b.See(t, "[data-outcome=wrong_code]")
	b.Type(t, activate+"[name=verificationCode]", w.Cloud.Code(sim.SerialGood60))
	b.Press(t, activate+"button[type=submit]")
	b.See(t, "[data-outcome=activated]")
	b.Press(t, "form[action$='/deactivate'] button")
	b.See(t, "[data-outcome=deactivated]")
	b.Press(t, "form[action$='/sessions/end'] button")
	b.See(t, ".notice")

	b.Open(t, "/admin/fobs")
	b.Type(t, "#serialNumber", strings.ToLower(sim.SerialGood60)+"\r")
	b.See(t, "#trail-title")
	b.Open(t, "/admin/audit")
	b.Press(t, ".filter-title")
	b.Type(t, "#serial", sim.SerialGood60)
	b.Press(t, ".filter button[type=submit]")
	b.See(t, ".trail-row[data-came=activated]")
	folder := b.downloads(t)
	b.Press(t, "a[download][href*='csv']")
	if rows := downloaded(t, filepath.Join(folder, "fobdesk-audit-*.csv")); !strings.Contains(rows, sim.SerialGood60) {
		t.Errorf("the export says:\n%s", rows)
	}
}

// TestWithoutJavaScriptAnAdminRunsTheStations makes one, renames it, gets another code and revokes it.
func TestWithoutJavaScriptAnAdminRunsTheStations(t *testing.T) {
	t.Parallel()
	b := NewWorld(t).NewBrowser(t, false)
	b.signIn(t, sim.GraceID)
	b.Open(t, "/admin/stations")
	b.Type(t, "#name", "Reception")
	b.Press(t, "form[action='/admin/stations'] button[type=submit]")
	b.See(t, "[data-pairing-code]")
	first := b.Text(t, "[data-pairing-code]")
	b.Press(t, ".station-acts summary")
	b.Press(t, "form[action$='/code'] button")
	b.See(t, "[data-pairing-code]:not([data-pairing-code='"+first+"'])")
	b.Press(t, ".station-acts summary")
	b.Type(t, ".station-rename input[name=name]", "Canteen")
	b.Press(t, ".station-rename button")
	b.See(t, ".stations tr:has(.station-rename [value=Canteen]) th")
	if got := b.Text(t, ".stations th[scope=row]"); got != "Canteen" {
		t.Errorf("it is called %q", got)
	}
	b.Press(t, ".station-acts summary")
	b.Press(t, "form[action$='/revoke'] button")
	b.See(t, ".badge-revoked")
}
