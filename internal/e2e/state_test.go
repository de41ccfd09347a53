package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"fobdesk/internal/message"
	"fobdesk/web/view/gallery"
)

// mainStates are those that axe sees in all languages, the others in two of them, and whose dialogs are
// opened.
func mainStates() []string {
	return []string{
		"welcome/plain", "enrol/empty", "enrol/not_allowed", "receipt/enrolled", "home/five", "kiosk/welcome", "kiosk/enrol",
		"admin/start", "person/fobs",
	}
}

// look is one at a state.
type look struct {
	*Browser
	name         string
	main, unlike bool
	part         string // of the page, for axe: without the header and the footer where others have shown them
	small        string // the measure of targets
}

// lookAtState opens a state and shows it in every way that a person may see it in. A state that is
// unlike the others is looked at as a whole, and closer.
func (b *Browser) lookAtState(t *testing.T, name string, unlike bool) {
	t.Helper()
	l := look{b, name, slices.Contains(mainStates(), name), unlike, `{exclude: [["header"], ["footer"]]}`, "small(24)"}
	if strings.HasPrefix(name, "kiosk/") {
		l.small = "small(44)"
	}
	if unlike || l.main {
		l.part = "document"
	}
	b.as(t, 320, 256, "light", "none")
	b.Open(t, gallery.Root+name)
	l.inEachColour(t)
	l.wide(t, b.Evaluate(t, "look.sees()"))
	l.narrow(t)
	if unlike {
		l.closer(t)
	}
	if l.main {
		l.dialogs(t)
	}
	l.inLanguages(t)
}

// inEachColour is on a phone: all of axe's rules in the light, with what is folded up unfolded, and those of
// colours in the dark and in forced colours, for a scheme changes colours and nothing else; see
// TestASchemeChangesColoursOnly of static.
func (l look) inEachColour(t *testing.T) {
	t.Helper()
	l.finds(t, l.name, "wide()", "cut()", "overlapping()", "disorder()", "unseen()", "cards()", "moves()", l.small, "unfold()")
	l.holdsAxe(t, l.name+" in the light", l.part, "{}")
	l.as(t, 320, 256, "dark", "none")
	l.holdsAxe(t, l.name+" in the dark", l.part, inColour)
	l.finds(t, l.name+" in the dark", "unseen()")
	l.as(t, 320, 256, "light", "active")
	l.holdsAxe(t, l.name+" in forced colours", l.part, inColour)
	l.finds(t, l.name+" in forced colours", "unseen()")
}

// wide is on a large screen. Where nothing is seen there that was not seen on a phone, and the reverse, axe
// has told all but what changes with the place.
func (l look) wide(t *testing.T, seen string) {
	t.Helper()
	l.as(t, 1920, 1080, "light", "none")
	rules := "{}"
	if l.Evaluate(t, "look.sees()") == seen {
		rules = inPlace
	}
	l.holdsAxe(t, l.name+" at 1920 px", l.part, rules)
	l.finds(t, l.name+" at 1920 px", "wide()", "cut()", "overlapping()", "disorder()", "unseen()", "columns()", l.small)
}

// narrow is the narrowest window, spaced text, and letters twice as large where they leave room for few.
func (l look) narrow(t *testing.T) {
	t.Helper()
	l.as(t, 280, 640, "light", "none")
	l.finds(t, l.name+" at 280 px", "wide()", "cut()", "overlapping()")
	l.as(t, 320, 256, "light", "none")
	l.Do(t, chromedp.Evaluate("look.space(true)", nil))
	l.finds(t, l.name+" with its text spaced", "wide()", "cut()", "overlapping()")
	l.Do(t, chromedp.Evaluate("look.space(false)", nil))
	l.as(t, 320, 640, "light", "none")
	l.letters(t, 32)
	l.finds(t, l.name+" with letters of 32 px", "wide()", "cut()", "overlapping()", "disorder()", "unseen()", l.small)
	l.letters(t, 16)
}

// closer checks what differs only where elements do.
func (l look) closer(t *testing.T) {
	t.Helper()
	l.tabThrough(t, l.name)
	l.Do(t, emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(700, 990))
	l.finds(t, l.name+" on paper", "wide()")
	l.Do(t, emulation.SetEmulatedMedia().WithMedia("").WithFeatures([]*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "no-preference"}}))
	l.finds(t, l.name+" in motion", "flashes()")
	l.as(t, 640, 512, "light", "none")
	l.letters(t, 32)
	l.finds(t, l.name+" with letters of 32 px at 640 px", "wide()", "cut()", "overlapping()")
	l.letters(t, 16)
}

// dialogs opens each on a phone, and there with letters twice as large.
func (l look) dialogs(t *testing.T) {
	t.Helper()
	var dialogs int
	l.Do(t, chromedp.Evaluate(`document.querySelectorAll("dialog").length`, &dialogs))
	l.as(t, 320, 640, "light", "none")
	for nth := range dialogs {
		for _, letters := range []int64{16, 32} {
			name := fmt.Sprintf("%s, dialog %d with letters of %d px", l.name, nth, letters)
			l.letters(t, letters)
			l.finds(t, name, fmt.Sprintf("ask(%d)", nth), "wide()", "cut()", "unseen()")
			if letters == 16 {
				l.holdsAxe(t, name, "document", "{}")
			}
			l.finds(t, name, "answer()")
		}
	}
	l.letters(t, 16)
}

// inLanguages puts the page into other languages, in place: what it is styled by and its scripts stay.
// Axe sees each in Arabic, which runs from right to left, and in Japanese, which has no spaces.
func (l look) inLanguages(t *testing.T) {
	t.Helper()
	l.as(t, 320, 256, "light", "none")
	for _, tongue := range message.Languages() {
		axe := l.main || tongue.Tag == "ar" || tongue.Tag == "ja"
		if !axe && !l.unlike {
			continue
		}
		in, rules := l.name+" in "+tongue.Tag, inWords
		if tongue.Tag == "ar" {
			rules = "{}" // mirrored, other things may meet
		}
		l.finds(t, in, "speak('"+tongue.Tag+"')", "unfold()", "wide()", "cut()", "overlapping()", "disorder()", l.small)
		if axe {
			l.holdsAxe(t, in, l.part, rules)
		}
	}
	if l.unlike {
		l.finds(t, l.name+" in longer words", "speak('en-XA')", "unfold()", "wide()", "cut()", "overlapping()", "disorder()")
		l.letters(t, 32)
		l.finds(t, l.name+" in longer words with letters of 32 px", "wide()", "cut()", "overlapping()")
		l.letters(t, 16)
	}
}

// tabThrough goes round the page by the Tab key.
func (b *Browser) tabThrough(t *testing.T, name string) {
	t.Helper()
	var stops int
	b.Do(t, chromedp.Evaluate("look.begin()", &stops))
	for range stops + 3 { // a box that scrolls is a stop, too
		b.Do(t, chromedp.KeyEvent(kb.Tab))
	}
	b.finds(t, name+" by the Tab key", "strayed()")
}
