package e2e

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/debugger"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

// newStation makes a station by the admins' page, and answers its code and the admin.
func (w *World) newStation(t *testing.T, name string) (string, *Visitor) {
	t.Helper()
	admin := w.SignedIn(t, sim.GraceID)
	admin.Choose(t, admin.Follow(t, admin.Get(t, "/admin/stations")), sim.GraceID) // the admins' permissions are asked for
	list := admin.Follow(t, admin.Post(t, "/admin/stations", url.Values{"name": {name}}))
	code := list.Doc(t).Find("[data-pairing-code]").AttrOr("data-pairing-code", "")
	if code == "" {
		t.Fatalf("no code at %s, %d", list.URL, list.Status)
	}
	return code, admin
}

// newKiosk is a browser at its welcome, paired as a person would.
func (w *World) newKiosk(t *testing.T, javascript bool) (*Browser, *Visitor) {
	t.Helper()
	code, admin := w.newStation(t, "Reception")
	b := w.NewBrowser(t, javascript)
	b.Before(t, movable)
	b.Do(t, chromedp.EmulateViewport(1080, 1920))
	b.Open(t, "/kiosk")
	b.Press(t, "main a[href='/kiosk/pair']")
	b.Type(t, "#pairingCode", strings.ToLower(code))
	b.Press(t, "form[action='/kiosk/pair'] button")
	b.atWelcome(t)
	return b, admin
}

const startButton = "main a[href='/kiosk/start']"

// atWelcome waits for the station's welcome, whichever way leads there.
func (b *Browser) atWelcome(t *testing.T) {
	t.Helper()
	b.See(t, startButton)
}

// visit signs somebody in at the station.
func (b *Browser) visit(t *testing.T, personID string) {
	t.Helper()
	b.Press(t, startButton)
	b.Press(t, "button[value='"+personID+"']")
	b.See(t, "#finish")
}

const sendButton = "form[action='/kiosk/enrol'] button[type=submit]"

// enrolHere fills the station's form in and sends it.
func (b *Browser) enrolHere(t *testing.T, serial, code string) {
	t.Helper()
	b.Type(t, "#serialNumber", serial)
	b.Type(t, "#displayName", "Adas Schlüssel")
	b.Type(t, "#verificationCode", code)
	b.Press(t, sendButton)
}

// lookHere looks at a station's page in a station's sizes.
func (b *Browser) lookHere(t *testing.T, name string) {
	t.Helper()
	b.lookIn(t, "kiosk-"+name, stationSizes)
	b.Do(t, chromedp.EmulateViewport(1080, 1920))
}

// nothingOfAda looks for what belongs to Ada wherever the browser shows or keeps something.
func (b *Browser) nothingOfAda(t *testing.T, when string) {
	t.Helper()
	traces := []string{"Ada Fischer", "ada.fischer", sim.SerialGood30, "Adas Schl", "Your fob is ready"}
	if strings.HasPrefix(b.Path(t), "/") { // Entra's own page may name people
		shown := b.Evaluate(t, "document.documentElement.outerHTML + [...document.querySelectorAll('input')].map(i => i.value).join()")
		for _, trace := range traces {
			if strings.Contains(shown, trace) {
				t.Errorf("%s: %s shows %q", when, b.Path(t), trace)
			}
		}
		var kept string
		b.Do(t, chromedp.Evaluate(`(async () => {
			let all = JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage}) + document.cookie + JSON.stringify(history.state);
			for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) all += request.url;
			return all + JSON.stringify(await indexedDB.databases());
		})()`, &kept, await))
		for _, trace := range traces {
			if strings.Contains(kept, trace) {
				t.Errorf("%s: the browser keeps %q", when, trace)
			}
		}
	}
}

// searches is the next person, who tries what a browser offers to see who was there before.
func (b *Browser) searches(t *testing.T) {
	t.Helper()
	b.nothingOfAda(t, "at once")
	for n := range 20 { // ten times Back, then Forward
		step, name := int64(-1), "Back"
		if n >= 10 {
			step, name = 1, "Forward"
		}
		if b.steps(t, step) {
			b.nothingOfAda(t, fmt.Sprintf("%s, step %d", name, n))
		}
	}
	for _, path := range []string{"/kiosk/enrol", "/kiosk"} {
		b.Open(t, path)
		b.atWelcome(t)
		b.nothingOfAda(t, "at "+path)
	}
	b.Reload(t)
	b.nothingOfAda(t, "after Reload")
}

