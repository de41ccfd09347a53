package web_test

import (
	"maps"
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

func TestKSK05NothingOfOnePersonIsThereForTheNext(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	first := k.whose(t)
	token := k.Get(t, "/kiosk/enrol").Doc(t).Find("input[name=csrfToken]").AttrOr("value", "")
	if token == "" {
		t.Fatal("the page has no form")
	}
	typed := enrolment(goodFob, w.Cloud.WrongCode(goodFob))
	typed.Set("displayName", "Blue one")
	for range 6 { // until a limit is hit
		k.Post(t, "/kiosk/enrol", typed)
	}
	k.Follow(t, k.Post(t, "/kiosk/finish", nil))
	k.starts(t, ben)
	page := k.Get(t, "/kiosk/enrol")
	if body := string(page.Body); page.Status != http.StatusOK || strings.Contains(body, "Ada") || strings.Contains(body, goodFob) || strings.Contains(body, "Blue one") {
		t.Errorf("the page of the next one shows something of the one before, or answers %d", page.Status)
	}
	if page := k.Post(t, "/kiosk/enrol", enrolment(secondFob, w.Cloud.WrongCode(secondFob))); page.Outcome(t) != "wrong_code" {
		t.Errorf("the next one's first try is answered %q", page.Outcome(t))
	}
	if second := k.whose(t); second == first {
		t.Error("two visits share a tag")
	}
	late := enrolment(goodFob, "123456")
	late.Set("csrfToken", token)
	w.Cloud.ResetCalls()
	if page := k.Post(t, "/kiosk/enrol", late); page.Status != http.StatusForbidden {
		t.Errorf("a form of the one before is answered %d", page.Status)
	}
	late = url.Values{"csrfToken": {token}}
	if page := k.Post(t, "/kiosk/finish", late); page.Status != http.StatusForbidden || k.whose(t) == "" {
		t.Errorf("the end of the visit before ends the next one: %d", page.Status)
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
}

func TestKSK05APostAfterTheVisitLeadsToTheWelcomeAndKeepsNothing(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	w.Clock.Pass(2 * time.Minute)
	w.Cloud.ResetCalls()
	before := k.Cookies()
	if page := k.Post(t, "/kiosk/enrol", enrolment(goodFob, "123456")); met(t, page) != "welcome" {
		t.Errorf("answered %d", page.Status)
	}
	if after := k.Cookies(); !maps.Equal(before, after) {
		t.Error("something of it is kept")
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
}

func TestKSK05TheNextSignInEndsAVisitThatWasLeft(t *testing.T) {
	t.Parallel()
	_, k := newKioskWorld(t)
	k.starts(t, ada)
	tag := strings.Split(k.whose(t), ", ")[1]
	if page := k.Get(t, "/kiosk/pulse?visit="+tag); page.Status != http.StatusNoContent {
		t.Errorf("the pulse of a visit that is on: %d", page.Status)
	}
	k.Get(t, "/kiosk/start")
	k.wantNobody(t, "once the next one pressed Start")
	k.starts(t, ben)
	if page := k.Get(t, "/kiosk/pulse?visit="+tag); page.Status != http.StatusConflict {
		t.Errorf("the pulse of the page of the one before: %d", page.Status)
	}
}

func TestKSK05TheWelcomeEndsAVisitThatWasLeft(t *testing.T) {
	t.Parallel()
	_, k := newKioskWorld(t)
	k.starts(t, ada)
	page := k.Follow(t, k.Get(t, "/kiosk"))
	if page.Status != http.StatusOK || strings.Contains(string(page.Body), "Ada") {
		t.Errorf("the welcome answers %d", page.Status)
	}
	k.wantNobody(t, "afterwards")
}

func TestKSK07ARevokedStationIsOutAtItsNextRequest(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	other := newKiosk(t, w, "Canteen")
	k.starts(t, ada)
	other.starts(t, ben)
	copied := w.NewVisitor()
	for name, value := range k.Cookies() {
		copied.SetCookie(name, value)
	}
	web.RevokeStation(t, w.Handler(), k.id)
	page := k.Get(t, "/kiosk/enrol")
	if to, _ := url.Parse(page.Header.Get("Location")); to.Query().Get("logout_hint") == "" {
		t.Errorf("whoever visited is not signed out at Entra, but answered %d", page.Status)
	}
	if page := k.Get(t, page.Header.Get("Location")); page.Header.Get("Location") != w.URL+"/kiosk" {
		t.Errorf("Entra leads to %q", page.Header.Get("Location"))
	}
	copied.Follow(t, copied.Get(t, "/kiosk/enrol"))
	for name, v := range map[string]*e2e.Visitor{"its browser": k.Visitor, "another with its cookies": copied} {
		if page := v.Get(t, "/kiosk/pulse"); page.Status != http.StatusGone {
			t.Errorf("%s: the pulse answers %d", name, page.Status)
		}
		for _, path := range []string{web.ProbePath, "/kiosk/enrol", "/kiosk/start"} {
			if page := v.Get(t, path); page.Status != http.StatusNotFound {
				t.Errorf("%s: %s answers %d", name, path, page.Status)
			}
		}
		if page := v.Get(t, "/enrol"); page.Status != http.StatusFound {
			t.Errorf("%s: the visit turned into a session: %d", name, page.Status)
		}
	}
	if other.whose(t) == "" {
		t.Error("the visit at the other station is over too")
	}
	for _, left := range column(t, w, "SELECT station FROM session WHERE ended IS NULL") {
		if left == k.id {
			t.Error("the visit's row lives")
		}
	}
}

func TestKSK07TenWrongPairingCodesAreEnough(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	_, code := web.MakeStation(t, w.Handler(), "Reception")
	v := w.NewVisitor()
	for i := range 10 {
		wrong := url.Values{"pairingCode": {[]string{"BBBB-BBBB", "", "x", "<b>"}[i%4]}}
		if page := v.Post(t, "/kiosk/pair", wrong); page.Status != http.StatusUnprocessableEntity {
			t.Fatalf("wrong code %d is answered %d", i+1, page.Status)
		}
	}
	page := v.Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}})
	if page.Status != http.StatusTooManyRequests || page.Header.Get("Retry-After") == "" || len(v.Cookies()) != 0 {
		t.Errorf("the eleventh is answered %d, Retry-After %q", page.Status, page.Header.Get("Retry-After"))
	}
	w.Restart(t)
	if page := v.Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}}); page.Status != http.StatusTooManyRequests {
		t.Errorf("after a restart it is answered %d", page.Status)
	}
	if got := stationTrail(t, w); !slices.Contains(got, "limit too_many_attempts  at ") {
		t.Errorf("the trail is %q", got)
	}
}

