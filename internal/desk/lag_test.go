package desk_test

import (
	"slices"
	"testing"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// Graph's reads may lag its writes by ten seconds: until then a list without the fob proves nothing.
func TestFLT03NothingWasChangedIsBelievedOnlyOnceTenSecondsAreOver(t *testing.T) {
	const lag = 10 * time.Second
	pauses := desk.ReadBackPauses()
	var waited time.Duration
	looks := 0
	for _, pause := range pauses {
		if waited += pause; waited <= lag {
			looks++
		}
	}
	if waited <= lag || looks == len(pauses) {
		t.Fatalf("the last look is after %v, want one after %v", waited, lag)
	}
	for _, test := range []struct {
		name string
		lag  int // how many looks show what was before
		want outcome.Outcome
	}{
		{"the fob shows at the last look", looks, outcome.Enrolled},
		{"the fob shows at the first", 0, outcome.Enrolled},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			instant := make([]time.Duration, len(pauses))
			b.ReadBack = instant
			graph := &scripted{write: binds(oath.StatusActivated, b.time(), lost), lag: test.lag}
			_, err := b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, "123456"))
			if got := cameTo(err, outcome.Enrolled); got != test.want {
				t.Errorf("came to %s after %q, want %s", got, graph.calls(), test.want)
			}
			if n := len(slices.DeleteFunc(graph.calls(), func(call string) bool { return call != "list" })); n != test.lag+1 {
				t.Errorf("looked %d times", n)
			}
		})
	}
}
