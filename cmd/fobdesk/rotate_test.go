package main

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

func TestSES09TheStepsOfTheREADMESignNobodyOut(t *testing.T) {
	t.Parallel()
	const newer = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	p := e2e.NewProgram(t, program(t))
	older := p.Keys()
	restart := func(keys string) {
		p.Signal(os.Kill)
		p.Wait(t)
		p.Set("FOBDESK_SESSION_KEYS", keys)
		p.Start(t)
	}
	signedIn := func(step string, v *e2e.Visitor, want bool) {
		t.Helper()
		if page := v.Get(t, "/enrol"); (page.Status == http.StatusOK) != want {
			t.Errorf("%s: the session's page is answered with %d", step, page.Status)
		}
	}
	ada := p.SignedIn(t, sim.AdaID)

	restart(older + "," + newer)
	signedIn("the new key behind", ada, true)
	restart(newer + "," + older)
	signedIn("the new key in front", ada, true)
	ben := p.SignedIn(t, sim.BenID)
	restart(newer)
	signedIn("the old key gone", ben, true)
	signedIn("the old key gone, for a session under it", ada, false)
	if page := ada.Get(t, "/enrol"); page.Status != http.StatusFound {
		t.Errorf("a session under the old key is answered with %d, want the way to the sign-in", page.Status)
	}
	if got := p.Run(t, nil, "audit", "verify"); got.Code != exitDone || !strings.Contains(got.Stdout, "2 rows, unbroken") {
		t.Errorf("the trail: %+v", got)
	}
	if got := p.Run(t, map[string]string{"FOBDESK_SESSION_KEYS": older}, "audit", "verify"); got.Code != exitFailed {
		t.Errorf("the trail opens with the old key: %+v", got)
	}
}
