package graph

import (
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fobdesk/internal/outcome"
)

// faults are answers that say nothing of what became of a write.
func faults(op operation) map[string]http.HandlerFunc {
	list := map[string]http.HandlerFunc{
		"another success": says(200, `{"value":[]}`),
		"accepted":        says(202, ""),
		"a redirect":      says(302, ""),
		"not modified":    says(304, ""),
		"a gateway": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			io.WriteString(w, "<html>502</html>")
		},
		"too large": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			large := strings.Repeat("x", 1<<20)
			for range 50 {
				if _, err := io.WriteString(w, large); err != nil {
					return
				}
			}
		},
		"a gzip bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(http.StatusBadRequest)
			z := gzip.NewWriter(w)
			defer z.Close()
			large := make([]byte, 1<<20)
			for range 100 {
				if _, err := z.Write(large); err != nil {
					return
				}
			}
		},
		"false gzip": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			says(400, "no gzip")(w, r)
		},
		"a header without end": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 2*maxHeader))
			says(204, "")(w, r)
		},
		"cut before the answer": raw(""),
		"cut in the header":     raw("HTTP/1.1 204 No Con"),
		"cut in the body":       raw("HTTP/1.1 400 Bad Request\r\nContent-Length: 500\r\n\r\n{\"error\":{\"code\":\"badRequest\"}}"),
		"another protocol":      raw("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"),
		"no HTTP":               raw("+OK ready\r\n"),
	}
	if op != opAssign {
		list["created"] = says(201, `{"id":"m"}`)
	} else {
		list["no content"] = says(204, "")
	}
	for _, status := range []int{500, 501, 502, 503, 504, 507, 599} {
		list[http.StatusText(status)+" of Graph's"] = says(status, graphError("serviceNotAvailable", ""))
	}
	return list
}

// raw answers with these bytes and hangs up.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			io.WriteString(conn, answer)
			conn.Close()
		}
	}
}

func TestFLT02AWriteWhoseAnswerIsLostIsUnknownAndNotSentAgain(t *testing.T) {
	for op, do := range acts(t) {
		for what, answer := range faults(op) {
			f := newFake(t, answer)
			id, err := do(t.Context(), me(t, f.URL))
			if !isOutcome(err, outcome.OutcomeUnknown) || id != "" {
				t.Errorf("%s: %s got %q, %v; want outcome_unknown", what, op, id, err)
			}
			if got := len(f.asked()); got != 1 {
				t.Errorf("%s: %s was sent %d times", what, op, got)
			}
		}
	}
}

func TestFLT02AReadIsTriedAtMostThreeTimes(t *testing.T) {
	twice := map[string]bool{
		"cut before the answer": true, "cut in the header": true, "cut in the body": true, "a gateway": true,
		"no HTTP": true, "false gzip": true, "a header without end": true,
		"Internal Server Error of Graph's": true, "Bad Gateway of Graph's": true,
		"Service Unavailable of Graph's": true, "Gateway Timeout of Graph's": true,
	}
	for op, do := range looks(t) {
		for what, answer := range faults(op) {
			if what == "another success" && (op == opRead || op == opSearchPeople || op == opNextPeople || op == opFindDevice) {
				continue // it is theirs
			}
			f := newFake(t, answer)
			if err := do(t.Context(), me(t, f.URL)); !isOutcome(err, outcome.UpstreamUnavailable) {
				t.Errorf("%s: %s got %v, want upstream_unavailable", what, op, err)
			}
			want := 1
			if twice[what] {
				want = 1 + maxRetries
			}
			if got := len(f.asked()); got != want {
				t.Errorf("%s: %s asked %d times, want %d", what, op, got, want)
			}
		}
	}
}

func TestFLT02AReadThatFailedOnceSucceeds(t *testing.T) {
	var calls atomic.Int32
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) < 3 {
			says(http.StatusServiceUnavailable, "")(w, r)
			return
		}
		says(http.StatusOK, `{"value":[{"id":"m","device":{"id":"d"}}]}`)(w, r)
	})
	if got, err := me(t, f.URL).List(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestFLT02AReadWaitsNoLongerThanItsDeadline(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "60")
		says(http.StatusServiceUnavailable, "")(w, r)
	})
	start := time.Now()
	_, err := me(t, f.URL).List(t.Context())
	if !isOutcome(err, outcome.UpstreamUnavailable) || len(f.asked()) != 1 || time.Since(start) > callTimeout {
		t.Errorf("%v after %d calls and %v", err, len(f.asked()), time.Since(start))
	}
}

func TestFLT01ACallThatHangsEndsWithItsDeadline(t *testing.T) {
	hangs := map[string]http.HandlerFunc{
		"before the answer": func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		},
		"in the body": func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Length", "100")
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, "{")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
		"in another protocol": func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
				io.Copy(io.Discard, conn)
				conn.Close()
			}
		},
	}
	for what, hang := range hangs {
		f := newFake(t, hang)
		for op, do := range acts(t) {
			c, _ := testClient(t, f.URL)
			c.timeout = 50 * time.Millisecond
			if _, err := do(t.Context(), c.Me(&tokenList{tokens: []string{"t"}})); !isOutcome(err, outcome.OutcomeUnknown) {
				t.Errorf("%s: %s got %v, want outcome_unknown", what, op, err)
			}
		}
		c, _ := testClient(t, f.URL)
		c.timeout = 50 * time.Millisecond
		for op, do := range looks(t) {
			if err := do(t.Context(), c.Me(&tokenList{tokens: []string{"t"}})); !isOutcome(err, outcome.UpstreamUnavailable) {
				t.Errorf("%s: %s got %v", what, op, err)
			}
		}
	}
}

func TestFLT03AFailureThatProvesNothingWasSentIsUnavailable(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	plain := newFake(t, says(204, ""))
	untrusted := httptest.NewUnstartedServer(says(204, ""))
	untrusted.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	untrusted.StartTLS()
	defer untrusted.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		what string
		ctx  context.Context
		url  string
	}{
		{"nobody listens", t.Context(), closed.URL},
		{"no TLS there", t.Context(), strings.Replace(plain.URL, "http:", "https:", 1)},
		{"a certificate of nobody", t.Context(), untrusted.URL},
		{"silence before TLS", t.Context(), "https://" + silent.Addr().String()},
		{"the caller is gone", ended, plain.URL},
		{"no URL", t.Context(), "::"},
		{"no scheme", t.Context(), "graph"},
	}
	for _, tt := range tests {
		for op, do := range acts(t) {
			c, _ := testClient(t, tt.url)
			c.timeout = 200 * time.Millisecond
			if _, err := do(tt.ctx, c.Me(&tokenList{tokens: []string{"t"}})); !isOutcome(err, outcome.UpstreamUnavailable) {
				t.Errorf("%s: %s got %v, want upstream_unavailable", tt.what, op, err)
			}
		}
	}
	if got := plain.asked(); len(got) != 0 {
		t.Errorf("Graph was asked %q", got)
	}
}
