package desk_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

func TestUndoTakesBackWhatTheActBoundAndNothingElse(t *testing.T) {
	done := func(b *bench, came outcome.Outcome) desk.Receipt {
		return desk.Receipt{Act: desk.Act{ID: "done", Serial: serial}, End: desk.End{Outcome: came, At: b.time()}}
	}
	bound := func(id string, after time.Duration) func(b *bench) oath.Method {
		return func(b *bench) oath.Method {
			m := fob(oath.StatusActivated, b.time().Add(after))
			m.ID = id
			return m
		}
	}
	for _, test := range []struct {
		name    string
		came    outcome.Outcome
		held    []func(b *bench) oath.Method
		listErr error
		want    outcome.Outcome
		removed string
	}{
		{"a fob that was enrolled", outcome.Enrolled, []func(*bench) oath.Method{bound("one", 0)}, nil, outcome.Removed, "one"},
		{"one that was assigned", outcome.Assigned, []func(*bench) oath.Method{bound("one", 0)}, nil, outcome.Removed, "one"},
		{"the newer of two", outcome.Enrolled, []func(*bench) oath.Method{bound("old", -time.Hour), bound("new", 0)}, nil, outcome.Removed, "new"},
		{"in either order", outcome.Enrolled, []func(*bench) oath.Method{bound("new", 0), bound("old", -time.Hour)}, nil, outcome.Removed, "new"},
		{"by a clock that is a minute ahead", outcome.Enrolled, []func(*bench) oath.Method{bound("one", time.Minute)}, nil, outcome.Removed, "one"},
		{"one of which Graph does not say when", outcome.Enrolled, []func(*bench) oath.Method{func(*bench) oath.Method {
			m := fob(oath.StatusActivated, time.Time{})
			m.ID = "one"
			return m
		}}, nil, outcome.Removed, "one"},
		{"beside another fob that is newer", outcome.Enrolled, []func(*bench) oath.Method{bound("one", 0), func(b *bench) oath.Method {
			m := bound("another", time.Second)(b)
			m.Device.SerialNumber = "OTHER"
			return m
		}}, nil, outcome.Removed, "one"},
		{"one that was bound since", outcome.Enrolled, []func(*bench) oath.Method{bound("one", time.Minute+time.Second)}, nil, outcome.NotFound, ""},
		{"one that is gone", outcome.Enrolled, nil, nil, outcome.NotFound, ""},
		{"an act that bound none", outcome.Removed, []func(*bench) oath.Method{bound("one", 0)}, nil, outcome.NotFound, ""},
		{"when Graph can't be read", outcome.Enrolled, []func(*bench) oath.Method{bound("one", 0)}, outcome.New(outcome.Throttled), outcome.Throttled, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, graph := newBench(t), accepts()
			for _, method := range test.held {
				graph.held = append(graph.held, method(b))
			}
			graph.listErr = test.listErr
			var first string
			for range 2 {
				id, err := b.Undo(t.Context(), graph, b.forAda(), done(b, test.came))
				if got := cameTo(err, outcome.Removed); got != test.want {
					t.Errorf("came to %s (%v), want %s", got, err, test.want)
				}
				if first == "" {
					first = id
				} else if test.removed != "" && id != first {
					t.Errorf("the second is %q, want %q", id, first)
				}
			}
			want := 0
			if test.removed != "" {
				want = 1
			}
			if n := writes(graph); n != want || n == 1 && !slices.Contains(graph.calls(), "remove "+test.removed) {
				t.Errorf("Graph was asked %q", graph.calls())
			}
		})
	}
	for took, want := range map[bool]outcome.Outcome{true: "", false: outcome.UpstreamUnavailable} {
		b, graph := newBench(t), accepts()
		graph.held = []oath.Method{bound("one", 0)(b)}
		graph.write = func(s *scripted) (string, error) {
			if took {
				s.held = nil
			}
			return "", lost
		}
		if _, err := b.Undo(t.Context(), graph, b.forAda(), done(b, outcome.Enrolled)); cameTo(err, "") != want {
			t.Errorf("a lost answer, took %t: %v", took, err)
		}
	}
	b := newBench(t)
	odd := done(b, outcome.Enrolled)
	odd.Act.Serial = "<none>"
	if _, err := b.Undo(t.Context(), accepts(fob(oath.StatusActivated, b.time())), b.forAda(), odd); !errors.Is(err, outcome.NotFound) {
		t.Errorf("an act without a serial number: %v", err)
	}
}
