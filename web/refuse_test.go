package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fobdesk/internal/outcome"
)

// line is a line that people stand in, or not.
type line struct {
	Line
	busy bool
}

func (l line) Busy() bool { return l.busy }

func TestFLT05APageWithoutItsFobsIsNoFailureOnlyWhilePeopleStandInLine(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	for _, test := range []struct {
		came outcome.Outcome
		busy bool
		want int
	}{
		{outcome.Throttled, true, http.StatusOK},
		{outcome.Throttled, false, http.StatusServiceUnavailable},
		{outcome.UpstreamUnavailable, true, http.StatusBadGateway},
	} {
		s.Line = line{busy: test.busy}
		c := s.echo.NewContext(httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder())
		if got := s.statusWithout(c, outcome.New(test.came)); got != test.want {
			t.Errorf("%s, people in line %t: %d, want %d", test.came, test.busy, got, test.want)
		}
	}
}

func TestFLT05OnlyGraphsOwn429IsWaitedOutInLine(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	for _, test := range []struct {
		refusal outcome.Error
		want    bool
	}{
		{outcome.Error{Outcome: outcome.Throttled}, true},
		{outcome.Error{Outcome: outcome.Throttled, Reason: reasonLook}, false},
		{outcome.Error{Outcome: outcome.UpstreamUnavailable}, false},
	} {
		c := s.echo.NewContext(httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder())
		s.status(c, &test.refusal)
		if got, _ := c.Get(throttledKey).(bool); got != test.want {
			t.Errorf("%s %q is waited out: %t", test.refusal.Outcome, test.refusal.Reason, got)
		}
	}
}

func TestCSRF06APageThatIsAskedForIsNotHeldToWhatAFormMustBe(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r := httptest.NewRequest(method, "/healthz?a=%zz", strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		if got := s.answer(r).Code; got != http.StatusOK {
			t.Errorf("%s answered %d", method, got)
		}
	}
}
