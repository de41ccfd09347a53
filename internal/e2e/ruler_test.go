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
	var all []string
	for _, measure := range measures {
		all = append(all, fmt.Sprintf("for (const fault of await look.%s) told.push(%q + fault)", measure, measure+": "))
	}
	var told []string
	b.Do(t, chromedp.Evaluate("(async () => { const told = []; "+strings.Join(all, "; ")+"; return told })()", &told, await))
	for _, fault := range told {
		t.Errorf("%s: %s", name, fault)
	}
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
	rules := `rules: {"target-size": {enabled: true}}`
	if strings.Contains(options, "runOnly") {
		rules = ""
	}
	run := `axe.run(` + part + `, Object.assign({reporter: "no-passes", selectors: false, preload: false, ` + rules + `}, ` + options + `)).then(r => r.violations.map(v =>
		v.id + ": " + v.help + ": " + v.nodes.map(n => n.html.slice(0, 200)).join(" | ")))`
	var broken []string
	b.Do(t, chromedp.Evaluate(run, &broken, chromedp.EvalAsValue, await))
	for _, rule := range broken {
		t.Errorf("%s: %s", name, rule)
	}
}
