package entra

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	"fobdesk/internal/liar"
	"fobdesk/internal/outcome"
)

func TestOIDC06AnotherIssuerInDiscoveryIsRefusedBeforeAnyFurtherCall(t *testing.T) {
	for what, other := range map[string]any{
		"another host":       "https://evil.example/v2.0",
		"a slash at the end": "",
		"v1.0":               "https://sts.windows.net/" + testTenant + "/",
		"missing":            nil,
		"a number":           5,
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			p.Metadata = liar.Set("issuer", other)
			if other == "" {
				p.Metadata = liar.Set("issuer", p.ID()+"/")
			}
			rp := p.relyingParty()
			_, _, err := redeem(t, rp)
			wants(t, err, outcome.UpstreamUnavailable, ReasonBroken, "")
			if _, err := rp.AuthorizationURL(t.Context(), trip()); !errors.Is(err, outcome.UpstreamUnavailable) {
				t.Errorf("got %v", err)
			}
			if p.Called(liar.PathToken)+p.Called(liar.PathKeys) != 0 || rp.Ready() == nil {
				t.Error("went on with another issuer's metadata")
			}
		})
	}
}

func TestOIDC14DiscoveryIssuerMismatch(t *testing.T) {
	p := newProvider(t)
	p.Metadata = liar.Set("issuer", p.URL+"/invalid")
	_, err := p.relyingParty().AuthorizationURL(t.Context(), trip())
	wants(t, err, outcome.UpstreamUnavailable, ReasonBroken, "")
	if !strings.Contains(err.Error(), p.URL+"/invalid") || !strings.Contains(err.Error(), p.ID()) {
		t.Errorf("the log does not say which issuer came for which: %v", err)
	}
}

func TestOIDC10KeysThatMovedAreFetchedWhereTheyAre(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	if _, _, err := redeem(t, rp); err != nil {
		t.Fatal(err)
	}
	p.Metadata = liar.Set("jwks_uri", p.URL+"/moved")
	p.Rotate("key-1", 1)
	p.Handle(liar.PathKeys, http.NotFound)
	p.Handle("/moved", func(w http.ResponseWriter, _ *http.Request) {
		liar.Reply(w, http.StatusOK, map[string]any{"keys": []jose.JSONWebKey{{KeyID: "key-1", Key: liar.Key(1).Public(), Use: "sig"}}})
	})
	if err := rp.Discover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := redeem(t, rp); err != nil || p.Called("/moved") != 1 {
		t.Errorf("got %v, fetched %d times", err, p.Called("/moved"))
	}
}

func TestTOK07CodesAndProofGoOnlyToTheConfiguredHost(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a stranger was called")
	}))
	defer elsewhere.Close()
	for what, change := range map[string]func(map[string]any){
		"token endpoint at another port": liar.Set("token_endpoint", elsewhere.URL+"/token"),
		"token endpoint at another host": liar.Set("token_endpoint", "https://evil.example/token"),
		"token endpoint missing":         liar.Without("token_endpoint"),
		"token endpoint relative":        liar.Set("token_endpoint", "/token"),
		"token endpoint with a user":     liar.Set("token_endpoint", "http://user@127.0.0.1/token"),
		"keys at another host":           liar.Set("jwks_uri", elsewhere.URL+"/keys"),
		"keys missing":                   liar.Without("jwks_uri"),
		"keys of the wrong type":         liar.Set("jwks_uri", 5),
		"authorize without TLS":          liar.Set("authorization_endpoint", "http://login.example/authorize"),
		"authorize as a script":          liar.Set("authorization_endpoint", "javascript:alert(1)"),
		"authorize missing":              liar.Without("authorization_endpoint"),
		"end session of the wrong type":  liar.Set("end_session_endpoint", 5),
		"end session without TLS":        liar.Set("end_session_endpoint", "http://login.example/logout"),
		"end session as data":            liar.Set("end_session_endpoint", "data:text/html,x"),
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			p.Metadata = change
			_, _, err := redeem(t, p.relyingParty())
			wants(t, err, outcome.UpstreamUnavailable, ReasonBroken, "")
			if p.Called(liar.PathToken) != 0 {
				t.Error("the code was presented")
			}
		})
	}
}