// steps goes through the browser's history and reports whether there was an entry. It does not wait
// for a page to load as chromedp does, for some entries lead elsewhere and some are the browser's own.
func (b *Browser) steps(t *testing.T, by int64) bool {
	t.Helper()
	at, entries := b.history()
	if at+by < 0 || at+by >= int64(len(entries)) {
		return false
	}
	b.Do(t, page.NavigateToHistoryEntry(entries[at+by].ID))
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		ready := ""
		_ = chromedp.Run(b.ctx, chromedp.Evaluate("document.readyState", &ready)) // it may be leaving just then
		if now, _ := b.history(); now == at+by && ready == "complete" {
			break
		}
	}
	return true
}

// history is the browser's, and where in it the page is. Between two pages it can't be read.
func (b *Browser) history() (at int64, entries []*page.NavigationEntry) {
	for b.ctx.Err() == nil && len(entries) == 0 {
		_ = chromedp.Run(b.ctx, chromedp.ActionFunc(func(ctx context.Context) (err error) {
			at, entries, err = page.GetNavigationHistory().Do(ctx)
			return err
		}))
	}
	return at, entries
}

// TestKSK03HoweverAVisitEndsTheNextPersonFindsNothing acts out each end of a visit.
func TestKSK03HoweverAVisitEndsTheNextPersonFindsNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		world func(*testing.T) *World
		end   func(*testing.T, *Browser)
	}{
		"done": {nil, func(t *testing.T, b *Browser) {
			b.enrolHere(t, sim.SerialGood30, b.World.Cloud.Code(sim.SerialGood30))
			b.See(t, "[data-outcome=enrolled]")
			b.Press(t, "main button[form=finish]")
		}},
		"cancel": {nil, func(t *testing.T, b *Browser) {
			b.enrolHere(t, sim.SerialGood30, b.World.Cloud.WrongCode(sim.SerialGood30))
			b.See(t, "[data-outcome=wrong_code]")
			b.Press(t, "#finish button")
		}},
		"idle": {nil, func(t *testing.T, b *Browser) {
			b.Type(t, "#serialNumber", sim.SerialGood30)
			b.pass(t, 90*time.Second)
		}},
		"the visit's limit": {func(t *testing.T) *World {
			return NewWorld(t, Setting("FOBDESK_KIOSK_MAX", "60s"))
		}, func(t *testing.T, b *Browser) {
			b.Type(t, "#serialNumber", sim.SerialGood30)
			b.pass(t, time.Minute)
		}},
		"a closed tab": {nil, func(t *testing.T, b *Browser) {
			b.Type(t, "#serialNumber", sim.SerialGood30)
			b.reopen(t)
			b.Open(t, "/kiosk")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := test.world
			if world == nil {
				world = func(t *testing.T) *World { return NewWorld(t) }
			}
			b, _ := world(t).newKiosk(t, true)
			b.visit(t, sim.AdaID)
			test.end(t, b)
			b.atWelcome(t)
			b.searches(t)
			b.visit(t, sim.BenID)
			b.nothingOfAda(t, "in the next visit")
		})
	}
}

