package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"

	"fobdesk/web/view/gallery"
)

// atOnce is how many states one window looks at.
const atOnce = 12

// TestEveryStateOfEveryPageCanBeReadAndUsedByEveryone looks at the whole gallery. Every state is
// checked by all of axe's rules at 320 px (which is 1280 px at 400 %) in the light, by those of colours in the dark,
// and for its width and its targets. Wide windows, forced colours, Arabic and longer words ask for
// a state only if it has an element that none before it had, by its name, its classes and its parent's: what looks
// the same in one state is no other in the next.
func TestEveryStateOfEveryPageCanBeReadAndUsedByEveryone(t *testing.T) {
	t.Parallel()
	handler, err := gallery.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	w := &World{URL: server.URL}
	names, unlike := slices.Sorted(maps.Keys(gallery.States(t.Context()))), unlikeStates(t)
	t.Logf("%d states, %d of them unlike the others", len(names), len(unlike))
	for chunk := range slices.Chunk(names, atOnce) {
		t.Run(chunk[0], func(t *testing.T) {
			t.Parallel()
			b := w.NewBrowser(t, true)
			b.Before(t, still)
			for _, name := range chunk {
				b.lookAtState(t, name)
				if unlike[name] {
					b.lookCloser(t, name)
				}
			}
		})
	}
}

// unlikeStates are those that have an element that no other has, the richest first.
func unlikeStates(t *testing.T) map[string]bool {
	t.Helper()
	has := map[string]map[string]bool{}
	for name, state := range gallery.States(t.Context()) {
		var page bytes.Buffer
		if err := state.Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}
		root, err := html.Parse(&page)
		if err != nil {
			t.Fatal(err)
		}
		has[name] = map[string]bool{}
		for n := range root.Descendants() {
			if n.Type == html.ElementNode {
				has[name][kind(n.Parent)+" > "+kind(n)] = true
			}
		}
	}
	unlike, seen := map[string]bool{}, map[string]bool{}
	for _, name := range slices.SortedFunc(maps.Keys(has), func(a, b string) int {
		if more := len(has[b]) - len(has[a]); more != 0 {
			return more
		}
		return strings.Compare(a, b)
	}) {
		for kind := range has[name] {
			if !seen[kind] {
				unlike[name], seen[kind] = true, true
			}
		}
	}
	return unlike
}

// kind is an element's name with what style sheets go by.
func kind(n *html.Node) string {
	name := n.Data
	for _, a := range n.Attr {
		if a.Key == "class" || a.Key == "type" || strings.HasPrefix(a.Key, "aria-") && a.Key != "aria-label" && !strings.HasSuffix(a.Key, "by") {
			name += "[" + a.Key + "=" + a.Val + "]"
		}
	}
	return name
}

// lookAtState checks a state as it is on a phone.
func (b *Browser) lookAtState(t *testing.T, name string) {
	t.Helper()
	least := 24
	if strings.HasPrefix(name, "kiosk/") {
		least = 44
	}
	b.as(t, 320, "light", "none")
	b.Open(t, gallery.Root+name)
	b.holdsAxe(t, name+" in the light", "{}")
	b.fits(t, name)
	if small := b.Evaluate(t, fmt.Sprintf(smallTargets, least)); small != "" {
		t.Errorf("%s: smaller than %d px: %s", name, least, small)
	}
	b.as(t, 320, "dark", "none")
	b.holdsAxe(t, name+" in the dark", `{runOnly: ["color-contrast", "link-in-text-block"]}`)
	b.as(t, 280, "dark", "none")
	b.fits(t, name+" at 280 px")
	b.as(t, 320, "dark", "none")
	b.Do(t, chromedp.Evaluate(spaced, nil))
	b.fits(t, name+" with its text spaced")
	if cut := b.Evaluate(t, cutOff); cut != "" {
		t.Errorf("%s: cut off once its text is spaced: %s", name, cut)
	}
}

// lookCloser checks what differs only where elements do.
func (b *Browser) lookCloser(t *testing.T, name string) {
	t.Helper()
	b.as(t, 1920, "light", "none")
	b.Open(t, gallery.Root+name)
	b.holdsAxe(t, name+" at 1920 px", "{}")
	b.fits(t, name+" at 1920 px")
	b.as(t, 320, "light", "active")
	b.holdsAxe(t, name+" in forced colours", `{runOnly: ["color-contrast", "link-in-text-block"]}`)
	b.Do(t, emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(700, 990))
	b.fits(t, name+" on paper")
	b.as(t, 640, "light", "none")
	b.Do(t, chromedp.Evaluate(`document.documentElement.style.fontSize = "32px"`, nil))
	b.fits(t, name+" in a font of 32 px")
	b.as(t, 320, "light", "none")
	for _, tongue := range []string{"ar", "en-XA"} {
		b.Open(t, gallery.Root+name+"?lang="+tongue)
		b.fits(t, name+" in "+tongue)
	}
}

