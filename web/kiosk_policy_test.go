package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

// met says how a page met its visitor.
func met(t testing.TB, page *e2e.Page) string {
	t.Helper()
	to := page.Header.Get("Location")
	switch {
	case page.Status >= 500:
		return "trouble"
	case page.Status == http.StatusSeeOther && to == "/kiosk":
		return "welcome"
	case page.Status == http.StatusSeeOther && strings.Contains(to, "/oauth2/v2.0/authorize"):
		return "Entra"
	case page.Status == http.StatusForbidden:
		return "forbidden"
	case page.Status == http.StatusNotFound && strings.Contains(page.Doc(t).Find("main").Text(), "not a station"):
		return "not a station"
	}
	return "let in"
}

func TestROL01EachRouteLetsInWhomItMayAtAStation(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	web.AddProbes(w.Handler())
	alone, visited, operated := newKiosk(t, w, "Alone"), newKiosk(t, w, "Visited"), newKiosk(t, w, "Operated")
	browser := w.NewVisitor()
	type columns struct{ station, visit, operator, browser string }
	table := map[string]columns{
		"plain":      {"let in", "let in", "let in", "let in"},
		"everywhere": {"let in", "let in", "let in", "let in"},
		"anyone":     {"welcome", "welcome", "welcome", ""},
		"signed in":  {"welcome", "welcome", "welcome", ""},
		"admin":      {"forbidden", "forbidden", "forbidden", ""},
		"visiting":   {"welcome", "let in", "welcome", "not a station"},
		"operating":  {"welcome", "welcome", "let in", "not a station"},
		// These lead on by themselves, as their own tests say.
		"at station": {"", "", "", "not a station"},
	}
	for _, route := range web.AllRoutes() {
		want, ok := table[route.Access]
		if !ok {
			t.Errorf("%s %s: nobody knows who may use it", route.Method, route.Path)
			continue
		}
		if route.Access == "operating" && route.Method == http.MethodGet {
			want.station = "Entra"
		}
		if visited.whose(t) == "" {
			visited.starts(t, ada)
		}
		if page := operated.Get(t, web.OperatorProbePath); page.Status != http.StatusOK {
			operated.finishes(t)
			operated.operates(t, grace)
		}
		got := columns{
			met(t, visit(t, alone.Visitor, route)), met(t, visit(t, visited.Visitor, route)),
			met(t, visit(t, operated.Visitor, route)), met(t, visit(t, browser, route)),
		}
		for i, cell := range [][2]string{
			{got.station, want.station}, {got.visit, want.visit}, {got.operator, want.operator}, {got.browser, want.browser},
		} {
			who := []string{"a station", "a visit", "an operator", "a browser that is none"}[i]
			if cell[0] == "trouble" || cell[1] != "" && cell[0] != cell[1] {
				t.Errorf("%s %s: %s is met with %q, want %q", route.Method, route.Path, who, cell[0], cell[1])
			}
		}
	}
	for _, line := range stationTrail(t, w) {
		if strings.HasSuffix(line, " at Alone") && strings.HasPrefix(line, "sign_in signed_in") {
			t.Errorf("somebody signed in at the station alone: %s", line)
		}
	}
}

func TestKSK04AnOrdinarySessionIsNotReadAtAStation(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	for name, value := range w.SignedIn(t, grace).Cookies() {
		k.SetCookie(name, value)
	}
	for _, path := range []string{"/", "/enrol", "/kiosk/enrol", web.ProbePath} {
		if page := k.Get(t, path); met(t, page) != "welcome" {
			t.Errorf("%s: %s", path, met(t, page))
		}
	}
	for _, path := range []string{"/admin", "/admin/users"} {
		page := k.Get(t, path)
		if met(t, page) != "forbidden" || strings.Contains(string(page.Body), "Grace") {
			t.Errorf("%s: %s", path, met(t, page))
		}
	}
	k.starts(t, ada)
	if whose := k.whose(t); !strings.HasPrefix(whose, "Ada") {
		t.Errorf("the visit is of %q", whose)
	}
}

func TestKSK04PairingSignsOutWhoeverWasSignedIn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, grace)
	before := v.Cookies()
	_, code := web.MakeStation(t, w.Handler(), "Reception")
	token := v.Get(t, "/enrol").Doc(t).Find("input[name=csrfToken]").AttrOr("value", "")
	if page := v.Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}, "csrfToken": {token}}); page.Header.Get("Location") != "/kiosk" {
		t.Fatalf("pairing answered %d", page.Status)
	}
	ghost := w.NewVisitor()
	for name, value := range before {
		ghost.SetCookie(name, value)
	}
	if page := ghost.Get(t, "/enrol"); page.Status != http.StatusFound {
		t.Errorf("her session answers %d", page.Status)
	}
	out := v.Get(t, "/kiosk")
	if to, _ := url.Parse(out.Header.Get("Location")); to.Query().Get("logout_hint") == "" || to.Query().Get("post_logout_redirect_uri") != w.URL+"/kiosk" {
		t.Errorf("the welcome does not lead past Entra, but to %q", out.Header.Get("Location"))
	}
	if page := v.Follow(t, out); page.Status != http.StatusOK || page.URL.Path != "/kiosk" {
		t.Errorf("it ends at %s with %d", page.URL, page.Status)
	}
	got := stationTrail(t, w)
	for _, want := range []string{"sign_out signed_out " + grace + " at Reception", "station_paired done " + grace + " at Reception"} {
		if !slices.Contains(got, want) {
			t.Errorf("the trail is %q, without %q", got, want)
		}
	}
}

