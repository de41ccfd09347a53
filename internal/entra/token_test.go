package entra

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fobdesk/internal/liar"
	"fobdesk/internal/outcome"
)

// wants fails unless err is this refusal.
func wants(t *testing.T, err error, o outcome.Outcome, reason, reference string) {
	t.Helper()
	refusal, ok := errors.AsType[*outcome.Error](err)
	if !ok {
		t.Fatalf("got %v, want %s: %s", err, o, reason)
	}
	if refusal.Outcome != o || refusal.Reason != reason || refusal.Reference != reference {
		t.Errorf("got %s: %s %s (%v), want %s: %s %s", refusal.Outcome, refusal.Reason, refusal.Reference, refusal.Err, o, reason, reference)
	}
}

// refusing answers like Entra's token endpoint.
func refusing(status int, code string, number int, more ...func(map[string]any)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		body := map[string]any{"error": code, "error_description": "words Trace ID: x"}
		if number != 0 {
			body["error_codes"] = []int{number}
			body["error_description"] = reference(number) + ": words"
		}
		for _, change := range more {
			change(body)
		}
		liar.Reply(w, status, body)
	}
}

func TestTOK03ACodeIsPresentedOnceWhateverComesOfIt(t *testing.T) {
	for what, handler := range map[string]http.HandlerFunc{
		"accepted":    nil,
		"400":         refusing(400, "invalid_grant", 54005),
		"401":         refusing(401, "invalid_client", 7000215),
		"429":         refusing(429, "temporarily_unavailable", 0),
		"500":         refusing(500, "server_error", 0),
		"503 as HTML": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"cut before":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"cut in the middle": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			say(w, `{"access`)
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			p.Handle(liar.PathToken, handler)
			rp := p.relyingParty()
			// The first call leaves a connection in the pool, on which the second could be repeated.
			if _, err := rp.discover(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, _, err := redeem(t, rp); (err == nil) != (handler == nil) {
				t.Error(err)
			}
			if got := p.Called(liar.PathToken); got != 1 {
				t.Errorf("the code was presented %d times", got)
			}
			if _, _, err := rp.Refresh(t.Context(), testRefresh, ann(), []string{graphScope}); (err == nil) != (handler == nil) {
				t.Error(err)
			}
			if got := p.Called(liar.PathToken); got != 2 {
				t.Errorf("the refresh token was presented %d times", got-1)
			}
		})
	}
}

func TestTOK03EveryTokenRequestCarriesWhatItMust(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	if _, _, err := redeem(t, rp); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"grant_type": {"authorization_code"}, "code": {testCode}, "code_verifier": {testVerifier},
		"redirect_uri": {"https://fobdesk.example/auth/callback"},
		"client_id":    {testClient}, "client_secret": {testSecret}, "claims": {capabilities},
	}
	if diff := cmp.Diff(want, map[string][]string(p.LastForm())); diff != "" {
		t.Error(diff)
	}
	if _, _, err := rp.Refresh(t.Context(), testRefresh, ann(), []string{graphScope}); err != nil {
		t.Fatal(err)
	}
	want = map[string][]string{
		"grant_type": {"refresh_token"}, "refresh_token": {testRefresh},
		"scope":     {"openid profile offline_access " + graphScope},
		"client_id": {testClient}, "client_secret": {testSecret}, "claims": {capabilities},
	}
	if diff := cmp.Diff(want, map[string][]string(p.LastForm())); diff != "" {
		t.Error(diff)
	}
}

func TestTOK03ACodeWithoutItsVerifierOrNonceIsNotPresented(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	for _, args := range [][3]string{{"", testVerifier, testNonce}, {testCode, "", testNonce}, {testCode, testVerifier, ""}} {
		_, _, err := rp.Redeem(t.Context(), args[0], args[1], args[2])
		wants(t, err, outcome.SignInRefused, reasonCallback, "")
	}
	if got := p.Called(liar.PathToken); got != 0 {
		t.Errorf("presented %d times", got)
	}
}

