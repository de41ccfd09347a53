package e2e

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"fobdesk/internal/sim"
)

// mostBytes is what the enrol page may weigh with all that it loads, without headers.
const mostBytes = 30_000

// TestTheEnrolPageWeighsAtMost30KB counts what a browser downloads that was never here: the page,
// empty and refused, its style sheets, the dark one too, its scripts and its icon, each as it is
// sent. The page itself is sent as it is: beside what was typed it holds the form's secret, and how
// well the two compress together would tell of it (BREACH).
func TestTheEnrolPageWeighsAtMost30KB(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	ada := w.SignedIn(t, sim.AdaID)
	accept := http.Header{"Accept-Encoding": {"gzip, deflate, br, zstd"}}
	empty := ada.Do(t, http.MethodGet, "/enrol", nil, accept)
	form := url.Values{}
	empty.Doc(t).Find("form[action='/enrol'] input[type=hidden]").Each(func(_ int, in *goquery.Selection) {
		form.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	form.Set("serialNumber", sim.SerialGood30)
	form.Set("verificationCode", w.Cloud.WrongCode(sim.SerialGood30))
	refused := ada.Post(t, "/enrol", form)
	if got := refused.Outcome(t); got != "wrong_code" {
		t.Fatalf("outcome %q", got)
	}
	for name, page := range map[string]*Page{"empty": empty, "refused": refused} {
		if coding := page.Header.Get("Content-Encoding"); coding != "" {
			t.Errorf("%s: the page with a secret is compressed by %s", name, coding)
		}
		total := len(page.Body)
		page.Doc(t).Find("link[rel=stylesheet], link[rel=icon], script[src]").Each(func(_ int, s *goquery.Selection) {
			path := s.AttrOr("href", s.AttrOr("src", ""))
			part := ada.Do(t, http.MethodGet, path, nil, accept)
			if part.Status != http.StatusOK {
				t.Errorf("%s: %d", path, part.Status)
			}
			total += len(part.Body)
		})
		t.Logf("%s: %d bytes, %d of them HTML", name, total, len(page.Body))
		if total > mostBytes {
			t.Errorf("%s: %d bytes, at most %d", name, total, mostBytes)
		}
	}
}
