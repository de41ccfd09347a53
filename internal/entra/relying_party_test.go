package entra

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"fobdesk/internal/liar"
	"fobdesk/internal/outcome"
)

// trip is a good authorization.
func trip() Authorization {
	return Authorization{State: "the-state", Nonce: testNonce, CodeVerifier: testVerifier, Scopes: []string{graphScope}}
}

func TestOIDC03TheAuthorizationRequestAsksForACodeWithPKCE(t *testing.T) {
	p := newProvider(t)
	a := trip()
	a.FreshMFA, a.Prompt, a.LoginHint = true, "select_account", "ann@contoso.example"
	address, err := p.relyingParty().AuthorizationURL(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(address, p.URL+"/authorize?") {
		t.Errorf("goes to %s", address)
	}
	for name, want := range map[string]string{
		"response_type":         "code",
		"response_mode":         "query",
		"client_id":             testClient,
		"redirect_uri":          "https://fobdesk.example/auth/callback",
		"scope":                 "openid profile offline_access " + graphScope,
		"state":                 "the-state",
		"nonce":                 testNonce,
		"code_challenge":        oauth2.S256ChallengeFromVerifier(testVerifier),
		"code_challenge_method": "S256",
		"prompt":                "select_account",
		"login_hint":            "ann@contoso.example",
		"claims":                `{"access_token":{"amr":{"essential":true,"values":["ngcmfa"]},"xms_cc":{"values":["cp1"]}}}`,
	} {
		if got := parameter(t, address, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if strings.Contains(address, testVerifier) || strings.Contains(address, testSecret) {
		t.Error("the verifier or the secret went to the browser")
	}
}

func TestOIDC03EveryAuthorizationRequestCarriesTheCapabilities(t *testing.T) {
	p := newProvider(t)
	address, err := p.relyingParty().AuthorizationURL(t.Context(), trip())
	if err != nil {
		t.Fatal(err)
	}
	if got := parameter(t, address, "claims"); got != capabilities {
		t.Errorf("claims are %s", got)
	}
	query := address[strings.Index(address, "?"):]
	if strings.Contains(query, "prompt=") || strings.Contains(query, "login_hint=") {
		t.Errorf("asks for more than was wanted: %s", query)
	}
}

func TestOIDC03ARequestWithoutItsSecretsIsNotMade(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	for what, spoil := range map[string]func(*Authorization){
		"state":    func(a *Authorization) { a.State = "" },
		"nonce":    func(a *Authorization) { a.Nonce = "" },
		"verifier": func(a *Authorization) { a.CodeVerifier = "" },
	} {
		a := trip()
		spoil(&a)
		if address, err := rp.AuthorizationURL(t.Context(), a); err == nil {
			t.Errorf("no %s: got %s", what, address)
		}
	}
	a := trip()
	a.Challenge = "[]"
	if _, err := rp.AuthorizationURL(t.Context(), a); !errors.Is(err, outcome.UpstreamUnavailable) {
		t.Errorf("a challenge that is none: %v", err)
	}
}

func TestOIDC15SigningOutGoesToTheIssuerAndComesBack(t *testing.T) {
	p := newProvider(t)
	p.Metadata = liar.Set("end_session_endpoint", p.URL+"/logout?p=1")
	rp := p.relyingParty()
	if got := rp.EndSessionURL("hint", "https://fobdesk.example/"); got != "" {
		t.Errorf("before metadata is known: %s", got)
	}
	if _, err := rp.discover(t.Context()); err != nil {
		t.Fatal(err)
	}
	for hint, want := range map[string]url.Values{
		"":           {"p": {"1"}, "post_logout_redirect_uri": {"https://fobdesk.example/"}},
		"the hint&x": {"p": {"1"}, "post_logout_redirect_uri": {"https://fobdesk.example/"}, "logout_hint": {"the hint&x"}},
	} {
		if got := rp.EndSessionURL(hint, "https://fobdesk.example/"); got != p.URL+"/logout?"+want.Encode() {
			t.Errorf("hint %q: %s", hint, got)
		}
	}
	p.Metadata = liar.Without("end_session_endpoint")
	if _, err := rp.discover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := rp.EndSessionURL("hint", "https://fobdesk.example/"); got != "" {
		t.Errorf("an issuer without the endpoint: %s", got)
	}
}

func TestLOG02SecretsOfASignInCannotBePrinted(t *testing.T) {
	values := []any{
		Tokens{AccessToken: "planted", RefreshToken: "planted"},
		Authorization{State: "planted", Nonce: "planted", CodeVerifier: "planted"},
		Callback{State: "planted", Code: "planted", ErrorDescription: "planted"},
	}
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%T%v"} {
			inside := struct{ Value any }{value}
			args := []any{value, value}[:strings.Count(verb, "%")]
			for _, text := range []string{fmt.Sprintf(verb, args...), fmt.Sprintf("%+v", inside), fmt.Sprintf("%+v", []any{value})} {
				if strings.Contains(text, "planted") || strings.Contains(text, "706c616e746564") || !strings.Contains(text, "redacted") {
					t.Errorf("%s printed %s", verb, text)
				}
			}
		}
		var log syncBuffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("event", "value", value)
		slog.New(slog.NewTextHandler(&log, nil)).Info("event", "value", value)
		if text := log.text(); strings.Contains(text, "planted") || strings.Count(text, "redacted") != 2 {
			t.Errorf("logged %s", text)
		}
	}
}

// TestLOG02 plants secrets in everything an issuer can answer with, and looks for them in every
// error and log line.
func TestLOG02NothingOfAnAnswerReachesAnErrorOrTheLog(t *testing.T) {
	const planted = "planted-secret"
	text := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			say(w, body)
		}
	}
	refusal, err := json.Marshal(map[string]any{
		"error": planted, "error_description": "AADSTS50173: " + planted, "error_uri": planted,
		"claims": planted, "suberror": planted, "trace_id": planted,
	})
	if err != nil {
		t.Fatal(err)
	}
	for what, lie := range map[string]http.HandlerFunc{
		"400 JSON":         text(400, "application/json", string(refusal)),
		"401 plain":        text(401, "text/plain", "error="+planted+"&error_description="+planted),
		"400 HTML":         text(400, "text/html", "<p>"+planted),
		"500 JSON":         text(500, "application/json", string(refusal)),
		"502 HTML":         text(502, "text/html", "<p>"+planted),
		"200 HTML":         text(200, "text/html", "<p>"+planted),
		"200 a list":       text(200, "application/json", `["`+planted+`"]`),
		"200 wrong types":  text(200, "application/json", `{"access_token":{"x":"`+planted+`"}}`),
		"200 error":        text(200, "application/json", string(refusal)),
		"200 no lifetime":  text(200, "application/json", `{"access_token":"`+planted+`","token_type":"Bearer"}`),
		"200 no bearer":    text(200, "application/json", `{"access_token":"x","token_type":"`+planted+`","expires_in":60}`),
		"200 bad ID token": text(200, "application/json", `{"access_token":"x","token_type":"Bearer","expires_in":60,"id_token":"`+planted+`.`+planted+`.x"}`),
		"302":              text(302, "text/html", planted),
		"no HTTP": func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			say(connection, planted+" "+planted+"\r\n\r\n")
			_ = connection.Close()
		},
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			p.Handle(liar.PathToken, lie)
			var log syncBuffer
			rp := p.relyingParty(logTo(&log))
			_, _, redeemed := redeem(t, rp)
			_, _, refreshed := rp.Refresh(t.Context(), testRefresh, ann(), []string{graphScope})
			for _, err := range []error{redeemed, refreshed} {
				if _, ok := outcome.Of(err); !ok {
					t.Errorf("not an outcome: %v", err)
				}
				rp.log.Error("refused", "error", err)
				var all strings.Builder
				fmt.Fprintf(&all, "%+v %#v %s", err, err, log.text())
				for e := err; e != nil; e = errors.Unwrap(e) {
					fmt.Fprintf(&all, "%+v", e)
				}
				for _, secret := range []string{planted, testSecret, testCode, testVerifier, testNonce, testAccess, testRefresh} {
					if strings.Contains(all.String(), secret) {
						t.Errorf("%s is in %s", secret, all.String())
					}
				}
			}
		})
	}
}
