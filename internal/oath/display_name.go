package oath

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDisplayName is the longest name of a fob, in characters (runes).
const maxDisplayName = 64

// DisplayName is the name a person gives a fob; empty means none.
type DisplayName struct{ name string }

// ParseDisplayName trims s and answers the name, or a Flaw: FlawTooLong or FlawCharacters
// (control characters, overrides of the writing direction, not UTF-8).
func ParseDisplayName(s string) (DisplayName, error) {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || strings.ContainsFunc(s, isDeceptive) {
		return DisplayName{}, FlawCharacters
	}
	if utf8.RuneCountInString(s) > maxDisplayName {
		return DisplayName{}, FlawTooLong
	}
	return DisplayName{name: s}, nil
}

// String returns the name, empty where none was given.
func (n DisplayName) String() string { return n.name }

// isDeceptive reports characters that change what the reader sees: control characters, line
// separators and the bidirectional embeddings, overrides and isolates (Unicode UAX #9).
func isDeceptive(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' ||
		(r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069')
}
