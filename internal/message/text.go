package message

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/text/language"
)

type languageKey struct{}

// WithLanguage returns a context in which words come in the language tag. A language without a
// catalogue falls back to English.
func WithLanguage(ctx context.Context, tag language.Tag) context.Context {
	all := loaded()
	for ; tag != language.Und; tag = tag.Parent() {
		if c, ok := all[tag.String()]; ok {
			return context.WithValue(ctx, languageKey{}, c)
		}
	}
	return context.WithValue(ctx, languageKey{}, all[source])
}

// Language returns the BCP 47 tag of the words in ctx, for the lang attribute.
func Language(ctx context.Context) string { return of(ctx).tag.String() }

// Direction returns the writing direction of the words in ctx, for the dir attribute.
func Direction(ctx context.Context) string {
	script, _ := of(ctx).tag.Script()
	switch script.String() {
	case "Arab", "Hebr":
		return "rtl"
	}
	return "ltr"
}

// Text returns the sentence of key, with each {name} replaced by its value: args are name and
// value in turn. The value named count, an int, chooses the plural form. A key that no catalogue
// has comes back as ⟦key⟧. Values are not escaped.
func Text(ctx context.Context, key string, args ...any) string {
	c := of(ctx)
	e, ok := c.words[key]
	if !ok {
		c = loaded()[source]
		e, ok = c.words[key]
	}
	if !ok {
		return "⟦" + key + "⟧"
	}
	return fill(c, e, args)
}

// Has reports whether key has words.
func Has(key string) bool {
	_, ok := loaded()[source].words[key]
	return ok
}

// of returns the catalogue of the language in ctx.
func of(ctx context.Context) *catalogue {
	if c, ok := ctx.Value(languageKey{}).(*catalogue); ok {
		return c
	}
	return loaded()[source]
}

// fill puts the values in their places. What a value holds is not looked at again, so a name
// with braces in it stays as it is.
func fill(c *catalogue, e entry, args []any) string {
	sentence := e["other"]
	values := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		values[name] = args[i+1]
		if count, ok := args[i+1].(int); ok && name == "count" {
			sentence = c.form(e, count)
		}
	}
	if len(values) == 0 {
		return sentence
	}
	var filled strings.Builder
	for rest := sentence; rest != ""; {
		before, after, _ := strings.Cut(rest, "{")
		filled.WriteString(before)
		name, next, closed := strings.Cut(after, "}")
		switch value, known := values[name]; {
		case known && closed:
			fmt.Fprint(&filled, value)
		case closed:
			filled.WriteString("{" + name + "}")
		default:
			filled.WriteString(rest[len(before):])
		}
		rest = next
	}
	return filled.String()
}
