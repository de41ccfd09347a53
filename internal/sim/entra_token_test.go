package sim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"fobdesk/internal/sim"
)

// keys is the published JWKS.
func (w *world) keys() jose.JSONWebKeySet {
	w.t.Helper()
	var keys jose.JSONWebKeySet
	a := w.do(w.request(http.MethodGet, w.endpoint("/discovery/v2.0/keys"), "", nil))
	if err := json.Unmarshal([]byte(a.text), &keys); err != nil {
		w.t.Fatal(err)
	}
	return keys
}

// claims verifies an ID token by the published keys and answers its claims.
func (w *world) claims(raw string) map[string]any {
	w.t.Helper()
	token, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		w.t.Fatal(err)
	}
	var claims map[string]any
	if err := token.Claims(w.keys(), &claims); err != nil {
		w.t.Fatal(err)
	}
	return claims
}

func TestTheIDTokenSaysWhoSignedIn(t *testing.T) {
	w := newWorld(t)
	tokens := w.signIn(sim.GraceID)
	claims := w.claims(tokens.string("id_token"))
	for name, want := range map[string]any{
		"iss": w.Issuer(), "aud": sim.DemoClientID, "oid": sim.GraceID, "tid": sim.DemoTenantID, "ver": "2.0",
		"nonce": "the nonce", "name": "Grace Okafor", "preferred_username": "grace.okafor@contoso.example",
		"iat": float64(start.Unix()), "nbf": float64(start.Unix()), "exp": float64(start.Add(time.Hour).Unix()), "auth_time": float64(start.Unix()),
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	if wids, _ := claims["wids"].([]any); !slices.Contains(wids, any(sim.RoleAuthenticationAdministrator)) {
		t.Errorf("wids are %v", wids)
	}
	if claims["sub"] == "" || claims["sub"] == sim.GraceID || claims["sid"] == "" || claims["login_hint"] == "" {
		t.Errorf("sub, sid or login_hint: %v", claims)
	}
	hinted := w.authorize(authorization(url.Values{"prompt": {"login"}, "login_hint": {claims["login_hint"].(string)}}))
	if !strings.Contains(hinted.text, "Grace Okafor") || strings.Contains(hinted.text, "Ada Fischer") {
		t.Error("the login_hint claim is no hint")
	}
}

func TestSwitchesOfTheIDToken(t *testing.T) {
	w := newWorld(t)
	w.Update(func(s *sim.Switches) {
		s.OmitClaims, s.Backdate = []string{"login_hint", "auth_time"}, 5*time.Minute
		s.TamperIDToken = func(claims map[string]any) { claims["tid"] = "another" }
	})
	claims := w.claims(w.signIn(sim.AdaID).string("id_token"))
	if claims["login_hint"] != nil || claims["auth_time"] != nil || claims["tid"] != "another" || claims["iat"] != float64(start.Add(-5*time.Minute).Unix()) {
		t.Errorf("%v", claims)
	}
}

func TestTheTokenAnswerHoldsWhatWasAskedFor(t *testing.T) {
	w := newWorld(t)
	tokens := w.signIn(sim.AdaID)
	if tokens.string("token_type") != "Bearer" || tokens.body["expires_in"] != 3600.0 || tokens.string("refresh_token") == "" ||
		tokens.string("scope") != "openid profile https://graph.microsoft.com/"+selfScope || tokens.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s", tokens.text)
	}
	bare := w.signIn(sim.AdaID, url.Values{"scope": {"User.Read"}})
	if bare.body["id_token"] != nil || bare.body["refresh_token"] != nil {
		t.Errorf("neither openid nor offline_access was asked for: %s", bare.text)
	}
	w.Update(func(s *sim.Switches) { s.GrantEverything, s.AccessTokenLife = true, 90*time.Second })
	if all := w.signIn(sim.AdaID); !strings.Contains(all.string("scope"), "Policy.Read.All") || all.body["expires_in"] != 90.0 {
		t.Errorf("%s", all.text)
	}
}

