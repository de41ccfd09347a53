package web_test

import (
	"fmt"
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

func TestKSK07TheTenAreThoseOfAHostWhicheverAddressesOfItsNetworkItUses(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_TRUSTED_PROXIES", "127.0.0.0/8,::1/128"))
	v := w.NewVisitor()
	for i := range 11 {
		v.From = fmt.Sprintf("2001:db8:1:2::%x", i)
		want := http.StatusUnprocessableEntity
		if i == 10 {
			want = http.StatusTooManyRequests
		}
		if page := v.Post(t, "/kiosk/pair", url.Values{"pairingCode": {"BBBB-BBBB"}}); page.Status != want {
			t.Errorf("wrong code %d is answered %d, want %d", i+1, page.Status, want)
		}
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
