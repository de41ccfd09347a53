package view_test

import (
	"bytes"
	"cmp"
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"fobdesk/internal/message"
	"fobdesk/web/view/gallery"
)

// pseudo is a context in the pseudo-locale.
func pseudo(t *testing.T) context.Context {
	t.Helper()
	catalogue, err := gallery.Pseudo()
	if err != nil {
		t.Fatal(err)
	}
	return message.With(t.Context(), catalogue)
}

func TestNoTextIsLeftInThePages(t *testing.T) {
	ctx, given := pseudo(t), fixtures(t)
	all := gallery.States(ctx)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		var page bytes.Buffer
		if err := all[name].Render(ctx, &page); err != nil {
			t.Fatal(err)
		}
		root, err := html.ParseWithOptions(&page, html.ParseOptionEnableScripting(false))
		if err != nil {
			t.Fatal(err)
		}
		for text := range shown(root) {
			if left := outside(text); strings.ContainsFunc(given.Replace(left), unicode.IsLetter) {
				t.Errorf("%s shows %q, which is in no catalogue", name, left)
			}
		}
	}
}

// fixtures takes away what the states hand to the pages: names, and words that the portal
// would have from the catalogue.
func fixtures(t *testing.T) *strings.Replacer {
	t.Helper()
	files, err := filepath.Glob("gallery/states*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of states: %v", len(files), err)
	}
	var words []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if word, err := strconv.Unquote(literal.Value); err == nil && word != "" {
					words = append(words, word)
				}
			}
			return true
		})
	}
	slices.SortFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, word := range words {
		pairs = append(pairs, word, "")
	}
	return strings.NewReplacer(pairs...)
}

// outside is what stands outside of brackets.
func outside(text string) string {
	var left strings.Builder
	depth := 0
	for _, r := range text {
		switch {
		case r == '[':
			depth++
		case r == ']':
			depth--
		case depth == 0:
			left.WriteRune(r)
		}
	}
	return left.String()
}

// shown yields every text that a person can see or hear: text, and the attributes that hold some.
// Names, ids and what stands from left to right in every language are not words of ours.
func shown(n *html.Node) iter.Seq[string] {
	return func(yield func(string) bool) { walk(n, yield) }
}

func walk(n *html.Node, yield func(string) bool) bool {
	if n.Type == html.TextNode && !yield(n.Data) {
		return false
	}
	if slices.Contains([]string{"bdi", "code", "script"}, n.Data) {
		return true
	}
	for _, a := range n.Attr {
		switch {
		case a.Key == "dir" && a.Val == "ltr" && n.Data != "html", a.Key == "lang" && n.Data == "button":
			return true
		case slices.Contains(spoken, a.Key) && !yield(a.Val):
			return false
		}
	}
	for child := range n.ChildNodes() {
		if !walk(child, yield) {
			return false
		}
	}
	return true
}

// spoken are the attributes that hold text.
var spoken = []string{
	"aria-label", "alt", "title", "placeholder", "data-busy", "data-copied", "data-count", "data-failed",
	"data-read", "data-denied", "data-missing",
}
