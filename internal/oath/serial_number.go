package oath

import (
	"regexp"
	"strings"
)

// maxSerialNumber is the longest serial number that is relayed, in characters. Graph publishes
// no limit; printed serials are 6 to 20.
const maxSerialNumber = 64

var (
	serialNumberPattern = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	// scannerPrefix is what labels and scanners put before a serial: the AIM symbology
	// identifier (ISO/IEC 15424: "]", a letter, a digit or letter), then "S/N" or "SN:".
	scannerPrefix = regexp.MustCompile(`^(?:\][A-Za-z][0-9A-Za-z])?(?i:S/N[:.]?|SN:)?`)
)

// SerialNumber is a fob's printed serial number: 1 to 64 ASCII letters, digits, "-", "_" or ".".
// Letter case and hyphens are kept as typed, for Graph may compare it as an opaque string.
type SerialNumber struct{ typed string }

// ParseSerialNumber cleans s (spaces, zero-width marks and scanner prefixes dropped, full-width
// characters mapped) and answers the serial number, or a Flaw: FlawEmpty, FlawTooLong or
// FlawCharacters.
func ParseSerialNumber(s string) (SerialNumber, error) {
	s, err := clean(s)
	if err != nil {
		return SerialNumber{}, err
	}
	s = s[len(scannerPrefix.FindString(s)):]
	switch {
	case s == "":
		return SerialNumber{}, FlawEmpty
	case !serialNumberPattern.MatchString(s):
		return SerialNumber{}, FlawCharacters
	case len(s) > maxSerialNumber:
		return SerialNumber{}, FlawTooLong
	}
	return SerialNumber{typed: s}, nil
}

// String returns the serial number as typed, after the clean-up.
func (n SerialNumber) String() string { return n.typed }

// Canonical returns the form under which serial numbers are counted and compared: upper case.
func (n SerialNumber) Canonical() string { return strings.ToUpper(n.typed) }

// OtherCase returns the serial number in the letter case it was not typed in, and false where
// that is no other string. It is a suggestion for a person, never sent by itself.
func (n SerialNumber) OtherCase() (string, bool) {
	other := n.Canonical()
	if other == n.typed {
		other = strings.ToLower(n.typed)
	}
	return other, other != n.typed
}
