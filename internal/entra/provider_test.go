package entra

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"fobdesk/internal/oath"
)

// What the tests sign in with.
const (
	testTenant   = "11111111-2222-3333-4444-555555555555"
	testClient   = "99999999-8888-7777-6666-555555555555"
	testOID      = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	testSubject  = "subject-of-this-client"
	testNonce    = "nonce-of-this-sign-in"
	testCode     = "code-of-this-sign-in"
	testVerifier = "verifier-of-this-sign-in-with-forty-three-characters"
	testSecret   = "the-client-secret"
	testAccess   = "the-access-token"
	testRefresh  = "the-refresh-token"
	graphScope   = "https://graph.microsoft.com/UserAuthenticationMethod.ReadWrite"
)

// rsaKey answers one of the keys of the tests; making one takes a while.
var rsaKey = func() func(n int) *rsa.PrivateKey {
	keys := map[int]*rsa.PrivateKey{}
	var mu sync.Mutex
	return func(n int) *rsa.PrivateKey {
		mu.Lock()
		defer mu.Unlock()
		if keys[n] == nil {
			key, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil {
				panic(err)
			}
			keys[n] = key
		}
		return keys[n]
	}
}()

// provider is an issuer that tells every lie a test wants.
type provider struct {
	*httptest.Server
	t *testing.T

	mu        sync.Mutex
	published []jose.JSONWebKey
	signer    jose.JSONWebKey
	metadata  func(map[string]any) // changes the discovery document
	claims    func(map[string]any) // changes the ID token's claims
	idToken   func(string) string  // changes the signed ID token
	answer    func(map[string]any) // changes the token answer
	handlers  map[string]http.HandlerFunc
	calls     map[string]int
	forms     []url.Values
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{t: t, calls: map[string]int{}, handlers: map[string]http.HandlerFunc{}}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	p.rotate("key-0", 0)
	return p
}

// rotate publishes only this key and signs with it.
func (p *provider) rotate(kid string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signer = jose.JSONWebKey{KeyID: kid, Key: rsaKey(n)}
	p.published = []jose.JSONWebKey{{KeyID: kid, Key: rsaKey(n).Public(), Use: "sig"}}
}

// handle puts a handler in place of the provider's own; nil takes it away.
func (p *provider) handle(path string, h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handlers[path] = h
}

// called answers how often a path was asked.
func (p *provider) called(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[path]
}

// lastForm answers what the token endpoint was sent last.
func (p *provider) lastForm() url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.forms[len(p.forms)-1]
}

// The provider's paths.
const (
	pathDiscovery = "/v2.0/.well-known/openid-configuration"
	pathKeys      = "/keys"
	pathToken     = "/token"
)

func (p *provider) issuer() string { return p.URL + "/v2.0" }

func (p *provider) serve(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.t.Error(err)
	}
	p.mu.Lock()
	p.calls[r.URL.Path]++
	if r.URL.Path == pathToken {
		p.forms = append(p.forms, r.PostForm)
	}
	handler := p.handlers[r.URL.Path]
	published := jose.JSONWebKeySet{Keys: p.published}
	p.mu.Unlock()
	switch {
	case handler != nil:
		handler(w, r)
	case r.URL.Path == pathDiscovery:
		reply(w, http.StatusOK, p.discoveryDocument())
	case r.URL.Path == pathKeys:
		reply(w, http.StatusOK, published)
	case r.URL.Path == pathToken:
		reply(w, http.StatusOK, p.tokenAnswer())
	default:
		http.NotFound(w, r)
	}
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		panic(http.ErrAbortHandler) // the caller went away
	}
}

func (p *provider) discoveryDocument() map[string]any {
	document := map[string]any{
		"issuer":                                p.issuer(),
		"authorization_endpoint":                p.URL + "/authorize",
		"token_endpoint":                        p.URL + pathToken,
		"jwks_uri":                              p.URL + pathKeys,
		"end_session_endpoint":                  p.URL + "/logout",
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "ES256", "none"},
	}
	if p.metadata != nil {
		p.metadata(document)
	}
	return document
}

