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
	"fobdesk/web"
)

// standsInLine sends a form that has to take a place in line, and answers the page of the line.
func standsInLine(t *testing.T, v *e2e.Visitor, path string, form url.Values) string {
	t.Helper()
	page := v.Post(t, path, form)
	place := page.Header.Get("Location")
	if page.Status != http.StatusSeeOther || !strings.Contains(place, "/waiting/") {
		t.Fatalf("%s answers %d to %q, want the page of the line", path, page.Status, place)
	}
	return place
}

// words is what the script of a station's page of the line is told.
func words(t *testing.T, v *e2e.Visitor, place string) (int, string) {
	t.Helper()
	page := v.Do(t, http.MethodGet, place, nil, http.Header{"Accept": {"text/plain"}})
	return page.Status, string(page.Body)
}

func TestFLT05AtAStationActsStandInLineToo(t *testing.T) {
	t.Parallel()
	serial := sim.BoxSerial(0)
	for name, test := range map[string]struct {
		begin func(k kiosk)
		path  string
		form  func(w *e2e.World) url.Values
		ended string
	}{
		"a visit": {
			func(k kiosk) { k.starts(t, ada) }, "/kiosk/enrol",
			func(w *e2e.World) url.Values { return fobForm(serial, w.Cloud.Code(serial)) }, "/kiosk/receipts/",
		},
		"an operator": {
			func(k kiosk) { k.operates(t, grace) }, "/kiosk/operator",
			func(w *e2e.World) url.Values { return handout(ada, serial, w.Cloud.Code(serial)) }, "/kiosk/operator",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, k := newKioskWorld(t)
			other := newKiosk(t, w, "Canteen")
			test.begin(k)
			other.starts(t, ben)
			crowdOf(t, w, w.SignedIn(t, henrik), "5")
			w.Cloud.ResetCalls()
			form := test.form(w)
			place := standsInLine(t, k.Visitor, test.path, form)
			if again := k.Post(t, test.path, form); again.Header.Get("Location") != place {
				t.Errorf("sent again it leads to %q, want %q", again.Header.Get("Location"), place)
			}
			sees(t, k.Get(t, place), http.StatusOK,
				htmltest.In("header", htmltest.HasText("Reception")), htmltest.In("main h1", htmltest.HasText("You are next in line")),
				htmltest.In("noscript", htmltest.HasText(`content="4;url=`+place+`"`)),
				htmltest.In("[data-waiting='4'][data-here='"+place+"']"), htmltest.In("dialog[data-idle='90']"),
				htmltest.In("main button[form=finish]"), htmltest.Not(htmltest.In("[hx-get]")))
			if status, told := words(t, k.Visitor, place); status != http.StatusOK || !strings.HasPrefix(told, "You are next in line\n") {
				t.Errorf("the script is told %d %q", status, told)
			}
			if page := other.Get(t, place); strings.Contains(string(page.Body), "You are next") {
				t.Error("another station sees the place")
			}
			var page *e2e.Page
			waitFor(t, func() bool {
				page = k.Follow(t, k.Get(t, place))
				return !strings.HasPrefix(page.URL.Path, "/kiosk/waiting/")
			}, "its turn")
			if !strings.HasPrefix(page.URL.Path, test.ended) || page.Outcome(t) != "enrolled" {
				t.Errorf("it ended at %s with %d %q", page.URL, page.Status, page.Outcome(t))
			}
			if status, _ := words(t, k.Visitor, place); status != http.StatusNoContent {
				t.Errorf("the script is told %d, want to load the page anew", status)
			}
			if device, _ := w.Cloud.Device(serial); device.HolderID != ada {
				t.Errorf("the fob is held by %q", device.HolderID)
			}
		})
	}
}

func TestKSK02LookingAtTheLineIsNoUseOfAVisit(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	crowdOf(t, w, w.SignedIn(t, henrik), "25")
	place := standsInLine(t, k.Visitor, "/kiosk/enrol", fobForm(goodFob, "123456"))
	w.Clock.Pass(45 * time.Second)
	sees(t, k.Get(t, place), http.StatusOK, htmltest.In("main h1", htmltest.HasText("in line")))
	w.Clock.Pass(46 * time.Second)
	if page := k.Get(t, place); page.Status != http.StatusSeeOther || page.Header.Get("Location") != "/kiosk" {
		t.Errorf("91 seconds after the last input the page of the line answers %d", page.Status)
	}
	k.wantNobody(t, "91 seconds after the last input")
}

