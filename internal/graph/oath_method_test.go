package graph

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

func TestWritesAreSentAsGraphDocumentsThem(t *testing.T) {
	serial, code, name := mustInput(t, "galt-00123456", "000042", `Ann's "<b>" fob`)
	tests := []struct {
		what       string
		do         func(*Methods) (string, error)
		call, body string
	}{
		{"assign and activate", func(m *Methods) (string, error) {
			return m.AssignAndActivate(t.Context(), serial, code, name)
		}, "POST /beta/me/authentication/hardwareOathMethods/assignAndActivateBySerialNumber",
			`{"serialNumber":"galt-00123456","verificationCode":"000042","displayName":"Ann's \"\u003cb\u003e\" fob"}`},
		{"an empty name is left out", func(m *Methods) (string, error) {
			return m.AssignAndActivate(t.Context(), serial, code, oath.DisplayName{})
		}, "POST /beta/me/authentication/hardwareOathMethods/assignAndActivateBySerialNumber",
			`{"serialNumber":"galt-00123456","verificationCode":"000042"}`},
		{"activate", func(m *Methods) (string, error) {
			return m.Activate(t.Context(), "m-1", code, name)
		}, "POST /beta/me/authentication/hardwareOathMethods/m-1/activate",
			`{"verificationCode":"000042","displayName":"Ann's \"\u003cb\u003e\" fob"}`},
		{"remove", func(m *Methods) (string, error) {
			return m.Remove(t.Context(), "m-1")
		}, "DELETE /beta/me/authentication/hardwareOathMethods/m-1", ""},
		{"deactivate", func(m *Methods) (string, error) {
			return m.Deactivate(t.Context(), "m-1")
		}, "POST /beta/me/authentication/hardwareOathMethods/m-1/deactivate", ""},
		{"assign", func(m *Methods) (string, error) {
			return m.Assign(t.Context(), "d-1")
		}, "POST /beta/me/authentication/hardwareOathMethods", `{"device":{"id":"d-1"}}`},
		{"assign and activate a device", func(m *Methods) (string, error) {
			return m.AssignAndActivateDevice(t.Context(), "d-1", code, name)
		}, "POST /beta/me/authentication/hardwareOathMethods/assignAndActivate",
			`{"device":{"id":"d-1"},"verificationCode":"000042","displayName":"Ann's \"\u003cb\u003e\" fob"}`},
		{"for somebody else", func(m *Methods) (string, error) {
			return m.client.User(m.tokens, annID).AssignAndActivate(t.Context(), serial, code, name)
		}, "POST /beta/users/" + annID + "/authentication/hardwareOathMethods/assignAndActivateBySerialNumber",
			`{"serialNumber":"galt-00123456","verificationCode":"000042","displayName":"Ann's \"\u003cb\u003e\" fob"}`},
		{"assign to somebody else", func(m *Methods) (string, error) {
			return m.client.User(m.tokens, annID).Assign(t.Context(), "d-1")
		}, "POST /beta/users/" + annID + "/authentication/hardwareOathMethods", `{"device":{"id":"d-1"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			var header http.Header
			var body []byte
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				header, body = r.Header, must(io.ReadAll(r.Body))
				if strings.HasPrefix(tt.what, "assign") && strings.HasSuffix(r.URL.Path, "Methods") {
					succeeds(opAssign)(w, r)
					return
				}
				says(http.StatusNoContent, "")(w, r)
			})
			id, err := tt.do(me(t, f.URL))
			if err != nil || id != graphRequestID {
				t.Fatalf("got %q, %v; want Graph's request id", id, err)
			}
			if got := f.asked(); len(got) != 1 || got[0] != tt.call {
				t.Errorf("Graph was asked %q, want %q once", got, tt.call)
			}
			if string(body) != tt.body {
				t.Errorf("body %s, want %s", body, tt.body)
			}
			want := map[string]string{
				"Authorization": "Bearer first", "Accept": "application/json",
				"User-Agent": "Fobdesk/test", "X-Ms-Throttle-Priority": "high",
			}
			if tt.body != "" {
				want["Content-Type"] = "application/json"
			}
			for name, value := range want {
				if header.Get(name) != value {
					t.Errorf("%s: %q, want %q", name, header.Get(name), value)
				}
			}
			if uuid.Validate(header.Get("client-request-id")) != nil {
				t.Errorf("client-request-id %q is no UUID", header.Get("client-request-id"))
			}
		})
	}
}

func TestEachCallHasItsOwnClientRequestID(t *testing.T) {
	var sent []string
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header.Get("client-request-id"))
		w.Header().Set("request-id", "not an <id>")
		w.WriteHeader(http.StatusNoContent)
	})
	m := me(t, f.URL)
	first, _ := m.Remove(t.Context(), "m-1")
	second, _ := m.Remove(t.Context(), "m-1")
	if first == second || first != sent[0] || second != sent[1] {
		t.Errorf("answered %q and %q for %q: want each call's own id where Graph's looks like none", first, second, sent)
	}
}

func TestINP02IDsEnterPathsOnlyAsOneEscapedSegment(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if got := strings.Count(r.URL.EscapedPath(), "/"); got != 5 {
			t.Errorf("path %q has another shape", r.URL.EscapedPath())
		}
		if r.URL.RawQuery != "" {
			t.Errorf("query %q, want none", r.URL.RawQuery)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	m := me(t, f.URL)
	for _, id := range []string{"plain", "with space", "?$select=id", "#end", "%2F..%2F", "a;b", "ä", "..."} {
		if _, err := m.Remove(t.Context(), id); err != nil {
			t.Errorf("Remove(%q): %v", id, err)
		}
	}
	sent := len(f.asked())
	_, code, name := mustInput(t, "S", "123456", "")
	for _, id := range []string{
		"", ".", "..", "a/b", "../users/x", `a\b`, "a\x00b", "a\nb", "\u202eb", "\xff", strings.Repeat("a", 257),
	} {
		if _, err := m.Remove(t.Context(), id); err == nil || !isOutcome(err, outcome.NotFound) {
			t.Errorf("Remove(%q): %v, want NotFound", id, err)
		}
		if _, err := m.Activate(t.Context(), id, code, name); err == nil || !isOutcome(err, outcome.NotFound) {
			t.Errorf("Activate(%q): %v, want NotFound", id, err)
		}
		if _, err := m.Deactivate(t.Context(), id); err == nil || !isOutcome(err, outcome.NotFound) {
			t.Errorf("Deactivate(%q): %v, want NotFound", id, err)
		}
		if _, err := m.Assign(t.Context(), id); err == nil || !isOutcome(err, outcome.UnknownSerial) {
			t.Errorf("Assign(%q): %v, want UnknownSerial", id, err)
		}
		if _, err := m.AssignAndActivateDevice(t.Context(), id, code, name); err == nil || !isOutcome(err, outcome.UnknownSerial) {
			t.Errorf("AssignAndActivateDevice(%q): %v, want UnknownSerial", id, err)
		}
	}
	if got := len(f.asked()); got != sent {
		t.Errorf("Graph was asked %d times for ids that can't be any", got-sent)
	}
}

func TestINP02OnlyAnObjectIDStandsForSomebodyElse(t *testing.T) {
	f := newFake(t, says(http.StatusNoContent, ""))
	c, _ := testClient(t, f.URL)
	for _, id := range []string{
		"", ".", "..", "me", "delta", "$count", "ann@contoso.example", annID + "/", annID + "/..", "../" + annID,
		"{" + annID + "}", "urn:uuid:" + annID, strings.ReplaceAll(annID, "-", ""), annID[:35] + "/", annID[:35] + "?",
		annID + "\x00", annID[:35] + "é",
	} {
		other := c.User(&tokenList{tokens: []string{"first"}}, id)
		for _, op := range append([]operation{opRead}, writes...) {
			refusal, ok := errors.AsType[*outcome.Error](callOnce(t, other, op))
			if !ok || refusal.Outcome != outcome.NotFound || refusal.Reason != "person" {
				t.Errorf("%s for %q: %v, want that nobody is there", op, id, refusal)
			}
		}
	}
	if got := f.asked(); len(got) != 0 {
		t.Errorf("Graph was asked %q for ids that nobody can have", got)
	}
}

func isOutcome(err error, want outcome.Outcome) bool {
	got, ok := outcome.Of(err)
	return ok && got == want
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
