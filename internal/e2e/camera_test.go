package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"fobdesk/internal/sim"
)

// readsBarcodes gives the page what Chromium has on phones: a reader of barcodes, which sees what
// is held before the camera in window.held. The camera's tracks are kept in window.tracks.
const readsBarcodes = `
window.looked = 0;
window.BarcodeDetector = class {
	static async getSupportedFormats() { return window.formats ?? ["code_128"]; }
	async detect() { looked++; return (window.held ?? []).map((rawValue) => ({ rawValue })); }
};
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (what) => {
	if (window.broken) throw new DOMException("", broken);
	const stream = await ask(what);
	if (window.slow) await new Promise((go) => (window.allow = go));
	window.tracks = stream.getTracks();
	return stream;
}`

// openCamera presses the button and waits until the picture moves.
func (b *Browser) openCamera(t *testing.T) {
	t.Helper()
	b.Evaluate(t, "[window.tracks = [], window.held = []]")
	b.Press(t, "[data-camera]")
	b.See(t, "dialog[open]")
	b.Do(t, chromedp.Poll(`tracks.length === 1 && tracks[0].readyState === "live" && document.querySelector("video").currentTime > 0`, nil))
}

// cameraIsOff waits until the dialog is closed and every track has ended.
func (b *Browser) cameraIsOff(t *testing.T, why string) {
	t.Helper()
	const off = `!document.querySelector("dialog[open]") && tracks.every((track) => track.readyState === "ended")`
	if err := chromedp.Run(b.ctx, chromedp.Poll(off, nil, chromedp.WithPollingTimeout(10*time.Second))); err != nil {
		t.Errorf("%s: the camera is still on: %v", why, err)
	}
}

func TestTheCameraIsOfferedOnlyWhereTheBrowserReadsBarcodes(t *testing.T) {
	t.Parallel()
	w, b := atTheForm(t, sim.AdaID)
	const fetched = `performance.getEntriesByType("resource").filter((r) => r.name.includes("/camera.")).length`
	for _, test := range []struct{ name, before, hidden, fetched string }{
		{"it cannot read barcodes", "", "true", "0"},
		{"it knows no kind of barcode", readsBarcodes + "; window.formats = []", "true", "0"},
		{"it reads barcodes", readsBarcodes + "; window.formats = undefined", "false", "1"},
	} {
		b.Before(t, "{"+test.before+"}")
		b.Open(t, "/enrol")
		if test.hidden == "false" {
			b.See(t, "[data-camera]")
		}
		if got := b.Evaluate(t, `document.querySelector("[data-camera]").hidden`); got != test.hidden {
			t.Errorf("%s: the button is hidden: %s", test.name, got)
		}
		if got := b.Evaluate(t, fetched); got != test.fetched {
			t.Errorf("%s: the camera's script was fetched %s times", test.name, got)
		}
	}
	if strings.Contains(w.Log.String(), "content security policy report") {
		t.Error("the browser reported that the policy was broken")
	}
}

