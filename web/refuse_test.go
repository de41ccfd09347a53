package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

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

func TestCSRF06AFormIsReadByItsTypeAloneAndAnEmptyPostNeedsNone(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	handler := s.formBody(func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	for _, test := range []struct {
		kind, body string
		want       error
	}{
		{"application/x-www-form-urlencoded", "a=1", nil},
		{"application/x-www-form-urlencoded; charset=utf-8", "a=1", nil},
		{"application/x-www-form-urlencoded; charset", "a=1", echo.ErrUnsupportedMediaType},
		{"text/plain", "a=1", echo.ErrUnsupportedMediaType},
		{"", "a=1", echo.ErrUnsupportedMediaType},
		{"", "", nil},
	} {
		r := httptest.NewRequest(http.MethodPost, "/enrol", strings.NewReader(test.body))
		r.Header.Set("Content-Type", test.kind)
		if err := handler(s.echo.NewContext(r, httptest.NewRecorder())); !errors.Is(err, test.want) {
			t.Errorf("%q of type %q: %v, want %v", test.body, test.kind, err, test.want)
		}
	}
}
