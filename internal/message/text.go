package message

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// Text returns the sentence of key, with each {name} replaced by its value: args are name and
// value in turn. The value named count, an int, chooses the plural form; an int is written as the
// language writes numbers. A key that no catalogue has comes back as ⟦key⟧. Values are not
// escaped.
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

// Number writes n as the language of ctx does.
func Number(ctx context.Context, n int) string { return of(ctx).number(n) }

// List joins parts as the language of ctx does in a list.
func List(ctx context.Context, parts []string) string {
	return strings.Join(parts, Text(ctx, "list.separator"))
}

// fill puts the values in their places. What a value holds is not looked at again, so a name
// with braces in it stays as it is.
func fill(c *Catalogue, e entry, args []any) string {
	sentence := e["other"]
	values := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		count, isInt := args[i+1].(int)
		if isInt {
			values[name] = c.number(count)
		} else {
			values[name] = c.isolated(fmt.Sprint(args[i+1]))
		}
		if isInt && name == "count" {
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
			filled.WriteString(value)
		case closed:
			filled.WriteString("{" + name + "}")
		default:
			filled.WriteString(rest[len(before):])
		}
		rest = next
	}
	return filled.String()
}

// isolated keeps a value whose letters may run against the sentence's from turning its order: it
// stands in an isolate of its own direction, which does for plain text what bdi does for HTML (UAX
// 9, section 2.4). FIRST STRONG ISOLATE would not do, for it overlooks what is isolated within.
func (c *Catalogue) isolated(value string) string {
	if !c.rightToLeft() && !strings.ContainsFunc(value, isRightToLeft) {
		return value
	}
	const leftToRight, rightToLeft, end = "\u2066", "\u2067", "\u2069"
	for _, r := range value {
		switch {
		case isRightToLeft(r):
			return rightToLeft + value + end
		case class(r) == bidi.L:
			return leftToRight + value + end
		}
	}
	return leftToRight + value + end
}

func isRightToLeft(r rune) bool { return class(r) == bidi.R || class(r) == bidi.AL }

func class(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}