func TestTOK07NoCallFollowsARedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect was followed")
	}))
	defer elsewhere.Close()
	for _, path := range []string{liar.PathDiscovery, liar.PathKeys, liar.PathToken} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			p := newProvider(t)
			p.Handle(path, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", elsewhere.URL+r.URL.Path)
				liar.Reply(w, status, p.Document())
			})
			_, _, err := redeem(t, p.relyingParty())
			wants(t, err, outcome.UpstreamUnavailable, ReasonBroken, "")
		}
	}
}

func TestTOK07PlainHTTPIsForThisMachineOnly(t *testing.T) {
	for address, want := range map[string]bool{
		"https://login.example/token":   true,
		"http://127.0.0.1:8080/token":   true,
		"http://[::1]:8080/token":       true,
		"http://localhost/token":        true,
		"http://fobs.localhost/token":   true,
		"http://login.example/token":    false,
		"ftp://localhost/token":         false,
		"http://127.0.0.1.example/t":    false,
		"http://localhost.example/t":    false,
		"ftp://login.example/token":     false,
		"https:///token":                false,
		"https://u:p@login.example/t":   false,
		"https://login.example/token#x": false,
		"":                              false,
		":":                             false,
	} {
		if _, err := safeURL(address); (err == nil) != want {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestTOK07AnIssuerWithTLSHasNoEndpointWithout(t *testing.T) {
	rp := New(Config{Issuer: "https://localhost:8443/v2.0"})
	for endpoint, want := range map[string]bool{
		"https://localhost:8443/token": true,
		"https://LOCALHOST:8443/token": true,
		"http://localhost:8443/token":  false,
		"https://localhost:8444/token": false,
		"https://localhost/token":      false,
	} {
		if err := rp.atIssuer(endpoint); (err == nil) != want {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}

func TestTOK07NothingIsAtAnIssuerThatIsNoAddress(t *testing.T) {
	rp := New(Config{Issuer: "://"})
	if rp.atIssuer("https://login.example/token") == nil {
		t.Error("an endpoint is at its host")
	}
	if _, err := rp.Clock(t.Context()); err == nil {
		t.Error("it has a clock")
	}
}

func TestTOK07CertificatesAreVerified(t *testing.T) {
	p := newProvider(t)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(p.ServeHTTP))
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // it complains of the handshake
	secure.StartTLS()
	defer secure.Close()
	rp := p.relyingParty(func(c *Config) { c.Issuer = secure.URL + "/v2.0" })
	_, _, err := redeem(t, rp)
	wants(t, err, outcome.UpstreamUnavailable, ReasonBroken, "")
	if p.Called(liar.PathDiscovery) != 0 {
		t.Error("a stranger's certificate was believed")
	}
}

// roundTrip is a network in a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// silence answers only when the caller gives up.
func silence(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// endless is a body that never ends and never hurries.
type endless struct{ ctx context.Context }

func (e endless) Read(p []byte) (int, error) {
	select {
	case <-e.ctx.Done():
		return 0, e.ctx.Err()
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	}
}

func TestFLT01EveryCallEndsAfterTenSeconds(t *testing.T) {
	drip := func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(endless{req.Context()})}, nil
	}
	for what, network := range map[string]roundTrip{"no answer": silence, "a body drop by drop": drip} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rp := newWith(Config{Issuer: "https://login.example/v2.0", ClientID: testClient, Proof: NewSecret("s")}, network)
				start := time.Now()
				_, err := rp.AuthorizationURL(t.Context(), trip())
				wants(t, err, outcome.UpstreamUnavailable, ReasonSilent, "")
				if took := time.Since(start); took != callTimeout {
					t.Errorf("discovery took %v", took)
				}
				start = time.Now()
				rp.metadata.Store(&metadata{endpoint: oauth2.Endpoint{
					TokenURL: "https://login.example/token", AuthStyle: oauth2.AuthStyleInParams,
				}})
				_, _, err = redeem(t, rp)
				wants(t, err, outcome.UpstreamUnavailable, ReasonSilent, "")
				if took := time.Since(start); took != callTimeout {
					t.Errorf("the token endpoint took %v", took)
				}
			})
		})
	}
}