func TestTOK06WhatTheTokenEndpointRefusesBecomesAnOutcome(t *testing.T) {
	const claims = `{"access_token":{"capolids":{"essential":true,"values":["x"]}}}`
	for _, test := range []struct {
		what      string
		handler   http.HandlerFunc
		redeem    string // reason of SignInRefused; "" means UpstreamUnavailable: entra_broken
		refresh   string // reason of SignedOut; "" means UpstreamUnavailable
		still     string // reason of UpstreamUnavailable at a refresh
		reference string
	}{
		{"code used", refusing(400, "invalid_grant", 54005), reasonCodeUsed, reasonSessionExpired, "", "AADSTS54005"},
		{"expired", refusing(400, "invalid_grant", 700082), reasonSessionExpired, reasonSessionExpired, "", "AADSTS700082"},
		{"revoked", refusing(400, "invalid_grant", 50173), reasonRevoked, reasonRevoked, "", "AADSTS50173"},
		{"a bare invalid_grant", refusing(400, "invalid_grant", 0), reasonCodeUsed, reasonSessionExpired, "", ""},
		{"an unknown number", refusing(400, "invalid_grant", 123456), reasonUnknown, reasonUnknown, "", "AADSTS123456"},
		{"MFA wanted", refusing(400, "interaction_required", 50076, liar.Set("claims", claims)), reasonMFANotPassed, reasonMFANotPassed, "", "AADSTS50076"},
		{"consent withdrawn", refusing(400, "invalid_grant", 65001, liar.Set("suberror", "consent_required")), reasonConsentMissing, reasonConsentMissing, "", "AADSTS65001"},
		{"number only in words", refusing(400, "invalid_grant", 0, liar.Set("error_description", "AADSTS50057: off")), reasonAccountDisabled, reasonAccountDisabled, "", "AADSTS50057"},
		{"numbers that are none", refusing(400, "invalid_grant", 0, liar.Set("error_codes", []int{-1, 7, 50057})), reasonAccountDisabled, reasonAccountDisabled, "", "AADSTS50057"},
		{"numbers of the wrong type", refusing(400, "invalid_grant", 0, liar.All(liar.Set("error_codes", "50057"), liar.Set("claims", claims))), reasonCodeUsed, reasonSessionExpired, "", ""},
		{"wrong secret", refusing(401, "invalid_client", 7000215), ReasonClientProof, "", ReasonClientProof, "AADSTS7000215"},
		{"secret expired", refusing(401, "invalid_client", 7000222), ReasonClientProof, "", ReasonClientProof, "AADSTS7000222"},
		{"bad assertion", refusing(401, "invalid_client", 700027), ReasonClientProof, "", ReasonClientProof, "AADSTS700027"},
		{"app not in tenant", refusing(400, "unauthorized_client", 700016), ReasonAppRegistration, "", ReasonAppRegistration, "AADSTS700016"},
		{"try again", refusing(400, "invalid_grant", 90033), reasonTryAgain, "", reasonTryAgain, "AADSTS90033"},
		{"an error nobody knows", refusing(418, "teapot", 0), reasonUnknown, "", reasonUnknown, ""},
		{"499", refusing(499, "invalid_grant", 54005), reasonCodeUsed, reasonSessionExpired, "", "AADSTS54005"},
		{"499", refusing(499, "invalid_grant", 54005), reasonCodeUsed, reasonSessionExpired, "", "AADSTS54005"},
		{"429", refusing(429, "invalid_grant", 50196), "", "", ReasonBroken, "AADSTS50196"},
		{"500", refusing(500, "invalid_grant", 54005), "", "", ReasonBroken, "AADSTS54005"},
		{"no error in it", refusing(400, "", 54005), "", "", ReasonBroken, "AADSTS54005"},
		{"an error with status 200", refusing(200, "invalid_grant", 54005), "", "", ReasonBroken, "AADSTS54005"},
		{"a redirect", refusing(302, "invalid_grant", 0), "", "", ReasonBroken, ""},
	} {
		t.Run(test.what, func(t *testing.T) {
			p := newProvider(t)
			p.Handle(liar.PathToken, test.handler)
			rp := p.relyingParty()
			_, _, err := redeem(t, rp)
			if test.redeem != "" {
				wants(t, err, outcome.SignInRefused, test.redeem, test.reference)
			} else {
				wants(t, err, outcome.UpstreamUnavailable, ReasonBroken, test.reference)
			}
			identity, tokens, err := rp.Refresh(t.Context(), testRefresh, ann(), []string{graphScope})
			if test.refresh != "" {
				wants(t, err, outcome.SignedOut, test.refresh, test.reference)
			} else {
				wants(t, err, outcome.UpstreamUnavailable, test.still, test.reference)
			}
			if identity.Person.ID != "" || tokens.AccessToken != "" {
				t.Error("a refusal left an identity or tokens")
			}
			refusal, _ := errors.AsType[*outcome.Error](err)
			if wanted := test.what == "MFA wanted"; (refusal.Claims == claims) != wanted || (refusal.Claims != "") != wanted {
				t.Errorf("claims %q", refusal.Claims)
			}
		})
	}
}

