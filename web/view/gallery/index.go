package gallery

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"fobdesk/internal/message"
)

// shelf is the states of one page.
type shelf struct {
	name   string
	states []shown
}

// shown is a state as the index names it.
type shown struct{ name, href, props string }

// index lists every state with a link to it, and with the props that it was given.
func index(ctx context.Context, theme string) templ.Component {
	all := States(ctx)
	query := url.Values{"lang": {message.Language(ctx)}}
	if theme != "" {
		query.Set("theme", theme)
	}
	var shelves []shelf
	for _, name := range slices.Sorted(maps.Keys(all)) {
		page, state, _ := strings.Cut(name, "/")
		if len(shelves) == 0 || shelves[len(shelves)-1].name != page {
			shelves = append(shelves, shelf{name: page})
		}
		last := &shelves[len(shelves)-1]
		last.states = append(last.states, shown{
			name: state, href: Root + name + "?" + query.Encode(), props: written(all[name].Props),
		})
	}
	c := signedOut("Gallery")
	c.Theme, c.Brand.Sheet = theme, stylePath
	return indexPage(c, len(all), Root+"?"+url.Values{"lang": {pseudoTag.String()}, "theme": {theme}}.Encode(), shelves) //nolint:contextcheck // it is rendered with one
}

// written is the props as JSON, without what is empty.
func written(props any) string {
	data, err := json.Marshal(props)
	if err != nil {
		return err.Error()
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return err.Error()
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(pruned(tree)); err != nil {
		return err.Error()
	}
	return text.String()
}

// pruned is the tree without its empty branches; nil where nothing is left.
func pruned(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		for key, value := range tree {
			if tree[key] = pruned(value); tree[key] == nil {
				delete(tree, key)
			}
		}
		if len(tree) == 0 {
			return nil
		}
	case []any:
		for i, value := range tree {
			tree[i] = pruned(value)
		}
		if len(tree) == 0 {
			return nil
		}
	case string:
		if tree == "" {
			return nil
		}
	case bool:
		if !tree {
			return nil
		}
	}
	return tree
}
