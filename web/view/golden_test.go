package view_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"

	"fobdesk/internal/htmltest"
	"fobdesk/internal/message"
	"fobdesk/web/view/gallery"
)

var update = flag.Bool("update", false, "write the pages in testdata anew")

func TestEveryPageInEveryStateIsSoundAndAsReviewed(t *testing.T) {
	all := goldens(t.Context())
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			var page bytes.Buffer
			if err := all[name].Render(t.Context(), &page); err != nil {
				t.Fatal(err)
			}
			htmltest.Page(t, bytes.NewReader(page.Bytes()))
			compare(t, name, readable(page.String()))
		})
	}
}

// goldens are the states, and a few of them in a language that runs the other way and in one
// without spaces.
func goldens(ctx context.Context) map[string]templ.Component {
	all := map[string]templ.Component{}
	for name, state := range gallery.States(ctx) {
		all[name] = state
	}
	for _, tag := range []language.Tag{language.Arabic, language.Japanese} {
		there := gallery.States(message.WithLanguage(ctx, tag))
		for _, name := range []string{"welcome/plain", "home/wrong_code", "enrol/wrong_code", "enrol/too_many_attempts", "problem/not_found"} {
			all[tag.String()+"/"+strings.ReplaceAll(name, "/", "_")] = in(tag, there[name])
		}
	}
	return all
}

// in is the page in the language tag.
func in(tag language.Tag, page templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return page.Render(message.WithLanguage(ctx, tag), w)
	})
}

func TestNoGoldenIsLeftBehind(t *testing.T) {
	all := goldens(t.Context())
	files, err := filepath.Glob("testdata/*/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.ToSlash(strings.TrimPrefix(file, "testdata"+string(filepath.Separator))), ".html")
		if all[name] == nil {
			t.Errorf("%s belongs to no state", file)
		}
	}
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name)+".html")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("differs from %s (go test ./web/view -update writes it anew):\n%s", file, diff)
	}
}

var (
	contentHash = regexp.MustCompile(`(/static/[a-z.-]+)\.[0-9a-f]{8}(\.[a-z]+)`)
	tongues     = regexp.MustCompile(`(?s)<form class="switch" method="post" action="/language".*?</form>`)
	htmxScripts = regexp.MustCompile(`<script src="/static/(htmx|trust)\.js" defer></script>`)
)

// readable breaks the page into lines, and leaves out what changes with the assets or with the
// languages alone.
func readable(page string) string {
	page = contentHash.ReplaceAllString(page, "$1$2")
	page = htmxScripts.ReplaceAllString(page, "")
	page = tongues.ReplaceAllString(page, "")
	return strings.ReplaceAll(page, "><", ">\n<") + "\n"
}