func TestKSK02AnIdleLimitShorterThanTheLinePutsNobodyOutWhoStandsInIt(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t, e2e.Setting("FOBDESK_KIOSK_IDLE", "15s"))
	k.starts(t, ada)
	crowdOf(t, w, w.SignedIn(t, henrik), "25")
	place := standsInLine(t, k.Visitor, "/kiosk/enrol", fobForm(goodFob, "123456"))
	for range 3 {
		w.Clock.Pass(10 * time.Second)
		sees(t, k.Get(t, place), http.StatusOK, htmltest.In("main h1", htmltest.HasText("in line")), htmltest.In("dialog[data-idle='60']"))
	}
	w.Clock.Pass(16 * time.Second) // and nobody looks
	k.wantNobody(t, "whoever left the line")
}

// acted waits until the act that stood in line has ended, and answers whether Graph was asked for it.
func acted(t *testing.T, w *e2e.World) bool {
	t.Helper()
	waitFor(t, func() bool { return strings.Contains(w.Log.String(), `"msg":"act in line"`) }, "the end of the act")
	return len(graphCalls(w)) > 0
}

func TestKSK05WithTheVisitItsPlaceInLineEnds(t *testing.T) {
	t.Parallel()
	const later = "25" // seconds until its turn, longer than the test waits: its place is given up at once
	for name, test := range map[string]struct {
		turn string
		end  func(*testing.T, *e2e.World, kiosk)
	}{
		"finish":      {later, func(t *testing.T, _ *e2e.World, k kiosk) { k.finishes(t) }},
		"the welcome": {later, func(t *testing.T, _ *e2e.World, k kiosk) { k.Get(t, "/kiosk") }},
		"the next":    {later, func(t *testing.T, _ *e2e.World, k kiosk) { k.Get(t, "/kiosk/start") }},
		"idle":        {"10", func(_ *testing.T, w *e2e.World, _ kiosk) { w.Clock.Pass(91 * time.Second) }},
		"revoked":     {"10", func(t *testing.T, w *e2e.World, k kiosk) { web.RevokeStation(t, w.Handler(), k.id) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, k := newKioskWorld(t)
			k.starts(t, ada)
			crowdOf(t, w, w.SignedIn(t, henrik), test.turn)
			place := standsInLine(t, k.Visitor, "/kiosk/enrol", fobForm(goodFob, w.Cloud.Code(goodFob)))
			w.Cloud.ResetCalls()
			test.end(t, w, k)
			if acted(t, w) {
				t.Errorf("Graph was asked %q for a visit that is over", graphCalls(w))
			}
			if rows := column(t, w, "SELECT event FROM audit WHERE event = 'enrol'"); len(rows) > 0 {
				t.Errorf("the trail has %q", rows)
			}
			if page := k.Follow(t, k.Get(t, place)); strings.Contains(string(page.Body), "Ada") || strings.Contains(string(page.Body), goodFob) {
				t.Errorf("%s still shows something of her", page.URL)
			}
		})
	}
}

func TestSES08WithTheSessionItsPlaceInLineEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		turn string
		end  func(*testing.T, *e2e.World, *e2e.Visitor)
	}{
		"signed out": {"25", func(t *testing.T, _ *e2e.World, v *e2e.Visitor) { v.Post(t, "/auth/sign-out", nil) }},
		"idle":       {"10", func(_ *testing.T, w *e2e.World, _ *e2e.Visitor) { w.Clock.Pass(16 * time.Minute) }},
		"ended by an admin": {"15", func(t *testing.T, w *e2e.World, _ *e2e.Visitor) {
			withAdminGrant(t, w, grace).Post(t, "/admin/users/"+ada+"/sessions/end", nil)
			w.Cloud.ResetCalls()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			v := w.SignedIn(t, ada)
			crowdOf(t, w, w.SignedIn(t, henrik), test.turn)
			standsInLine(t, v, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))
			w.Cloud.ResetCalls()
			test.end(t, w, v)
			if acted(t, w) {
				t.Errorf("Graph was asked %q for a session that is over", graphCalls(w))
			}
			if device, _ := w.Cloud.Device(goodFob); device.HolderID != "" {
				t.Error("the fob was bound")
			}
		})
	}
}
