package entra

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"fobdesk/internal/liar"
)

// The modules of the OpenID Foundation's relying party tests that want a sign-in.
func TestOIDC13ModulesThatMustSignIn(t *testing.T) {
	for module, arrange := range map[string]func(*provider){
		"base":                   func(*provider) {},
		"idtoken-sig-rs256":      func(*provider) {},
		"nonce-unless-code-flow": func(*provider) {},
		"discovery-openid-config": func(p *provider) {
			p.Metadata = liar.Set("something_new", map[string]any{"a": 1})
		},
		"discovery-jwks-uri-keys": func(p *provider) {
			p.Publish(jose.JSONWebKey{KeyID: "other", Key: liar.Key(1).Public()})
		},
		"kid-absent-single-jwks": func(p *provider) {
			p.IDToken = func(string) string {
				return liar.Sign(jose.RS256, liar.Key(0), "JWT", p.TrueClaims())
			}
		},
		"signing-key-rotation":                     func(p *provider) { p.Rotate("new", 1) },
		"signing-key-rotation-just-before-signing": func(p *provider) { p.Rotate("newer", 2) },
	} {
		t.Run(module, func(t *testing.T) {
			p := newProvider(t)
			rp := p.relyingParty()
			if strings.HasPrefix(module, "signing-key-rotation") {
				if _, _, err := redeem(t, rp); err != nil {
					t.Fatal(err)
				}
			}
			arrange(p)
			identity, _, err := redeem(t, rp)
			if err != nil || identity.Person.ID != testOID {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The modules that want a refusal, and never a fault of ours.
func TestOIDC14ModulesThatMustBeRefused(t *testing.T) {
	corrupt := func(token string) string {
		at := strings.LastIndex(token, ".") + 1
		other := "A"
		if token[at] == 'A' {
			other = "B"
		}
		return token[:at] + other + token[at+1:]
	}
	for module, arrange := range map[string]func(*provider){
		"nonce-invalid":     func(p *provider) { p.Claims = liar.Set("nonce", "invalid") },
		"invalid-iss":       func(p *provider) { p.Claims = liar.Set("iss", "https://invalid.example/v2.0") },
		"invalid-aud":       func(p *provider) { p.Claims = liar.Set("aud", "invalid") },
		"missing-aud":       func(p *provider) { p.Claims = liar.Without("aud") },
		"missing-sub":       func(p *provider) { p.Claims = liar.Without("sub") },
		"missing-iat":       func(p *provider) { p.Claims = liar.Without("iat") },
		"invalid-sig-rs256": func(p *provider) { p.IDToken = corrupt },
		"invalid-sig-hs256": func(p *provider) {
			p.IDToken = func(string) string {
				return corrupt(liar.Sign(jose.HS256, []byte(strings.Repeat("k", 32)), "JWT", p.TrueClaims()))
			}
		},
		"invalid-sig-es256": func(p *provider) {
			p.IDToken = func(string) string {
				key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
				if err != nil {
					panic(err)
				}
				return liar.Sign(jose.ES256, key, "JWT", p.TrueClaims())
			}
		},
		"idtoken-sig-none": func(p *provider) {
			p.IDToken = func(string) string { return liar.Unsigned(`{"alg":"none"}`, p.TrueClaims()) }
		},
		"invalid-athash": func(p *provider) { p.Claims = liar.Set("at_hash", liar.AtHash("invalid")) },
	} {
		t.Run(module, func(t *testing.T) {
			p := newProvider(t)
			arrange(p)
			identity, tokens, err := redeem(t, p.relyingParty())
			refusedIDToken(t, identity, tokens, err)
		})
	}
}

func TestOIDC14KidAbsentWithSeveralKeysIsNeverAFaultOfOurs(t *testing.T) {
	for what, signer := range map[string]int{"signed by a published key": 0, "signed by a stranger": 2} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			p.Publish(jose.JSONWebKey{KeyID: "other", Key: liar.Key(1).Public()})
			p.IDToken = func(string) string {
				return liar.Sign(jose.RS256, liar.Key(signer), "JWT", p.TrueClaims())
			}
			identity, tokens, err := redeem(t, p.relyingParty())
			if signer == 0 && err != nil {
				t.Error(err)
			}
			if signer != 0 {
				refusedIDToken(t, identity, tokens, err)
			}
		})
	}
}
