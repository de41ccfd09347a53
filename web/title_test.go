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

// TestNoTwoPagesHaveTheSameTitle opens one tab for each page, as somebody would who compares them.
func TestNoTwoPagesHaveTheSameTitle(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t, e2e.Setting("FOBDESK_ORG_NAME", "Contoso"))
	titles := map[string]string{}
	title := func(t *testing.T, name string, page *e2e.Page, prefix string) {
		t.Helper()
		got := page.Doc(t).Find("head title").Text()
		if !strings.HasPrefix(got, prefix) || !strings.HasSuffix(got, " – Contoso") {
			t.Errorf("%s (%d) has the title %q, want it to begin with %q and to end with the company", name, page.Status, got, prefix)
		}
		if before, twice := titles[got]; twice {
			t.Errorf("%s and %s have the same title: %q", before, name, got)
		}
		titles[got] = name
	}
	who := map[string]*e2e.Visitor{"nobody": w.NewVisitor(), "ben": w.SignedIn(t, ben), "mia": w.SignedIn(t, sim.MiaID)}
	get := func(person, path, prefix string) {
		t.Helper()
		v := who[person]
		title(t, person+" "+path, v.Choose(t, v.Follow(t, v.Get(t, path)), sim.MiaID), prefix)
	}
	get("nobody", "/", "Set up")
	get("nobody", "/nothing", "")
	get("ben", "/", "Your fobs")
	get("ben", "/enrol", "Enrol a fob")
	get("ben", "/sessions", "Where you are signed in")
	get("ben", "/accessibility", "Accessibility")
	for _, method := range w.Cloud.Held(ben) {
		get("ben", "/fobs/"+method.ID, "")
		get("ben", "/fobs/"+method.ID+"/remove", "Remove this fob?")
		get("ben", "/fobs/"+method.ID+"/lost", "Did you lose")
		get("mia", "/admin/users/"+ben+"/fobs/"+method.ID+"/remove", "Remove this person’s fob?")
	}
	for _, path := range []string{
		"/admin", "/admin/users", "/admin/users?q=ann", "/admin/users/" + ada, "/admin/users/" + ben, "/admin/users/" + ben + "/replace",
		"/admin/users/" + ada + "/replace", "/admin/users/" + ada + "/sheet?serial=" + goodFob, "/admin/users/" + ben + "/sheet?serial=" + goodFob,
		"/admin/handout", "/admin/fobs", "/admin/fobs?serial=" + goodFob, "/admin/audit", "/admin/stations", "/admin/stations/guide",
	} {
		get("mia", path, "")
	}
	v := who["ben"]
	title(t, "a refusal", v.Post(t, "/enrol", url.Values{}), "Error: Enrol a fob")
	title(t, "a receipt", v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))), "Receipt")
	title(t, "a station's welcome", k.Get(t, "/kiosk"), "Make your fob ready")
	k.starts(t, ada)
	title(t, "a visit", k.Get(t, "/kiosk/enrol"), "Enrol a fob – Reception")
	title(t, "a visit's refusal", k.Post(t, "/kiosk/enrol", url.Values{}), "Error: Enrol a fob – Reception")
	if page := who["mia"].Get(t, "/admin/users/"+ada); page.Status != http.StatusOK {
		t.Errorf("Mia does not see the pages: %d", page.Status)
	}
}

func TestAPageThatIsNotThereSaysWhyAndLeadsOn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	for name, v := range map[string]*e2e.Visitor{"nobody": w.NewVisitor(), "somebody": w.SignedIn(t, ada)} {
		page := v.Get(t, "/nothing")
		if page.Status != http.StatusNotFound {
			t.Errorf("%s gets %d", name, page.Status)
		}
		sound(t, page, htmltest.In("main", htmltest.HasText("may be mistyped"), htmltest.In("a.button-primary[href='/']", htmltest.Count(1))), htmltest.In("footer .footer-help"))
	}
}
