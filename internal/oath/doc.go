// Package oath holds the nouns of the portal: a serial number, a verification code, a display
// name, a device (the fob in the tenant's list), a method (a person's binding to a fob) and a
// person. A value is parsed once, at the edge, and is sound ever after.
//
// It knows neither HTTP nor Graph nor words: what is wrong with an input is a Flaw, which the
// message catalogue turns into a sentence. Its one invariant: a value that exists keeps its
// documented pattern, and a VerificationCode cannot be printed.
package oath
