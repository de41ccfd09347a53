package portal_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// scrape is what Prometheus gets of the world's portal.
func scrape(t *testing.T, w *e2e.World) string {
	t.Helper()
	answer := httptest.NewRecorder()
	w.Metrics().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.String()
}

func enrol(t *testing.T, v *e2e.Visitor, serial, code string) *e2e.Page {
	t.Helper()
	return v.Post(t, "/enrol", url.Values{"serialNumber": {serial}, "verificationCode": {code}})
}

func TestTheMetricsTellWhatHappened(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_SESSION_IDLE", "3h"))
	ada := w.SignedIn(t, sim.AdaID)
	enrol(t, ada, sim.SerialGood60, "000000")
	enrol(t, ada, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
	w.Clock.Pass(90 * time.Minute) // the access token has run out
	ada.Get(t, "/")
	for range 6 {
		enrol(t, ada, sim.SerialGood60, "00000"+fmt.Sprint(time.Now().UnixNano()%10))
	}
	got := scrape(t, w)
	for _, line := range []string{
		`fobdesk_outcomes_total{event="sign_in",outcome="signed_in"} 1`,
		`fobdesk_outcomes_total{event="enrol",outcome="enrolled"} 1`,
		`fobdesk_outcomes_total{event="enrol",outcome="wrong_code"} `,
		`fobdesk_requests_total{method="GET",route="/auth/callback",status="303"} 1`,
		`fobdesk_requests_total{method="POST",route="/enrol",status="303"} `,
		`fobdesk_request_seconds_count{route="/enrol"} `,
		`fobdesk_graph_answers_total{code="none",operation="assign_and_activate",status="204"} 1`,
		`fobdesk_graph_call_seconds_count{operation="read"} `,
		`fobdesk_entra_answers_total{call="token",status="200"} 2`,
		`fobdesk_entra_answers_total{call="keys",status="200"} 1`,
		`fobdesk_token_refreshes_total{grant="self",result="done"} 1`,
		`fobdesk_open_intents 0`,
		`fobdesk_database_up 1`,
		`fobdesk_database_bytes `,
		`fobdesk_database_connections `,
		`go_goroutines `,
		`process_resident_memory_bytes `,
	} {
		if !strings.Contains(got, "\n"+line) {
			t.Errorf("want %s in:\n%s", line, ours(got))
		}
	}
}

// ours are the portal's own figures, without the buckets.
func ours(figures string) string {
	var lines []string
	for line := range strings.Lines(figures) {
		if strings.HasPrefix(line, "fobdesk_") && !strings.Contains(line, "_bucket{") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func TestSRV07TheMetricsNameNobodyAndDoNotGrowWithWhoComes(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	ada, grace := w.SignedIn(t, sim.AdaID), w.SignedIn(t, sim.GraceID)
	everything := func(planted string) {
		for _, v := range []*e2e.Visitor{w.NewVisitor(), ada, grace} {
			v.Get(t, "/"+planted)
			v.Get(t, "/fobs/"+planted+"/remove")
			v.Get(t, "/admin/users/"+planted)
			v.Get(t, "/admin/users?q="+planted)
			v.Get(t, "/admin/fobs?serial="+planted)
			v.Get(t, "/auth/callback?code="+planted+"&state="+planted)
			v.Get(t, "/auth/sign-in?return_to=/"+planted)
			v.Do(t, "PLANTED"+planted, "/enrol", nil, http.Header{"User-Agent": {planted}})
			enrol(t, v, planted, "123456")
			v.Post(t, "/fobs/"+planted+"/activate", url.Values{"verificationCode": {"123456"}})
		}
	}
	grace.SignIn(t, "/admin", sim.GraceID)
	for n := range 60 { // each limit has been hit by then
		everything(fmt.Sprintf("FIRST%d", n))
	}
	before := ours(scrape(t, w))
	for n := range 20 {
		everything(fmt.Sprintf("LATER%d", n))
	}
	after := scrape(t, w)
	if was, is := strings.Count(before, "\n"), strings.Count(ours(after), "\n"); is > was {
		t.Errorf("%d series became %d:\n%s", was, is, ours(after))
	}
	var secrets []string
	for _, v := range []*e2e.Visitor{ada, grace} {
		for _, value := range v.Cookies() {
			secrets = append(secrets, value)
		}
	}
	for _, planted := range append(secrets, "FIRST", "LATER", "PLANTED", "123456", sim.AdaID, sim.GraceID, "Ada", "contoso", "GALT") {
		if strings.Contains(after, planted) {
			t.Errorf("the metrics have %q", planted)
		}
	}
}