func (p *provider) tokenAnswer() map[string]any {
	answer := map[string]any{
		"token_type":    "Bearer",
		"access_token":  testAccess,
		"refresh_token": testRefresh,
		"expires_in":    3600,
		"scope":         graphScope,
		"id_token":      p.signedIDToken(),
	}
	if p.answer != nil {
		p.answer(answer)
	}
	return answer
}

func (p *provider) signedIDToken() string {
	claims := goodClaims(p.issuer(), time.Now())
	if p.claims != nil {
		p.claims(claims)
	}
	p.mu.Lock()
	signer := p.signer
	p.mu.Unlock()
	token := mustSign(jose.RS256, signer, "JWT", claims)
	if p.idToken != nil {
		token = p.idToken(token)
	}
	return token
}

// goodClaims are claims as Entra makes them, dated five minutes back.
func goodClaims(issuer string, now time.Time) map[string]any {
	issued := now.Add(-5 * time.Minute).Unix()
	return map[string]any{
		"iss": issuer, "aud": testClient, "sub": testSubject, "tid": testTenant, "oid": testOID,
		"iat": issued, "nbf": issued, "exp": issued + 3900, "nonce": testNonce, "ver": "2.0",
		"name": "Ann Lee", "preferred_username": "ann@contoso.example", "sid": "the-sid",
		"login_hint": "the-hint", "wids": []string{"w1"}, "roles": []string{"r1"},
	}
}

func mustSign(alg jose.SignatureAlgorithm, key any, typ string, claims any) string {
	options := new(jose.SignerOptions)
	if typ != "" {
		options.WithType(jose.ContentType(typ))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options)
	if err != nil {
		panic(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return token
}

// unsigned makes a token with any header and no signature.
func unsigned(header string, claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(header)) + "." + enc(payload) + "."
}

// atHash is at_hash for RS256 (OpenID Connect Core, section 3.1.3.6).
func atHash(accessToken string) string {
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// config is the portal's configuration at this provider.
func (p *provider) config() Config {
	return Config{
		Issuer:        p.issuer(),
		TenantID:      testTenant,
		ClientID:      testClient,
		Proof:         NewSecret(testSecret),
		RedirectURI:   "https://fobdesk.example/auth/callback",
		PostLogoutURI: "https://fobdesk.example/",
	}
}

// relyingParty is a portal at this provider; change, where given, changes its configuration.
func (p *provider) relyingParty(change ...func(*Config)) *RelyingParty {
	p.t.Helper()
	config := p.config()
	for _, c := range change {
		c(&config)
	}
	rp := New(config)
	p.t.Cleanup(func() { rp.network.(*http.Transport).CloseIdleConnections() })
	return rp
}

// redeem signs in with the code, verifier and nonce of the tests.
func redeem(t *testing.T, rp *RelyingParty) (Identity, Tokens, error) {
	t.Helper()
	return rp.Redeem(t.Context(), testCode, testVerifier, testNonce)
}

// ann is who the provider's good ID token names.
func ann() Identity {
	return Identity{
		Person:  oath.Person{TenantID: testTenant, ID: testOID, Name: "Ann Lee", UserPrincipalName: "ann@contoso.example"},
		Subject: testSubject, SessionID: "the-sid", LoginHint: "the-hint", Roles: []string{"w1", "r1"},
	}
}

// set answers a change that sets a member; without removes it.
func set(name string, value any) func(map[string]any) {
	return func(m map[string]any) { m[name] = value }
}

func without(name string) func(map[string]any) {
	return func(m map[string]any) { delete(m, name) }
}

// all makes changes in order.
func all(changes ...func(map[string]any)) func(map[string]any) {
	return func(m map[string]any) {
		for _, change := range changes {
			change(m)
		}
	}
}

// syncBuffer is a log that several goroutines write to.
type syncBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *syncBuffer) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.String()
}

// logTo makes the portal log all there is into a buffer.
func logTo(b *syncBuffer) func(*Config) {
	return func(c *Config) {
		c.Log = slog.New(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

// say answers with a text; whether the caller still listens is part of some tests.
func say(w io.Writer, text string) { _, _ = io.WriteString(w, text) }
