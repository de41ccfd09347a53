package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// breakerOpen is how long Graph is left alone before one call tries whether it is back.
const breakerOpen = 15 * time.Second

// failingGraph is a person at a portal that has found that Graph fails, and when that was at the
// earliest.
func failingGraph(t testing.TB) (w *e2e.World, v *e2e.Visitor, since time.Time) {
	w = e2e.NewWorld(t)
	v = w.SignedIn(t, ada)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Status: http.StatusInternalServerError})
	since = time.Now()
	for range 4 { // each page tries to read three times
		v.Get(t, "/")
	}
	w.Cloud.ResetCalls()
	return w, v, since
}

// How fast that is, BenchmarkWhileGraphFails says: here it is shown that nobody waits for Graph.
func TestFLT06WhileGraphFailsActsAreRefusedAtOnceAndOtherPagesAreServed(t *testing.T) {
	t.Parallel()
	w, v, since := failingGraph(t)
	ask := func(what string, ask func() *e2e.Page, status int, came string) {
		t.Helper()
		for range 5 {
			if page := ask(); page.Status != status || page.Outcome(t) != came {
				t.Errorf("%s: %d %q, want %d %q", what, page.Status, page.Outcome(t), status, came)
			}
		}
	}
	get := func(path string) func() *e2e.Page { return func() *e2e.Page { return v.Get(t, path) } }
	ask("an enrolment", func() *e2e.Page { return v.Post(t, "/enrol", enrolment(goodFob, "123456")) },
		http.StatusBadGateway, "upstream_unavailable")
	ask("my fobs", get("/"), http.StatusBadGateway, "upstream_unavailable")
	ask("the form", get("/enrol"), http.StatusOK, "")
	ask("readiness", get("/readyz"), http.StatusOK, "")
	trials := int(time.Since(since) / breakerOpen) // none, where the machine is not very busy
	if calls := graphCalls(w); len(calls) > trials {
		t.Errorf("Graph was asked %q, want %d calls at most", calls, trials)
	}
	for _, line := range []string{`"msg":"graph breaker"`, `"msg":"ready, but Graph is away"`} {
		if !strings.Contains(w.Log.String(), line) {
			t.Errorf("the log does not have %s", line)
		}
	}
}

// BenchmarkWhileGraphFails is how long an enrolment and the list of one's fobs take to be refused.
func BenchmarkWhileGraphFails(b *testing.B) {
	_, v, _ := failingGraph(b)
	for b.Loop() {
		for _, page := range []*e2e.Page{v.Post(b, "/enrol", enrolment(goodFob, "123456")), v.Get(b, "/")} {
			if page.Status != http.StatusBadGateway {
				b.Fatalf("answered %d", page.Status)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(2*b.N), "ms/refusal")
}