func TestACodeIsRedeemedOnceAndOnlyAsItWasAskedFor(t *testing.T) {
	w := newWorld(t)
	for name, test := range map[string]struct {
		change url.Values
		error  string
		aadsts int
	}{
		"another redirect URI": {url.Values{"redirect_uri": {homeURI}}, "invalid_client", 500112},
		"another verifier":     {url.Values{"code_verifier": {"x"}}, "invalid_grant", 501481},
		"no verifier":          {url.Values{"code_verifier": nil}, "invalid_grant", 501481},
		"a made up code":       {url.Values{"code": {"x"}}, "invalid_grant", 9002313},
		"another grant type":   {url.Values{"grant_type": {"password"}}, "unsupported_grant_type", 70003},
		"claims that are none": {url.Values{"claims": {"x"}}, "invalid_request", 9002332},
	} {
		w.newBrowser()
		a := w.token(redemption(w.code(sim.AdaID), test.change))
		if a.string("error") != test.error || a.aadsts() != test.aadsts || a.string("trace_id") == "" || a.string("correlation_id") == "" {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	w.newBrowser()
	code := w.code(sim.AdaID)
	if a := w.token(redemption(code)); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if a := w.token(redemption(code)); a.aadsts() != 54005 || a.string("error") != "invalid_grant" {
		t.Errorf("redeemed again: %s", a.text)
	}
	code = w.callback(w.authorize(authorization())).Get("code")
	w.clock.pass(10*time.Minute + time.Second)
	if a := w.token(redemption(code)); a.aadsts() != 70008 {
		t.Errorf("redeemed late: %s", a.text)
	}
}

func TestARefreshTokenGetsNewTokensOfTheSamePerson(t *testing.T) {
	w := newWorld(t)
	first := w.signIn(sim.AdaID)
	w.clock.pass(time.Hour)
	second := w.token(refreshing(first.string("refresh_token")))
	if second.status != http.StatusOK || second.string("refresh_token") == first.string("refresh_token") || second.string("access_token") == first.string("access_token") {
		t.Fatalf("%d %s", second.status, second.text)
	}
	claims := w.claims(second.string("id_token"))
	if claims["oid"] != sim.AdaID || claims["nonce"] != nil || claims["auth_time"] != float64(start.Unix()) {
		t.Errorf("%v", claims)
	}
	w.want(w.graph(second.string("access_token"), http.MethodGet, methods, nil), 200, "")
	if a := w.token(refreshing(first.string("refresh_token"))); a.status != http.StatusOK {
		t.Errorf("the old one is void: %s", a.text)
	}
	wider := w.token(refreshing(first.string("refresh_token"), url.Values{"scope": {"openid https://graph.microsoft.com/" + othersScope}}))
	if !strings.HasSuffix(wider.string("scope"), "/"+othersScope) {
		t.Errorf("%s", wider.text)
	}
}

func TestWhenARefreshTokenIsVoid(t *testing.T) {
	w := newWorld(t)
	w.Update(func(s *sim.Switches) { s.RevokeUsedRefresh = true })
	token := w.signIn(sim.AdaID).string("refresh_token")
	w.token(refreshing(token))
	if a := w.token(refreshing(token)); a.aadsts() != 50173 || a.string("error") != "invalid_grant" {
		t.Errorf("used before: %s", a.text)
	}
	token = w.signIn(sim.AdaID).string("refresh_token")
	w.RevokeSessions(sim.AdaID)
	if a := w.token(refreshing(token)); a.aadsts() != 50173 {
		t.Errorf("revoked: %s", a.text)
	}
	token = w.signIn(sim.AdaID).string("refresh_token")
	w.clock.pass(91 * 24 * time.Hour)
	if a := w.token(refreshing(token)); a.aadsts() != 700082 {
		t.Errorf("idle: %s", a.text)
	}
	if a := w.token(refreshing("x")); a.aadsts() != 9002313 {
		t.Errorf("made up: %s", a.text)
	}
}

func TestSigningKeysRotateAndTheOneBeforeStaysPublished(t *testing.T) {
	w := newWorld(t)
	before := w.signIn(sim.AdaID).string("id_token")
	w.RotateKeys()
	after := w.signIn(sim.AdaID).string("id_token")
	w.claims(before)
	w.claims(after)
	w.RotateKeys()
	w.claims(after)
	old, err := jwt.ParseSigned(before, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	if keys := w.keys(); len(keys.Keys) != 2 || len(keys.Key(old.Headers[0].KeyID)) != 0 {
		t.Errorf("the first key is still published among %d", len(keys.Keys))
	}
}
