package e2e

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

// TestEachPageOfAStationCanBeReadAndUsedByEveryone looks at the pages in a station's sizes.
func TestEachPageOfAStationCanBeReadAndUsedByEveryone(t *testing.T) {
	t.Parallel()
	t.Run("before a visit", func(t *testing.T) {
		t.Parallel()
		w := NewWorld(t)
		code, admin := w.newStation(t, "Reception")
		b := w.NewBrowser(t, true)
		b.Open(t, "/kiosk")
		b.lookHere(t, "unknown")
		b.Press(t, "main a[href='/kiosk/pair']")
		b.Type(t, "#pairingCode", "wrong")
		b.Press(t, "form[action='/kiosk/pair'] button")
		b.See(t, "[data-outcome=wrong_code]")
		b.lookHere(t, "pair")
		b.Type(t, "#pairingCode", code)
		b.Press(t, "form[action='/kiosk/pair'] button")
		b.atWelcome(t)
		b.lookHere(t, "welcome")
		_ = admin
	})
	t.Run("an enrolment", func(t *testing.T) {
		t.Parallel()
		b, _ := NewWorld(t).newKiosk(t, true)
		b.visit(t, sim.AdaID)
		b.See(t, "[data-keypad]")
		b.lookHere(t, "enrol")
		b.enrolHere(t, sim.SerialGood30, b.World.Cloud.WrongCode(sim.SerialGood30))
		b.See(t, "[data-outcome=wrong_code]")
		b.lookHere(t, "wrong-code")
		b.enrolHere(t, sim.SerialGood30, b.World.Cloud.Code(sim.SerialGood30))
		b.See(t, "[data-outcome=enrolled]")
		b.Do(t, chromedp.KeyEvent("\t")) // to read on
		b.lookHere(t, "done")
	})
	t.Run("fobs that are held", func(t *testing.T) {
		t.Parallel()
		b, _ := NewWorld(t).newKiosk(t, true)
		b.visit(t, sim.BenID)
		b.lookHere(t, "assigned")
		b.Press(t, "#finish button")
		b.atWelcome(t)
		b.visit(t, sim.DmitriID)
		b.lookHere(t, "full")
		b.Press(t, "main a[href$='/remove']")
		b.See(t, "main form[action$='/remove']")
		b.lookHere(t, "remove")
	})
	t.Run("still there", func(t *testing.T) {
		t.Parallel()
		b, _ := NewWorld(t, Setting("FOBDESK_KIOSK_IDLE", "60s")).newKiosk(t, true)
		b.visit(t, sim.AdaID)
		b.Do(t, chromedp.Evaluate("document.querySelector('dialog.kiosk-still').showModal()", nil))
		b.lookHere(t, "still-there")
	})
	t.Run("an operator", func(t *testing.T) {
		t.Parallel()
		b, _ := NewWorld(t).newKiosk(t, true)
		b.Press(t, "main a[href='/kiosk/operator']")
		b.Press(t, "button[value='"+sim.GraceID+"']")
		b.See(t, ".kiosk-operator")
		b.lookHere(t, "operator")
		b.Type(t, "#q", "Ann Smith")
		b.Type(t, "#serialNumber", sim.BoxSerial(0))
		b.Type(t, "#verificationCode", b.World.Cloud.Code(sim.BoxSerial(0)))
		b.Press(t, "form[action='/kiosk/operator'] button[type=submit]")
		b.See(t, "[name=person]")
		b.lookHere(t, "operator-several")
	})
	t.Run("the admins' pages", func(t *testing.T) {
		t.Parallel()
		w := NewWorld(t)
		w.newStation(t, "Reception")
		b := w.NewBrowser(t, true)
		b.signIn(t, sim.GraceID)
		b.Open(t, "/admin/stations")
		b.See(t, "[data-pairing-code]")
		b.Press(t, ".station-acts summary")
		b.Look(t, "stations")
		b.Press(t, "main a[href='/admin/stations/guide']")
		b.See(t, ".guide")
		b.Look(t, "stations-guide")
	})
}

