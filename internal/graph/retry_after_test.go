package graph

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"fobdesk/internal/outcome"
)

func TestFLT05RetryAfterIsBounded(t *testing.T) {
	tests := map[string]time.Duration{
		"":                              30 * time.Second,
		"7":                             7 * time.Second,
		" 120 ":                         2 * time.Minute,
		"0":                             time.Second,
		"601":                           10 * time.Minute,
		"99999999999999999999999999":    10 * time.Minute,
		"-5":                            30 * time.Second,
		"1.5":                           30 * time.Second,
		"soon":                          30 * time.Second,
		"٣":                             30 * time.Second,
		"Wed, 25 Nov 2026 08:00:42 GMT": 42 * time.Second,
		"Wed, 25 Nov 2026 07:00:00 GMT": time.Second,
		"Fri, 25 Nov 2039 08:00:00 GMT": 10 * time.Minute,
	}
	for value, want := range tests {
		f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
			if value != "" {
				w.Header().Set("Retry-After", value)
			}
			says(http.StatusTooManyRequests, graphError("TooManyRequests", ""))(w, r)
		})
		for _, op := range []operation{opRead, opAssignAndActivate, opActivate, opRemove} {
			refusal, ok := errors.AsType[*outcome.Error](callOnce(t, me(t, f.URL), op))
			if !ok || refusal.Outcome != outcome.Throttled || refusal.RetryAfter != want {
				t.Errorf("Retry-After %q: %s got %v after %v, want %v", value, op, refusal, refusal.RetryAfter, want)
			}
		}
		if len(f.asked()) != 4 {
			t.Errorf("Retry-After %q: asked %d times, want no second try", value, len(f.asked()))
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"30", "9223372036854775808", "Wed, 25 Nov 2026 08:00:42 GMT", "-1", ""} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got := retryAfter(http.Header{"Retry-After": {value}}, time.Unix(1_800_000_000, 0))
		if got < shortestWait || got > longestWait {
			t.Errorf("%q: %v", value, got)
		}
	})
}
