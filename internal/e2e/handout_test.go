package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

// focus waits until the element with this id has the focus.
func (b *Browser) focus(t *testing.T, id string) {
	t.Helper()
	b.Do(t, chromedp.Poll(fmt.Sprintf("document.activeElement.id === %q", id), nil, chromedp.WithPollingTimeout(20*time.Second)))
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
