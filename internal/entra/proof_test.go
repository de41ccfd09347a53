package entra

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/liar"
	"fobdesk/internal/outcome"
)

func TestTOK10ASecretGoesIntoTheBodyAndNowhereElse(t *testing.T) {
	p := newProvider(t)
	p.Handle(liar.PathToken, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" || r.URL.RawQuery != "" {
			t.Error("the proof is not in the body alone")
		}
		liar.Reply(w, http.StatusOK, p.TokenAnswer())
	})
	if _, _, err := redeem(t, p.relyingParty()); err != nil {
		t.Fatal(err)
	}
	form := p.LastForm()
	if got := form["client_secret"]; len(got) != 1 || got[0] != testSecret || form.Get("client_assertion") != "" {
		t.Error("want the client secret once and no assertion")
	}
}

func TestTOK10ACertificateSignsANewAssertionEachTime(t *testing.T) {
	leaf := certificateFor(t, liar.Key(3))
	proof := mustCertificate(t, leaf, liar.Key(3))
	p := newProvider(t)
	rp := p.relyingParty(func(c *Config) { c.Proof = proof })
	if _, _, err := redeem(t, rp); err != nil {
		t.Fatal(err)
	}
	first := checkAssertion(t, p, leaf)
	if _, _, err := rp.Refresh(t.Context(), testRefresh, ann(), []string{graphScope}); err != nil {
		t.Fatal(err)
	}
	if second := checkAssertion(t, p, leaf); second == first {
		t.Error("the jti was used before")
	}
}

func mustCertificate(t *testing.T, leaf *x509.Certificate, key *rsa.PrivateKey) Proof {
	t.Helper()
	proof, err := NewCertificate(tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key})
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

// checkAssertion verifies the last assertion with the standard library alone, as the issuer would,
// and answers its jti.
func checkAssertion(t *testing.T, p *provider, leaf *x509.Certificate) string {
	t.Helper()
	form := p.LastForm()
	if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" || form.Get("client_secret") != "" {
		t.Error("want an assertion and no secret")
	}
	parts := strings.Split(form.Get("client_assertion"), ".")
	if len(parts) != 3 {
		t.Fatal("the assertion is no JWT")
	}
	var header map[string]any
	var claims struct {
		Aud           any
		Iss, Sub, Jti string
		Iat, Nbf, Exp int64
	}
	decodePart(t, parts[0], &header)
	decodePart(t, parts[1], &claims)
	thumbprint := sha256.Sum256(leaf.Raw)
	if header["alg"] != "PS256" || header["typ"] != "JWT" || header["x5t#S256"] != base64.RawURLEncoding.EncodeToString(thumbprint[:]) {
		t.Errorf("header %v", header)
	}
	aud := fmt.Sprint(claims.Aud)
	if strings.Trim(aud, "[]") != p.URL+liar.PathToken || claims.Iss != testClient || claims.Sub != testClient || len(claims.Jti) < 22 {
		t.Errorf("claims %+v", claims)
	}
	now := time.Now().Unix()
	if claims.Iat < now-5 || claims.Iat > now || claims.Nbf != claims.Iat || claims.Exp-claims.Iat > 300 || claims.Exp <= now {
		t.Errorf("times %+v", claims)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	public, ok := leaf.PublicKey.(*rsa.PublicKey)
	if !ok {
		t.Fatal("the certificate is not RSA")
	}
	if err := rsa.VerifyPSS(public, crypto.SHA256, sum[:], signature, &rsa.PSSOptions{SaltLength: sha256.Size}); err != nil {
		t.Error(err)
	}
	return claims.Jti
}

