package e2e

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

// countSubmits counts what would send a form, before any of the page's own scripts stops it.
const countSubmits = `window.submits = 0; addEventListener("submit", () => submits++, true)`

// posts is how often the form reached the portal.
func (w *World) posts() int {
	return strings.Count(w.Log.String(), `"method":"POST","route":"/enrol"`)
}

// enrolments are the calls of Graph that bind a fob.
func (w *World) enrolments() []sim.Call {
	return slices.DeleteFunc(w.Cloud.Calls(), func(c sim.Call) bool {
		return c.Side != sim.SideGraph || c.Method != http.MethodPost || !strings.Contains(c.Path, "assignAndActivate")
	})
}

// atTheForm opens the form for a person who has signed in, in a world of its own.
func atTheForm(t *testing.T, personID string) (*World, *Browser) {
	t.Helper()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.Before(t, countSubmits)
	b.signIn(t, personID)
	b.Open(t, "/enrol")
	return w, b
}

// pressAgain notes what the page says once the form is under way, and how long after the press it
// was announced. Then it presses the button twice more.
const pressAgain = `addEventListener("submit", ({ target: form, timeStamp }) => {
	const announcer = document.querySelector("[role=status][aria-live=polite]");
	const button = form.querySelector("[type=submit]");
	new MutationObserver((_, watch) => {
		watch.disconnect();
		window.busyAfter = performance.now() - timeStamp;
		setTimeout(() => {
			window.busy = [form.ariaBusy, button.ariaDisabled, button.textContent, announcer.textContent].join(", ");
			button.click();
			button.click();
		});
	}).observe(announcer, { childList: true });
}, { capture: true, once: true })`

func TestEnterInTheCodeSendsTheFormOnceAndTheWaitIsShown(t *testing.T) {
	t.Parallel()
	w, b := atTheForm(t, sim.AdaID)
	b.Before(t, pressAgain)
	b.Open(t, "/enrol")
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodPost, Delay: 300 * time.Millisecond})
	b.Do(t, chromedp.Focus("#serialNumber", chromedp.ByQuery))
	b.Keys(t, scan(sim.SerialGood30+"\r"), person("Key ring 2\r"), person(w.Cloud.Code(sim.SerialGood30)+"\r"))
	b.See(t, "[data-outcome=enrolled]")
	if got, want := b.Evaluate(t, "busy"), "true, true, Asking Microsoft…, Asking Microsoft…"; got != want {
		t.Errorf("meanwhile the page said %q, want %q", got, want)
	}
	if got, err := strconv.ParseFloat(b.Evaluate(t, "busyAfter"), 64); err != nil || got > 100 {
		t.Errorf("that was announced %v ms after the press, %v", got, err)
	}
	if got := b.Evaluate(t, "submits"); got != "3" {
		t.Errorf("the form was sent off %s times, want Enter once and the button twice", got)
	}
	if got := w.enrolments(); len(got) != 1 || w.posts() != 1 {
		t.Errorf("Graph was asked %d times, the portal %d times", len(got), w.posts())
	}
	if got := b.Evaluate(t, `document.getElementById("announcer").textContent`); got != b.Text(t, "#summary-title") {
		t.Errorf("announced is %q", got)
	}
}

func TestAFormThatGetsNoAnswerCanBeSentAgain(t *testing.T) {
	t.Parallel()
	w, b := atTheForm(t, sim.AdaID)
	w.stop()
	b.enrol(t, sim.SerialGood30, "012345")
	b.See(t, ".announcer-shown")
	if got := b.Text(t, "#announcer"); got != "There was no answer. Check your connection, then try again." {
		t.Errorf("the page says %q", got)
	}
	if got := b.Text(t, "form[action='/enrol']:not([aria-busy]) button[type=submit]:not([aria-disabled])"); got != "Enrol fob" {
		t.Errorf("the button says %q", got)
	}
	if got := b.Value(t, "#serialNumber"); got != sim.SerialGood30 {
		t.Errorf("the serial number is %q", got)
	}
	w.Restart(t)
	b.Type(t, "#verificationCode", w.Cloud.Code(sim.SerialGood30))
	b.Keys(t, person("\r"))
	b.See(t, "[data-outcome=enrolled]")
}

func TestNothingIsCheckedOrSentWhileOneTypes(t *testing.T) {
	t.Parallel()
	w, b := atTheForm(t, sim.AdaID)
	const shown = `document.getElementById("main").innerHTML`
	before := b.Evaluate(t, shown)
	b.Do(t, chromedp.Focus("#serialNumber", chromedp.ByQuery))
	b.Keys(t, person("\t\t12x"), person("\t"))
	b.Type(t, "#verificationCode", "012345")
	b.Keys(t, person("\t"))
	if after := b.Evaluate(t, shown); after != before {
		t.Errorf("the page changed to %s", after)
	}
	if got := b.Evaluate(t, "submits"); got != "0" || w.posts() != 0 {
		t.Errorf("the form was sent off %s times, and reached the portal %d times", got, w.posts())
	}
}