// smallestLetters are a station's, in pixels of 1080 by 1920. The README says how near one can read them.
const smallestLetters = 21

func TestEveryTargetOfAStationIsLargeEnoughForAFinger(t *testing.T) {
	t.Parallel()
	b, _ := NewWorld(t).newKiosk(t, true)
	const small = `[...document.querySelectorAll("a[href], button, input:not([type=hidden]), summary")].filter(e => e.checkVisibility() &&
		!e.matches(".skip") && (e.getBoundingClientRect().width < 44 || e.getBoundingClientRect().height < 44)).map(e => e.outerHTML).join()`
	const letters = `Math.min(...[...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && e.closest(".visually-hidden, .announcer, svg") === null &&
		[...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => parseFloat(getComputedStyle(e).fontSize)))`
	for _, page := range []struct{ name, person string }{{"welcome", ""}, {"assigned", sim.BenID}, {"full", sim.DmitriID}, {"enrol", sim.AdaID}} {
		if page.person != "" {
			b.visit(t, page.person)
		}
		for _, size := range stationSizes {
			b.Do(t, chromedp.EmulateViewport(size.width, size.height))
			if got := b.Evaluate(t, small); got != "" {
				t.Errorf("%s, %s: too small: %s", page.name, size.name, got)
			}
		}
		b.Do(t, chromedp.EmulateViewport(1080, 1920))
		if got, err := strconv.ParseFloat(b.Evaluate(t, letters), 64); err != nil || got < smallestLetters {
			t.Errorf("%s: its smallest letters are of %v px, %v", page.name, got, err)
		}
		if page.person != "" {
			b.Press(t, "#finish button")
			b.atWelcome(t)
		}
	}
}

func TestAfterAnEnrolmentTheStationGoesBackByItself(t *testing.T) {
	t.Parallel()
	b, _ := NewWorld(t).newKiosk(t, true)
	b.visit(t, sim.AdaID)
	b.enrolHere(t, sim.SerialGood30, b.World.Cloud.Code(sim.SerialGood30))
	b.See(t, "[data-back]")
	b.pass(t, 15*time.Second)
	b.atWelcome(t)
	b.nothingOfAda(t, "after the countdown")
}

// hurry lets the pauses of the page's scripts pass twenty times as fast.
const hurry = `{ const real = window.setTimeout; window.setTimeout = (run, pause, ...rest) => real(run, pause / 20, ...rest); }`

func TestTheWelcomeSaysThatThePortalIsDownAndRecoversByItself(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b, _ := w.newKiosk(t, true)
	b.Before(t, hurry)
	b.Reload(t)
	b.atWelcome(t)
	w.stop()
	b.See(t, "[data-down=portal]")
	b.hears(t, status(say("kiosk.portal_title")+" "+say("kiosk.portal_text")))
	b.lookHere(t, "portal-down")
	if got := b.Evaluate(t, "document.querySelector('[data-start]').checkVisibility()"); got != "false" {
		t.Error("one can still press Start")
	}
	w.again(t)
	b.atWelcome(t)
	if got := b.Text(t, "main"); strings.Contains(got, "does not answer") {
		t.Errorf("it says %q", got)
	}
}

func TestWhoLeavesWhileThePortalIsDownLeavesNothingOnTheScreen(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b, _ := w.newKiosk(t, true)
	b.Before(t, hurry)
	b.visit(t, sim.AdaID)
	b.Type(t, "#serialNumber", sim.SerialGood30)
	w.stop()
	b.Press(t, "#finish button")
	b.See(t, "[data-failed]")
	b.nothingOfAda(t, "while the portal is down")
	w.again(t)
	b.atWelcome(t)
	b.nothingOfAda(t, "once it is back")
}

// again starts the portal that was stopped.
func (w *World) again(t *testing.T) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:"+w.URL[len("http://localhost:"):])
	if err != nil {
		t.Fatal(err)
	}
	w.portal, w.stop = w.serve(t, listener)
}