func TestKSK07EachActAtAStationIsRecordedWithItsName(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	if page := k.Post(t, "/kiosk/enrol", enrolment(goodFob, w.Cloud.Code(goodFob))); page.Status != http.StatusSeeOther {
		t.Fatalf("enrolling answered %d %s", page.Status, page.Outcome(t))
	}
	k.Follow(t, k.Post(t, "/kiosk/finish", nil))
	k.operates(t, grace)
	var events []string
	for _, row := range stationTrail(t, w) {
		event, rest, _ := strings.Cut(row, " ")
		if !strings.HasSuffix(rest, " at Reception") {
			t.Errorf("without the station: %s", row)
		}
		events = append(events, event)
	}
	for _, want := range []string{"station_paired", "sign_in", "enrol", "sign_out"} {
		if !slices.Contains(events, want) {
			t.Errorf("the trail is %q, without %s", events, want)
		}
	}
	if web.FindStation(t, w.Handler(), k.id).Acted.IsZero() {
		t.Error("that something was done there is not remembered")
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

func TestARestartInTheMiddleOfAVisitIsNotNoticed(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	before := k.whose(t)
	w.Restart(t)
	web.AddProbes(w.Handler())
	if after := k.whose(t); after != before {
		t.Errorf("before %q, after %q", before, after)
	}
	k.Get(t, "/kiosk/start")
	begun := k.Press(t, k.Follow(t, k.Get(t, "/kiosk/start")), ben).Header.Get("Location")
	w.Restart(t)
	web.AddProbes(w.Handler())
	if page := k.Get(t, begun); page.Header.Get("Location") != "/kiosk/enrol" {
		t.Errorf("a sign-in under way ended with %d", page.Status)
	}
	if whose := k.whose(t); !strings.HasPrefix(whose, "Ben") {
		t.Errorf("the visit is of %q", whose)
	}
}

func TestAStationHearsWhetherThePortalCanServe(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	pulse := func() string {
		w.Clock.Pass(10 * time.Second)
		page := k.Get(t, "/kiosk/pulse")
		return http.StatusText(page.Status) + " " + strings.TrimSpace(string(page.Body))
	}
	if got := pulse(); got != "No Content " {
		t.Errorf("all is well: %q", got)
	}
	if page := w.NewVisitor().Get(t, "/kiosk/pulse"); page.Status != http.StatusGone {
		t.Errorf("a browser that is no station: %d", page.Status)
	}
	k.starts(t, ada)
	w.Clock.Pass(10 * time.Second)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideEntra, Cut: true})
	k.Post(t, "/kiosk/finish", nil) // finds out
	if got := pulse(); got != "Service Unavailable entra" {
		t.Errorf("Entra is away: %q", got)
	}
	w.Cloud.ClearFaults()
	w.Clock.Pass(10 * time.Second)
	k.Post(t, "/kiosk/finish", nil)
	if got := pulse(); got != "No Content " {
		t.Errorf("Entra is back: %q", got)
	}
	k.Follow(t, k.Get(t, "/kiosk"))
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Status: http.StatusServiceUnavailable})
	k.starts(t, ben)
	for range 2 {
		k.Get(t, "/kiosk/enrol")
	}
	w.Clock.Pass(3 * time.Second)
	if page := k.Get(t, "/kiosk/pulse"); page.Status != http.StatusServiceUnavailable || strings.TrimSpace(string(page.Body)) != "graph" {
		t.Errorf("Graph is away: %d %q", page.Status, page.Body)
	}
	w.Cloud.ClearFaults()
	k.Get(t, "/kiosk/enrol")
	if got := pulse(); got != "No Content " {
		t.Errorf("Graph is back: %q", got)
	}
}

