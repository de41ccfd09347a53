// Package outcome names what can come of a request. An outcome is a value with a place: Graph's
// and Entra's answers are turned into one (in internal/graph and internal/entra), it is turned
// into a status (in web) and into words (in internal/message), each in one table.
//
// A refusal is an *Error whose Outcome is itself an error, so that the question reads plainly:
// errors.Is(err, outcome.WrongCode). It carries nothing secret, and Err is for the log only.
package outcome

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// Outcome is the name of what came of a request; it stands in data-outcome and in the audit trail.
type Outcome string

// What is done, and Graph said so.
const (
	Enrolled    Outcome = "enrolled"
	Activated   Outcome = "activated"
	Assigned    Outcome = "assigned"
	Deactivated Outcome = "deactivated"
	Removed     Outcome = "removed"
)

// What was refused, or could not be done.
const (
	InvalidInput        Outcome = "invalid_input"
	WrongCode           Outcome = "wrong_code"
	Refused             Outcome = "refused"
	UnknownSerial       Outcome = "unknown_serial"
	AssignedToOther     Outcome = "assigned_to_other"
	AlreadyActive       Outcome = "already_active"
	LimitReached        Outcome = "limit_reached"
	NotAllowed          Outcome = "not_allowed"
	TooManyAttempts     Outcome = "too_many_attempts"
	Throttled           Outcome = "throttled"
	UpstreamUnavailable Outcome = "upstream_unavailable"
	Unavailable         Outcome = "unavailable"
	OutcomeUnknown      Outcome = "outcome_unknown"
	SignedOut           Outcome = "signed_out"
	SignInRefused       Outcome = "sign_in_refused"
	StepUp              Outcome = "step_up"
	WrongOrigin         Outcome = "wrong_origin"
	NotFound            Outcome = "not_found"
	Overtaken           Outcome = "overtaken"      // somebody else was at work on the same person
	ConsentNeeded       Outcome = "consent_needed" // the inventory's permission is to be asked for
)

// Error returns the outcome's name.
func (o Outcome) Error() string { return string(o) }

// Error is a refusal: its kind, and what the answer to a person needs.
type Error struct {
	Outcome Outcome
	// Reason narrows the words within the outcome, for instance "policy" within not_allowed;
	// empty means the outcome's general words.
	Reason string
	// Fields are the flaws of an InvalidInput, in the order of the form.
	Fields []Field
	// RetryAfter is how long to wait before the next try; zero where waiting is not the cure.
	RetryAfter time.Duration
	// Judged says that Graph may have judged the verification code before it refused, so that the
	// try counts.
	Judged bool
	// Claims is the claims challenge (a JSON object) of a StepUp; empty where Graph sent none.
	Claims string
	// Reference is what support asks for: Graph's request id or Entra's AADSTS number.
	Reference string
	// Err is what lies behind it, for the log; never shown.
	Err error
}

// Field is one input and what is wrong with it.
type Field struct {
	Name string // the form's field name: serialNumber, verificationCode, displayName
	Flaw string // an oath.Flaw
}

// ChallengeID is a short name of the claims challenge, to tell one that was answered already from
// a new one; empty where there is none.
func (e *Error) ChallengeID() string {
	if e.Claims == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(e.Claims))
	return hex.EncodeToString(sum[:8])
}

// New returns the refusal o without particulars.
func New(o Outcome) *Error { return &Error{Outcome: o} }

// Error says the outcome, its reason and what lies behind it; for the log, never for a page.
func (e *Error) Error() string {
	parts := []string{string(e.Outcome)}
	if e.Reason != "" {
		parts = append(parts, e.Reason)
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

// Unwrap makes errors.Is answer for the outcome and for what lies behind it.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Outcome}
	}
	return []error{e.Outcome, e.Err}
}

// Of returns the outcome that err carries, and false where err is no refusal but a fault of ours.
func Of(err error) (Outcome, bool) {
	if refusal, ok := errors.AsType[*Error](err); ok {
		return refusal.Outcome, true
	}
	return "", false
}
