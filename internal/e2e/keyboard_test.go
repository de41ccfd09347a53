package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"fobdesk/internal/sim"
)

// mostStops is how often Tab is pressed at most: more than any page has stops.
const mostStops = 90

// seen says of what has the focus whether a person would see it: it has a ring, and nothing lies over it.
const seen = `(e => {
	const r = e.getClientRects()[0] ?? e.getBoundingClientRect(), style = getComputedStyle(e);
	const top = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
	return e.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 &&
		top !== null && (e.contains(top) || top.contains(e) || [...(e.labels ?? [])].some(l => l.contains(top)));
})(document.activeElement)`

// newKeyboard is a browser that is used without a mouse.
func (w *World) newKeyboard(t *testing.T) *Browser {
	t.Helper()
	b := w.NewBrowser(t, true)
	b.Do(t, emulation.SetFocusEmulationEnabled(true)) // though other windows are in front of it
	return b
}

// reach presses Tab until the focus is where the selector says, and holds that it is seen there.
func (b *Browser) reach(t *testing.T, selector string) {
	t.Helper()
	b.See(t, selector)
	there := fmt.Sprintf("document.activeElement.matches(%q)", selector)
	for range mostStops {
		var arrived bool
		b.Do(t, chromedp.Evaluate(there, &arrived))
		if arrived {
			if got := b.Evaluate(t, seen); got != "true" {
				t.Errorf("at %s the focus on %s is not seen", b.Path(t), selector)
			}
			return
		}
		b.Do(t, chromedp.KeyEvent(kb.Tab))
	}
	t.Fatalf("Tab never reaches %s at %s", selector, b.where())
}

// enter reaches something and presses Enter.
func (b *Browser) enter(t *testing.T, selector string) {
	t.Helper()
	b.reach(t, selector)
	b.Do(t, chromedp.KeyEvent(kb.Enter))
}

// fill reaches a field and types.
func (b *Browser) fill(t *testing.T, selector, typed string) {
	t.Helper()
	b.reach(t, selector)
	b.Keys(t, person(typed))
}

// signInByKeys goes from the welcome through Entra.
func (b *Browser) signInByKeys(t *testing.T, personID string) {
	t.Helper()
	b.Open(t, "/")
	b.enter(t, "main a[href^='/auth/sign-in']")
	b.enter(t, "button[value='"+personID+"']")
	b.See(t, "form[action='/auth/sign-out']")
}

// TestAnEmployeeNeedsNoMouse goes through all that an employee can do, by Tab, Enter and letters.
func TestAnEmployeeNeedsNoMouse(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.newKeyboard(t)
	b.signInByKeys(t, sim.AdaID)
	b.enter(t, "#switches button[value=de]")
	b.See(t, "html[lang=de]")
	b.enter(t, "#switches button[value=en]")
	b.See(t, "html[lang=en]")
	b.enter(t, "#switches button[value=dark]")
	b.See(t, "#switches button[value=dark][aria-current]")

	b.enter(t, "main a[href='/enrol']")
	b.fill(t, "#serialNumber", sim.SerialUnknown)
	b.fill(t, "#verificationCode", "123456\r")
	b.See(t, "[data-outcome=unknown_serial]")
	if role, name, _ := b.role(t, "#summary"); b.Focused(t) != "summary" || name == "" {
		t.Errorf("the focus is on %q; the summary is a %s called %q", b.Focused(t), role, name)
	}
	b.enter(t, "#summary a[href='#serialNumber']")
	b.focus(t, "serialNumber")
	b.Type(t, "#serialNumber", sim.SerialGood30)
	b.fill(t, "#verificationCode", w.Cloud.Code(sim.SerialGood30)+"\r")
	b.See(t, "[data-outcome=enrolled]")
	b.enter(t, "main a[href='/']")

	b.enter(t, "a[href$='/lost']")
	b.enter(t, "form[action$='/lost'] button[type=submit]")
	b.See(t, "[data-outcome=deactivated]")
	b.enter(t, "main a[href='/']")
	b.enter(t, "form[action$='/found'] button")
	b.fill(t, "form[action$='/activate'] input[name=verificationCode]", w.Cloud.Code(sim.SerialGood30)+"\r")
	b.See(t, "[data-outcome]")
	b.Open(t, "/")
	b.enter(t, "a[href$='/remove']")
	b.enter(t, "form[action$='/remove'] button[type=submit]")
	b.See(t, "[data-outcome=removed]")
	b.enter(t, "form[action='/auth/sign-out'] button")
	b.See(t, "main a[href^='/auth/sign-in']")
}

