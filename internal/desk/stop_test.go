package desk_test

import (
	"context"
	"errors"
	"testing"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

func TestRST01OnceStoppedADeskBeginsNoActAndAnswersTheFormsItKnows(t *testing.T) {
	b := newBench(t)
	done := enrolment(t, "123456")
	first, err := b.Enrol(t.Context(), &scripted{write: binds(oath.StatusActivated, b.time(), nil)}, b.by("ada"), done)
	if err != nil {
		t.Fatal(err)
	}
	b.Stop()

	graph := &scripted{}
	again, err := b.Enrol(t.Context(), graph, b.by("ada"), done)
	if err != nil || again != first {
		t.Errorf("the form that was sent before is answered with %q, %v; want %q", again, err, first)
	}
	by := b.by("ada")
	by.Whose = func(ctx context.Context) (oath.Person, error) {
		t.Error("Graph is asked who it is")
		return oath.Person{}, nil
	}
	late := enrolment(t, "654321")
	for range 6 { // more than the codes that may be tried
		by.RequestID += "x"
		_, err = b.Enrol(t.Context(), graph, by, late)
		refusal, ok := errors.AsType[*outcome.Error](err)
		if !ok || refusal.Outcome != outcome.Unavailable || refusal.Reason != "stopping" || refusal.RetryAfter <= 0 {
			t.Errorf("a new act is answered with %v, want unavailable and when to come back", err)
		}
	}
	if calls := graph.calls(); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
}
