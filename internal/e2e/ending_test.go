package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"fobdesk/internal/sim"
)

const endingDialog = "dialog[data-ending]"

// almostSignedOut lets nothing happen on a page until it asks whether one wants to go on.
func (b *Browser) almostSignedOut(t *testing.T) {
	t.Helper()
	var idle, ask, left int // seconds; see view.Chrome
	if _, err := fmt.Sscan(b.Evaluate(t, "document.body.dataset.ending"), &idle, &ask, &left); err != nil {
		t.Fatal(err)
	}
	b.pass(t, time.Duration(idle-ask)*time.Second)
	b.See(t, endingDialog)
}

// TestWhoIsAskedBeforeTheyAreSignedOutStaysByOnePress shows the question of a session's end: what is
// asked, where the focus is meanwhile and afterwards, and that what was typed is kept.
func TestWhoIsAskedBeforeTheyAreSignedOutStaysByOnePress(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*testing.T, *Browser){
		"the button": func(t *testing.T, b *Browser) { b.Press(t, "[data-stay]") },
		"Enter":      func(t *testing.T, b *Browser) { b.Keys(t, person("\r")) },
		"Escape":     func(t *testing.T, b *Browser) { b.Do(t, chromedp.KeyEvent(kb.Escape)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			b := w.NewBrowser(t, true)
			b.Before(t, movable)
			b.signIn(t, sim.AdaID)
			b.Open(t, "/enrol")
			b.Type(t, "#serialNumber", sim.SerialGood30)
			b.Type(t, "#verificationCode", "123")
			b.almostSignedOut(t)
			if role, said, about := b.role(t, endingDialog); role != "dialog" || said != "You are signed out soon" || !strings.HasPrefix(about, "Nothing has happened") {
				t.Errorf("a screen reader says %q %q %q", role, said, about)
			}
			if got := b.Evaluate(t, "document.activeElement.hasAttribute('data-stay')"); got != "true" {
				t.Error("the focus is not in the dialog")
			}
			answer(t, b)
			b.Do(t, chromedp.Poll("!document.querySelector('dialog[data-ending]').open", nil))
			if got := b.Focused(t); got != "verificationCode" {
				t.Errorf("the focus is on %q afterwards", got)
			}
			if serial, code := b.Value(t, "#serialNumber"), b.Value(t, "#verificationCode"); serial != sim.SerialGood30 || code != "123" {
				t.Errorf("the form holds %q and %q afterwards", serial, code)
			}
			b.until(t, "performance.getEntriesByType('resource').some(e => e.name.endsWith('/auth/stay') && e.responseStatus === 204)")
			w.Clock.Pass(3 * time.Minute) // later than the session would have ended
			b.Keys(t, person("\r"))
			b.See(t, "[data-outcome=invalid_input]")
		})
	}
}

func TestWhoDoesNotAnswerIsToldThatTheyAreSignedOutAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := NewWorld(t, Setting("FOBDESK_SESSION_IDLE", "5m")) // Entra takes her proof for ten minutes
	b := w.NewBrowser(t, true)
	b.Before(t, movable)
	b.signIn(t, sim.AdaID)
	b.Open(t, "/enrol")
	b.Type(t, "#serialNumber", sim.SerialGood30)
	b.almostSignedOut(t)
	b.pass(t, 2*time.Minute)
	b.until(t, "document.getElementById('ending-title')?.textContent === 'You are signed out'")
	b.See(t, endingDialog)
	b.Press(t, "[data-stay]") // it says Close by now
	w.Clock.Pass(time.Minute) // the page counts on a little less than the portal gives
	b.Type(t, "#verificationCode", "123456")
	b.Keys(t, person("\r"))
	b.See(t, "[data-outcome=signed_out]")
	b.Press(t, "main a[href^='/auth/sign-in']") // Entra still knows her
	b.See(t, "#main .notice")
	if got := b.Value(t, "#serialNumber"); got != sim.SerialGood30 {
		t.Errorf("the serial number is %q", got)
	}
}

// TestTheEndThatNoUseMovesIsToldOnce shows what is said where one cannot stay.
func TestTheEndThatNoUseMovesIsToldOnce(t *testing.T) {
	t.Parallel()
	w := NewWorld(t, Setting("FOBDESK_SESSION_IDLE", "10m"), Setting("FOBDESK_SESSION_MAX", "11m"))
	b := w.NewBrowser(t, true)
	b.Before(t, movable)
	b.signIn(t, sim.AdaID)
	w.Clock.Pass(9 * time.Minute) // two are left, and it was used just now
	b.Open(t, "/enrol")
	b.passHere(t, time.Minute) // the page has what tells of it by then
	b.See(t, endingDialog)
	if got := b.Text(t, "#ending-text"); !strings.HasPrefix(got, "Everyone signs in again") {
		t.Errorf("it says %q", got)
	}
	b.Press(t, "[data-stay]")
	b.until(t, "new Promise(done => setTimeout(() => done(!document.querySelector('dialog[data-ending]').open), 2500))")
}
