package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What a page shows comes from the catalogue or from somebody's data: no handler writes a sentence
// or a word with a capital into what it gives to a page.
func TestNoTextIsLeftInTheHandlers(t *testing.T) {
	words := regexp.MustCompile(`^\p{Lu}\p{Ll}|\pL \pL`)
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			props, ok := n.(*ast.CompositeLit)
			if !ok || !ofView(props.Type) {
				return true
			}
			ast.Inspect(props, func(n ast.Node) bool {
				literal, ok := n.(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING {
					return true
				}
				if text, err := strconv.Unquote(literal.Value); err == nil && words.MatchString(text) {
					t.Errorf("%s gives a page %q, which is in no catalogue", set.Position(literal.Pos()), text)
				}
				return true
			})
			return false
		})
	}
}

// ofView reports whether a type is one of web/view's, or a list of them.
func ofView(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.ArrayType:
		return ofView(e.Elt)
	case *ast.SelectorExpr:
		room, ok := e.X.(*ast.Ident)
		return ok && room.Name == "view"
	}
	return false
}
