package message

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"golang.org/x/text/language"
)

// Tongue is a language that there are words in.
type Tongue struct {
	Tag  string // BCP 47, for the lang attribute
	Name string // of the language, in the language
}

// Languages lists the languages that there are words in, by their own names.
func Languages() []Tongue { return slices.Clone(tongues().all) }

// tongues are the languages in the order they are shown in, and what finds the nearest of them.
var tongues = sync.OnceValue(func() (found struct {
	all     []Tongue
	tags    []language.Tag
	matcher language.Matcher
}) {
	for tag, c := range loaded() {
		found.all = append(found.all, Tongue{Tag: tag, Name: c.about.Name})
	}
	slices.SortFunc(found.all, func(a, b Tongue) int { return cmp.Compare(a.Name, b.Name) })
	for _, tongue := range found.all {
		found.tags = append(found.tags, loaded()[tongue.Tag].tag)
	}
	found.matcher = language.NewMatcher(found.tags)
	return found
})

// maxWish bounds what is read of a browser's wish, in bytes.
const maxWish = 512

// Nearest returns the language of ours that is nearest to what is wished, by CLDR's distances, and
// whether there is one. wish is as in Accept-Language (RFC 9110, section 12.5.4), or one BCP 47
// tag; what can't be read, or is longer than any browser's, wishes for nothing.
func Nearest(wish string) (language.Tag, bool) {
	if len(wish) > maxWish {
		return language.Und, false
	}
	wished, _, err := language.ParseAcceptLanguage(wish)
	if err != nil || len(wished) == 0 {
		return language.Und, false
	}
	_, i, confidence := tongues().matcher.Match(wished...)
	return tongues().tags[i], confidence != language.No
}

type languageKey struct{}

// WithLanguage returns a context in which words come in the language tag. A language without a
// catalogue falls back to English.
func WithLanguage(ctx context.Context, tag language.Tag) context.Context {
	all := loaded()
	for ; tag != language.Und; tag = tag.Parent() {
		if c, ok := all[tag.String()]; ok {
			return With(ctx, c)
		}
	}
	return With(ctx, all[source])
}

// With returns a context in which words come from the catalogue c; where it has none, from the
// English one.
func With(ctx context.Context, c *Catalogue) context.Context {
	return context.WithValue(ctx, languageKey{}, c)
}

// of returns the catalogue of the language in ctx.
func of(ctx context.Context) *Catalogue {
	if c, ok := ctx.Value(languageKey{}).(*Catalogue); ok {
		return c
	}
	return loaded()[source]
}

// Language returns the BCP 47 tag of the words in ctx, for the lang attribute.
func Language(ctx context.Context) string { return of(ctx).tag.String() }

// Direction returns the writing direction of the words in ctx, for the dir attribute.
func Direction(ctx context.Context) string {
	if of(ctx).rightToLeft() {
		return "rtl"
	}
	return "ltr"
}

func (c *Catalogue) rightToLeft() bool {
	script, _ := c.tag.Script()
	return script.String() == "Arab" || script.String() == "Hebr"
}
