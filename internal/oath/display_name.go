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
	if !utf8.ValidString(s) || strings.ContainsFunc(s, Deceives) {
		return DisplayName{}, FlawCharacters
	}
	if utf8.RuneCountInString(s) > maxDisplayName {
		return DisplayName{}, FlawTooLong
	}
	return DisplayName{name: s}, nil
}

// String returns the name, empty where none was given.
func (n DisplayName) String() string { return n.name }

// Deceives reports characters that change what the reader of a text sees: control characters, line
// and paragraph separators, and the marks of the writing direction (Unicode UAX #9; UTR #36).
func Deceives(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}
