package e2e

import (
	"bytes"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"fobdesk/web/view/gallery"
)

// atOnce is how many states one window looks at.
const atOnce = 8

// TestEveryStateOfEveryPageCanBeReadAndUsedByEveryone looks at the whole gallery. Every state is opened
// once, in a window of 320 by 256 px (which is 1280 by 1024 at 400 %), and then shown in each of the ways
// of lookAtState. The Tab key, paper and the eight languages that axe does not see everywhere ask for a state only if it has an element that none before it had, by its name, its classes and its parent's:
// what looks the same in one state is no other in the next. So do the header and the footer.
func TestEveryStateOfEveryPageCanBeReadAndUsedByEveryone(t *testing.T) {
	t.Parallel()
	w := newGallery(t)
	names, unlike := slices.Sorted(maps.Keys(gallery.States(t.Context()))), unlikeStates(t)
	t.Logf("%d states, %d of them unlike the others", len(names), len(unlike))
	for chunk := range slices.Chunk(names, atOnce) {
		t.Run(chunk[0], func(t *testing.T) {
			t.Parallel()
			b := w.NewBrowser(t, true)
			b.bringRuler(t)
			b.Before(t, still)
			for _, name := range chunk {
				b.again(t)
				b.lookAtState(t, name, unlike[name])
			}
		})
	}
}

// newGallery is a world of nothing but the gallery.
func newGallery(t *testing.T) *World {
	t.Helper()
	handler, err := gallery.Handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &World{URL: server.URL}
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