func TestTheReferenceIsCopiedAndACodeIsPasted(t *testing.T) {
	t.Parallel()
	w, b := atTheForm(t, sim.AdaID)
	for _, permission := range []string{"clipboard-read", "clipboard-write"} {
		b.Permit(t, permission, browser.PermissionSettingGranted)
	}
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodPost, Status: http.StatusServiceUnavailable})
	b.enrol(t, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
	b.See(t, "[data-outcome=upstream_unavailable]")
	b.Press(t, "[data-copy]")
	b.Do(t, chromedp.Poll(`document.getElementById("announcer").textContent === "Copied"`, nil))
	if got := b.Text(t, "[data-copy]"); got != "Copied" {
		t.Errorf("the button says %q", got)
	}
	var copied string
	b.Do(t, chromedp.Evaluate(`navigator.clipboard.readText()`, &copied, await))
	if want := b.Text(t, ".reference-value"); copied != want || want == "" {
		t.Errorf("copied is %q, want %q", copied, want)
	}

	w.Cloud.ClearFaults()
	w.Cloud.ResetCalls()
	b.Do(t, chromedp.Evaluate(`navigator.clipboard.writeText("012 345")`, nil, await),
		chromedp.Focus("#verificationCode", chromedp.ByQuery),
		input.DispatchKeyEvent(input.KeyRawDown).WithKey("v").WithModifiers(input.ModifierCtrl).WithCommands([]string{"paste"}))
	if got := b.Value(t, "#verificationCode"); got != "012 345" {
		t.Errorf("pasted is %q", got)
	}
	if got := len(w.enrolments()); got != 0 {
		t.Errorf("pasting sent the form")
	}
	b.Keys(t, person("\r"))
	b.See(t, "[data-outcome=wrong_code]")
	if got := w.enrolments(); len(got) != 1 || got[0].Body["verificationCode"] != "012345" {
		t.Errorf("Graph was sent %v, want the code with its zero and without the space", got)
	}
}

func TestTheCodeHasOneWideFieldWithALabel(t *testing.T) {
	t.Parallel()
	_, b := atTheForm(t, sim.BenID)
	for path, code := range map[string]string{"/enrol": "#verificationCode", "/": "form[action$='/activate'] input[name=verificationCode]"} {
		b.Open(t, path)
		b.See(t, code)
		const facts = `(() => {
			const code = document.querySelector("CODE"), style = getComputedStyle(code), size = parseFloat(style.fontSize);
			const inner = code.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
			const pen = document.createElement("canvas").getContext("2d");
			pen.font = style.font;
			const digit = pen.measureText("0").width + parseFloat(style.letterSpacing);
			return [
				...["type", "inputmode", "autocomplete", "spellcheck", "placeholder", "maxlength", "pattern"].map((a) => a + "=" + code.getAttribute(a)),
				"labels=" + [...code.labels].filter((l) => l.checkVisibility()).length,
				"wide=" + (parseFloat(style.letterSpacing) > 0.2 * size),
				"digits=" + Math.floor(inner / digit),
				"fields=" + code.form.querySelectorAll("[name=verificationCode]").length,
			].join(" ");
		})()`
		const want = "type=text inputmode=numeric autocomplete=one-time-code spellcheck=false placeholder=null maxlength=null pattern=null labels=1 wide=true digits=6 fields=1"
		if got := b.Evaluate(t, strings.ReplaceAll(facts, "CODE", code)); got != want {
			t.Errorf("%s: %s\nwant %s", path, got, want)
		}
	}
}

func TestBackAndForwardLeaveAPageThatCanBeUsed(t *testing.T) {
	t.Parallel()
	w, b := atTheForm(t, sim.AdaID)
	b.Open(t, "/")
	b.Press(t, "main a[href='/enrol']")
	b.See(t, "#serialNumber")
	b.Back(t)
	b.See(t, "main a[href='/enrol']")
	b.Do(t, chromedp.NavigateForward())
	b.See(t, "#serialNumber")

	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodPost, Times: 1, Delay: 4 * time.Second})
	b.Type(t, "#serialNumber", sim.SerialUnknown)
	b.Type(t, "#verificationCode", "123456")
	const said = `(() => {
		const form = document.querySelector("form[action='/enrol']"), button = form.querySelector("[type=submit]");
		const state = () => [form.ariaBusy, button.ariaDisabled, button.textContent, document.getElementById("announcer").textContent].join(", ");
		button.click();
		const busy = state();
		window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
		return busy + "; " + state();
	})()`
	if got, want := b.Evaluate(t, said), "true, true, Asking Microsoft…, Asking Microsoft…; , , Enrol fob, Asking Microsoft…"; got != want {
		t.Errorf("under way, and back from the browser's memory, the page said %q, want %q", got, want)
	}
	b.Back(t)
	b.See(t, "main a[href='/enrol']")
	b.Press(t, "main a[href='/enrol']")
	b.See(t, "form[action='/enrol']:not([aria-busy])")
	b.enrol(t, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
	b.See(t, "[data-outcome=enrolled]")
}