func TestTheCameraFillsInTheSerialAndIsSwitchedOff(t *testing.T) {
	t.Parallel()
	w, b := atTheForm(t, sim.AdaID)
	b.Before(t, "{"+readsBarcodes+"}")
	b.Permit(t, "camera", browser.PermissionSettingGranted)
	b.Open(t, "/") // whose own document may not use the camera
	b.Press(t, "main a[href='/enrol']")
	b.See(t, "[data-camera]")
	b.Look(t, "camera-button")

	b.openCamera(t)
	b.Look(t, "camera-open")
	if got := b.Evaluate(t, `document.activeElement.matches("dialog [data-camera-close]")`); got != "true" {
		t.Error("the focus is not on the way out")
	}
	for _, test := range []struct {
		name string
		do   func()
	}{
		{"the button that closes it", func() { b.Press(t, "[data-camera-close]") }},
		{"Esc", func() { b.Keys(t, person(kb.Escape)) }},
		{"the page is left", func() { b.Evaluate(t, `window.dispatchEvent(new PageTransitionEvent("pagehide"))`) }},
		{"the page is hidden", func() { b.Evaluate(t, `document.dispatchEvent(new Event("visibilitychange", {bubbles: true}))`) }},
	} {
		if b.Evaluate(t, `!!document.querySelector("dialog[open]")`) == "false" {
			b.openCamera(t)
		}
		test.do()
		b.cameraIsOff(t, test.name)
		if got := b.Evaluate(t, `document.activeElement.matches("[data-camera]")`); got != "true" {
			t.Errorf("%s: the focus did not return to the button", test.name)
		}
	}

	b.Evaluate(t, "[window.slow = true, window.tracks = [], window.allow = undefined]")
	b.Press(t, "[data-camera]")
	b.Press(t, "[data-camera-close]")
	b.Do(t, chromedp.Poll("window.allow", nil))
	b.Evaluate(t, "[allow(), window.slow = false]")
	b.Do(t, chromedp.Poll("tracks.length === 1", nil))
	b.cameraIsOff(t, "it is closed before the browser has asked for the camera")

	b.openCamera(t)
	b.Evaluate(t, `window.held = ["otpauth://totp/Contoso:ada?secret=JBSWY3DPEHPK3PXP", ""]`)
	b.Evaluate(t, "window.looked = 0")
	b.Do(t, chromedp.Poll("looked > 2", nil))
	if got := b.Value(t, "#serialNumber"); got != "" {
		t.Errorf("what is no serial number was taken for one: %q", got)
	}
	for _, test := range []struct{ held, want, next string }{
		{sim.SerialGood30, sim.SerialGood30, "displayName"},
		{"https://fobs.example/enrol?serial=" + sim.SerialGood60, sim.SerialGood60, "verificationCode"},
	} {
		if b.Evaluate(t, `!!document.querySelector("dialog[open]")`) == "false" {
			b.openCamera(t)
		}
		b.Evaluate(t, `window.held = ["`+test.held+`"]`)
		b.cameraIsOff(t, "a hit")
		if got := b.Value(t, "#serialNumber"); got != test.want {
			t.Errorf("the serial number is %q, want %q", got, test.want)
		}
		if got := b.Focused(t); got != test.next {
			t.Errorf("the focus is on %q, want the next empty field, %q", got, test.next)
		}
		if got := b.Evaluate(t, `document.getElementById("announcer").textContent`); !strings.HasPrefix(got, "The serial number is filled in.") {
			t.Errorf("announced is %q", got)
		}
		b.Type(t, "#displayName", "Key ring")
	}
	if got := b.Evaluate(t, "submits"); got != "0" || w.posts() != 0 {
		t.Errorf("the camera sent the form %s times", got)
	}
	if strings.Contains(w.Log.String(), "content security policy report") {
		t.Error("the browser reported that the policy was broken")
	}
}

func TestACameraThatCannotBeUsedIsExplainedAtTheField(t *testing.T) {
	t.Parallel()
	_, b := atTheForm(t, sim.AdaID)
	b.Before(t, "{"+readsBarcodes+"}")
	b.Permit(t, "camera", browser.PermissionSettingDenied)
	b.Open(t, "/enrol")
	const note = "#serialNumber-camera"
	for _, test := range []struct{ broken, want string }{
		{"", "This page may not use the camera. Allow it in your browser, or type the serial number."},
		{"NotFoundError", "The camera does not start. Type the serial number instead."},
	} {
		b.Evaluate(t, `window.broken = "`+test.broken+`"`)
		b.Press(t, "[data-camera]")
		b.Do(t, chromedp.Poll(`document.querySelector("`+note+`").textContent === "`+test.want+`"`, nil))
		if got := b.Text(t, note); got != test.want {
			t.Errorf("the field says %q, want %q", got, test.want)
		}
		if got := b.Evaluate(t, `document.getElementById("announcer").textContent`); got != test.want {
			t.Errorf("announced is %q", got)
		}
		if got := b.Evaluate(t, `[!document.querySelector("dialog[open]"), document.activeElement.matches("[data-camera]")]`); got != "true,true" {
			t.Errorf("the dialog is closed, the focus back on the button: %s", got)
		}
	}
	if got := b.Evaluate(t, `document.getElementById("serialNumber").getAttribute("aria-describedby")`); got != "serialNumber-hint serialNumber-camera" {
		t.Errorf("the field is described by %q", got)
	}
	b.Look(t, "camera-refused")

	b.Permit(t, "camera", browser.PermissionSettingGranted)
	b.Evaluate(t, `window.broken = ""`)
	b.openCamera(t)
	b.Evaluate(t, `window.held = ["`+sim.SerialGood30+`"]`)
	b.cameraIsOff(t, "a hit")
	if got := b.Evaluate(t, `document.querySelector("`+note+`").textContent`); got != "" {
		t.Errorf("the field still says %q", got)
	}
}
