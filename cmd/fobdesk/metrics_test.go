package main

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
)

func TestSRV07TheMetricsAreOnTheirOwnListenerAndNothingElseIs(t *testing.T) {
	t.Parallel()
	p := e2e.NewProgram(t, program(t))
	metrics := p.MetricsURL(t)
	for _, test := range []struct {
		url    string
		status int
	}{
		{metrics + "/metrics", http.StatusOK},
		{metrics + "/", http.StatusNotFound},
		{metrics + "/healthz", http.StatusNotFound},
		{metrics + "/debug/pprof/", http.StatusNotFound},
		{metrics + "/debug/vars", http.StatusNotFound},
		{p.URL + "/metrics", http.StatusNotFound},
		{p.URL + "/debug/pprof/", http.StatusNotFound},
		{p.URL + "/debug/pprof/heap", http.StatusNotFound},
		{p.URL + "/debug/vars", http.StatusNotFound},
	} {
		if page := p.NewVisitor().Get(t, test.url); page.Status != test.status {
			t.Errorf("%s: status %d, want %d", test.url, page.Status, test.status)
		}
	}
}

func TestSRV07TheProgramHoldsNoProfiler(t *testing.T) {
	t.Parallel()
	if slices.Contains(strings.Fields(string(goList(t, "-deps", "./cmd/fobdesk"))), "net/http/pprof") {
		t.Error("fobdesk holds net/http/pprof")
	}
}

func TestRST05AnAddressThatIsTakenStopsTheStartWithOneLine(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for variable, others := range map[string]string{
		"FOBDESK_METRICS_LISTEN": "FOBDESK_LISTEN", "FOBDESK_LISTEN": "FOBDESK_METRICS_LISTEN",
	} {
		got := start(t, []string{
			variable + "=" + taken.Addr().String(), others + "=127.0.0.1:0",
			"FOBDESK_BASE_URL=https://fobs.example.org", "FOBDESK_CLIENT_SECRET=planted-secret",
			"FOBDESK_TENANT_ID=11111111-2222-3333-4444-555555555555",
			"FOBDESK_CLIENT_ID=66666666-7777-8888-9999-aaaaaaaaaaaa",
			"FOBDESK_SESSION_KEYS=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		}, "serve")
		want := variable + `: got "` + taken.Addr().String() + `", want an address of this machine that nobody listens on`
		if got.code != exitFailed || !strings.HasPrefix(got.stderr, want) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("exit code %d and:\n%swant %s", got.code, got.stderr, want)
		}
	}
}
