package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"fobdesk/internal/sim"
)

// notesMotion keeps in window.moved whatever moves or glides on the page, whoever has it moved: the style
// sheets, htmx, a script.
const notesMotion = `
window.moved = [];
for (const type of ["animationstart", "transitionrun"]) {
	document.addEventListener(type, (event) => moved.push(type + " " + (event.animationName ?? event.propertyName)), true);
}
for (const [on, name] of [[Document.prototype, "startViewTransition"], [Element.prototype, "animate"]]) {
	const real = on[name];
	on[name] = function (...given) { moved.push(name); return real.apply(this, given); };
}
for (const [on, name] of [[window, "scrollTo"], [window, "scroll"], [Element.prototype, "scrollIntoView"]]) {
	const real = on[name];
	on[name] = function (...given) {
		if (given.some((options) => options?.behavior === "smooth")) moved.push(name + " smoothly");
		return real.apply(this, given);
	};
}`

// drawn waits until the browser has drawn twice, so that what began to move is noted.
const drawn = `new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(() => shown(0))))`

// prefer says what the device asks for: "reduce" or "no-preference".
func (b *Browser) prefer(t *testing.T, motion string) {
	t.Helper()
	b.Do(t, emulation.SetFocusEmulationEnabled(true), // so that the page is drawn, though other windows are in front of it
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: motion}}))
}

// movedBy fails the test for what has moved since the page was loaded.
func (b *Browser) movedBy(t *testing.T, step string) {
	t.Helper()
	b.Do(t, chromedp.Evaluate(drawn, nil, await))
	if got := b.Evaluate(t, "moved.splice(0).join()"); got != "" {
		t.Errorf("%s moves something: %s", step, got)
	}
}

// TestNothingMovesForWhoeverAsksForStillness goes through what changes on a page that stays: swaps, a button
// that waits, the camera, and the question of a station. That something would be noted is shown first, by a
// field that glides under the mouse where motion is welcome.
func TestNothingMovesForWhoeverAsksForStillness(t *testing.T) {
	t.Parallel()
	t.Run("a page of one's own", func(t *testing.T) {
		t.Parallel()
		_, b := atTheForm(t, sim.AdaID)
		b.Before(t, notesMotion+"{"+readsBarcodes+"}")
		b.Permit(t, "camera", browser.PermissionSettingGranted)
		b.prefer(t, "no-preference")
		b.Open(t, "/enrol")
		b.Press(t, "#serialNumber")
		b.until(t, `moved.some((what) => what.startsWith("transitionrun border"))`)

		b.prefer(t, "reduce")
		b.Open(t, "/enrol")
		b.Press(t, "#serialNumber")
		b.movedBy(t, "a field under the mouse")
		b.openCamera(t)
		b.movedBy(t, "the camera's dialog")
		b.Press(t, "[data-camera-close]")
		b.cameraIsOff(t, "the button that closes it")
		b.movedBy(t, "the way out of the camera")
		b.enrol(t, sim.SerialUnknown, "123456")
		b.See(t, "[data-outcome=unknown_serial]")
		b.movedBy(t, "a refusal")
		b.Press(t, "header a[href='/']")
		b.See(t, "main a[href='/enrol']")
		b.movedBy(t, "a link")
		b.speak(t, "de")
		b.movedBy(t, "another language")
	})
	t.Run("a station", func(t *testing.T) {
		t.Parallel()
		b, _ := NewWorld(t, Setting("FOBDESK_KIOSK_IDLE", "9s")).newKiosk(t, true)
		b.Before(t, notesMotion)
		b.prefer(t, "reduce")
		b.visit(t, sim.AdaID)
		b.See(t, "dialog.kiosk-still")
		b.movedBy(t, "the question whether somebody is there")
		b.Do(t, chromedp.KeyEvent(kb.Escape))
		b.until(t, "!document.querySelector('dialog.kiosk-still').open")
		b.movedBy(t, "the answer")
	})
}

// TestATableIsCardsWhereItIsNarrow shows the stations, whose six columns a phone has no room for, and that a
// screen reader is told of a table either way.
func TestATableIsCardsWhereItIsNarrow(t *testing.T) {
	t.Parallel()
	w := newGallery(t)
	b := w.NewBrowser(t, true)
	b.bringRuler(t)
	for _, test := range []struct {
		width, letters int64
		measure, other string
	}{{320, 16, "cards()", "columns()"}, {1280, 16, "columns()", "cards()"}, {1280, 32, "cards()", "columns()"}} {
		b.as(t, test.width, 640, "light", "none")
		b.letters(t, test.letters)
		b.Open(t, "/gallery/stations/list")
		b.finds(t, "the stations", test.measure, "wide()", "cut()")
		if got := b.Evaluate(t, "look."+test.other+".length"); got == "0" {
			t.Errorf("at %d px the stations are cards and columns", test.width)
		}
		for selector, want := range map[string]string{
			".stations": "table", ".stations thead th": "columnheader", ".stations tbody tr": "row", ".stations tbody th": "rowheader", ".stations td": "cell",
		} {
			if role, _, _ := b.role(t, selector); role != want {
				t.Errorf("at %d px %s is a %q to a screen reader, want %q", test.width, selector, role, want)
			}
		}
	}
}
