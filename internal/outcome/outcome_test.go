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
