package entra

import (
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fobdesk/internal/liar"
	"fobdesk/internal/outcome"
)

func TestTOK06AnIssuerThatIsNotThereKeepsTheSession(t *testing.T) {
	p := newProvider(t)
	p.Handle(liar.PathDiscovery, http.NotFound)
	_, tokens, err := p.relyingParty().Refresh(t.Context(), testRefresh, ann(), []string{graphScope})
	wants(t, err, outcome.UpstreamUnavailable, ReasonBroken, "")
	if tokens.AccessToken != "" || p.Called(liar.PathToken) != 0 {
		t.Error("the refresh token was presented somewhere")
	}
}

func TestTOK06WithoutARefreshTokenThePersonIsSignedOut(t *testing.T) {
	p := newProvider(t)
	_, _, err := p.relyingParty().Refresh(t.Context(), "", ann(), []string{graphScope})
	wants(t, err, outcome.SignedOut, reasonSessionExpired, "")
	if p.Called(liar.PathToken) != 0 {
		t.Error("the issuer was asked")
	}
}

func TestOIDC13RefreshToken(t *testing.T) {
	for _, test := range []struct {
		what        string
		answer      func(map[string]any)
		claims      func(map[string]any)
		want        func(*Identity)
		wantRefresh string
	}{
		{"an answer without an ID token keeps the person", liar.Without("id_token"), nil, func(*Identity) {}, "new-refresh"},
		{"without a new refresh token the old one stays", liar.Without("refresh_token"), nil, func(*Identity) {}, testRefresh},
		{"an empty new refresh token too", liar.Set("refresh_token", ""), nil, func(*Identity) {}, testRefresh},
		{"no nonce", nil, liar.Without("nonce"), func(*Identity) {}, "new-refresh"},
		{"another nonce", nil, liar.Set("nonce", "other"), func(*Identity) {}, "new-refresh"},
		{"new roles count", nil, liar.Set("wids", []string{}), func(i *Identity) { i.Roles = []string{"r1"} }, "new-refresh"},
		{"a new name is shown", nil, liar.Set("name", "Ann Bee"), func(i *Identity) { i.Person.Name = "Ann Bee" }, "new-refresh"},
		{"sid and hint stay where left out", nil, liar.All(liar.Without("sid"), liar.Without("login_hint")), func(*Identity) {}, "new-refresh"},
		{"new ones count", nil, liar.All(liar.Set("sid", "sid-2"), liar.Set("login_hint", "hint-2")), func(i *Identity) { i.SessionID, i.LoginHint = "sid-2", "hint-2" }, "new-refresh"},
	} {
		t.Run(test.what, func(t *testing.T) {
			p := newProvider(t)
			p.Claims = test.claims
			p.Answer = func(m map[string]any) {
				m["refresh_token"], m["access_token"] = "new-refresh", "new-access"
				if test.answer != nil {
					test.answer(m)
				}
			}
			was := ann()
			was.AuthTime = time.Unix(1_700_000_000, 0)
			got, tokens, err := p.relyingParty().Refresh(t.Context(), testRefresh, was, []string{graphScope})
			if err != nil {
				t.Fatal(err)
			}
			want := was
			test.want(&want)
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Identity{}, "IssuedAt")); diff != "" {
				t.Error(diff)
			}
			if tokens.AccessToken != "new-access" || tokens.RefreshToken != test.wantRefresh {
				t.Error("other tokens")
			}
		})
	}
}

func TestOIDC14RefreshTokenOfAnotherIssuerOrPersonIsRefused(t *testing.T) {
	for what, lie := range map[string]func(map[string]any){
		"refresh-token-invalid-issuer": liar.Set("iss", "https://invalid.example/v2.0"),
		"refresh-token-invalid-sub":    liar.Set("sub", "invalid"),
		"another oid":                  liar.Set("oid", "00000000-bbbb-cccc-dddd-eeeeeeeeeeee"),
		"another tenant":               liar.Set("tid", testOID),
		"another audience":             liar.Set("aud", "other"),
		"expired":                      liar.Set("exp", 1_000_000_000),
		"at_hash of the old token":     liar.Set("at_hash", liar.AtHash("old")),
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			p.Claims = lie
			identity, tokens, err := p.relyingParty().Refresh(t.Context(), testRefresh, ann(), []string{graphScope})
			refusedIDToken(t, identity, tokens, err)
		})
	}
	t.Run("forged", func(t *testing.T) {
		p := newProvider(t)
		p.IDToken = func(string) string {
			return liar.Sign(jose.RS256, jose.JSONWebKey{KeyID: "key-0", Key: liar.Key(1)}, "JWT", p.TrueClaims())
		}
		identity, tokens, err := p.relyingParty().Refresh(t.Context(), testRefresh, ann(), []string{graphScope})
		refusedIDToken(t, identity, tokens, err)
	})
	t.Run("of the wrong type", func(t *testing.T) {
		p := newProvider(t)
		p.Answer = liar.Set("id_token", 5)
		identity, tokens, err := p.relyingParty().Refresh(t.Context(), testRefresh, ann(), []string{graphScope})
		refusedIDToken(t, identity, tokens, err)
	})
}
