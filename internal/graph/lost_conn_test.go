package graph

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"fobdesk/internal/outcome"
)

func TestFLT02AWriteOnAKeptConnectionThatDiesIsNotSentAgain(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var written atomic.Int32
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveOneListThenDie(conn, &written)
		}
	}()
	for op, do := range acts(t) {
		written.Store(0)
		m := me(t, "http://"+listener.Addr().String())
		if _, err := m.List(t.Context()); err != nil {
			t.Fatalf("the list before: %v", err)
		}
		if _, err := do(t.Context(), m); !isOutcome(err, outcome.OutcomeUnknown) {
			t.Errorf("%s: %v, want outcome_unknown", op, err)
		}
		if got := written.Load(); got != 1 {
			t.Errorf("%s reached the server %d times, want once", op, got)
		}
	}
}

// serveOneListThenDie answers a read and keeps the connection; it hangs up on a write it has read.
func serveOneListThenDie(conn net.Conn, written *atomic.Int32) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		io.Copy(io.Discard, req.Body)
		if req.Method != http.MethodGet {
			written.Add(1)
			return
		}
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"value\":[]}")
	}
}

// Over HTTP/2, net/http sends a request again by itself after a PROTOCOL_ERROR, which proves
// nothing: what holds a body must not be, and what holds none is only believed when it succeeds.
func TestFLT02AWriteResetByHTTP2IsUnknown(t *testing.T) {
	for op, do := range acts(t) {
		for status, want := range map[string]outcome.Outcome{"404": outcome.OutcomeUnknown, "204": ""} {
			var sent atomic.Int32
			url := resetFirst(t, status, &sent)
			c, _ := testClient(t, url)
			c.transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify = true
			_, err := do(t.Context(), c.Me(&tokenList{tokens: []string{"t"}}))
			if op != opRemove && op != opDeactivate {
				want = outcome.OutcomeUnknown
				if got := sent.Load(); got != 1 {
					t.Errorf("%s was sent %d times, want once", op, got)
				}
			}
			if got, _ := outcome.Of(err); got != want {
				t.Errorf("%s: %v, want %q", op, err, want)
			}
		}
	}
}

// resetFirst serves HTTP/2: the first request is reset with PROTOCOL_ERROR, the next are answered.
func resetFirst(t *testing.T, status string, sent *atomic.Int32) string {
	t.Helper()
	certificate := httptest.NewTLSServer(nil)
	config := certificate.TLS.Clone()
	certificate.Close()
	config.NextProtos = []string{"h2"}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveReset(conn, status, sent)
		}
	}()
	return "https://" + listener.Addr().String()
}

func serveReset(conn net.Conn, status string, sent *atomic.Int32) {
	defer conn.Close()
	if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	framer := http2.NewFramer(conn, conn)
	framer.WriteSettings()
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		headers, ok := frame.(*http2.HeadersFrame)
		switch {
		case !ok:
		case sent.Add(1) == 1:
			framer.WriteRSTStream(headers.StreamID, http2.ErrCodeProtocol)
		default:
			var block strings.Builder
			encoder := hpack.NewEncoder(&block)
			encoder.WriteField(hpack.HeaderField{Name: ":status", Value: status})
			encoder.WriteField(hpack.HeaderField{Name: "request-id", Value: graphRequestID})
			framer.WriteHeaders(http2.HeadersFrameParam{
				StreamID: headers.StreamID, BlockFragment: []byte(block.String()), EndHeaders: true, EndStream: true,
			})
		}
	}
}

func TestFLT01TheTransportIsBounded(t *testing.T) {
	transport := newTransport()
	if transport.MaxConnsPerHost == 0 || transport.MaxIdleConnsPerHost < 200 || transport.IdleConnTimeout == 0 ||
		transport.MaxResponseHeaderBytes == 0 || transport.TLSHandshakeTimeout != 3*time.Second ||
		transport.TLSClientConfig.MinVersion < tls.VersionTLS12 || !transport.ForceAttemptHTTP2 {
		t.Errorf("a bound is missing: %+v", transport)
	}
}
