package oath

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// clean is the clean-up that serial numbers and verification codes share: full-width characters
// become their usual form, spaces of every kind and zero-width marks are dropped. Input that is
// not UTF-8 is a FlawCharacters, for what it was meant to be can't be known.
func clean(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", FlawCharacters
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || isZeroWidth(r) {
			return -1
		}
		return r
	}, width.Fold.String(s)), nil
}

// isZeroWidth reports the marks that copying from a page or a document leaves behind unseen.
// The overrides of the writing direction are not among them: they deceive, and are refused.
func isZeroWidth(r rune) bool {
	switch r {
	case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad':
		return true
	}
	return false
}
