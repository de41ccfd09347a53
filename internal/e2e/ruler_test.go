package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// still keeps a page from going on by itself while it is looked at.
const still = `{ const real = window.setTimeout; window.setTimeout = (run, pause, ...rest) => pause < 1000 || !pause ? real(run, pause, ...rest) : 0; window.setInterval = () => 0; }`

// inColour are those of axe's rules whose answer the colours change.
const inColour = `{runOnly: ["color-contrast", "link-in-text-block"]}`

// inPlace are those whose answer changes with where the same elements stand, and how large.
const inPlace = `{runOnly: ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable",
	"td-has-header", "th-has-data-cells", "empty-table-header"]}`

// inWords are all but that of contrast, which words do not change.
const inWords = `{rules: {"color-contrast": {enabled: false}, "target-size": {enabled: true}}}`

// bringRuler puts axe and what testdata/look.js measures into each page that is opened from now on.
func (b *Browser) bringRuler(t *testing.T) {
	t.Helper()
	axe, err := axeSource()
	if err != nil {
		t.Fatal(err)
	}
	look, err := os.ReadFile(filepath.Join("testdata", "look.js"))
	if err != nil {
		t.Fatal(err)
	}
	b.Before(t, string(axe))
	b.Before(t, string(look))
	b.Do(t, emulation.SetFocusEmulationEnabled(true)) // though other windows are in front of it
}

// again gives the browser its time anew, for the next of several visits.
func (b *Browser) again(t *testing.T) {
	t.Helper()
	limited, stop := context.WithTimeout(b.open, journeyLimit)
	t.Cleanup(stop)
	b.ctx = limited
}

// finds fails the test for whatever the measures of testdata/look.js tell of the page.
func (b *Browser) finds(t *testing.T, name string, measures ...string) {
	t.Helper()
	for _, fault := range b.told(t, measures...) {
		t.Errorf("%s: %s", name, fault)
	}
}

// told is what the measures tell.
func (b *Browser) told(t *testing.T, measures ...string) (told []string) {
	t.Helper()
	var all []string
	for _, measure := range measures {
		all = append(all, fmt.Sprintf("for (const fault of await look.%s) told.push(%q + fault)", measure, measure+": "))
	}
	b.Do(t, chromedp.Evaluate("(async () => { const told = []; "+strings.Join(all, "; ")+"; return told })()", &told, await))
	return told
}

// as sets the window's size, the scheme and the forced colours.
func (b *Browser) as(t *testing.T, width, height int64, scheme, forced string) {
	t.Helper()
	b.Do(t, chromedp.EmulateViewport(width, height), emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "forced-colors", Value: forced},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // so that no colour is measured in the middle of a change
	}))
}

// letters sets the size of the browser's letters, in CSS px; 16 unless somebody wants them larger.
func (b *Browser) letters(t *testing.T, size int64) {
	t.Helper()
	b.Do(t, page.SetFontSizes(&page.FontSizes{Standard: size, Fixed: size * 13 / 16}))
}

// holdsAxe fails the test for each of axe's rules that a part of the page breaks, under axe's options.
func (b *Browser) holdsAxe(t *testing.T, name, part, options string) {
	t.Helper()
	for _, rule := range b.broken(t, part, options) {
		t.Errorf("%s: %s", name, rule)
	}
}

// broken are the rules of axe that the part breaks.
func (b *Browser) broken(t *testing.T, part, options string) (broken []string) {
	t.Helper()
	rules := `rules: {"target-size": {enabled: true}}`
	if strings.Contains(options, "runOnly") {
		rules = ""
	}
	run := `axe.run(` + part + `, Object.assign({reporter: "no-passes", selectors: false, preload: false, ` + rules + `}, ` + options + `)).then(r => r.violations.map(v =>
		v.id + ": " + v.help + ": " + v.nodes.map(n => n.html.slice(0, 200)).join(" | ")))`
	b.Do(t, chromedp.Evaluate(run, &broken, chromedp.EvalAsValue, await))
	return broken
}

// spoil adds a style to a page, in the place of the one before.
func (b *Browser) spoil(t *testing.T, style string) {
	t.Helper()
	b.Do(t, chromedp.Evaluate(fmt.Sprintf("{ const sheet = new CSSStyleSheet(); sheet.replaceSync(%q); document.adoptedStyleSheets = [sheet] }", style), nil))
}

// TestTheRulerTellsOfWhatIsWrong spoils a page by a style, and holds that each measure and each choice of
// axe's rules that looks at the gallery sees it.
func TestTheRulerTellsOfWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := newGallery(t).NewBrowser(t, true)
	b.bringRuler(t)
	b.Open(t, "/gallery/audit/first_page")
	b.as(t, 320, 640, "light", "none")
	b.finds(t, "a chart", "cut()")
	b.spoil(t, "html .chart-picture { direction: rtl }")
	if told := b.told(t, "cut()"); !strings.Contains(strings.Join(told, "\n"), "<text") {
		t.Errorf("words that stand out of a chart are not seen: %q", told)
	}

	b.Open(t, "/gallery/enrol/wrong_code")
	b.as(t, 320, 640, "light", "none")
	for _, test := range []struct{ style, measure, rules, want string }{
		{"h1 { inline-size: 200vw }", "wide()", "", "px wide"},
		{"h1 { block-size: 1px; overflow: hidden }", "cut()", "", "<h1"},
		{".field-hint { margin-block-start: -2em }", "overlapping()", "", " on "},
		{".button { scale: 0.2 }", "small(24)", "", "<button"},
		{".button:focus { outline: none !important; box-shadow: none !important }", "unseen()", "", "its ring has"},
		{"h1 { transition: color 1s }", "moves()", "", "glides"},
		{".button[aria-disabled] { animation: turn 1s infinite }", "moves()", "", "turn"},
		{"::backdrop { transition: opacity 1s }", "moves()", "", "::backdrop"},
		{"html { scroll-behavior: smooth }", "moves()", "", "scrolls smoothly"},
		{"@keyframes blinking { to { opacity: 0 } } h1 { animation: blinking 1s infinite }", "flashes()", "", "opacity"},
		{"p { color: #ccc }", "", "{}", "color-contrast"},
		{"p { color: #ccc }", "", inColour, "color-contrast"},
		{"@media (max-width: 30rem) { p { color: #ccc } }", "", inPlace, "color-contrast"},
		{".switch { gap: 0 } .switch button { inline-size: 12px; min-block-size: 0; block-size: 12px; padding: 0; overflow: hidden }", "", inPlace, "target-size"},
		{"label { display: none }", "", inWords, "label"},
	} {
		b.spoil(t, test.style)
		var told []string
		if test.measure != "" {
			told = b.told(t, test.measure)
		} else {
			told = b.broken(t, "document", test.rules)
		}
		if !strings.Contains(strings.Join(told, "\n"), test.want) {
			t.Errorf("%s: %s%s tells %q, want %q", test.style, test.measure, test.rules, told, test.want)
		}
	}
}