func decodePart(t *testing.T, part string, into any) {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// certificateFor signs a certificate for this key with itself.
func certificateFor(t *testing.T, key crypto.Signer) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "fobdesk"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

func writeFile(t *testing.T, parts ...[]byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, bytes.Join(parts, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTOK10ACertificateWhoseKeyIsNotRSAIsNoProof(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string]tls.Certificate{
		"nothing":           {},
		"an elliptic curve": {Certificate: [][]byte{certificateFor(t, liar.Key(3)).Raw}, PrivateKey: key},
	} {
		if proof, err := NewCertificate(pair); err == nil || proof != nil {
			t.Errorf("%s: accepted", what)
		}
	}
}

func TestTOK10AFederatedTokenIsReadAtEachUse(t *testing.T) {
	p := newProvider(t)
	file := writeFile(t, []byte("aGVhZA.Ym9keQ.b25l\n"))
	rp := p.relyingParty(func(c *Config) { c.Proof = NewFederatedTokenFile(file) })
	if _, _, err := redeem(t, rp); err != nil {
		t.Fatal(err)
	}
	if got := p.LastForm().Get("client_assertion"); got != "aGVhZA.Ym9keQ.b25l" {
		t.Errorf("sent %q", got)
	}
	if err := os.WriteFile(file, []byte("aGVhZA.Ym9keQ.dHdv"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := rp.Refresh(t.Context(), testRefresh, ann(), []string{graphScope}); err != nil {
		t.Fatal(err)
	}
	if got := p.LastForm().Get("client_assertion"); got != "aGVhZA.Ym9keQ.dHdv" {
		t.Errorf("sent %q", got)
	}
}

func TestTOK10AFederatedTokenThatIsNoneIsTheOperatorsToMend(t *testing.T) {
	for what, text := range map[string]string{
		"empty":     "",
		"two parts": "planted.secret",
		"spaces":    "planted. secret .x",
		"no body":   "aGVhZA..b25l",
		"too long":  strings.Repeat("a", maxFederated) + ".Yg.Yw",
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			rp := p.relyingParty(func(c *Config) { c.Proof = NewFederatedTokenFile(writeFile(t, []byte(text))) })
			_, _, err := redeem(t, rp)
			refusal, ok := errors.AsType[*outcome.Error](err)
			if !ok || refusal.Outcome != outcome.SignInRefused || refusal.Reason != ReasonClientProof {
				t.Errorf("redeem: %v", err)
			}
			if strings.Contains(err.Error(), "planted") {
				t.Errorf("the token is in %q", err)
			}
			_, _, err = rp.Refresh(t.Context(), testRefresh, ann(), []string{graphScope})
			refusal, ok = errors.AsType[*outcome.Error](err)
			if !ok || refusal.Outcome != outcome.UpstreamUnavailable || refusal.Reason != ReasonClientProof {
				t.Errorf("refresh: %v", err)
			}
			if p.Called(liar.PathToken) != 0 {
				t.Error("the issuer was asked without a proof")
			}
		})
	}
}

func TestTOK10AFileIsReadUpToItsBound(t *testing.T) {
	for size, want := range map[int]bool{0: true, 10: true, 11: false, 12: false} {
		text, err := readBounded(writeFile(t, bytes.Repeat([]byte("x"), size)), 10)
		if (err == nil) != want || want && len(text) != size {
			t.Errorf("of %d bytes %d were read: %v", size, len(text), err)
		}
	}
	if _, err := readBounded(t.TempDir(), 10); err == nil {
		t.Error("a folder was read")
	}
	_, err := NewFederatedTokenFile(filepath.Join(t.TempDir(), "missing")).params(audience{})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that there is no file", err)
	}
}

func TestTOK10AProofCannotBePrinted(t *testing.T) {
	signed := mustCertificate(t, certificateFor(t, liar.Key(3)), liar.Key(3))
	for _, proof := range []Proof{NewSecret("planted-secret"), signed, NewFederatedTokenFile("a-path")} {
		config := Config{Proof: proof}
		var log syncBuffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("event", "proof", proof)
		if !strings.Contains(log.text(), `"proof":"redacted"`) {
			t.Errorf("logged %s", log.text())
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			for _, text := range []string{fmt.Sprintf(verb, proof), fmt.Sprintf(verb, config), fmt.Sprintf(verb, New(config))} {
				if strings.Contains(text, "planted") || strings.Contains(text, fmt.Sprintf("%x", "planted")) || strings.Contains(text, liar.Key(3).D.String()) {
					t.Errorf("%s printed %s", verb, text)
				}
			}
		}
	}
}

// parameter reads a query parameter of a URL.
func parameter(t *testing.T, address, name string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	values := u.Query()[name]
	if len(values) != 1 {
		t.Fatalf("%s stands %d times in %s", name, len(values), address)
	}
	return values[0]
}
