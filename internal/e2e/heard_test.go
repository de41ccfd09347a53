package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"fobdesk/internal/message"
	"fobdesk/internal/sim"
)

// What a screen reader hears on the way: the accessibility tree of Chromium, and what is announced.

// say is a sentence of the interface in English.
func say(key string, args ...any) string { return message.Text(context.Background(), key, args...) }

// asked is a field as the tree has it: its label and its hint, and what holds of it.
func asked(label, hint, states string) string {
	return strings.TrimSpace(fmt.Sprintf("textbox %q (%s) %s", say(label), say(hint), states))
}

// The questions of the form, which are the same wherever they are asked.
func askedSerial() string {
	return asked("field.serialNumber.label", "field.serialNumber.hint", "required")
}
func askedCode() string {
	return asked("field.verificationCode.label", "field.verificationCode.hint", "required")
}

// refusedCode is the code's field after a wrong one: what is wrong belongs to its description.
func refusedCode(states string) string {
	return fmt.Sprintf("textbox %q (%s %s %s) required invalid%s", say("field.verificationCode.label"),
		say("field.verificationCode.hint"), say("field.error"), say("outcome.wrong_code.field"), states)
}

// status is the announcer.
func status(words string) string { return fmt.Sprintf("status %q live=polite", words) }

// heading is one of the page's headings.
func heading(level int, words, states string) string {
	return fmt.Sprintf("heading %q level=%d%s", words, level, states)
}

// summaryOf is the summary of a page, which has the focus.
func summaryOf(words string) string { return fmt.Sprintf("region %q focused", words) }

// newListener is a browser whose live regions are listened to.
func (w *World) newListener(t *testing.T) *Browser {
	t.Helper()
	b := w.newKeyboard(t)
	b.Before(t, listening)
	return b
}

// holding stops what the page posts to a path on its way, until it is let go.
func (b *Browser) holding(t *testing.T, path string) (letGo func()) {
	t.Helper()
	held := make(chan fetch.RequestID, 1)
	ctx, stop := context.WithCancel(b.ctx)
	chromedp.ListenTarget(ctx, func(event any) {
		if paused, ok := event.(*fetch.EventRequestPaused); ok {
			held <- paused.RequestID
		}
	})
	b.Do(t, fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: b.World.URL + path}}))
	return func() {
		t.Helper()
		b.Do(t, fetch.ContinueRequest(<-held), fetch.Disable())
		stop()
	}
}

// TestAScreenReaderHearsAnEnrolmentAndARemoval goes through an employee's two main jobs.
func TestAScreenReaderHearsAnEnrolmentAndARemoval(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.newListener(t)
	b.signIn(t, sim.AdaID)
	b.enter(t, "main a[href='/enrol']")
	b.hears(t, `RootWebArea "Enrol a fob – Contoso" focused`, `main ""`, heading(1, "Enrol a fob", " focused"), `form ""`,
		askedSerial(), fmt.Sprintf("image %q", say("field.serialNumber.drawing")),
		asked("field.displayName.label", "field.displayName.hint", ""),
		askedCode(), fmt.Sprintf("image %q", say("field.verificationCode.drawing")),
		`button "Enrol fob"`, status("Enrol a fob"))

	b.fill(t, "#serialNumber", sim.SerialGood30)
	b.fill(t, "#verificationCode", w.Cloud.WrongCode(sim.SerialGood30)+"\r")
	problem := say("outcome.wrong_code.title")
	b.hears(t, `RootWebArea "Error: Enrol a fob – Contoso" focused`, summaryOf(problem), heading(2, problem, ""),
		fmt.Sprintf("link %q", say("outcome.wrong_code.field")), askedSerial(), refusedCode(""), status(problem))
	b.enter(t, "#summary a[href='#verificationCode']")
	b.hears(t, refusedCode(" focused"))

	letGo := b.holding(t, "/enrol")
	b.Keys(t, person(w.Cloud.Code(sim.SerialGood30)+"\r"))
	busy := say("busy.asking")
	b.hears(t, `form "" busy`, fmt.Sprintf("button %q disabled", busy), status(busy))
	letGo()
	ready := say("outcome.enrolled.title")
	b.hears(t, summaryOf(ready), heading(1, ready, ""), `term "Serial number"`, `heading "What happens next" level=2`, `link "Go to your fobs"`, status(ready))
	b.announced(t, "Enrol a fob", busy, problem, busy, ready)

	b.enter(t, "main a[href='/']")
	b.enter(t, "a[href$='/remove']")
	b.hears(t, heading(1, say("remove.title"), " focused"), `heading "Fob" level=2`, heading(3, say("remove.only_title"), ""),
		`button "Remove fob"`, `link "Keep it"`, status(say("remove.title")))
	b.enter(t, "form[action$='/remove'] button[type=submit]")
	removed := say("outcome.removed.title")
	b.hears(t, summaryOf(removed), heading(1, removed, ""), status(removed))
	b.announced(t, say("remove.title"), busy, removed)
}

