package metrics

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// scrape is what Prometheus gets.
func scrape(t testing.TB, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestSRV07ALabelTakesNothingThatCameFromOutside(t *testing.T) {
	planted := []string{
		"Ada Lovelace", "ada.lovelace@contoso.example", "GALT12345678", "123456", "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e501",
		"eyJhbGciOiJIUzI1NiJ9.e30.sig", "/fobs/GALT12345678", "/admin/users/0a1c5f6e-3b7d-4e29", "GET\n", "\u202efob",
		strings.Repeat("a", 2000), "/" + strings.Repeat("a", 2000),
	}
	m := New()
	for _, value := range planted {
		m.Request(value, value, http.StatusOK, time.Second)
		m.Outcome(value, value)
		m.Limit(value)
		m.GraphCall(value, 400, value, time.Second)
		m.EntraCall(value, 400, time.Second)
		m.Refresh(value, value)
	}
	got := scrape(t, m)
	for _, value := range planted {
		if strings.Contains(got, value) {
			t.Errorf("%q is in a label", value)
		}
	}
	for _, line := range []string{
		`fobdesk_requests_total{method="other",route="other",status="200"} 12`,
		`fobdesk_outcomes_total{event="other",outcome="other"} 12`,
		`fobdesk_graph_answers_total{code="other",operation="other",status="400"} 12`,
	} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("want %s in:\n%s", line, got)
		}
	}
}

func TestALabelKeepsWhatIsKnown(t *testing.T) {
	for _, test := range []struct{ name, got, want string }{
		{"a route", pathLabel("/admin/users/:id/fobs/:fob/remove"), "/admin/users/:id/fobs/:fob/remove"},
		{"the first page", pathLabel("/"), "/"},
		{"static files", pathLabel("/static/*"), "/static/*"},
		{"no route", pathLabel(""), "none"},
		{"an outcome", wordLabel("too_many_attempts"), "too_many_attempts"},
		{"a code of Graph's", codeLabel("Request_ResourceNotFound"), "request_resourcenotfound"},
		{"no code", codeLabel(""), "none"},
		{"no answer", statusLabel(0), "none"},
		{"an odd status", statusLabel(777), "other"},
	} {
		if test.got != test.want {
			t.Errorf("%s: %q, want %q", test.name, test.got, test.want)
		}
	}
}

func TestADatabaseThatDoesNotAnswerShowsAsDown(t *testing.T) {
	m := New()
	broken := errors.New("disk on fire")
	m.WatchDatabase(func(ctx context.Context) (Database, error) {
		if _, limited := ctx.Deadline(); !limited {
			t.Error("it may be waited for without end")
		}
		return Database{OpenIntents: 7}, broken
	})
	got := scrape(t, m)
	if !strings.Contains(got, "fobdesk_database_up 0\n") || strings.Contains(got, "fobdesk_open_intents ") || strings.Contains(got, "fire") {
		t.Errorf("got:\n%s", got)
	}
	broken = nil
	if got := scrape(t, m); !strings.Contains(got, "fobdesk_database_up 1\n") || !strings.Contains(got, "fobdesk_open_intents 7\n") {
		t.Errorf("got:\n%s", got)
	}
}

func TestAGraphThatIsAwayShowsAsDown(t *testing.T) {
	m := New()
	var away error
	m.WatchGraph(func() error { return away })
	if got := scrape(t, m); !strings.Contains(got, "fobdesk_graph_up 1\n") {
		t.Errorf("got:\n%s", got)
	}
	away = errors.New("away")
	if got := scrape(t, m); !strings.Contains(got, "fobdesk_graph_up 0\n") {
		t.Errorf("got:\n%s", got)
	}
}

func TestNothingButTheFiguresIsServed(t *testing.T) {
	for _, request := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/", http.StatusNotFound},
		{http.MethodGet, "/debug/pprof/", http.StatusNotFound},
		{http.MethodPost, "/metrics", http.StatusMethodNotAllowed},
	} {
		w := httptest.NewRecorder()
		New().Handler().ServeHTTP(w, httptest.NewRequest(request.method, request.path, nil))
		if w.Code != request.status {
			t.Errorf("%s %s: status %d, want %d", request.method, request.path, w.Code, request.status)
		}
	}
}

// BenchmarkRequest is what the figures cost a request.
func BenchmarkRequest(b *testing.B) {
	m := New()
	for b.Loop() {
		m.Request(http.MethodGet, "/fobs/:id/activate", http.StatusOK, time.Millisecond)
	}
}
