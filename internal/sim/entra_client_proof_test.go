package sim_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"fobdesk/internal/sim"
)

// assertion is a client assertion to be signed.
type assertion struct {
	algorithm jose.SignatureAlgorithm
	key       *rsa.PrivateKey
	header    map[string]string
	claims    map[string]any
}

func (a assertion) sign(t *testing.T) string {
	t.Helper()
	options := new(jose.SignerOptions).WithType("JWT")
	for name, value := range a.header {
		options.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: a.algorithm, Key: a.key}, options)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := jwt.Signed(signer).Claims(a.claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// proof is the part of a token request that proves the client by an assertion.
func proof(raw string) url.Values {
	return url.Values{
		"client_secret":         nil,
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {raw},
	}
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newCertificate(t *testing.T, key *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "portal"},
		NotBefore: start.Add(-time.Hour), NotAfter: start.Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// proved tries a proof and answers the AADSTS number, 0 where it was accepted.
func (w *world) proved(change url.Values) int {
	w.t.Helper()
	w.newBrowser()
	a := w.token(redemption(w.code(sim.AdaID), change))
	if (a.status == http.StatusOK) != (a.aadsts() == 0) {
		w.t.Fatalf("%d %s", a.status, a.text)
	}
	return a.aadsts()
}

func TestTheClientProvesItselfByItsSecret(t *testing.T) {
	w := newWorld(t)
	for name, test := range map[string]struct {
		change url.Values
		want   int
	}{
		"the right one": {nil, 0},
		"a wrong one":   {url.Values{"client_secret": {"x"}}, 7000215},
		"none":          {url.Values{"client_secret": nil}, 7000218},
		"another app":   {url.Values{"client_id": {sim.DemoTenantID}}, 700016},
		"an assertion where no certificate is registered": {proof("x.y.z"), 700027},
	} {
		if got := w.proved(test.change); got != test.want {
			t.Errorf("%s: AADSTS%d, want %d", name, got, test.want)
		}
	}
	form := redemption(w.code(sim.AdaID, url.Values{"prompt": {"login"}}), url.Values{"client_id": nil, "client_secret": nil})
	r := w.request(http.MethodPost, w.endpoint("/oauth2/v2.0/token"), form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	r.SetBasicAuth(sim.DemoClientID, sim.DemoClientSecret)
	if a := w.do(r); a.status != http.StatusOK {
		t.Errorf("by HTTP Basic: %s", a.text)
	}
}

func TestTheClientProvesItselfByItsCertificate(t *testing.T) {
	key := newKey(t)
	certificate := newCertificate(t, key)
	w := newWorld(t, func(o *sim.Options) { o.ClientSecret, o.Certificates = "", []*x509.Certificate{certificate} })
	long, short := sha256.Sum256(certificate.Raw), sha1.Sum(certificate.Raw)
	good := func() assertion {
		return assertion{
			algorithm: jose.PS256, key: key,
			header: map[string]string{"x5t#S256": base64.RawURLEncoding.EncodeToString(long[:])},
			claims: map[string]any{
				"iss": sim.DemoClientID, "sub": sim.DemoClientID, "aud": w.endpoint("/oauth2/v2.0/token"), "jti": rand.Text(),
				"iat": start.Unix(), "nbf": start.Unix(), "exp": start.Add(5 * time.Minute).Unix(),
			},
		}
	}
	claim := func(name string, value any) func(*assertion) {
		return func(a *assertion) { a.claims[name] = value }
	}
	for name, test := range map[string]struct {
		change func(*assertion)
		want   int
	}{
		"PS256 with x5t#S256":               {func(*assertion) {}, 0},
		"the thumbprint in standard base64": {func(a *assertion) { a.header["x5t#S256"] = base64.StdEncoding.EncodeToString(long[:]) }, 0},
		"RS256":                             {func(a *assertion) { a.algorithm = jose.RS256 }, 0},
		"RS256 with x5t, the old form": {func(a *assertion) {
			a.algorithm, a.header = jose.RS256, map[string]string{"x5t": base64.RawURLEncoding.EncodeToString(short[:])}
		}, 0},
		"PS384":                  {func(a *assertion) { a.algorithm = jose.PS384 }, 700027},
		"another key":            {func(a *assertion) { a.key = newKey(t) }, 700027},
		"no thumbprint":          {func(a *assertion) { a.header = nil }, 700027},
		"another thumbprint":     {func(a *assertion) { a.header["x5t#S256"] = "AAAA" }, 700027},
		"another audience":       {claim("aud", w.Issuer()), 700021},
		"another subject":        {claim("sub", sim.DemoTenantID), 700027},
		"another issuer":         {claim("iss", sim.DemoTenantID), 70021},
		"no jti":                 {claim("jti", ""), 700027},
		"over":                   {claim("exp", start.Add(-6*time.Minute).Unix()), 700024},
		"not yet":                {claim("nbf", start.Add(6*time.Minute).Unix()), 700024},
		"without an end":         {func(a *assertion) { delete(a.claims, "exp") }, 700024},
		"a type that is not JWT": {func(a *assertion) { a.header["typ"] = "at+jwt" }, 700027},
	} {
		a := good()
		test.change(&a)
		if got := w.proved(proof(a.sign(t))); got != test.want {
			t.Errorf("%s: AADSTS%d, want %d", name, got, test.want)
		}
	}
	once := good().sign(t)
	if first, second := w.proved(proof(once)), w.proved(proof(once)); first != 0 || second != 700027 {
		t.Errorf("presented twice: AADSTS%d, AADSTS%d", first, second)
	}
	both := proof(good().sign(t))
	both.Set("client_secret", "x")
	if got := w.proved(both); got != 90023 {
		t.Errorf("with a secret too: AADSTS%d", got)
	}
	if got := w.proved(url.Values{"client_secret": {"x"}}); got != 7000215 {
		t.Errorf("a secret where none is registered: AADSTS%d", got)
	}
	w.clock.pass(25 * time.Hour)
	late := good()
	maps.Copy(late.claims, map[string]any{"exp": start.Add(26 * time.Hour).Unix()})
	if got := w.proved(proof(late.sign(t))); got != 700027 {
		t.Errorf("an expired certificate: AADSTS%d", got)
	}
}

func TestTheClientProvesItselfByItsPlatform(t *testing.T) {
	key := newKey(t)
	trusted := sim.FederatedCredential{Issuer: "https://platform.example", Subject: "system:serviceaccount:desk:Portal", Key: key.Public()}
	w := newWorld(t, func(o *sim.Options) { o.ClientSecret, o.Federated = "", &trusted })
	for name, test := range map[string]struct {
		change map[string]any
		key    *rsa.PrivateKey
		want   int
	}{
		"as registered":                  {nil, key, 0},
		"another issuer":                 {map[string]any{"iss": "https://platform.example/"}, key, 70021},
		"a subject in other letter case": {map[string]any{"sub": "system:serviceaccount:desk:portal"}, key, 70021},
		"another audience":               {map[string]any{"aud": "api://azureadtokenexchange"}, key, 70021},
		"over":                           {map[string]any{"exp": start.Add(-time.Hour).Unix()}, key, 700024},
		"another key":                    {nil, newKey(t), 700027},
	} {
		a := assertion{algorithm: jose.RS256, key: test.key, claims: map[string]any{
			"iss": trusted.Issuer, "sub": trusted.Subject, "aud": sim.AzureADTokenExchange, "exp": start.Add(time.Hour).Unix(),
		}}
		maps.Copy(a.claims, test.change)
		if got := w.proved(proof(a.sign(t))); got != test.want {
			t.Errorf("%s: AADSTS%d, want %d", name, got, test.want)
		}
	}
}
