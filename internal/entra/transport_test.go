package entra

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/liar"
	"fobdesk/internal/outcome"
)

func TestFLT01ThePoolIsBoundedAndTLSIsModern(t *testing.T) {
	transport := newTransport()
	if transport.TLSClientConfig.MinVersion < 0x0303 || transport.TLSClientConfig.InsecureSkipVerify {
		t.Error("TLS is weak")
	}
	if transport.MaxConnsPerHost == 0 || transport.MaxIdleConns == 0 || transport.IdleConnTimeout == 0 {
		t.Error("the pool has no bounds")
	}
	for _, client := range []*http.Client{New(Config{}).client, New(Config{}).documents, New(Config{}).keys} {
		if client.Timeout != 10*time.Second || client.CheckRedirect == nil {
			t.Error("a client has no bounds")
		}
	}
}

func TestFLT01AnAnswerIsAtMostOneMiBDecoded(t *testing.T) {
	object := func(size int) string { return `{"a":"` + strings.Repeat("a", size-len(`{"a":""}`)) + `"}` }
	for _, test := range []struct {
		what string
		size int
		zip  bool
		want bool
	}{
		{"1 MiB", maxAnswer, false, true},
		{"a byte more", maxAnswer + 1, false, false},
		{"50 MiB in a small parcel", 50 << 20, true, false},
	} {
		t.Run(test.what, func(t *testing.T) {
			p := newProvider(t)
			p.Handle("/x", func(w http.ResponseWriter, _ *http.Request) {
				if !test.zip {
					say(w, object(test.size))
					return
				}
				w.Header().Set("Content-Encoding", "gzip")
				zipped := gzip.NewWriter(w)
				say(zipped, object(test.size))
				_ = zipped.Close()
			})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/x", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := p.relyingParty().client.Do(req)
			if err == nil {
				_ = answer.Body.Close()
			}
			if _, broken := errors.AsType[brokenAnswer](err); broken == test.want || (err == nil) != test.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestFLT01OnlyAWholeJSONObjectIsAnAnswer(t *testing.T) {
	for text, want := range map[string]bool{
		`{}`: true, " \r\n\t{\"a\":1} ": true, `[]`: false, `"{}"`: false, `{"a":`: false, `{} {}`: false, ``: false, `<html>`: false,
	} {
		p := newProvider(t)
		p.Handle("/x", func(w http.ResponseWriter, _ *http.Request) { say(w, text) })
		answer, err := p.relyingParty().get(t.Context(), p.relyingParty().client, p.URL+"/x")
		if err == nil {
			_ = answer.Body.Close()
		}
		if _, broken := errors.AsType[brokenAnswer](err); broken == want || (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestFLT01AnAnswerThatIsCutIsNoAnswer(t *testing.T) {
	p := newProvider(t)
	p.Handle(liar.PathToken, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		say(w, `{"access`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	_, _, err := redeem(t, p.relyingParty())
	wants(t, err, outcome.UpstreamUnavailable, ReasonSilent, "")
}

func TestFLT02ADocumentIsNotAskedForAgainByWhoeverLeft(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	calls := 0
	d := &documents{allow: func() bool { return true }, next: roundTrip(func(*http.Request) (*http.Response, error) {
		calls++
		leave()
		return nil, io.EOF
	})}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://login.example/keys", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := d.RoundTrip(req); !errors.Is(err, io.EOF) {
		_ = answer.Body.Close()
		t.Errorf("got %v", err)
	}
	if calls != 1 {
		t.Errorf("asked %d times", calls)
	}
}

func TestFLT02ADocumentIsAskedForAtOnceAndAgainAfterAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 50 {
			began := time.Now()
			var calls []time.Duration
			d := &documents{allow: func() bool { return true }, next: roundTrip(func(*http.Request) (*http.Response, error) {
				calls = append(calls, time.Since(began))
				return nil, io.EOF
			})}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://login.example/keys", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.RoundTrip(req); !errors.Is(err, io.EOF) {
				t.Errorf("got %v", err)
			}
			if len(calls) != 2 || calls[0] != 0 || calls[1] < 100*time.Millisecond || calls[1] >= 300*time.Millisecond {
				t.Fatalf("asked after %v", calls)
			}
		}
	})
}

func TestFLT07ACallThatFailedIsToldByWhatWasInTheWay(t *testing.T) {
	planted := errors.New("planted")
	for _, test := range []struct {
		err          error
		reason, want string
	}{
		{brokenAnswer("status 500"), ReasonBroken, "status 500"},
		{&tls.CertificateVerificationError{Err: errors.New("expired")}, ReasonBroken, "expired"},
		{context.Canceled, ReasonSilent, "canceled"},
		{context.DeadlineExceeded, ReasonSilent, "no answer in time"},
		{&net.DNSError{Err: "no such host", Name: "login.example"}, ReasonSilent, "no such host"},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, ReasonSilent, "refused"},
		{io.EOF, ReasonSilent, "connection cut"},
		{io.ErrUnexpectedEOF, ReasonSilent, "connection cut"},
		{planted, ReasonBroken, "cannot be read"},
	} {
		reason, cause := diagnose(&url.Error{Op: "Get", URL: "https://login.example/?planted", Err: test.err})
		if reason != test.reason || !strings.Contains(cause.Error(), test.want) || strings.Contains(cause.Error(), "planted") {
			t.Errorf("%v: got %s: %v, want %s: %s", test.err, reason, cause, test.reason, test.want)
		}
	}
}

func TestFLT02ADocumentIsAskedForOnceMore(t *testing.T) {
	for what, trouble := range map[string]http.HandlerFunc{
		"503":              func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"a cut connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			for _, path := range []string{liar.PathDiscovery, liar.PathKeys} {
				p.Handle(path, func(w http.ResponseWriter, r *http.Request) {
					p.Handle(path, nil)
					trouble(w, r)
				})
			}
			if _, _, err := redeem(t, p.relyingParty()); err != nil {
				t.Error(err)
			}
			if p.Called(liar.PathDiscovery) != 2 || p.Called(liar.PathKeys) != 2 {
				t.Errorf("asked %d and %d times", p.Called(liar.PathDiscovery), p.Called(liar.PathKeys))
			}
		})
	}
}

func TestOIDC10FiveCallsAreAllowedInAnyMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var limit perMinute
		var allowed []time.Time
		for range 300 {
			if limit.allow() {
				allowed = append(allowed, time.Now())
			}
			time.Sleep(time.Second)
		}
		for i := callsInMinute; i < len(allowed); i++ {
			if allowed[i].Sub(allowed[i-callsInMinute]) < time.Minute {
				t.Errorf("six calls within a minute: %v", allowed)
			}
		}
		if again := allowed[callsInMinute].Sub(allowed[0]); again != time.Minute {
			t.Errorf("the sixth was allowed after %v, want a minute", again)
		}
		if len(allowed) != 25 {
			t.Errorf("allowed %d calls in five minutes, want 25", len(allowed))
		}
	})
}
