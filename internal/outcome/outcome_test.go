package outcome_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"fobdesk/internal/outcome"
)

func TestARefusalIsAskedForByItsOutcome(t *testing.T) {
	err := fmt.Errorf("enrol: %w", &outcome.Error{Outcome: outcome.WrongCode, Reason: "again", Err: io.EOF})
	if !errors.Is(err, outcome.WrongCode) || errors.Is(err, outcome.Refused) || !errors.Is(err, io.EOF) {
		t.Errorf("%v is not asked for by its outcome and by what lies behind it", err)
	}
	if got, ok := outcome.Of(err); !ok || got != outcome.WrongCode {
		t.Errorf("Of(%v) = %v, %v", err, got, ok)
	}
	if _, ok := outcome.Of(io.EOF); ok {
		t.Error("a fault of ours passes for a refusal")
	}
}

// An Unwrap that answers a nil error is invalid (package errors).
func TestARefusalWithNothingBehindItUnwrapsToItsOutcomeAlone(t *testing.T) {
	if got := outcome.New(outcome.WrongCode).Unwrap(); len(got) != 1 || got[0] != outcome.WrongCode { //nolint:errorlint // itself
		t.Errorf("it unwraps to %v", got)
	}
}

func TestARefusalSaysInTheLogWhatIsKnownOfIt(t *testing.T) {
	for _, test := range []struct {
		err  outcome.Error
		want string
	}{
		{outcome.Error{Outcome: outcome.WrongCode}, "wrong_code"},
		{outcome.Error{Outcome: outcome.WrongCode, Reason: "again"}, "wrong_code: again"},
		{outcome.Error{Outcome: outcome.WrongCode, Err: io.EOF}, "wrong_code: EOF"},
		{outcome.Error{Outcome: outcome.WrongCode, Reason: "again", Err: io.EOF}, "wrong_code: again: EOF"},
	} {
		if got := test.err.Error(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestAChallengeIsToldFromAnotherAndFromNone(t *testing.T) {
	id := func(claims string) string { return (&outcome.Error{Claims: claims}).ChallengeID() }
	first, again, other, none := id(`{"a":1}`), id(`{"a":1}`), id(`{"a":2}`), id("")
	if none != "" || first == "" || first != again || first == other {
		t.Errorf("one is %q, again %q, another %q, none %q", first, again, other, none)
	}
}
