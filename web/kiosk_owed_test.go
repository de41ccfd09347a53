package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fobdesk/internal/sim"
	"fobdesk/web"
)

func TestKSK02WhoSignsInAtEntraAndFailsHereIsSignedOutThereToo(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	page := k.Press(t, k.Follow(t, k.Get(t, "/kiosk/start")), ada)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideEntra, Path: "/token", Status: http.StatusServiceUnavailable})
	k.Get(t, page.Header.Get("Location"))
	w.Cloud.ClearFaults()
	if page := k.Get(t, "/kiosk"); !strings.Contains(page.Header.Get("Location"), "/oauth2/v2.0/logout") {
		t.Errorf("the welcome answers %d, and Entra knows Ada still", page.Status)
	}
}

func TestKSK05ALanguageFromBeforeThePairingIsForgotten(t *testing.T) {
	t.Parallel()
	w, _ := newKioskWorld(t)
	_, code := web.MakeStation(t, w.Handler(), "Canteen")
	v := w.NewVisitor()
	v.Post(t, "/language", url.Values{"lang": {"de"}})
	before := len(v.Cookies())
	v.Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}})
	if before != 1 || len(v.Cookies()) != 1 {
		t.Errorf("%d cookies before and %d after, want the language's, then the station's", before, len(v.Cookies()))
	}
}
