package desk_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

func TestLIM04ACodeIsSentOnce(t *testing.T) {
	for _, test := range []struct {
		first outcome.Outcome
		sent  int
		again outcome.Outcome
	}{
		{first: outcome.WrongCode, sent: 1, again: outcome.WrongCode},
		{first: outcome.Refused, sent: 1, again: outcome.Refused},
		{first: outcome.UnknownSerial, sent: 1, again: outcome.UnknownSerial},
		{first: outcome.Throttled, sent: 2, again: outcome.Throttled},
		{first: outcome.UpstreamUnavailable, sent: 2, again: outcome.UpstreamUnavailable},
		{first: outcome.StepUp, sent: 2, again: outcome.NotAllowed},
	} {
		t.Run(string(test.first), func(t *testing.T) {
			b := newBench(t)
			graph := &scripted{write: refuses(test.first)}
			for range 2 {
				_, err := b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, "588651"))
				if !errors.Is(err, test.again) {
					t.Errorf("came to %v, want %s", err, test.again)
				}
			}
			if sent := writes(graph); sent != test.sent {
				t.Errorf("the code was sent %d times, want %d", sent, test.sent)
			}
		})
	}
}

func writes(graph *scripted) int {
	n := 0
	for _, call := range graph.calls() {
		if call != "list" {
			n++
		}
	}
	return n
}

func TestLIM04SomebodyElsesCodeIsAnsweredAsARefusedOne(t *testing.T) {
	b := newBench(t)
	graph := &scripted{write: binds(oath.StatusActivated, b.time(), nil)}
	if _, err := b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, "588651")); err != nil {
		t.Fatal(err)
	}
	other := &scripted{write: binds(oath.StatusActivated, b.time(), nil)}
	if _, err := b.Enrol(t.Context(), other, b.by("ben"), enrolment(t, "588651")); !errors.Is(err, outcome.WrongCode) {
		t.Errorf("came to %v, want wrong_code", err)
	}
	if calls := other.calls(); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
}

func TestLIM01FiveWrongCodesForAPersonThenLater(t *testing.T) {
	b := newBench(t)
	graph := &scripted{write: refuses(outcome.WrongCode)}
	for i := range 5 {
		if _, err := b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, fmt.Sprintf("00000%d", i))); !errors.Is(err, outcome.WrongCode) {
			t.Fatalf("try %d came to %v", i+1, err)
		}
		b.pass(time.Minute)
	}
	_, err := b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, "999999"))
	refusal, _ := errors.AsType[*outcome.Error](err)
	if refusal == nil || refusal.Outcome != outcome.TooManyAttempts || refusal.RetryAfter != 10*time.Minute {
		t.Fatalf("the sixth came to %+v, want too_many_attempts for 10m", refusal)
	}
	if sent := writes(graph); sent != 5 {
		t.Errorf("%d tries reached Graph, want 5", sent)
	}
	b.pass(10*time.Minute + time.Second)
	if _, err := b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, "999998")); !errors.Is(err, outcome.WrongCode) {
		t.Errorf("after the oldest aged out: %v, want wrong_code", err)
	}
}

func TestLIM01FiveWrongCodesForASerialHoldForEverybody(t *testing.T) {
	b := newBench(t)
	graph := &scripted{write: refuses(outcome.WrongCode)}
	for i := range 5 {
		_, _ = b.Enrol(t.Context(), graph, b.by(fmt.Sprintf("person-%d", i)), enrolment(t, fmt.Sprintf("00000%d", i)))
	}
	if _, err := b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, "999999")); !errors.Is(err, outcome.TooManyAttempts) {
		t.Errorf("came to %v, want too_many_attempts", err)
	}
}

func TestLIM03OnlyWhatGraphJudgedCounts(t *testing.T) {
	for came, counts := range map[outcome.Outcome]bool{
		outcome.WrongCode: true, outcome.Refused: true, outcome.UnknownSerial: true, outcome.OutcomeUnknown: true,
		outcome.NotAllowed: false, outcome.Throttled: false, outcome.SignedOut: false, outcome.StepUp: false,
		outcome.UpstreamUnavailable: false,
	} {
		b := newBench(t)
		graph := &scripted{write: refuses(came)}
		for i := range 5 {
			_, _ = b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, fmt.Sprintf("00000%d", i)))
		}
		_, err := b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, "999999"))
		if errors.Is(err, outcome.TooManyAttempts) != counts {
			t.Errorf("after five %s the sixth came to %v; counts: %v", came, err, counts)
		}
	}
}

func TestASecondWrongCodeSpeaksOfTheClock(t *testing.T) {
	b := newBench(t)
	graph := &scripted{write: refuses(outcome.WrongCode)}
	for i, want := range []string{"", "again", "again"} {
		_, err := b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, fmt.Sprintf("00000%d", i)))
		if refusal, _ := errors.AsType[*outcome.Error](err); refusal == nil || refusal.Reason != want {
			t.Errorf("wrong code %d: %v, want reason %q", i+1, err, want)
		}
	}
}