// TestAnAdminNeedsNoMouse finds a person and acts for them, to the end of a replacement, looks a fob up and
// reads the trail. The queue has a test of its own.
func TestAnAdminNeedsNoMouse(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.newKeyboard(t)
	b.signInByKeys(t, sim.GraceID)
	b.enter(t, "header a[href='/admin']")
	b.fill(t, "#q", "ada fi\r")
	b.enter(t, ".person-link[href$='"+sim.AdaID+"']")
	b.fill(t, "form[action$='/enrol'] #serialNumber", sim.SerialGood30)
	b.fill(t, "form[action$='/enrol'] #verificationCode", w.Cloud.Code(sim.SerialGood30)+"\r")
	b.See(t, "[data-outcome=enrolled]")
	b.enter(t, "form[action$='/deactivate'] button")
	b.See(t, "[data-outcome=deactivated]")
	b.enter(t, "a[href$='/remove']")
	b.enter(t, "form[action$='/remove'] button")
	b.See(t, "[data-outcome=removed]")
	b.Open(t, "/admin/users/"+sim.AdaID)
	b.enter(t, "form[action$='/sessions/end'] button")
	b.See(t, ".notice")

	b.Open(t, "/admin/users/"+sim.BenID)
	b.enter(t, "main a[href$='/replace']")
	b.reach(t, "form[action$='/replace'] input[name=fob]")
	b.Do(t, chromedp.KeyEvent(" "))
	b.enter(t, "form[action$='/replace'] button[type=submit]")
	b.See(t, ".half-done")
	b.fill(t, "form[action$='/replace'] #serialNumber", sim.SerialGood60)
	b.fill(t, "form[action$='/replace'] #verificationCode", w.Cloud.Code(sim.SerialGood60)+"\r")
	b.See(t, "[data-outcome=enrolled]")
	if device, _ := w.Cloud.Device(sim.SerialGood60); device.Status != sim.StatusActivated {
		t.Errorf("the new fob is %s", device.Status)
	}

	b.Open(t, "/admin/fobs")
	b.fill(t, "#serialNumber", sim.SerialGood30+"\r")
	b.See(t, "#trail-title")
	b.readTrailByKeys(t)
}

// readTrailByKeys filters the trail, takes the rows along and goes to the person of one.
func (b *Browser) readTrailByKeys(t *testing.T) {
	t.Helper()
	b.Open(t, "/admin/audit")
	b.enter(t, ".filter-title")
	b.fill(t, "#serial", sim.SerialGood60)
	b.fill(t, "#from", "2020-01-01\r")
	b.until(t, "[...document.querySelectorAll('.trail-row')].every(row => row.innerText.includes('"+sim.SerialGood60+"'))")
	b.See(t, ".trail-row[data-came=enrolled]")
	b.enter(t, ".trail-more summary")
	b.See(t, ".trail-more[open]")
	folder := b.downloads(t)
	b.enter(t, "a[download][href*='csv']")
	if rows := downloaded(t, filepath.Join(folder, "fobdesk-audit-*.csv")); !strings.Contains(rows, sim.SerialGood60) {
		t.Errorf("the export says:\n%s", rows)
	}
	b.enter(t, "main a[href*='/admin/users/']")
	b.See(t, ".person-head")
}

// TestAnAdminOfStationsNeedsNoMouse makes one, renames it, asks for another code and revokes it.
func TestAnAdminOfStationsNeedsNoMouse(t *testing.T) {
	t.Parallel()
	b := NewWorld(t).newKeyboard(t)
	b.signInByKeys(t, sim.GraceID)
	b.Open(t, "/admin/stations")
	b.fill(t, "#name", "Reception")
	b.enter(t, "form[action='/admin/stations'] button[type=submit]")
	b.See(t, "[data-pairing-code]")
	first := b.Text(t, "[data-pairing-code]")
	b.enter(t, ".station-acts summary")
	b.enter(t, "form[action$='/code'] button")
	b.See(t, "[data-pairing-code]:not([data-pairing-code='"+first+"'])")
	b.enter(t, ".station-acts summary")
	b.reach(t, ".station-rename input[name=name]")
	b.Type(t, ".station-rename input[name=name]", "Canteen")
	b.Do(t, chromedp.KeyEvent(kb.Enter))
	b.until(t, "document.querySelector('.stations th[scope=row]').textContent === 'Canteen'")
	b.enter(t, ".station-acts summary")
	b.enter(t, "form[action$='/revoke'] button")
	b.See(t, ".badge-revoked")
}

// TestAStationNeedsNoMouse pairs a station, serves a visit whose code is typed on the keypad, and
// an operator.
func TestAStationNeedsNoMouse(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	code, _ := w.newStation(t, "Reception")
	b := w.newKeyboard(t)
	b.Do(t, chromedp.EmulateViewport(1024, 768))
	b.Open(t, "/kiosk")
	b.enter(t, "main a[href='/kiosk/pair']")
	b.fill(t, "#pairingCode", code+"\r")
	b.enter(t, "button[value=de]")
	b.See(t, "html[lang=de]")
	b.enter(t, "button[value=en]")
	b.See(t, "html[lang=en]")
	b.enter(t, startButton)
	b.enter(t, "button[value='"+sim.AdaID+"']")
	b.fill(t, "#serialNumber", sim.SerialGood30)
	for _, digit := range w.Cloud.Code(sim.SerialGood30) {
		b.enter(t, fmt.Sprintf("[data-keypad] button[value='%c']", digit))
	}
	b.enter(t, sendButton)
	b.See(t, "[data-outcome=enrolled]")
	b.enter(t, "main button[form=finish]")
	b.atWelcome(t)

	b.enter(t, "main a[href='/kiosk/operator']")
	b.enter(t, "button[value='"+sim.GraceID+"']")
	b.fill(t, "#q", "ben")
	b.fill(t, "#serialNumber", sim.BoxSerial(0))
	b.fill(t, "#verificationCode", w.Cloud.Code(sim.BoxSerial(0))+"\r")
	b.See(t, "[data-outcome], [name=person]")
	b.enter(t, "button[form=finish], #finish button")
	b.atWelcome(t)
}
