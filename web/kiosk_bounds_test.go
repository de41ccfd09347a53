package web_test

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

// stationPages are the pages of a station as people meet them, by name.
func stationPages(t *testing.T, w *e2e.World, k kiosk) map[string]*e2e.Page {
	t.Helper()
	pages := map[string]*e2e.Page{"welcome": k.Get(t, "/kiosk"), "not here": k.Get(t, "/kiosk/nowhere"), "admin": k.Get(t, "/admin")}
	k.starts(t, dmitri)
	pages["full"] = k.Get(t, "/kiosk/enrol")
	path := pages["full"].Doc(t).Find("main a[href$='/remove']").First().AttrOr("href", "")
	pages["remove"] = k.Get(t, path)
	pages["removed"] = k.Follow(t, k.Post(t, path, url.Values{}))
	pages["enrol"] = k.Get(t, "/kiosk/enrol")
	pages["refused"] = k.Post(t, "/kiosk/enrol", fobForm(sim.SerialUnknown, "123456"))
	pages["missing"] = k.Get(t, "/kiosk/fobs/none/remove")
	pages["done"] = k.Follow(t, k.Post(t, "/kiosk/enrol", fobForm(goodFob, w.Cloud.Code(goodFob))))
	k.finishes(t)
	k.starts(t, ben)
	pages["assigned"] = k.Get(t, "/kiosk/enrol")
	k.finishes(t)
	pages["operator"] = k.operates(t, grace)
	pages["served"] = k.Follow(t, k.Post(t, "/kiosk/operator", handout(sim.HanakoID, sim.BoxSerial(1), w.Cloud.Code(sim.BoxSerial(1)))))
	pages["several"] = k.Post(t, "/kiosk/operator", handout("Ann Smith", sim.BoxSerial(2), w.Cloud.Code(sim.BoxSerial(2))))
	k.finishes(t)
	w.Cloud.FailNextSignIn(53003, "access_denied")
	pages["sign-in refused"] = k.Follow(t, k.visit(t, "/kiosk/start", ada))
	return pages
}

func TestKSK06NothingOnAStationsPagesLeavesThePortal(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t, e2e.Setting("FOBDESK_SUPPORT_URL", "https://help.contoso.example/"))
	for name, page := range stationPages(t, w, k) {
		doc := htmltest.Page(t, bytes.NewReader(page.Body))
		for _, link := range doc.Find("a[href], form[action]").Nodes {
			for _, attr := range link.Attr {
				inside := strings.HasPrefix(attr.Val, "/kiosk") || strings.HasPrefix(attr.Val, "#") || attr.Val == "/language"
				if (attr.Key == "href" || attr.Key == "action") && !inside {
					t.Errorf("%s (%s) leads to %q", name, page.URL, attr.Val)
				}
			}
		}
		htmltest.Verify(t, doc, htmltest.Not(htmltest.In("[target], [download], iframe, object, embed")),
			htmltest.In("footer", htmltest.HasText("https://help.contoso.example/"), htmltest.HasText("helpdesk@contoso.example")))
		if got := page.Header.Get("Permissions-Policy"); !strings.Contains(got, "camera=()") {
			t.Errorf("%s may ask for the camera", name)
		}
		if got := page.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s may be kept: %q", name, got)
		}
	}
}

func TestKSK03NoFieldOfAStationOffersWhatOthersTyped(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	for name, page := range stationPages(t, w, k) {
		for _, field := range page.Doc(t).Find("input:not([type=hidden]):not([type=radio])").Nodes {
			is := map[string]string{}
			for _, attr := range field.Attr {
				is[attr.Key] = attr.Val
			}
			want := "off"
			if is["name"] == "verificationCode" {
				want = "one-time-code"
			}
			if is["autocomplete"] != want {
				t.Errorf("%s: %s has autocomplete=%q, want %q", name, is["name"], is["autocomplete"], want)
			}
		}
	}
}