// TestAScreenReaderHearsWhomAnAdminFindsAndServes goes through the search as one types, a person's page and
// the queue.
func TestAScreenReaderHearsWhomAnAdminFindsAndServes(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.newListener(t)
	b.signIn(t, sim.GraceID)
	b.Open(t, "/admin/users")
	b.Keys(t, person("ann smi"))
	two := say("people.count", "count", 2)
	b.hears(t, fmt.Sprintf("searchbox %q (%s) focused", say("field.q.label"), say("field.q.hint")), `button "Search"`,
		`region "People found"`, heading(2, "People found", ""), `link "Ann Smith"`, `link "Ann Smith"`, status(two))
	b.announced(t, two)
	b.Keys(t, person("xyz"))
	b.announced(t, two, say("field.q.nobody"))

	b.Open(t, "/admin/users/"+sim.BenID)
	b.hears(t, heading(1, "Ben Adeyemi", ""), `region "Fobs"`, heading(3, "Desk drawer", ""),
		fmt.Sprintf(`button "Switch off Desk drawer %s"`, sim.SerialBenActive),
		fmt.Sprintf(`link "Remove Desk drawer %s"`, sim.SerialBenActive),
		heading(3, "Fob", ""), `form "Fob"`, askedCode(), `button "Activate"`,
		fmt.Sprintf(`link "Remove Fob %s"`, sim.SerialBenAssigned),
		`region "Enrol a fob"`, askedSerial(), askedCode(), `button "Enrol fob"`,
		`region "Assign a fob without its code"`, asked("person.assign_serial", "field.serialNumber.hint", "required"))

	b.Open(t, "/admin/handout")
	next := asked("handout.person", "handout.person_hint", "required focused")
	b.hears(t, heading(1, say("handout.title"), ""), next, askedSerial(), askedCode(), `button "Enrol and go on"`)
	b.handOut(t, "ada.fischer@contoso.example", sim.SerialGood30, w.Cloud.Code(sim.SerialGood30), 0)
	given := fmt.Sprintf("Ada Fischer, %s: %s", sim.SerialGood30, say("history.end.enrolled"))
	b.hears(t, next, status(given))
	b.announced(t, say("busy.asking"), given)
	b.handOut(t, "chloe", sim.SerialGood60, w.Cloud.WrongCode(sim.SerialGood60), 0)
	problem := say("outcome.wrong_code.title")
	b.hears(t, summaryOf(problem), refusedCode(""), status(problem))
	b.announced(t, say("busy.asking"), problem)
}

