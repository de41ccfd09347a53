package entra

import (
	"compress/gzip"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/liar"
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
		if len(allowed) != 25 {
			t.Errorf("allowed %d calls in five minutes, want 25", len(allowed))
		}
	})
}
