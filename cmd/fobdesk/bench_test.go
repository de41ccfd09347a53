package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// BenchmarkStart is the time from starting the program until /healthz is answered: the median of
// five starts, each with a database to be made. Nobody is there for Entra, which a start does not
// wait for.
func BenchmarkStart(b *testing.B) {
	path, err := built()
	if err != nil {
		b.Fatal(err)
	}
	const starts = 5
	var took []time.Duration
	for b.Loop() {
		for range starts {
			took = append(took, startAndStop(b, path))
		}
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(took[len(took)/2].Seconds()*1000, "ms")
}

// startAndStop starts the program, waits for its first answer and ends it. It returns how long
// the answer took.
func startAndStop(b *testing.B, path string) time.Duration {
	b.Helper()
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close() // the program takes it over
	var said bytes.Buffer
	cmd := exec.Command(path, "serve")
	cmd.Stderr, cmd.Dir = &said, b.TempDir()
	cmd.Env = []string{
		"FOBDESK_LISTEN=" + address, "FOBDESK_METRICS_LISTEN=127.0.0.1:0", "FOBDESK_BASE_URL=https://fobs.example.org",
		"FOBDESK_TENANT_ID=6f1d3c0a-52b7-4a8e-9d34-0b1c7e5a2f60",
		"FOBDESK_CLIENT_ID=b3a9e7d4-1c58-4f02-8e6b-7d20c94f5a11",
		"FOBDESK_CLIENT_SECRET=a-secret-that-opens-nothing",
		"FOBDESK_ISSUER_URL=http://127.0.0.1:1/entra",
		"FOBDESK_SESSION_KEYS=" + base64.StdEncoding.EncodeToString(make([]byte, 32)),
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	answered := awaitAnswer(b.Context(), "http://"+address+"/healthz")
	took := time.Since(began)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if !answered {
		b.Fatalf("no answer:\n%s", &said)
	}
	return took
}

// awaitAnswer asks each millisecond until there is an answer, for at most ten seconds.
func awaitAnswer(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return false
		}
		r.Close = true
		if answer, err := new(http.Client).Do(r); err == nil {
			_ = answer.Body.Close()
			return answer.StatusCode == http.StatusOK
		}
		time.Sleep(time.Millisecond)
	}
	return false
}