// reopen closes the tab and opens another in the same profile.
func (b *Browser) reopen(t *testing.T) {
	t.Helper()
	shared, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	tab, err := openTab(shared, b.profile)
	if err != nil {
		t.Fatal(err)
	}
	closed := b.ctx
	b.attach(shared, t, tab)
	if err := chromedp.Run(closed, page.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestKSK07ARevokedStationEndsTheVisitThatIsOn(t *testing.T) {
	t.Parallel()
	b, admin := NewWorld(t).newKiosk(t, true)
	b.visit(t, sim.AdaID)
	b.Type(t, "#serialNumber", sim.SerialGood30)
	id := admin.Get(t, "/admin/stations").Doc(t).Find("[data-station]").AttrOr("data-station", "")
	admin.Post(t, "/admin/stations/"+id+"/revoke", nil)
	b.passHere(t, 10*time.Second)
	b.See(t, "main a[href='/kiosk/pair']") // by itself
	b.nothingOfAda(t, "after the revocation")
	b.lookHere(t, "revoked")
}

func TestKSK02AFrozenPageCannotKeepAVisit(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b, _ := w.newKiosk(t, true)
	b.visit(t, sim.AdaID)
	b.Do(t, chromedp.ActionFunc(func(ctx context.Context) error {
		if _, err := debugger.Enable().Do(ctx); err != nil {
			return err
		}
		return debugger.Pause().Do(ctx)
	}))
	w.Clock.Pass(91 * time.Second)
	b.reopen(t)
	b.Open(t, "/kiosk/enrol")
	b.atWelcome(t)
	b.nothingOfAda(t, "after the page was frozen")
}

func TestKSK02WithoutJavaScriptThePageLeavesByItself(t *testing.T) {
	t.Parallel()
	b, _ := NewWorld(t, Setting("FOBDESK_KIOSK_IDLE", "2s")).newKiosk(t, false)
	b.visit(t, sim.AdaID)
	b.atWelcome(t)
	b.nothingOfAda(t, "after the limit")
}

func TestKSK02WhoIsStillThereSaysSoByAnyKeyOrTouch(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*testing.T, *Browser){
		"a key":      func(t *testing.T, b *Browser) { b.Keys(t, person("x")) },
		"Escape":     func(t *testing.T, b *Browser) { b.Do(t, chromedp.KeyEvent("\x1b")) },
		"the button": func(t *testing.T, b *Browser) { b.Press(t, "[data-stay]") },
		"Enter":      func(t *testing.T, b *Browser) { b.Do(t, chromedp.KeyEvent("\r")) },
		"a touch": func(t *testing.T, b *Browser) {
			b.Do(t, chromedp.ActionFunc(func(ctx context.Context) error {
				at := []*input.TouchPoint{{X: 20, Y: 1900}}
				if err := input.DispatchTouchEvent(input.TouchStart, at).Do(ctx); err != nil {
					return err
				}
				return input.DispatchTouchEvent(input.TouchEnd, []*input.TouchPoint{}).Do(ctx)
			}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			b, _ := w.newKiosk(t, true)
			b.visit(t, sim.AdaID)
			b.Type(t, "#serialNumber", sim.SerialGood30)
			b.Type(t, "#verificationCode", "123")
			b.pass(t, 70*time.Second)
			b.See(t, "dialog.kiosk-still")
			if got := b.Evaluate(t, "document.activeElement.hasAttribute('data-stay')"); got != "true" {
				t.Error("the focus is not in the dialog")
			}
			for asked := 0; b.Evaluate(t, "document.querySelector('dialog.kiosk-still').open") == "true"; asked++ {
				if asked%100 == 0 { // a busy browser may drop a key
					answer(t, b)
				}
				time.Sleep(20 * time.Millisecond)
			}
			if got := b.Evaluate(t, "document.activeElement.id"); got != "verificationCode" {
				t.Errorf("the focus is on %q afterwards", got)
			}
			if got := b.Value(t, "#verificationCode"); got != "123" {
				t.Errorf("the code is %q afterwards", got)
			}
			w.Clock.Pass(30 * time.Second) // later than the visit would have ended
			if got := b.Path(t); got != "/kiosk/enrol" {
				t.Errorf("it is at %s", got)
			}
			b.Press(t, sendButton)
			b.See(t, "[data-outcome=invalid_input]") // the visit is on
		})
	}
}

func TestTheKeypadTypesTheCode(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b, _ := w.newKiosk(t, true)
	b.visit(t, sim.AdaID)
	b.Type(t, "#serialNumber", sim.SerialGood30)
	press := func(keys ...string) {
		for _, key := range keys {
			b.Press(t, "[data-keypad=verificationCode] button[value='"+key+"']")
		}
	}
	press("9", "9", "clear", "1", "2", "delete", "3", "4")
	if got := b.Value(t, "#verificationCode"); got != "134" {
		t.Errorf("the code is %q", got)
	}
	if got := b.Focused(t); got != "serialNumber" {
		t.Errorf("the keypad took the focus: it is on %q", got)
	}
	if got := b.Text(t, "#announcer"); got != "Digits typed: 3" {
		t.Errorf("it is announced as %q", got)
	}
	if got := b.Evaluate(t, "Math.min(...[...document.querySelectorAll('.keypad-key')].flatMap(k => [k.offsetWidth, k.offsetHeight])) >= 56"); got != "true" {
		t.Error("a key is smaller than 56 pixels")
	}
	press("clear")
	press(strings.Split(w.Cloud.Code(sim.SerialGood30), "")...)
	b.Press(t, sendButton)
	b.See(t, "[data-outcome=enrolled]")
}