func TestKSK04ASignInThatBeganBeforeThePairingIsRefused(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	web.AddProbes(w.Handler())
	v := w.NewVisitor()
	begun := callback(t, v)
	id, code := web.MakeStation(t, w.Handler(), "Reception")
	v.Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}})
	if page := v.Get(t, begun); page.Status != http.StatusBadRequest || page.Outcome(t) != "sign_in_refused" {
		t.Errorf("answered %d %s", page.Status, page.Outcome(t))
	}
	k := kiosk{v, id}
	k.wantNobody(t, "afterwards")
	for name := range v.Cookies() {
		if !strings.Contains(name, "station") && !strings.Contains(name, "signin") && !strings.HasSuffix(name, "-owed") {
			t.Errorf("a cookie %s is left", name) // Entra knows who signed in there, and is owed word of it
		}
	}
}

func TestKSK04ASignInThatBeganAtAStationOpensNothingElsewhere(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	page := k.Press(t, k.Follow(t, k.Get(t, "/kiosk/start")), ada)
	begun := page.Header.Get("Location")
	for name, change := range map[string]func(v *e2e.Visitor){
		"a browser that is no station": func(*e2e.Visitor) {},
		"another station": func(v *e2e.Visitor) {
			for cookie, value := range newKiosk(t, w, "Canteen").Cookies() {
				v.SetCookie(cookie, value)
			}
		},
	} {
		thief := w.NewVisitor()
		for cookie, value := range k.Cookies() {
			if !strings.Contains(cookie, "station") {
				thief.SetCookie(cookie, value)
			}
		}
		change(thief)
		if page := thief.Get(t, begun); page.Status != http.StatusBadRequest {
			t.Errorf("%s: answered %d", name, page.Status)
		}
	}
}

func TestKSK04AVisitsCookieOpensNothingOutsideItsStation(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	visits, other := w.NewVisitor(), newKiosk(t, w, "Canteen")
	for name, value := range k.Cookies() {
		if strings.Contains(name, "station") {
			continue
		}
		visits.SetCookie(name, value)
		other.SetCookie(name, value)
		visits.SetCookie(strings.Replace(name, "-visit", "", 1), value)
	}
	if page := visits.Get(t, "/enrol"); page.Status != http.StatusFound {
		t.Errorf("as an ordinary session it answers %d", page.Status)
	}
	if page := visits.Get(t, web.ProbePath); page.Status != http.StatusNotFound {
		t.Errorf("in a browser that is no station it answers %d", page.Status)
	}
	other.wantNobody(t, "at another station")
	if k.whose(t) == "" {
		t.Error("the visit itself is over")
	}
}

func TestAnOperatorIsAnAdminWhoSignedInAtTheStation(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	page := k.Get(t, "/kiosk/operator")
	if to, _ := url.Parse(page.Header.Get("Location")); to.Query().Get("prompt") != "login" {
		t.Errorf("leads to %q", page.Header.Get("Location"))
	}
	if page := k.visit(t, "/kiosk/operator", jonas); page.Status != http.StatusForbidden || page.Outcome(t) != "not_allowed" {
		t.Errorf("without a role: %d %s", page.Status, page.Outcome(t))
	}
	k.wantNobody(t, "after a person without a role")
	k.finishes(t)
	k.operates(t, grace)
	if page := k.Get(t, web.OperatorProbePath); page.Status != http.StatusOK || !strings.HasPrefix(string(page.Body), "Grace") {
		t.Errorf("the operator is answered %d", page.Status)
	}
	k.wantNobody(t, "for herself an operator")
	w.Clock.Pass(91 * time.Second)
	if page := k.Get(t, web.OperatorProbePath); met(t, page) != "welcome" {
		t.Errorf("after 91 seconds: %d", page.Status)
	}
	k.finishes(t)
	k.starts(t, grace)
	if page := k.Get(t, web.OperatorProbePath); met(t, page) != "welcome" {
		t.Errorf("an admin who visits for herself: %d", page.Status)
	}
}

func TestAnOperatorWhoseRoleEndsIsNoOperator(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t, e2e.Setting("FOBDESK_KIOSK_IDLE", "3h"), e2e.Setting("FOBDESK_KIOSK_MAX", "3h"))
	k.operates(t, grace)
	w.Cloud.EndRole(grace, sim.RoleAuthenticationAdministrator)
	w.Clock.Pass(61 * time.Minute)
	if page := k.Get(t, web.OperatorProbePath); page.Status != http.StatusForbidden {
		t.Errorf("answered %d", page.Status)
	}
}

func TestKSK05WhatAnOperatorTypedIsKeptNowhereOnceTheirSignInIsOver(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t, e2e.Setting("FOBDESK_KIOSK_IDLE", "3h"), e2e.Setting("FOBDESK_KIOSK_MAX", "3h"))
	k.operates(t, grace)
	w.Clock.Pass(61 * time.Minute)
	w.Cloud.RevokeSessions(grace)
	page := k.Post(t, "/kiosk/operator", enrolment(goodFob, "123456"))
	if page.Status != http.StatusSeeOther || page.Header.Get("Location") != "/kiosk" {
		t.Errorf("answered %d to %q", page.Status, page.Header.Get("Location"))
	}
	for cookie := range k.Cookies() {
		if strings.Contains(cookie, "draft") {
			t.Errorf("%s is left", cookie)
		}
	}
}

func TestAnOperatorWithoutConsentIsLedToNobodysApproval(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	w.Cloud.Update(func(s *sim.Switches) { s.Unconsented = []string{"UserAuthenticationMethod.ReadWrite.All"} })
	page := k.visit(t, "/kiosk/operator", grace)
	if page.Status != http.StatusForbidden || strings.Contains(string(page.Body), "adminconsent") {
		t.Errorf("answered %d to %q: %.300s", page.Status, page.Header.Get("Location"), page.Body)
	}
}