// as sets the window's width, the scheme and the forced colours.
func (b *Browser) as(t *testing.T, width int64, scheme, forced string) {
	t.Helper()
	b.Do(t, chromedp.EmulateViewport(width, 640), emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "forced-colors", Value: forced},
		{Name: "prefers-reduced-motion", Value: "reduce"}, // so that no colour is measured in the middle of a change
	}))
}

// holdsAxe fails the test for each of axe's rules that the page breaks, under axe's options.
func (b *Browser) holdsAxe(t *testing.T, name, options string) {
	t.Helper()
	source, err := axeSource()
	if err != nil {
		t.Fatal(err)
	}
	run := `axe.run(document, Object.assign({resultTypes: ["violations"], rules: {"target-size": {enabled: true}}}, ` + options + `)).then(r => r.violations.map(v =>
		v.id + ": " + v.help + ": " + v.nodes.map(n => n.html.slice(0, 200)).join(" | ")))`
	if strings.Contains(options, "runOnly") {
		run = strings.Replace(run, `rules: {"target-size": {enabled: true}}`, "", 1)
	}
	var broken []string
	if b.Evaluate(t, "typeof axe") == "undefined" {
		b.Do(t, chromedp.Evaluate(string(source)+";0", nil))
	}
	b.Do(t, chromedp.Evaluate(run, &broken, chromedp.EvalAsValue, await))
	for _, rule := range broken {
		t.Errorf("%s: %s", name, rule)
	}
}

// fits fails the test where the page is wider than the window, and names what sticks out.
func (b *Browser) fits(t *testing.T, name string) {
	t.Helper()
	if wide := b.Evaluate(t, wideElements); wide != "" {
		t.Errorf("%s: wider than the window: %s", name, wide)
	}
}

const (
	// still keeps a page from going on by itself while it is looked at.
	still = `{ const real = window.setTimeout; window.setTimeout = (run, pause, ...rest) => pause < 1000 || !pause ? real(run, pause, ...rest) : 0; window.setInterval = () => 0; }`

	wideElements = `document.documentElement.scrollWidth <= innerWidth ? "" : document.documentElement.scrollWidth + " px: " +
	[...document.querySelectorAll("body *")].filter(e => e.checkVisibility() && (e.getBoundingClientRect().right > innerWidth + 0.5 ||
		e.getBoundingClientRect().left < -0.5)).slice(-3).map(e => e.outerHTML.slice(0, 160)).join(" | ")`

	// smallTargets are those below a size. A link within a sentence may be as high as its line (WCAG
	// 2.5.8), and a field's label is part of its target.
	smallTargets = `((least) => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter(e => {
		if (!e.checkVisibility() || e.matches(".skip")) return false;
		if (e.matches("a") && getComputedStyle(e).display === "inline" && [...e.parentElement.childNodes].some(n =>
			n !== e && n.nodeType === 3 && n.data.trim())) return false;
		const boxes = [e, ...(e.labels ?? [])].map(b => b.getBoundingClientRect());
		const wide = Math.max(...boxes.map(b => b.right)) - Math.min(...boxes.map(b => b.left));
		const high = Math.max(...boxes.map(b => b.bottom)) - Math.min(...boxes.map(b => b.top));
		return wide < least - 0.5 || high < least - 0.5;
	}).map(e => Math.round(e.getBoundingClientRect().width) + "x" + Math.round(e.getBoundingClientRect().height) + " " + e.outerHTML.slice(0, 160)).join(" | "))(%d)`

	// spaced sets the text as WCAG 1.4.12 says, in a sheet that the page's policy has no say in.
	spaced = `(() => {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }");
		document.adoptedStyleSheets = [sheet];
	})()`

	// cutOff is text that does not fit an element that hides what sticks out.
	cutOff = `[...document.querySelectorAll("main *, header *, footer *")].filter(e => e.checkVisibility() && e.clientWidth > 1 && e.textContent.trim() && !e.closest(".visually-hidden, svg") &&
		["hidden", "clip"].includes(getComputedStyle(e).overflowX) && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)).map(e =>
		e.outerHTML.slice(0, 160)).join(" | ")`
)
