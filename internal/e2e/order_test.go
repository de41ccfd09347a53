package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"fobdesk/internal/sim"
)

// stop is where the focus is, as a person would call it, and whether they see it there; nothing where Tab has come
// to the end of the page.
const stop = `(e => e === document.body ? "" : (e.labels?.[0] ?? e).innerText.trim().replace(/\s+/g, " ") + (` + seen + ` === true ? "" : ", not seen"))(document.activeElement)`

// goesRound presses Tab once round the page, and holds that it comes to these, in this order, each of them seen.
func (b *Browser) goesRound(t *testing.T, page string, want ...string) {
	t.Helper()
	var round []string
	for range len(want) + 2 {
		var name string
		b.Do(t, chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(stop, &name))
		if name != "" {
			round = append(round, name)
		}
	}
	if n := len(want); len(round) > n && round[n] == round[0] { // it comes back to where it began
		round = round[:n]
	}
	if start := slices.Index(round, want[0]); start > 0 { // Tab began in the middle
		round = slices.Concat(round[start:], round[:start])
	}
	if !slices.Equal(round, want) {
		t.Errorf("%s: Tab goes to\n\t%s\nwant\n\t%s", page, strings.Join(round, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// stops are a page's, from the first link on.
func stops(names ...string) []string { return append([]string{say("skip")}, names...) }

// The stops of a station's forms.
func keypadStops() []string { return strings.Fields("1 2 3 4 5 6 7 8 9 Clear 0 Delete") }
func enrolStops() []string {
	return slices.Concat([]string{"Serial number", "Name for this fob (optional)", "Code on the fob"}, keypadStops(), []string{"Enrol fob", "Finish and leave"})
}
func operatorStops(between ...string) []string {
	return slices.Concat([]string{"Person"}, between, []string{"Serial number", "Code on the fob"}, keypadStops(), []string{"Enrol and go on", "Finish operator mode"})
}

const (
	notYou  = "Not you? Finish"
	refused = "This code was not accepted. Wait for the next one"
)

// TestTheFocusGoesRoundEachPageOfAVisitInOrderAndIsSeen goes by Tab, on a tall screen and on one as small as a
// station's at 400 %.
func TestTheFocusGoesRoundEachPageOfAVisitInOrderAndIsSeen(t *testing.T) {
	t.Parallel()
	for _, size := range []size{stationSizes[0], stationSizes[2]} {
		t.Run(size.name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			code, _ := w.newStation(t, "Reception")
			b := w.newKeyboard(t)
			b.Before(t, movable)
			b.Do(t, chromedp.EmulateViewport(size.width, size.height))
			b.Open(t, "/kiosk")
			b.goesRound(t, "no station", stops(say("kiosk.pair_link"), say("kiosk.unknown_home"))...)
			b.Open(t, "/kiosk/pair")
			b.goesRound(t, "pairing", stops("Code for this station", "Put into service")...)
			b.Type(t, "#pairingCode", code+"\r")
			b.atWelcome(t)
			tongues := strings.Fields("Deutsch English Español Français Italiano Nederlands Polski Português العربية 日本語")
			b.goesRound(t, "welcome", stops(slices.Concat(tongues, []string{"Start", "For staff: hand out fobs"})...)...)

			b.visit(t, sim.AdaID)
			b.goesRound(t, "form", stops(slices.Concat([]string{notYou}, enrolStops())...)...)
			b.enrolHere(t, sim.SerialGood30, w.Cloud.WrongCode(sim.SerialGood30))
			b.See(t, "[data-outcome=wrong_code]")
			b.goesRound(t, "wrong code", stops(slices.Concat([]string{notYou, refused}, enrolStops())...)...)
			b.pass(t, 70*time.Second)
			b.See(t, "dialog.kiosk-still")
			b.Do(t, chromedp.KeyEvent(kb.Escape))
			b.passHere(t, time.Second) // what is pressed at once belongs to the answer
			b.enrolHere(t, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
			b.See(t, "[data-outcome=enrolled]")
			b.goesRound(t, "receipt", stops(notYou, "Done")...)
			b.Press(t, "main button[form=finish]")
			b.atWelcome(t)

			b.visit(t, sim.DmitriID)
			b.See(t, "main a[href$='/remove']")
			b.Press(t, "main a[href$='/remove']")
			b.See(t, "main form[action$='/remove']")
			b.goesRound(t, "remove", stops(notYou, "Remove fob", "Keep it")...)
		})
	}
}

// TestTheFocusGoesRoundAnOperatorsPagesInOrderAndIsSeen serves one of two people of one name, and one with a
// wrong code.
func TestTheFocusGoesRoundAnOperatorsPagesInOrderAndIsSeen(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b, _ := w.newKiosk(t, true)
	b.Do(t, emulation.SetFocusEmulationEnabled(true), chromedp.EmulateViewport(320, 640))
	b.Press(t, "main a[href='/kiosk/operator']")
	b.Press(t, "button[value='"+sim.GraceID+"']")
	b.See(t, ".kiosk-operator")
	b.goesRound(t, "queue", stops(slices.Concat([]string{notYou}, operatorStops())...)...)
	serial := sim.BoxSerial(0)
	b.operate(t, "Ann Smith", serial, w.Cloud.Code(serial))
	b.See(t, "[name=person]")
	first := b.Evaluate(t, "document.querySelector('[name=person]').labels[0].innerText.trim().replace(/\\s+/g, ' ')")
	b.goesRound(t, "two of one name", stops(slices.Concat([]string{notYou, b.Text(t, "#summary a")}, operatorStops(first))...)...)
	b.Press(t, "[name=person]")
	b.Type(t, "#verificationCode", w.Cloud.Code(serial))
	b.Press(t, "form[action='/kiosk/operator'] button[type=submit]")
	b.See(t, "[data-outcome=enrolled]")
	b.goesRound(t, "done", stops(slices.Concat([]string{notYou}, operatorStops())...)...)
	b.operate(t, "chloe", sim.BoxSerial(1), w.Cloud.WrongCode(sim.BoxSerial(1)))
	b.See(t, "[data-outcome=wrong_code]")
	b.goesRound(t, "wrong code", stops(slices.Concat([]string{notYou, refused}, operatorStops())...)...)
}

// TestNothingBehindTheQuestionWhoIsStillThereHasTheFocus tries to give it to all that is there.
func TestNothingBehindTheQuestionWhoIsStillThereHasTheFocus(t *testing.T) {
	t.Parallel()
	b, _ := NewWorld(t).newKiosk(t, true)
	b.Do(t, emulation.SetFocusEmulationEnabled(true))
	b.visit(t, sim.AdaID)
	b.pass(t, 70*time.Second)
	b.See(t, "dialog.kiosk-still")
	if got, want := b.Evaluate(t, stop), say("kiosk.still_yes"); got != want {
		t.Errorf("the focus is on %q", got)
	}
	const behind = "[...document.querySelectorAll('a, button, input')].filter(e => !e.closest('dialog:modal') && (e.focus(), document.activeElement === e)).length"
	if got := b.Evaluate(t, behind); got != "0" {
		t.Errorf("%s things behind it take the focus", got)
	}
}

// TestTheSignOfWaitingStandsStillForWhoeverAsksForStillness looks while an answer is awaited.
func TestTheSignOfWaitingStandsStillForWhoeverAsksForStillness(t *testing.T) {
	t.Parallel()
	const moving = "document.getAnimations().filter(a => a.playState === 'running').length"
	for motion, moves := range map[string]bool{"reduce": false, "no-preference": true} {
		t.Run(motion, func(t *testing.T) {
			t.Parallel()
			preference := emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: motion}})
			w := NewWorld(t)
			b := w.NewBrowser(t, true)
			b.Do(t, preference)
			b.signIn(t, sim.AdaID)
			b.Press(t, "main a[href='/enrol']")
			letGo := b.holding(t, "/enrol")
			b.enrol(t, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
			b.See(t, "form[aria-busy] button[aria-disabled]")
			if got := b.Evaluate(t, moving); (got != "0") != moves {
				t.Errorf("while the answer is awaited %s things move", got)
			}
			letGo()
			b.See(t, "[data-outcome=enrolled]")
		})
	}
}
