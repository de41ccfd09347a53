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
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"golang.org/x/net/html"

	"fobdesk/internal/message"
	"fobdesk/web/view/gallery"
)

// atOnce is how many states one window looks at.
const atOnce = 12

// TestEveryStateOfEveryPageCanBeReadAndUsedByEveryone looks at the whole gallery. Every state is
// checked in a window of 320 by 256 px (which is 1280 by 1024 at 400 %): by all of axe's rules in the
// light and by those of colours in the dark, for its width, its targets, its order, whether
// its focus is seen, and for text that is cut off or lies on other text, also once the text is
// spaced or twice as large. Wide windows, forced colours, the Tab key itself and other languages ask for
// a state only if it has an element that none before it had, by its name, its classes and its parent's: what looks
// the same in one state is no other in the next. So do the header and the footer.
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
			b.bringRuler(t)
			b.Before(t, still)
			for _, name := range chunk {
				b.lookAtState(t, name, unlike[name])
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
func (b *Browser) lookAtState(t *testing.T, name string, whole bool) {
	t.Helper()
	least := 24
	if strings.HasPrefix(name, "kiosk/") {
		least = 44
	}
	part := `{exclude: [["header"], ["footer"]]}`
	if whole {
		part = "document"
	}
	b.as(t, 320, 256, "light", "none")
	b.Open(t, gallery.Root+name)
	b.holdsAxe(t, name+" in the light", part, "{}")
	b.finds(t, name, "wide()", "cut()", "overlapping()", "disorder()", "unseen()", fmt.Sprintf("small(%d)", least))
	b.as(t, 320, 256, "dark", "none")
	b.holdsAxe(t, name+" in the dark", part, inColour)
	b.finds(t, name+" in the dark", "unseen()")
	b.as(t, 280, 640, "dark", "none")
	b.finds(t, name+" at 280 px", "wide()", "cut()", "overlapping()")
	b.as(t, 320, 256, "dark", "none")
	b.Do(t, chromedp.Evaluate("look.space(true)", nil))
	b.finds(t, name+" with its text spaced", "wide()", "cut()", "overlapping()")
	b.as(t, 640, 512, "dark", "none")
	b.Do(t, chromedp.Evaluate("look.space(false)", nil), page.SetFontSizes(&page.FontSizes{Standard: 32, Fixed: 26}))
	b.finds(t, name+" with letters of 32 px", "wide()", "cut()", "overlapping()")
	b.Do(t, page.SetFontSizes(&page.FontSizes{Standard: 16, Fixed: 13}))
}

// lookCloser checks what differs only where elements do.
func (b *Browser) lookCloser(t *testing.T, name string) {
	t.Helper()
	b.as(t, 320, 256, "light", "active")
	b.holdsAxe(t, name+" in forced colours", "document", inColour)
	b.finds(t, name+" in forced colours", "unseen()")
	b.as(t, 1920, 1080, "light", "none")
	b.holdsAxe(t, name+" at 1920 px", "document", "{}")
	b.finds(t, name+" at 1920 px", "wide()", "cut()", "overlapping()", "disorder()", "unseen()")
	b.tabThrough(t, name)
	b.Do(t, emulation.SetEmulatedMedia().WithMedia("print"), chromedp.EmulateViewport(700, 990))
	b.finds(t, name+" on paper", "wide()")
	b.Do(t, emulation.SetEmulatedMedia().WithMedia(""))
	b.as(t, 320, 256, "light", "none")
	for _, tongue := range []string{"ar", "en-XA"} {
		b.Open(t, gallery.Root+name+"?lang="+tongue)
		b.finds(t, name+" in "+tongue, "wide()", "cut()", "overlapping()", "disorder()")
	}
	for _, tongue := range message.Languages() {
		b.finds(t, name+" in "+tongue.Tag, "speak('"+tongue.Tag+"')", "wide()", "cut()", "overlapping()")
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
