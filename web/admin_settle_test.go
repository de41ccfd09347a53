package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

// loseAnEnrolment is an enrolment of which the portal does not learn what came of it. Graph did it.
func loseAnEnrolment(t *testing.T, w *e2e.World, person, serial string) *e2e.Visitor {
	t.Helper()
	v := w.SignedIn(t, person)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "POST", Path: "assignAndActivate", AfterEffect: true, Cut: true})
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "GET", Path: "hardwareOathMethods", Status: 503})
	if page := v.Post(t, "/enrol", enrolment(serial, w.Cloud.Code(serial))); page.Outcome(t) != "outcome_unknown" {
		t.Fatalf("the enrolment came to %q", page.Outcome(t))
	}
	w.Cloud.ClearFaults()
	return v
}

func TestAUD03AnUnsettledActStandsOutAndIsSettledByAnAdminsLook(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	loseAnEnrolment(t, w, ada, goodFob)
	admin := withAdminGrant(t, w, grace)
	stands := func(page *e2e.Page) int { return page.Doc(t).Find(".trail-open").Length() }
	if page := admin.Get(t, "/admin/audit"); stands(page) != 2 {
		t.Errorf("%d rows stand out within the first minute, want the intent and the outcome", stands(page))
	}
	sound(t, admin.Get(t, "/admin"), htmltest.In(".trail-open", htmltest.HasText(goodFob)), htmltest.In("#chart-open svg"))
	w.Clock.Pass(2 * time.Minute)
	page := admin.Get(t, "/admin/audit?serial="+goodFob)
	sound(t, page)
	if first := page.Doc(t).Find(".trail-row").First(); stands(page) != 0 || first.AttrOr("data-came", "") != "enrolled" {
		t.Errorf("%d rows stand out, the newest came to %q", stands(page), first.AttrOr("data-came", ""))
	}
	if page := admin.Get(t, "/admin"); stands(page) != 0 {
		t.Error("it stands out on the first page")
	}
}

func TestAUD03AnUnsettledActThatGraphDoesNotTellStaysAsItIs(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	loseAnEnrolment(t, w, ada, goodFob)
	admin := withAdminGrant(t, w, grace)
	w.Clock.Pass(2 * time.Minute)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "GET", Path: "hardwareOathMethods", Status: 503})
	page := admin.Get(t, "/admin/audit")
	if page.Status != http.StatusOK || page.Doc(t).Find(".trail-open").Length() != 2 {
		t.Errorf("answered %d with %d rows that stand out", page.Status, page.Doc(t).Find(".trail-open").Length())
	}
}

func TestAUD03APersonsNextVisitSettlesTheirAct(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := loseAnEnrolment(t, w, ada, goodFob)
	w.Clock.Pass(2 * time.Minute)
	v.Get(t, "/")
	rows := trail(t, w)
	if got := rows[len(rows)-1]; got != "enrol enrolled "+ada {
		t.Errorf("the last row is %q", got)
	}
}

func TestTheFirstPageShowsHowTheDeskStands(t *testing.T) {
	t.Parallel()
	_, admin := busyDay(t)
	for _, path := range []string{"/admin", "/admin/audit"} {
		page := admin.Get(t, path)
		sound(t, page,
			htmltest.In("#chart-enrolments svg[role=img][aria-label^='2 fobs']"),
			htmltest.In("#chart-enrolments table", htmltest.HasText("2")),
			htmltest.In("#chart-refusals table", htmltest.HasText("The code was not accepted")))
		doc := page.Doc(t)
		if n := doc.Find("#chart-enrolments rect").Length(); n != 14 || doc.Find("[style]").Length() > 0 {
			t.Errorf("%s: %d bars, want one for each of 14 days, without a style of their own", path, n)
		}
		total := 0
		doc.Find("#chart-enrolments td").Each(func(_ int, cell *goquery.Selection) {
			n, err := strconv.Atoi(cell.Text())
			if err != nil {
				t.Error(err)
			}
			total += n
		})
		if total != 2 {
			t.Errorf("%s: the table adds up to %d enrolments, want 2", path, total)
		}
	}
	sound(t, admin.Get(t, "/admin"),
		htmltest.In("form[action='/admin/users'] input[name=q]"), htmltest.In(".person-link[href$='"+ben+"']"),
		htmltest.In("a[href='/admin/handout']"), htmltest.In("a[href='/admin/fobs']"), htmltest.In("a[href='/admin/audit']"))
}

func TestAReportedLossShowsWhereAnAdminStarts(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	employee, admin := w.SignedIn(t, ben), withAdminGrant(t, w, grace)
	link := employee.Get(t, "/").Doc(t).Find("a[href$='/lost']").AttrOr("href", "")
	if page := employee.Post(t, link, url.Values{}); page.Status != http.StatusSeeOther {
		t.Fatalf("reporting the loss answered %d %q", page.Status, page.Outcome(t))
	}
	page := admin.Get(t, "/admin")
	sound(t, page, htmltest.In("main a[href='"+personPath(ben)+"']", htmltest.HasText("Ben Adeyemi")), htmltest.In("main", htmltest.HasText(bensActiveFob)))
	if strings.Contains(string(page.Body), "ben.adeyemi@") {
		t.Error("nobody else has his name, and his address is shown")
	}
}

// reportedLost is a fob that was enrolled for somebody and then reported lost by an admin.
func reportedLost(t *testing.T, w *e2e.World, admin *e2e.Visitor, person, serial string) {
	t.Helper()
	if page := admin.Follow(t, admin.Post(t, personPath(person, "enrol"), enrolment(serial, w.Cloud.Code(serial)))); page.Outcome(t) != "enrolled" {
		t.Fatalf("enrolling ended with %d %q", page.Status, page.Outcome(t))
	}
	device, _ := w.Cloud.Device(serial)
	page := admin.Post(t, personPath(person, "replace"), url.Values{"fob": {device.ID}, "off": {"deactivate"}})
	if page.Status != http.StatusSeeOther {
		t.Fatalf("reporting the loss answered %d %q\n%s", page.Status, page.Outcome(t), page.Body)
	}
}
