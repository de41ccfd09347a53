package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"fobdesk/internal/message"
	"fobdesk/internal/sim"
)

// mostBytes is what a page may weigh with all that it loads, without headers.
const mostBytes = 30_000

// TestNoPageOfAnEmployeeWeighsMoreThan30KB counts what a browser downloads that was never here: the
// page, its style sheets, the dark one too, its scripts, pictures and icon, each as it is sent. The page
// itself is sent as it is: beside what was typed it holds the form's secret, and how well the two
// compress together would tell of it (BREACH).
func TestNoPageOfAnEmployeeWeighsMoreThan30KB(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	wrong := url.Values{"serialNumber": {sim.SerialGood30}, "displayName": {"Key ring"}, "verificationCode": {w.Cloud.WrongCode(sim.SerialGood30)}}
	flawed := url.Values{"serialNumber": {"!"}, "displayName": {strings.Repeat("n", 80)}, "verificationCode": {"12345x"}}
	code, _ := w.newStation(t, "Reception")
	station := w.NewVisitor()
	station.Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}})
	ada := w.SignedIn(t, sim.AdaID)
	parts := map[string]int{} // each is the same in every language
	for _, tongue := range message.Languages() {
		ada.Post(t, "/language", url.Values{"lang": {tongue.Tag}})
		station.Post(t, "/language", url.Values{"lang": {tongue.Tag}})
		refused := ada.Post(t, "/enrol", wrong)
		if got := refused.Outcome(t); got != "wrong_code" {
			t.Fatalf("outcome %q", got)
		}
		for name, page := range map[string]*Page{
			"enrol": ada.Get(t, "/enrol"), "refusal": refused, "refusal of every field": ada.Post(t, "/enrol", flawed), "home": ada.Get(t, "/"),
			"welcome": w.inTongue(t, tongue.Tag, "/"), "kiosk welcome": station.Get(t, "/kiosk"),
		} {
			if got := page.Doc(t).Find("html").AttrOr("lang", ""); got != tongue.Tag || page.Header.Get("Content-Encoding") != "" {
				t.Fatalf("%s is in %q, encoded in %q", name, got, page.Header.Get("Content-Encoding"))
			}
			total := len(page.Body) + ada.weighed(t, page, parts)
			t.Logf("%s in %s: %d bytes, %d of them HTML", name, tongue.Tag, total, len(page.Body))
			if total > mostBytes {
				t.Errorf("%s in %s: %d bytes, at most %d", name, tongue.Tag, total, mostBytes)
			}
		}
		w.Clock.Pass(16 * time.Minute) // so that wrong codes are not counted together
		ada = w.SignedIn(t, sim.AdaID)
	}
}

// inTongue is a page for somebody who was never here.
func (w *World) inTongue(t *testing.T, tag, path string) *Page {
	t.Helper()
	return w.NewVisitor().Do(t, http.MethodGet, path, nil, http.Header{"Accept-Language": {tag}})
}

// weighed is what all that a page loads weighs; parts is what is known of that already.
func (v *Visitor) weighed(t *testing.T, page *Page, parts map[string]int) int {
	t.Helper()
	loads := map[string]bool{}
	page.Doc(t).Find("link[rel=stylesheet], link[rel=icon], script[src], img[src], use[href]").Each(func(_ int, s *goquery.Selection) {
		address, err := url.Parse(s.AttrOr("href", s.AttrOr("src", "")))
		if err != nil {
			t.Fatal(err)
		}
		loads[address.Path] = true
	})
	total := 0
	for path := range loads {
		if _, known := parts[path]; !known {
			part := v.Do(t, http.MethodGet, path, nil, http.Header{"Accept-Encoding": {"gzip, deflate, br, zstd"}})
			if part.Status != http.StatusOK {
				t.Errorf("%s: %d", path, part.Status)
			}
			parts[path] = len(part.Body)
			t.Logf("%s: %d bytes", path, len(part.Body))
		}
		total += parts[path]
	}
	return total
}
