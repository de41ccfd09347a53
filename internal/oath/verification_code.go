package oath

import (
	"regexp"
	"strings"

	"fobdesk/internal/secret"
)

// codeDigits is the length of a verification code: Graph takes six digits only.
const codeDigits = 6

var (
	sixDigits   = regexp.MustCompile(`^[0-9]{6}$`)
	onlyDigits  = regexp.MustCompile(`^[0-9]+$`)
	serialAlike = regexp.MustCompile(`^[A-Za-z0-9._]{8,}$`)
	hyphens     = strings.NewReplacer("-", "", "\u2010", "", "\u2011", "", "\u2012", "", "\u2013", "", "\u2212", "")
)

// VerificationCode is the six digits a fob shows, leading zeros kept. It cannot be printed: every
// verb of fmt and every slog handler writes "redacted", and the digits lie behind a pointer so
// that a printed struct that holds one shows an address at most.
type VerificationCode struct {
	secret.Hidden
	digits *string
}

// ParseVerificationCode cleans s (spaces, hyphens and zero-width marks dropped, full-width digits
// mapped) and answers the code, or a Flaw: FlawEmpty, FlawTooShort, FlawTooLong, FlawNotDigits,
// or FlawSerial where s looks like a serial number scanned into the wrong field.
func ParseVerificationCode(s string) (VerificationCode, error) {
	s, err := clean(s)
	if err != nil {
		return VerificationCode{}, FlawNotDigits
	}
	s = hyphens.Replace(s)
	switch {
	case s == "":
		return VerificationCode{}, FlawEmpty
	case sixDigits.MatchString(s):
		return VerificationCode{digits: &s}, nil
	case serialAlike.MatchString(s):
		return VerificationCode{}, FlawSerial
	case !onlyDigits.MatchString(s):
		return VerificationCode{}, FlawNotDigits
	case len(s) < codeDigits:
		return VerificationCode{}, FlawTooShort
	}
	return VerificationCode{}, FlawTooLong
}

// Reveal returns the six digits, for the one request that relays them and for keyed hashes.
func (c VerificationCode) Reveal() string {
	if c.digits == nil {
		return ""
	}
	return *c.digits
}