// TestAScreenReaderHearsAVisitAtAStation goes through the welcome, an enrolment by the keypad, the question
// who is still there, and the queue of an operator.
func TestAScreenReaderHearsAVisitAtAStation(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	code, _ := w.newStation(t, "Reception")
	b := w.newListener(t)
	b.Before(t, movable)
	b.Open(t, "/kiosk/pair")
	b.hears(t, heading(1, say("kiosk.pair_title"), ""), asked("field.pairingCode.label", "field.pairingCode.hint", "required"))
	b.fill(t, "#pairingCode", code+"\r")
	b.atWelcome(t)
	b.hears(t, `RootWebArea "Make your fob ready – Reception – Contoso" focused`, `form "Language"`, `button "Deutsch"`,
		heading(1, say("kiosk.title"), ""), status(""), `link "Start"`, `region "What you need"`, `link "For staff: hand out fobs"`)

	b.visit(t, sim.AdaID)
	keys := []string{`group "Keypad for the code"`}
	for _, key := range strings.Fields("1 2 3 4 5 6 7 8 9 Clear 0 Delete") {
		keys = append(keys, fmt.Sprintf("button %q", key))
	}
	b.hears(t, append([]string{`button "Not you? Finish"`, heading(1, "Enrol a fob", ""), askedSerial(), askedCode()},
		append(keys, `button "Enrol fob"`, `button "Finish and leave"`)...)...)
	b.fill(t, "#serialNumber", sim.SerialGood30)
	code = w.Cloud.WrongCode(sim.SerialGood30)
	for _, digit := range code {
		b.enter(t, fmt.Sprintf("[data-keypad] button[value='%c']", digit))
	}
	b.announced(t, "Digits typed: 5", "Digits typed: 6")
	b.enter(t, sendButton)
	problem := say("outcome.wrong_code.title")
	b.hears(t, summaryOf(problem), refusedCode(""))
	b.hearsWhoIsStillThere(t)

	b.passHere(t, time.Second) // what is pressed at once belongs to the answer
	b.Type(t, "#verificationCode", w.Cloud.Code(sim.SerialGood30))
	b.Do(t, chromedp.KeyEvent(kb.Enter))
	ready := say("outcome.enrolled.title")
	b.hears(t, summaryOf(ready), heading(1, ready, ""), `button "Done"`)
	b.announced(t, fmt.Sprintf("%s 15 %s", say("kiosk.back_in"), say("kiosk.back_stay")))
}

// hearsWhoIsStillThere goes through the question second by second: how many are left is shown with each, and said
// three times.
func (b *Browser) hearsWhoIsStillThere(t *testing.T) {
	t.Helper()
	b.pass(t, 61*time.Second)
	b.hears(t, fmt.Sprintf("dialog %q (%s) modal", say("kiosk.still_title"), say("kiosk.still_text")), fmt.Sprintf("button %q focused", say("kiosk.still_yes")))
	shown := map[string]bool{}
	for range 26 {
		b.passHere(t, time.Second)
		shown[b.Evaluate(t, "document.querySelector('dialog [data-left]').textContent")] = true
	}
	if len(shown) < 20 {
		t.Errorf("in 26 seconds it shows %v", shown)
	}
	left := say("kiosk.still_left") + " "
	b.announced(t, left+"20", left+"10", left+"5")
	b.Do(t, chromedp.KeyEvent(kb.Escape))
	b.hears(t, summaryOf(say("outcome.wrong_code.title")))
}

// TestAScreenReaderHearsEachResultOfAnOperator serves two at a station.
func TestAScreenReaderHearsEachResultOfAnOperator(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b, _ := w.newKiosk(t, true)
	b.Press(t, "main a[href='/kiosk/operator']")
	b.Press(t, "button[value='"+sim.GraceID+"']")
	b.hears(t, heading(1, say("kiosk.operator_title"), ""), asked("handout.person", "handout.person_hint", "required focused"),
		askedSerial(), askedCode(), `group "Keypad for the code"`, `button "Finish operator mode"`)
	b.operate(t, "ada.fischer", sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
	given := say("kiosk.operator_done", "serial", sim.SerialGood30, "result", say("history.end.enrolled"))
	b.hears(t, fmt.Sprintf("textbox %q (%s %s) required focused", say("handout.person"), say("handout.person_hint"), given))
	b.operate(t, "chloe", sim.SerialGood60, w.Cloud.WrongCode(sim.SerialGood60))
	b.hears(t, summaryOf(say("outcome.wrong_code.title")), refusedCode(""))
}

// operate serves one person as the station's operator.
func (b *Browser) operate(t *testing.T, who, serial, code string) {
	t.Helper()
	b.Type(t, "#q", who)
	b.Type(t, "#serialNumber", serial)
	b.Type(t, "#verificationCode", code)
	b.Press(t, "form[action='/kiosk/operator'] button[type=submit]")
}