func TestTOK06AnAccessTokenLivesForAsLongAsItIsSaidTo(t *testing.T) {
	for _, test := range []struct {
		says any
		want time.Duration
	}{
		{3600.0, time.Hour}, {"3600", time.Hour}, {1e9, longestLife}, {"1e9", longestLife},
		{nil, 0}, {0.0, 0}, {-5.0, 0}, {"-5", 0}, {"", 0}, {"an hour", 0}, {"NaN", 0}, {"1e999", 0}, {true, 0},
	} {
		if got := lifeOf(test.says); got != test.want {
			t.Errorf("%v is %v, want %v", test.says, got, test.want)
		}
	}
}

func TestFLT10ATokenAnswerMustBeOne(t *testing.T) {
	for _, test := range []struct {
		what string
		lie  func(map[string]any)
		want bool
	}{
		{"token_type in small letters", liar.Set("token_type", "bearer"), true},
		{"expires_in as text", liar.Set("expires_in", "3600"), true},
		{"no refresh token", liar.Without("refresh_token"), true},
		{"no token_type", liar.Without("token_type"), false},
		{"another token_type", liar.Set("token_type", "mac"), false},
		{"no access token", liar.Without("access_token"), false},
		{"an empty access token", liar.Set("access_token", ""), false},
		{"an access token of the wrong type", liar.Set("access_token", 1), false},
		{"no expires_in", liar.Without("expires_in"), false},
		{"expires_in 0", liar.Set("expires_in", 0), false},
		{"expires_in below 0", liar.Set("expires_in", -60), false},
		{"expires_in is words", liar.Set("expires_in", "soon"), false},
		{"expires_in is true", liar.Set("expires_in", true), false},
	} {
		t.Run(test.what, func(t *testing.T) {
			p := newProvider(t)
			p.Answer = test.lie
			rp := p.relyingParty()
			_, tokens, err := redeem(t, rp)
			_, refreshed, refreshErr := rp.Refresh(t.Context(), testRefresh, ann(), []string{graphScope})
			if !test.want {
				wants(t, err, outcome.UpstreamUnavailable, ReasonBroken, "")
				wants(t, refreshErr, outcome.UpstreamUnavailable, ReasonBroken, "")
				return
			}
			if err != nil || refreshErr != nil {
				t.Fatal(err, refreshErr)
			}
			if tokens.AccessToken != testAccess || refreshed.RefreshToken != testRefresh {
				t.Error("other tokens")
			}
		})
	}
}

func TestFLT10AnAccessTokensLifeIsBelievedUpToADayAndABit(t *testing.T) {
	p := newProvider(t)
	p.Answer = liar.Set("expires_in", 2_000_000_000)
	_, tokens, err := redeem(t, p.relyingParty())
	if err != nil {
		t.Fatal(err)
	}
	if life := time.Until(tokens.Expiry); life > longestLife || life < longestLife-time.Minute {
		t.Errorf("lives %v", life)
	}
}

func TestFLT01ATokenAnswerIsBoundedAndASilentIssuerIsSaidToBe(t *testing.T) {
	for _, test := range []struct {
		what    string
		handler http.HandlerFunc
		reason  string
	}{
		{"50 MB of JSON", func(w http.ResponseWriter, _ *http.Request) {
			say(w, `{"access_token":"`)
			for range 50 {
				if _, err := w.Write([]byte(strings.Repeat("x", 1<<20))); err != nil {
					return
				}
			}
			say(w, `"}`)
		}, ReasonBroken},
		{"nothing", func(http.ResponseWriter, *http.Request) {}, ReasonBroken},
		{"HTML", func(w http.ResponseWriter, _ *http.Request) { say(w, "<html>") }, ReasonBroken},
		{"JSON cut short", func(w http.ResponseWriter, _ *http.Request) { say(w, `{"access_token":`) }, ReasonBroken},
		{"two JSON objects", func(w http.ResponseWriter, _ *http.Request) { say(w, `{}{}`) }, ReasonBroken},
		{"a cut connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, ReasonSilent},
	} {
		t.Run(test.what, func(t *testing.T) {
			p := newProvider(t)
			p.Handle(liar.PathToken, test.handler)
			_, _, err := redeem(t, p.relyingParty())
			wants(t, err, outcome.UpstreamUnavailable, test.reason, "")
		})
	}
	t.Run("connection refused", func(t *testing.T) {
		p := newProvider(t)
		rp := p.relyingParty()
		if _, err := rp.discover(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.Close()
		_, _, err := redeem(t, rp)
		wants(t, err, outcome.UpstreamUnavailable, ReasonSilent, "")
	})
	t.Run("the caller went away", func(t *testing.T) {
		p := newProvider(t)
		rp := p.relyingParty()
		if _, err := rp.discover(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err := rp.Redeem(ctx, testCode, testVerifier, testNonce)
		wants(t, err, outcome.UpstreamUnavailable, ReasonSilent, "")
	})
}
