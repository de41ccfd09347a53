package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

func TestFLT06WhileGraphFailsActsAreRefusedAtOnceAndOtherPagesAreFast(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Status: http.StatusInternalServerError})
	for range 4 { // each page tries to read three times
		v.Get(t, "/")
	}
	w.Cloud.ResetCalls()
	fast := func(what string, ask func() *e2e.Page, status int, came string) {
		t.Helper()
		quickest := time.Minute
		for range 5 { // the machine may be busy: the quickest tells what the portal takes
			began := time.Now()
			page := ask()
			quickest = min(quickest, time.Since(began))
			if page.Status != status || page.Outcome(t) != came {
				t.Errorf("%s: %d %q, want %d %q", what, page.Status, page.Outcome(t), status, came)
			}
		}
		if quickest > 100*time.Millisecond {
			t.Errorf("%s took %v", what, quickest)
		}
	}
	get := func(path string) func() *e2e.Page { return func() *e2e.Page { return v.Get(t, path) } }
	fast("an enrolment", func() *e2e.Page { return v.Post(t, "/enrol", enrolment(goodFob, "123456")) },
		http.StatusBadGateway, "upstream_unavailable")
	fast("my fobs", get("/"), http.StatusBadGateway, "upstream_unavailable")
	fast("the form", get("/enrol"), http.StatusOK, "")
	fast("readiness", get("/readyz"), http.StatusOK, "")
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
	for _, line := range []string{`"msg":"graph breaker"`, `"msg":"ready, but Graph is away"`} {
		if !strings.Contains(w.Log.String(), line) {
			t.Errorf("the log does not have %s", line)
		}
	}
}
