package entra

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"

	"fobdesk/internal/liar"
	"fobdesk/internal/oath"
)

// What the tests sign in with.
const (
	testTenant   = liar.TenantID
	testClient   = liar.ClientID
	testOID      = liar.ObjectID
	testSubject  = liar.Subject
	testNonce    = liar.Nonce
	testCode     = liar.Code
	testVerifier = "verifier-of-this-sign-in-with-forty-three-characters"
	testSecret   = liar.ClientSecret
	testAccess   = liar.AccessToken
	testRefresh  = liar.RefreshToken
	graphScope   = liar.Scope
)

// provider is an issuer that tells every lie a test wants.
type provider struct {
	*liar.Issuer
	t *testing.T
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	return &provider{liar.New(t), t}
}

// config is the portal's configuration at this provider.
func (p *provider) config() Config {
	return Config{
		Issuer:        p.ID(),
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
