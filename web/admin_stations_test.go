package web_test

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

// makesStation makes a station by the admins' page and answers its pairing code.
func makesStation(t *testing.T, v *e2e.Visitor, form url.Values) string {
	t.Helper()
	page := v.Follow(t, v.Post(t, "/admin/stations", form))
	if page.Status != http.StatusOK || page.URL.Path != "/admin/stations" {
		t.Fatalf("answered %d at %s", page.Status, page.URL)
	}
	return page.Doc(t).Find("[data-pairing-code]").AttrOr("data-pairing-code", "")
}

// stationID is the id of the first station in the list.
func stationID(t *testing.T, v *e2e.Visitor) string {
	t.Helper()
	return v.Get(t, "/admin/stations").Doc(t).Find("[data-station]").AttrOr("data-station", "")
}

func TestKSK07APairingCodeIsShownToItsMakerUntilItIsUsedOrLate(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v, other := withAdminGrant(t, w, grace), withAdminGrant(t, w, sim.MiaID)
	code := makesStation(t, v, url.Values{"name": {"Reception"}, "place": {"Ground floor"}})
	shown := func(v *e2e.Visitor) bool { return bytes.Contains(v.Get(t, "/admin/stations").Body, []byte(code)) }
	if code == "" || !shown(v) {
		t.Fatalf("the code %q is gone after a reload", code)
	}
	if shown(other) {
		t.Error("another admin sees the code")
	}
	sees(t, v.Get(t, "/admin/stations"), http.StatusOK,
		htmltest.In("[data-station]", htmltest.HasText("Reception"), htmltest.HasText("Ground floor"), htmltest.HasText("Not in service yet"), htmltest.HasText("Never")),
		htmltest.In("main", htmltest.HasText(w.URL+"/kiosk/pair")))

	station := w.NewVisitor()
	typed := strings.ToLower(strings.ReplaceAll(code, "-", " "))
	if page := station.Post(t, "/kiosk/pair", url.Values{"pairingCode": {typed}}); page.Header.Get("Location") != "/kiosk" {
		t.Fatalf("pairing answered %d", page.Status)
	}
	sees(t, station.Get(t, "/kiosk"), http.StatusOK, htmltest.In("header", htmltest.HasText("Reception")))
	if shown(v) {
		t.Error("the code is shown although it was used")
	}
	sees(t, v.Get(t, "/admin/stations"), http.StatusOK, htmltest.In("[data-station] .badge-paired", htmltest.HasText("In service")))

	code = makesStation(t, v, url.Values{"name": {"Canteen"}})
	w.Clock.Pass(10 * time.Minute)
	if shown(v) {
		t.Error("the code is shown although it is late")
	}
}

func TestAStationIsRenamedGivenANewCodeAndRevoked(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	makesStation(t, v, url.Values{"name": {"Reception"}})
	id := stationID(t, v)
	page := v.Follow(t, v.Post(t, "/admin/stations/"+id+"/rename", url.Values{"name": {"Lobby"}}))
	sees(t, page, http.StatusOK, htmltest.In("[data-station]", htmltest.HasText("Lobby")), htmltest.In("main [role=status]", htmltest.HasText("new name")))
	sees(t, v.Post(t, "/admin/stations/"+id+"/rename", url.Values{"name": {" "}}), http.StatusUnprocessableEntity,
		htmltest.In(".summary a[href='#name-"+id+"']"), htmltest.In("details[open] #name-"+id+"[aria-invalid=true]"))
	sees(t, v.Follow(t, v.Post(t, "/admin/stations/"+id+"/code", nil)), http.StatusOK, htmltest.In("[data-pairing-code]", htmltest.Count(1)))
	sees(t, v.Follow(t, v.Post(t, "/admin/stations/"+id+"/revoke", nil)), http.StatusOK,
		htmltest.In(".badge-revoked"), htmltest.Not(htmltest.In("[data-station] form")), htmltest.Not(htmltest.In("[data-pairing-code]")))
	v.Post(t, "/admin/stations/"+id+"/revoke", nil)
	want := []string{"station_made done at Reception", "station_renamed done at Lobby", "station_coded done at Lobby", "station_revoked done at Lobby"}
	got := column(t, w, "SELECT event || ' ' || outcome || ' at ' || station FROM audit WHERE event LIKE 'station%' AND actor = '"+grace+"' ORDER BY number")
	if !slices.Equal(got, want) {
		t.Errorf("the trail is %q, want %q", got, want)
	}
	sees(t, v.Get(t, "/admin/audit?station=Lobby"), http.StatusOK, htmltest.In("main", htmltest.HasText("Revoke a station")))
	for _, act := range []string{"rename", "code", "revoke"} {
		if page := v.Post(t, "/admin/stations/none/"+act, url.Values{"name": {"X"}}); page.Status != http.StatusNotFound {
			t.Errorf("%s of no station answers %d", act, page.Status)
		}
	}
}

