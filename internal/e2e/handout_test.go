package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

// focus waits until the element with this id has the focus. It asks the page itself, which may run no script
// and may be leaving.
func (b *Browser) focus(t *testing.T, id string) {
	t.Helper()
	b.See(t, "#"+id)
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var focused string
		if chromedp.Run(b.ctx, chromedp.Evaluate("document.activeElement.id", &focused)) == nil && focused == id {
			return
		}
	}
	t.Fatalf("the focus never comes to %s, at %s", id, b.where())
}

// How a scanner ends what it types, and what is pressed by hand where it ends it with nothing.
var scans = []struct{ name, suffix, then string }{
	{name: "Enter", suffix: "\r"},
	{name: "Tab", suffix: "\t"},
	{name: "nothing", then: "\t"},
	{name: "Enter, and scanned twice", suffix: "\r"},
}

// handOut serves one person by keyboard and scanner.
func (b *Browser) handOut(t *testing.T, who, serial, code string, n int) {
	t.Helper()
	b.focus(t, "q")
	b.Keys(t, person(who+"\r"))
	b.focus(t, "serialNumber")
	how := scans[n%len(scans)]
	b.Keys(t, scan(serial+how.suffix))
	if strings.Contains(how.name, "twice") {
		b.Keys(t, scan(serial+how.suffix))
	}
	b.Keys(t, person(how.then))
	b.focus(t, "verificationCode")
	b.Keys(t, person(code+"\r"))
}

// toTheQueue signs an admin in and opens the queue.
func (b *Browser) toTheQueue(t *testing.T, personID string) {
	t.Helper()
	b.signIn(t, personID)
	b.Open(t, "/admin/handout")
	b.See(t, "form[action='/admin/handout']")
}

// crowd are people of the directory, by their addresses.
func crowd(n int) []string {
	var addresses []string
	for _, person := range sim.Demo(time.Now()).People {
		if person.Unlisted && len(addresses) < n {
			addresses = append(addresses, person.UPN)
		}
	}
	return addresses
}

// TestTheQueueWithoutAMouse hands fobs out to thirty people in a row, by keyboard and scanner alone.
func TestTheQueueWithoutAMouse(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.toTheQueue(t, sim.GraceID)
	b.Look(t, "handout-empty")
	people := crowd(30)
	for i, who := range people {
		serial := sim.BoxSerial(i)
		b.handOut(t, who, serial, w.Cloud.Code(serial), i)
		b.See(t, fmt.Sprintf(".today-row:nth-child(%d)", i+1))
		if device, _ := w.Cloud.Device(serial); device.Status != sim.StatusActivated {
			t.Fatalf("%s, scanned with %s: it is %s\n%s", who, scans[i%len(scans)].name, device.Status, b.Text(t, "main"))
		}
	}
	b.focus(t, "q")
	b.Look(t, "handout-thirty")
	if got := b.Evaluate(t, "document.querySelectorAll('.today-row').length"); got != "30" {
		t.Errorf("the list has %s results", got)
	}
	b.Reload(t)
	b.See(t, ".today-row:nth-child(30)")
}

// downloads is the folder that the browser keeps downloads in from now on.
func (b *Browser) downloads(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	b.Do(t, chromedp.ActionFunc(func(ctx context.Context) error {
		return browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithBrowserContextID(b.profile).
			WithDownloadPath(folder).Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser))
	}))
	return folder
}

// downloaded waits for a file in the folder, and answers its content.
func downloaded(t *testing.T, pattern string) string {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if found, _ := filepath.Glob(pattern); len(found) == 1 {
			content, err := os.ReadFile(found[0])
			if err != nil {
				t.Fatal(err)
			}
			return string(content)
		}
	}
	t.Fatalf("no %s came", pattern)
	return ""
}

