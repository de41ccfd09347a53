package oath

// Flaw says what is wrong with an input. It is an error, so that Parse functions can return it;
// its words are the message catalogue's.
type Flaw string

// The flaws that the parsers of this package report.
const (
	FlawEmpty      Flaw = "empty"
	FlawTooShort   Flaw = "too_short"
	FlawTooLong    Flaw = "too_long"
	FlawNotDigits  Flaw = "not_digits"
	FlawCharacters Flaw = "characters" // holds something that cannot stand there
	FlawSerial     Flaw = "serial"     // a serial number where a verification code belongs
	FlawDoubled    Flaw = "doubled"    // the field was sent more than once
)

// Error returns the flaw's name, never the input.
func (f Flaw) Error() string { return string(f) }
