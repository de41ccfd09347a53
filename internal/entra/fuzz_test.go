package entra

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"fobdesk/internal/outcome"
)

// fuzzedIssuer is the issuer whose answers are made up.
const fuzzedIssuer = "https://login.example/v2.0"

// answering is a portal whose issuer answers every request so.
func answering(status int, body string) *RelyingParty {
	return newWith(Config{
		Issuer: fuzzedIssuer, TenantID: testTenant, ClientID: testClient, Proof: NewSecret(testSecret),
		RedirectURI: "https://fobdesk.example/auth/callback", PostLogoutURI: "https://fobdesk.example/",
	}, roundTrip(func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Request: req, Body: io.NopCloser(strings.NewReader(body)),
			Header: http.Header{"Content-Type": {"application/json"}},
		}, nil
	}))
}

// FuzzDiscovery reads discovery documents: what is taken of them sends codes and trust nowhere but to
// the issuer, and the browser nowhere but to a plain https address.
func FuzzDiscovery(f *testing.F) {
	const good = `{"issuer":"` + fuzzedIssuer + `","authorization_endpoint":"https://login.example/authorize",` +
		`"token_endpoint":"https://login.example/token","jwks_uri":"https://login.example/keys","end_session_endpoint":"https://login.example/out"}`
	for _, seed := range []string{
		good, "", "{}", "[]", "null", strings.Replace(good, fuzzedIssuer, fuzzedIssuer+"/", 1),
		strings.Replace(good, "login.example/token", "login.example:8443/token", 1),
		strings.Replace(good, "login.example/keys", "login.example@evil.example/keys", 1),
		strings.Replace(good, "https://login.example/authorize", "javascript:alert(1)", 1),
		strings.Replace(good, "https://login.example/out", "//login.example/out", 1),
		strings.Replace(good, `{"issuer"`, `{"issuer":"https://evil.example","ISSUER"`, 1),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, document string) {
		rp := answering(http.StatusOK, document)
		rp.documents = rp.client // which does not ask again after a moment
		found, err := rp.discover(t.Context())
		if err != nil {
			wantsOutcome(t, document, err)
			return
		}
		var said struct {
			Issuer string `json:"issuer"`
		}
		if json.Unmarshal([]byte(document), &said) != nil || said.Issuer != fuzzedIssuer {
			t.Errorf("%q counts as the issuer's", document)
		}
		for _, address := range []string{found.endpoint.TokenURL, found.jwksURI} {
			if u, err := url.Parse(address); err != nil || u.Scheme != "https" || !strings.EqualFold(u.Host, "login.example") || u.User != nil {
				t.Errorf("%q sends codes or trust to %q", document, address)
			}
		}
		for _, address := range []string{found.endpoint.AuthURL, endOf(found)} {
			if u, err := url.Parse(address); err != nil || address != "" && (u.Host == "" || u.User != nil || u.Scheme != "https" && !loopback(u)) {
				t.Errorf("%q sends the browser to %q", document, address)
			}
		}
	})
}

func endOf(m *metadata) string {
	if m.endSession == nil {
		return ""
	}
	return m.endSession.String()
}

// wantsOutcome holds an error to an outcome whose text has a bound.
func wantsOutcome(t *testing.T, said string, err error) {
	t.Helper()
	refusal, ok := errors.AsType[*outcome.Error](err)
	if !ok || len(err.Error()) > 2000 || len(refusal.Reference) > 64 {
		t.Errorf("%q comes to %T of %d bytes", said, err, len(err.Error()))
	}
}

