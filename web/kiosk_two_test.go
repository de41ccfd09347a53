package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
)

func TestTwoStationsAtOnceServeTwoPeopleApart(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	front, back := newKiosk(t, w, "Front"), newKiosk(t, w, "Back")
	front.starts(t, ada)
	back.starts(t, ben)
	sees(t, front.Get(t, "/kiosk/enrol"), http.StatusOK, htmltest.In("header", htmltest.HasText("Ada Fischer")), htmltest.In("header", htmltest.HasText("Front")))
	sees(t, back.Get(t, "/kiosk/enrol"), http.StatusOK, htmltest.In("header", htmltest.HasText("Ben Adeyemi")), htmltest.In("header", htmltest.HasText("Back")))
	if page := front.Follow(t, front.Post(t, "/kiosk/enrol", fobForm(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("at the first: %q", page.Outcome(t))
	}
	if page := back.Follow(t, back.Post(t, "/kiosk/enrol", fobForm(secondFob, w.Cloud.Code(secondFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("at the second: %q", page.Outcome(t))
	}
	admin := withAdminGrant(t, w, grace)
	for station, person := range map[string]string{"Front": "Ada Fischer", "Back": "Ben Adeyemi"} {
		for _, row := range exported(t, admin, "&station="+station+"&outcome=enrolled") {
			if row[6] != person || row[9] != station {
				t.Errorf("at %s: %q", station, row)
			}
		}
	}
	front.finishes(t)
	sees(t, back.Get(t, "/kiosk/enrol"), http.StatusOK, htmltest.In("header", htmltest.HasText("Ben Adeyemi")))
}

func TestKSK02WhoVisitsAStationThatIsPairedAnewIsSignedOutAtEntraToo(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	old := newKiosk(t, w, "Reception")
	old.starts(t, ada)
	admin := withAdminGrant(t, w, grace)
	list := admin.Follow(t, admin.Post(t, "/admin/stations/"+old.id+"/code", nil)).Doc(t)
	code := list.Find("[data-pairing-code]").AttrOr("data-pairing-code", "")
	if page := w.NewVisitor().Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}}); page.Header.Get("Location") != "/kiosk" {
		t.Fatalf("pairing with %q answered %d", code, page.Status)
	}
	answer := old.Get(t, "/kiosk/enrol")
	if to := answer.Header.Get("Location"); answer.Status != http.StatusSeeOther || !strings.HasPrefix(to, w.Cloud.Issuer()[:8]) || !strings.Contains(to, "logout") {
		t.Errorf("answered %d to %q, want the way past Entra's end-session", answer.Status, to)
	}
	if page := old.Follow(t, answer); page.Status != http.StatusNotFound || strings.Contains(string(page.Body), "Ada") {
		t.Errorf("then %d at %s", page.Status, page.URL)
	}
}