// aside is a world whose visits last long enough for a step-up to be due.
func aside(t *testing.T) (*e2e.World, kiosk) {
	t.Helper()
	w, k := newKioskWorld(t, e2e.Setting("FOBDESK_KIOSK_IDLE", "1h"), e2e.Setting("FOBDESK_KIOSK_MAX", "2h"))
	k.starts(t, ada)
	w.Clock.Pass(9 * time.Minute)
	return w, k
}

func TestAStepUpInsideAVisitKeepsItAndItsEnd(t *testing.T) {
	t.Parallel()
	w, k := aside(t)
	before := k.whose(t)
	page := k.Get(t, "/kiosk/enrol")
	if to, _ := url.Parse(page.Header.Get("Location")); to.Query().Get("login_hint") == "" || to.Query().Get("prompt") == "login" {
		t.Fatalf("a step-up is due, and leads to %q", page.Header.Get("Location"))
	}
	if page := k.Choose(t, k.Follow(t, page), ada); page.Status != http.StatusOK || page.URL.Path != "/kiosk/enrol" {
		t.Errorf("ends at %s with %d", page.URL, page.Status)
	}
	if after := k.whose(t); after != before {
		t.Errorf("before %q, after %q", before, after)
	}
	w.Clock.Pass(56 * time.Minute)
	k.Post(t, "/kiosk/stay", nil)
	w.Clock.Pass(54 * time.Minute)
	if k.whose(t) == "" {
		t.Error("it ended before its limit")
	}
	w.Clock.Pass(time.Minute)
	k.wantNobody(t, "after two hours")
}

func TestKSK01AnotherPersonInsideAVisitBeginsTheirOwn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		entra func(*sim.Switches)
		begun bool
	}{
		"afresh":          {func(*sim.Switches) {}, true},
		"by an old visit": {func(s *sim.Switches) { s.OmitClaims = []string{"auth_time"} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, k := aside(t)
			before := k.whose(t)
			to := k.Get(t, "/kiosk/enrol").Header.Get("Location")
			w.Cloud.Update(test.entra)
			k.Choose(t, k.Follow(t, k.Get(t, strings.Replace(to, "login_hint=", "prompt=select_account&x=", 1))), ben)
			after := k.whose(t)
			if strings.HasPrefix(after, "Ben") != test.begun || !test.begun && after != before {
				t.Errorf("before %q, after %q", before, after)
			}
			if test.begun && strings.Split(after, ", ")[1] == strings.Split(before, ", ")[1] {
				t.Error("it is the same visit")
			}
		})
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