// FuzzTokenAnswer reads what the token endpoint answers: no life beyond the longest, no person without
// an ID token that was checked, and nothing of a refusal but its codes.
func FuzzTokenAnswer(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", `{"access_token":"a","token_type":"Bearer","expires_in":3600,"refresh_token":"r","id_token":"a.b.c"}`,
		`{"access_token":"a","token_type":"bearer","expires_in":"3599"}`, `{"access_token":"a","token_type":"Bearer","expires_in":1e300}`,
		`{"access_token":"a","token_type":"Bearer","expires_in":-1,"scope":" a  b "}`,
		`{"error":"invalid_grant","error_description":"AADSTS70043: planted","error_codes":[70043],"claims":"{\"access_token\":{}}"}`,
		`{"error":"invalid_grant","error_codes":[-1,1e9],"claims":"[]"}`,
	} {
		for _, status := range []int{200, 400, 429, 500} {
			f.Add(status, seed)
		}
	}
	was := ann()
	f.Fuzz(func(t *testing.T, status int, body string) {
		rp := answering(200+status&0x1ff, body)
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		rp.now = func() time.Time { return now }
		rp.metadata.Store(&metadata{endpoint: oauth2.Endpoint{TokenURL: "https://login.example/token", AuthStyle: oauth2.AuthStyleInParams}, keys: nobodysKeys{}})
		if _, _, err := rp.Redeem(t.Context(), testCode, testVerifier, testNonce); err == nil {
			t.Errorf("%q signs somebody in", body)
		} else {
			wantsOutcome(t, body, err)
		}
		who, tokens, err := rp.Refresh(t.Context(), testRefresh, was, nil)
		if err != nil {
			wantsOutcome(t, body, err)
			return
		}
		if who.Person != was.Person || tokens.AccessToken == "" || !tokens.Expiry.After(now.Add(-time.Second)) || tokens.Expiry.Sub(now) > longestLife {
			t.Errorf("%q lasts until %s, for %v", body, tokens.Expiry, who.Person)
		}
	})
}

// FuzzKeySet reads signing keys: whatever they are, a token that nobody signed fits none.
func FuzzKeySet(f *testing.F) {
	for _, seed := range []string{
		"", "{}", `{"keys":[]}`, `{"keys":"x"}`, `{"keys":[null]}`, `{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"k"}]}`,
		`{"keys":[{"kty":"RSA","n":"","e":""}]}`, `{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`, `{"keys":[{"kty":"oct","k":"AAAA"}]}`,
		`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","x5c":["AA"]}]}`,
	} {
		f.Add(seed)
	}
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"k"}`)) + ".e30." + strings.Repeat("A", 342)
	f.Fuzz(func(t *testing.T, document string) {
		rp := answering(http.StatusOK, document)
		rp.keys = rp.client // which does not ask again after a moment
		rp.metadata.Store(&metadata{jwksURI: "https://login.example/keys"})
		if n, err := rp.Keys(t.Context()); err != nil {
			wantsOutcome(t, document, err)
		} else if n < 1 {
			t.Errorf("%q has %d keys", document, n)
		}
		set := oidc.NewRemoteKeySet(oidc.ClientContext(t.Context(), rp.keys), "https://login.example/keys")
		if _, err := set.VerifySignature(t.Context(), unsigned); err == nil {
			t.Errorf("%q fits a token that nobody signed", document)
		}
	})
}

// FuzzIDTokenKind reads the head of a token that was signed well: only a JWT with one signature passes.
func FuzzIDTokenKind(f *testing.F) {
	for _, head := range []string{
		`{"alg":"RS256"}`, `{"alg":"RS256","typ":"JWT"}`, `{"alg":"RS256","typ":"at+jwt"}`, `{"alg":"none"}`, `{"alg":"RS256","typ":1}`, "x",
	} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(head)) + ".e30.AA")
	}
	f.Add("eyJhbGciOiJSUzI1NiJ9..")
	f.Fuzz(func(t *testing.T, raw string) {
		if checkKind(raw, claims{}) == nil && strings.Count(raw, ".") != 2 {
			t.Errorf("%q is an ID token", raw)
		}
	})
}

// FuzzFederatedToken reads the platform's file: what is sent has no more lines or parts than a JWT.
func FuzzFederatedToken(f *testing.F) {
	for _, seed := range []string{"", "a.b.c", "YQ.YQ.YQ\n", "YQ.YQ", "YQ..YQ", "YQ.Y\nQ.YQ", "YQ.YQ.YQ&x=y"} {
		f.Add([]byte(seed))
	}
	path := filepath.Join(f.TempDir(), "token")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		params, err := federatedTokenFile{path: path}.params(audience{})
		if sent := params.Get("client_assertion"); err == nil && (strings.Count(sent, ".") != 2 || len(sent) > maxFederated) {
			t.Errorf("%q is sent as %q", text, sent)
		}
		if err != nil && len(text) > 8 && strings.Contains(err.Error(), string(text)) {
			t.Errorf("the error tells the token: %v", err)
		}
	})
}

// nobodysKeys fit no signature.
type nobodysKeys struct{}

func (nobodysKeys) VerifySignature(context.Context, string) ([]byte, error) {
	return nil, errors.New("no key fits")
}