func TestWhatIsWrongWithANewStationIsToldBesideItsField(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	makesStation(t, v, url.Values{"name": {"Reception"}})
	for name, test := range map[string]struct {
		form  url.Values
		field string
		words string
	}{
		"no name":            {url.Values{"place": {"Hall"}}, "name", "Enter a name"},
		"a taken name":       {url.Values{"name": {"Reception"}, "place": {"Hall"}}, "name", "Another station"},
		"a name too long":    {url.Values{"name": {strings.Repeat("n", 65)}, "place": {"Hall"}}, "name", "64 characters"},
		"a doubled name":     {url.Values{"name": {"A", "B"}, "place": {"Hall"}}, "name", "twice"},
		"a place that hides": {url.Values{"name": {"A"}, "place": {"Hall\u202e"}}, "place", "hidden character"},
	} {
		page := v.Post(t, "/admin/stations", test.form)
		sees(t, page, http.StatusUnprocessableEntity, htmltest.In(".summary a[href='#"+test.field+"']"),
			htmltest.In("#"+test.field+"-error", htmltest.HasText(test.words)))
		if got := page.Doc(t).Find("#place").AttrOr("value", ""); got != test.form.Get("place") {
			t.Errorf("%s: the place is %q afterwards", name, got)
		}
	}
	if got := len(v.Get(t, "/admin/stations").Doc(t).Find("[data-station]").Nodes); got != 1 {
		t.Errorf("%d stations, want one", got)
	}
}

func TestKSK01TheListOfStationsSaysThatAuthTimeIsMissing(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	v := withAdminGrant(t, w, grace)
	sees(t, v.Get(t, "/admin/stations"), http.StatusOK, htmltest.Not(htmltest.In("[data-no-auth-time]")))
	w.Cloud.Update(func(s *sim.Switches) { s.OmitClaims = []string{"auth_time"} })
	sees(t, k.visit(t, "/kiosk/start", ada), http.StatusBadRequest,
		htmltest.In("[data-outcome=sign_in_refused]", htmltest.HasText("auth_time")), htmltest.In("main a[href='/kiosk']"), htmltest.In("[data-back]"))
	sees(t, v.Get(t, "/admin/stations"), http.StatusOK, htmltest.In("[data-no-auth-time]", htmltest.HasText("Token configuration"), htmltest.HasText("auth_time")))
}

func TestTheGuideNamesThisPortalsHostsAndTellsWhatWasTried(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	sees(t, v.Get(t, "/admin/stations"), http.StatusOK, htmltest.In("main a[href='/admin/stations/guide']"))
	sees(t, v.Get(t, "/admin"), http.StatusOK, htmltest.In("main a[href='/admin/stations']"))
	host := strings.TrimPrefix(w.URL, "http://")
	sees(t, v.Get(t, "/admin/stations/guide"), http.StatusOK, htmltest.In("pre", htmltest.HasText(host), htmltest.HasText("*.msauth.net"), htmltest.HasText("URLBlocklist")),
		htmltest.In("main", htmltest.HasText("Tried with this portal"), htmltest.HasText("not tried"), htmltest.HasText("stolen")))
}
