package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// collector is where spans are sent to.
type collector struct {
	*httptest.Server
	mu     sync.Mutex
	got    bytes.Buffer
	header http.Header
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, _ = io.Copy(&c.got, r.Body)
		c.header = r.Header
	}))
	t.Cleanup(c.Close)
	return c
}

func TestTOK01TracesTellWhatWasDoneAndHoldNoSecretAndNoName(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	p := e2e.NewProgram(t, program(t),
		e2e.Setting("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL),
		e2e.Setting("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=planted-key"))
	ada, grace := p.SignedIn(t, sim.AdaID), p.SignedIn(t, sim.GraceID)
	grace.SignIn(t, "/admin/users?q=Ada", sim.GraceID)
	grace.Get(t, "/admin/users/"+sim.AdaID)
	grace.Get(t, "/admin/audit?serial="+sim.SerialGood30)
	form := enrolment(p, sim.SerialGood30)
	form.Set("displayName", "Planted name")
	ada.Follow(t, ada.Post(t, "/enrol", form))
	ada.Get(t, "/enrol?serial="+sim.SerialGood60)
	ada.Do(t, http.MethodGet, "/", nil, http.Header{"Traceparent": {"00-11111111111111111111111111111111-2222222222222222-01"}})
	p.Signal(syscall.SIGTERM)
	if code := p.Wait(t); code != exitDone {
		t.Fatalf("exit code %d:\n%s", code, p.Log)
	}

	got := c.got.String()
	for _, want := range []string{"POST /enrol", "GET /admin/users/:id", "graph assign_and_activate", "entra token", "fobdesk"} {
		if !strings.Contains(got, want) {
			t.Errorf("no span says %q", want)
		}
	}
	if c.header.Get("X-Api-Key") != "planted-key" {
		t.Error("the exporter's own settings do not count")
	}
	for what, values := range planted(p, ada, grace) {
		for _, value := range values {
			if len(value) >= 3 && strings.Contains(got, value) {
				t.Errorf("a span holds %s %q", what, value)
			}
		}
	}
	if bytes.Contains(c.got.Bytes(), bytes.Repeat([]byte{0x11}, 16)) {
		t.Error("a traceparent from outside is believed")
	}
}

// planted is what must not be seen: what was typed, who it was, and every secret that went to Entra
// and Graph.
func planted(p *e2e.Program, visitors ...*e2e.Visitor) map[string][]string {
	all := map[string][]string{
		"a header of the exporter": {"planted-key"},
		"a name":                   {"Ada", "Grace", "contoso", "Planted name"},
		"an id":                    {sim.AdaID, sim.GraceID},
		"a serial number":          {sim.SerialGood30, sim.SerialGood60},
		"an address":               {"127.0.0.1", "localhost", p.URL},
		"a setting":                {p.Keys()},
	}
	for _, v := range visitors {
		for _, cookie := range v.Cookies() {
			all["a cookie"] = append(all["a cookie"], cookie)
		}
	}
	for _, call := range p.Cloud.Calls() {
		all["an access token"] = append(all["an access token"], strings.TrimPrefix(call.Header.Get("Authorization"), "Bearer "))
		for _, values := range []url.Values{call.Form, call.Query} {
			values.Del("response_type") // "code", which is part of a status_code
			for name, value := range values {
				all["the parameter "+name] = append(all["the parameter "+name], value...)
			}
		}
		if code, ok := call.Body["verificationCode"].(string); ok {
			all["a verification code"] = append(all["a verification code"], code)
		}
	}
	return all
}

func TestRST05ATraceSettingThatIsWrongStopsTheStart(t *testing.T) {
	t.Parallel()
	got := start(t, []string{
		"OTEL_TRACES_EXPORTER=otlp", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "FOBDESK_LISTEN=127.0.0.1:0",
		"FOBDESK_BASE_URL=https://fobs.example.org", "FOBDESK_CLIENT_SECRET=planted-secret",
		"FOBDESK_TENANT_ID=11111111-2222-3333-4444-555555555555",
		"FOBDESK_CLIENT_ID=66666666-7777-8888-9999-aaaaaaaaaaaa",
		"FOBDESK_SESSION_KEYS=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
	}, "serve")
	if want := "OTEL_EXPORTER_OTLP_PROTOCOL: got \"grpc\", want http/protobuf\n"; got.code != exitUsage || got.stderr != want {
		t.Errorf("exit code %d and %q, want %d and %q", got.code, got.stderr, exitUsage, want)
	}
}
