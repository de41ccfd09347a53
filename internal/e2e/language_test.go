package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

// speak presses the switch.
func (b *Browser) speak(t *testing.T, tag string) {
	t.Helper()
	b.Press(t, "form[action='/language'] button[value='"+tag+"']")
	b.See(t, "html[lang='"+tag+"'] #switches")
}

func TestTheLanguageIsSwitchedOnTheSameStepAndStays(t *testing.T) {
	t.Parallel()
	for name, javascript := range map[string]bool{"with JavaScript": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			b := w.NewBrowser(t, javascript)
			b.signIn(t, sim.AdaID)
			b.Open(t, "/enrol?serial="+sim.SerialGood30)
			b.speak(t, "de")
			if path, serial := b.Path(t), b.Value(t, "#serialNumber"); path != "/enrol?serial="+sim.SerialGood30 || serial != sim.SerialGood30 {
				t.Errorf("the switch leads to %s, with the serial number %q", path, serial)
			}
			if got := b.Text(t, "h1"); got != "Token registrieren" {
				t.Errorf("the heading is %q", got)
			}
			b.enrol(t, sim.SerialGood30, w.Cloud.WrongCode(sim.SerialGood30))
			b.See(t, "[data-outcome=wrong_code]")
			if got := b.Title(t); !strings.HasPrefix(got, "Fehler: ") {
				t.Errorf("the title is %q", got)
			}
			b.speak(t, "ar") // the page answered a form
			if path := b.Path(t); path != "/enrol" {
				t.Errorf("the switch leads to %s", path)
			}
			b.See(t, "html[dir=rtl] #serialNumber[dir=ltr]")
			if got := b.Evaluate(t, "getComputedStyle(document.querySelector('#displayName')).direction"); got != "rtl" {
				t.Errorf("an empty field runs %s on a page in Arabic", got)
			}
			b.comesAlong(t)
			if javascript {
				b.Look(t, "enrol-ar")
			}
			b.Press(t, "form[action='/auth/sign-out'] button")
			b.See(t, "html[lang=ar] main a[href^='/auth/sign-in']")
			if javascript {
				b.Look(t, "welcome-ar")
				b.speak(t, "ja")
				b.Look(t, "welcome-ja")
			}
		})
	}
}

// comesAlong types into the form and presses the switches: all but the code is there again.
func (b *Browser) comesAlong(t *testing.T) {
	t.Helper()
	b.Type(t, "#serialNumber", sim.SerialGood60)
	b.Type(t, "#displayName", "Schlüssel")
	b.Type(t, "#verificationCode", "123456")
	there := func(after string) {
		t.Helper()
		if serial, name, code := b.Value(t, "#serialNumber"), b.Value(t, "#displayName"), b.Value(t, "#verificationCode"); serial != sim.SerialGood60 || name != "Schlüssel" || code != "" {
			t.Errorf("after %s the form holds %q, %q and the code %q", after, serial, name, code)
		}
		if path := b.Path(t); path != "/enrol" {
			t.Errorf("%s leads to %s", after, path)
		}
	}
	b.speak(t, "ja")
	there("the language")
	b.Press(t, "#switches button[name=theme][value=dark]")
	b.See(t, "#switches button[value=dark][aria-current]")
	there("the theme")
	b.speak(t, "ar")
	there("another language")
}

// stretch makes every word of ours 40 % longer, as other languages do; names and codes stay.
const stretch = `(() => {
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const text = texts.currentNode;
		if (text.parentElement.closest("bdi, code, script, svg, option, [dir=ltr]")) continue;
		text.data = text.data.replace(/\p{L}+/gu, (word) => word + word.slice(-Math.ceil(word.length * 0.4)));
	}
	return document.documentElement.scrollWidth - innerWidth;
})()`

func TestLongerWordsFitANarrowWindow(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.Do(t, chromedp.EmulateViewport(320, 640))
	b.Open(t, "/")
	fits := func(name string) {
		t.Helper()
		if over := b.Evaluate(t, stretch); over != "0" {
			t.Errorf("%s at %s is %s px wider than the window", name, b.Path(t), over)
		}
	}
	fits("the welcome")
	b.signIn(t, sim.GraceID)
	for _, path := range []string{
		"/", "/enrol", "/nothing", "/admin", "/admin/users?q=ann", "/admin/users/" + sim.BenID, "/admin/handout", "/admin/fobs",
		"/admin/audit", "/admin/users/" + sim.BenID + "/replace", "/admin/users/" + sim.BenID + "/sheet?serial=" + sim.SerialGood30,
	} {
		b.Open(t, path)
		fits("the page")
	}
	b.Open(t, "/enrol")
	b.enrol(t, "unknown-1", "123456")
	b.See(t, "#summary")
	fits("a refusal")
}

func TestThePortalsOwnLanguageIsForWhoeverAsksForNone(t *testing.T) {
	t.Parallel()
	v := NewWorld(t, Setting("FOBDESK_LANGUAGE", "nl")).NewVisitor()
	if got := v.Get(t, "/").Doc(t).Find("html").AttrOr("lang", ""); got != "nl" {
		t.Errorf("the welcome is in %q, want nl", got)
	}
}
