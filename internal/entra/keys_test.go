package entra

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"fobdesk/internal/outcome"
)

func TestOIDC05OnlyRS256ByTheIssuersKeysIsAccepted(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(rsaKey(0).Public())
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	kid := func(key any) jose.JSONWebKey { return jose.JSONWebKey{KeyID: "key-0", Key: key} }
	for what, forge := range map[string]func(claims map[string]any) string{
		"alg none":          func(c map[string]any) string { return unsigned(`{"alg":"none"}`, c) },
		"alg None":          func(c map[string]any) string { return unsigned(`{"alg":"None","kid":"key-0"}`, c) },
		"alg RS256, no sig": func(c map[string]any) string { return unsigned(`{"alg":"RS256","kid":"key-0"}`, c) },
		"alg missing":       func(c map[string]any) string { return unsigned(`{"kid":"key-0"}`, c) },
		"HS256 by client secret": func(c map[string]any) string {
			return mustSign(jose.HS256, []byte(strings.Repeat(testSecret, 2)), "JWT", c)
		},
		"HS256 by public key":    func(c map[string]any) string { return mustSign(jose.HS256, publicPEM, "JWT", c) },
		"PS256 by the right key": func(c map[string]any) string { return mustSign(jose.PS256, kid(rsaKey(0)), "JWT", c) },
		"RS512 by the right key": func(c map[string]any) string { return mustSign(jose.RS512, kid(rsaKey(0)), "JWT", c) },
		"ES256 by published key": func(c map[string]any) string {
			return mustSign(jose.ES256, jose.JSONWebKey{KeyID: "ec", Key: ec}, "JWT", c)
		},
		"RS256 by another key": func(c map[string]any) string { return mustSign(jose.RS256, kid(rsaKey(1)), "JWT", c) },
		"key in the header":    func(c map[string]any) string { return signedWithEmbeddedKey(t, c) },
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			p.published = append(p.published, jose.JSONWebKey{KeyID: "ec", Key: ec.Public()})
			p.idToken = func(string) string { return forge(goodClaims(p.issuer(), time.Now())) }
			identity, tokens, err := redeem(t, p.relyingParty())
			refusedIDToken(t, identity, tokens, err)
		})
	}
}

// signedWithEmbeddedKey brings the key that verifies it along.
func signedWithEmbeddedKey(t *testing.T, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: rsaKey(1)}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		t.Fatal(err)
	}
	token := mustSign(jose.RS256, rsaKey(1), "JWT", claims)
	payload, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload.UnsafePayloadWithoutVerification())
	if err != nil {
		t.Fatal(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

func TestOIDC09ARotatedKeyIsPickedUpAndAKnownOneOutlivesTheEndpoint(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	signIn := func() error { _, _, err := redeem(t, rp); return err }
	if err := signIn(); err != nil {
		t.Fatal(err)
	}
	p.rotate("key-1", 1)
	if err := signIn(); err != nil {
		t.Fatalf("just after a rotation: %v", err)
	}
	p.handle(pathKeys, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	if err := signIn(); err != nil {
		t.Errorf("a known key while the endpoint is down: %v", err)
	}
	p.rotate("key-2", 2)
	refusal, ok := errors.AsType[*outcome.Error](signIn())
	if !ok || refusal.Outcome != outcome.UpstreamUnavailable || refusal.Reason != reasonEntraBroken {
		t.Errorf("an unknown key while the endpoint is down: %v", refusal)
	}
	p.handle(pathKeys, nil)
	if err := signIn(); err != nil {
		t.Errorf("once the endpoint is back: %v", err)
	}
}

func TestOIDC09KeysStayKnownWhenMetadataIsReadAgain(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	if _, _, err := redeem(t, rp); err != nil {
		t.Fatal(err)
	}
	p.handle(pathKeys, http.NotFound)
	if _, err := rp.discover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := redeem(t, rp); err != nil {
		t.Error(err)
	}
}

func TestOIDC10UnknownKeysCauseAtMostFiveFetchesAMinute(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	if _, _, err := redeem(t, rp); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		p.idToken = func(string) string {
			return mustSign(jose.RS256, jose.JSONWebKey{KeyID: "stranger", Key: rsaKey(1)}, "JWT", goodClaims(p.issuer(), time.Now()))
		}
		identity, tokens, err := redeem(t, rp)
		refusedIDToken(t, identity, tokens, err)
	}
	if fetched := p.called(pathKeys); fetched > 5 {
		t.Errorf("fetched the keys %d times", fetched)
	}
	p.idToken = nil
	if _, _, err := redeem(t, rp); err != nil {
		t.Errorf("a known key after the flood: %v", err)
	}
}

func TestOIDC10KeysThatAreNoKeysAreTheIssuersFault(t *testing.T) {
	for what, body := range map[string]string{
		"2 MiB":       `{"keys":[],"x":"` + strings.Repeat("x", 2<<20) + `"}`,
		"HTML":        "<html>keys</html>",
		"empty":       "",
		"wrong shape": `{"keys":"none"}`,
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			p.handle(pathKeys, func(w http.ResponseWriter, _ *http.Request) { say(w, body) })
			_, _, err := redeem(t, p.relyingParty())
			refusal, ok := errors.AsType[*outcome.Error](err)
			if !ok || refusal.Outcome != outcome.UpstreamUnavailable || refusal.Reason != reasonEntraBroken {
				t.Errorf("got %v", err)
			}
		})
	}
}
