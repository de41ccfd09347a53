package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"fobdesk/internal/sim"
)

// scores are what Lighthouse gives a page, from 0 to 1, by category, and what cost it points.
type scores struct {
	FinalDisplayedURL string // where the browser ended
	Environment       struct {
		BenchmarkIndex float64 // how fast the machine was: below 600 its other work costs a page points
	}
	Categories map[string]struct {
		Score     float64
		AuditRefs []struct {
			ID     string
			Weight float64
		}
	}
	Audits map[string]struct {
		Title        string
		DisplayValue string
		Score        *float64
	}
}

// TestLighthouseGivesItsFullScore is run by make lighthouse, which installs Lighthouse.
func TestLighthouseGivesItsFullScore(t *testing.T) {
	if os.Getenv("FOBDESK_TEST_LIGHTHOUSE") == "" {
		t.Skip("make lighthouse runs this")
	}
	w := NewWorld(t)
	ada := w.SignedIn(t, sim.AdaID)
	code, _ := w.newStation(t, "Reception")
	station := w.NewVisitor()
	pair := station.Follow(t, station.Get(t, "/kiosk/pair"))
	form := hidden(t, pair, "form[action='/kiosk/pair']")
	form.Set("pairingCode", code)
	station.Follow(t, station.Post(t, "/kiosk/pair", form))
	for _, page := range []struct {
		name, address, shows string
		visitor              *Visitor
	}{
		{"welcome", w.URL + "/", "main a[href^='/auth/sign-in']", w.NewVisitor()},
		{"enrol", w.URL + "/enrol", "#serialNumber", ada},
		{"a refusal", w.refusal(t, ada), "[data-outcome=wrong_code]", ada},
		{"kiosk welcome", w.URL + "/kiosk", startButton, station},
	} {
		if page.visitor.Get(t, page.address).Doc(t).Find(page.shows).Length() != 1 {
			t.Fatalf("%s does not show %s", page.name, page.shows)
		}
		got := lighthouse(t, page.address, page.visitor)
		for range 2 { // what else the machine does can only cost a page points
			if !got.full() {
				got = lighthouse(t, page.address, page.visitor)
			}
		}
		if got.FinalDisplayedURL != page.address {
			t.Errorf("%s: what was scored is %s", page.name, got.FinalDisplayedURL)
		}
		t.Logf("%-14s %s", page.name, got)
		if !got.full() {
			t.Errorf("%s is not at its full score: %s, %s", page.name, got, got.lost())
		}
	}
}

// full says whether there is nothing to mend.
func (s scores) full() bool {
	for _, category := range s.Categories {
		if category.Score < 1 {
			return false
		}
	}
	return len(s.Categories) > 0
}

// String is a line of the table.
func (s scores) String() string {
	var line strings.Builder
	for _, category := range slices.Sorted(maps.Keys(s.Categories)) {
		fmt.Fprintf(&line, "%s %.0f  ", category, 100*s.Categories[category].Score)
	}
	fmt.Fprintf(&line, "(speed of the machine: %.0f)", s.Environment.BenchmarkIndex)
	return line.String()
}

// lost names what cost points.
func (s scores) lost() []string {
	var lost []string
	for _, category := range s.Categories {
		for _, ref := range category.AuditRefs {
			if audit := s.Audits[ref.ID]; ref.Weight > 0 && audit.Score != nil && *audit.Score < 1 {
				lost = append(lost, strings.TrimSpace(audit.Title+" "+audit.DisplayValue))
			}
		}
	}
	return lost
}

// hidden are the hidden fields of a form on a page.
func hidden(t *testing.T, page *Page, form string) url.Values {
	t.Helper()
	fields := url.Values{}
	page.Doc(t).Find(form + " input[type=hidden]").Each(func(_ int, in *goquery.Selection) {
		fields.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	return fields
}

// refusal is an address at which the answer to a wrong code stands, with the portal's other pages
// around it: Lighthouse can't send a form, and does not look at a page whose status is an error's.
func (w *World) refusal(t *testing.T, v *Visitor) string {
	t.Helper()
	form := hidden(t, v.Get(t, "/enrol"), "form[action='/enrol']")
	form.Set("serialNumber", sim.SerialGood30)
	form.Set("verificationCode", w.Cloud.WrongCode(sim.SerialGood30))
	refused := v.Post(t, "/enrol", form)
	if got := refused.Outcome(t); got != "wrong_code" {
		t.Fatalf("outcome %q", got)
	}
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/refused" {
			r.Host = strings.TrimPrefix(w.URL, "http://")
			w.Handler().ServeHTTP(answer, r)
			return
		}
		maps.Copy(answer.Header(), refused.Header)
		_, _ = answer.Write(refused.Body) // a browser that went away is no fault
	}))
	t.Cleanup(server.Close)
	return server.URL + "/refused"
}

// lighthouse scores the page at address as the visitor sees it.
func lighthouse(t *testing.T, address string, v *Visitor) scores {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	var cookies []string
	for name, value := range v.Cookies() {
		cookies = append(cookies, name+"="+value)
	}
	headers, err := json.Marshal(map[string]string{"Cookie": strings.Join(cookies, "; ")})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, filepath.Join("..", "..", ".lighthouse", "node_modules", ".bin", "lighthouse"), address,
		"--quiet", "--output=json", "--only-categories=performance,accessibility,best-practices",
		"--no-enable-error-reporting", "--chrome-flags=--headless=new --no-sandbox", "--extra-headers="+string(headers))
	command.Env = append(os.Environ(), "CHROME_PATH="+chromium, "HOME="+t.TempDir())
	var trouble bytes.Buffer
	command.Stderr = &trouble
	report, err := command.Output()
	if err != nil {
		t.Fatalf("lighthouse %s: %v\n%s", address, err, &trouble)
	}
	var got scores
	if err := json.Unmarshal(report, &got); err != nil {
		t.Fatal(err)
	}
	return got
}
