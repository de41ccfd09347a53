package graph

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestGraphIsAwayAfterTwoCallsInARowThatFailed(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	const ok, failed, broken, refused, givenUp = "ok", "failed", "broken", "refused", "given up"
	for _, test := range []struct {
		name  string
		calls []string
		after time.Duration
		away  bool
	}{
		{"no call", nil, 0, false},
		{"one", []string{failed}, 0, false},
		{"two", []string{failed, broken}, 0, true},
		{"two, long ago", []string{failed, failed}, 30 * time.Second, false},
		{"one that worked between them", []string{failed, ok, failed}, 0, false},
		{"one that worked after them", []string{failed, failed, ok}, 0, false},
		{"an answer that refuses is one", []string{failed, failed, refused}, 0, false},
		{"two that were given up", []string{failed, givenUp, givenUp}, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			at := now
			c := New(Config{BaseURL: "https://graph.example/beta", Now: func() time.Time { return at }})
			for _, call := range test.calls {
				switch call {
				case ok:
					c.note(t.Context(), answer{status: 200}, nil)
				case failed:
					c.note(t.Context(), answer{}, errors.New("no route"))
				case broken:
					c.note(t.Context(), answer{status: 503}, nil)
				case refused:
					c.note(t.Context(), answer{status: 403}, nil)
				case givenUp:
					c.note(gone, answer{}, context.Canceled)
				}
			}
			at = at.Add(test.after)
			if away := c.Ready() != nil; away != test.away {
				t.Errorf("away: %t, want %t", away, test.away)
			}
		})
	}
}
