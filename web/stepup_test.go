package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

func TestAStepUpThatEntraCannotServeLeavesTheFormAsItWas(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Clock.Pass(11 * time.Minute)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideEntra, Status: 503})
	w.Restart(t)
	page := v.Post(t, "/enrol", enrolment(goodFob, "123456"))
	if page.Status != http.StatusBadGateway || page.Outcome(t) != "upstream_unavailable" || !strings.Contains(string(page.Body), goodFob) {
		t.Errorf("without Entra: %d %q", page.Status, page.Outcome(t))
	}
	w.Cloud.ClearFaults()
	becomesReady(t, v)
	page = v.Post(t, "/enrol", enrolment(goodFob, "123456"))
	if page.Status != http.StatusSeeOther || len(page.Body) != 0 {
		t.Errorf("with Entra: %d and a page of %d bytes, want the way there alone", page.Status, len(page.Body))
	}
}

func TestOIDC16WithoutNeedNobodyIsSentToStepUp(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Status: http.StatusServiceUnavailable})
	if page := v.Get(t, "/auth/step-up"); page.Header.Get("Location") != "/" {
		t.Errorf("with Graph away: %d to %q", page.Status, page.Header.Get("Location"))
	}
}

func TestWhatNobodyTypedIsNotSaidToBeKept(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	page := v.Post(t, "/enrol", enrolment(goodFob, "123456"))
	if page.Status != http.StatusUnauthorized || strings.Contains(page.Doc(t).Find("main").Text(), "is kept") || len(v.Cookies()) != 0 {
		t.Errorf("answered %d with %d cookies: %s", page.Status, len(v.Cookies()), page.Doc(t).Find("main").Text())
	}
}

func TestKSK05WhoAsksForTheOperatorsPageWithinAVisitEndsIt(t *testing.T) {
	t.Parallel()
	_, k := newKioskWorld(t)
	k.starts(t, grace)
	if page := k.Get(t, "/kiosk/operator"); page.Status != http.StatusSeeOther || page.Header.Get("Location") != "/kiosk" {
		t.Errorf("answered %d to %q", page.Status, page.Header.Get("Location"))
	}
}