func TestTheListIsDownloadedWithAClick(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]bool{"with JavaScript": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			b := w.NewBrowser(t, script)
			b.toTheQueue(t, sim.GraceID)
			b.Type(t, "#q", "Ada")
			b.Type(t, "#serialNumber", sim.SerialGood30)
			b.Type(t, "#verificationCode", w.Cloud.Code(sim.SerialGood30))
			b.Press(t, ".handout button[type=submit]")
			b.See(t, "[data-outcome=enrolled]")
			folder := b.downloads(t)
			b.Press(t, ".today-head a")
			list := downloaded(t, filepath.Join(folder, "fobdesk-audit-*.csv"))
			if !strings.Contains(list, "Ada Fischer,"+sim.SerialGood30+",enrolled,") {
				t.Errorf("the list says:\n%s", list)
			}
			if path := b.Path(t); !strings.HasPrefix(path, "/admin/handout") {
				t.Errorf("the page is gone: %s", path)
			}
			b.Open(t, "/admin/audit?serial="+sim.SerialGood30)
			b.Press(t, "a[download][href*='jsonl']")
			if rows := downloaded(t, filepath.Join(folder, "fobdesk-audit-*.jsonl")); !strings.Contains(rows, `"outcome":"enrolled"`) {
				t.Errorf("the trail says:\n%s", rows)
			}
		})
	}
}

// TestTheQueueTakesNoHarm is what goes wrong at a desk: two of one name, Caps Lock, a wrong code.
func TestTheQueueTakesNoHarm(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.toTheQueue(t, sim.GraceID)

	b.handOut(t, "Ann Smith", sim.SerialGood30, w.Cloud.Code(sim.SerialGood30), 0)
	b.See(t, "[data-outcome=invalid_input]")
	b.focus(t, "summary")
	b.Look(t, "handout-several")
	b.Keys(t, person("\t\r")) // the summary's link leads to the choice
	b.focus(t, "person")
	b.Keys(t, person(" \t")) // the first of the two, and on to the serial number, which is still there
	b.focus(t, "serialNumber")
	if got := b.Value(t, "#serialNumber"); got != sim.SerialGood30 {
		t.Errorf("the serial number is %q", got)
	}
	b.Keys(t, person("\t"))
	b.Keys(t, person(w.Cloud.Code(sim.SerialGood30)+"\r"))
	b.See(t, "[data-outcome=enrolled]")
	if held := w.Cloud.Held(sim.AnnSmithID); len(held) != 1 {
		t.Errorf("Ann Smith holds %v", held)
	}

	b.handOut(t, "ada.fischer@contoso.example", strings.ToLower(sim.SerialGood60), w.Cloud.Code(sim.SerialGood60), 0)
	b.See(t, "[data-outcome=unknown_serial]")
	if got := b.Text(t, ".field-suggestion"); !strings.Contains(got, sim.SerialGood60) {
		t.Errorf("with Caps Lock on, the page suggests %q", got)
	}
	b.Look(t, "handout-caps-lock")

	b.Open(t, "/admin/handout")
	b.focus(t, "q")
	b.Keys(t, person("\r\r")) // a scanner that fires at nothing
	b.focus(t, "verificationCode")
	if got := b.Path(t); got != "/admin/handout" || b.Evaluate(t, "document.querySelector('[data-outcome]')") != "null" {
		t.Errorf("an empty form was sent, at %s", got)
	}
}

// TestTheQueueWithoutJavaScript hands out with Tab and Enter, and takes it back.
func TestTheQueueWithoutJavaScript(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, false)
	b.toTheQueue(t, sim.GraceID)
	b.Keys(t, person(sim.AdaID+"\t"+sim.SerialGood30+"\t"+w.Cloud.Code(sim.SerialGood30)+"\r"))
	b.See(t, "[data-outcome=enrolled]")
	b.Press(t, ".today-undo button")
	b.See(t, "[data-outcome=removed]")
	if held := w.Cloud.Held(sim.AdaID); len(held) != 0 {
		t.Errorf("Ada still holds %v", held)
	}
}
