package entra

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"fobdesk/internal/outcome"
	"fobdesk/internal/secret"
)

// Tokens is what opens Graph as a person. It prints as "redacted"; the access token is opaque to
// the portal and never parsed.
type Tokens struct {
	secret.Hidden
	AccessToken  string
	RefreshToken string    // empty where the issuer gave none
	Expiry       time.Time // of the access token, by the portal's clock
	Scope        []string  // what was granted, for WantScopes; nil where the issuer does not say
}

// longestLife is the most that is believed of an access token's life: what Entra gives under
// Continuous Access Evaluation.
const longestLife = 28 * time.Hour

// Redeem presents an authorization code, once, and answers who signed in and the tokens
// (RFC 6749, section 4.1.3; OpenID Connect Core, section 3.1.3). The verifier and the nonce are
// those of the Authorization that the code answers. A refusal is an *outcome.Error:
//   - outcome.SignInRefused: the issuer refused, or the ID token failed a check ("id_token");
//   - outcome.UpstreamUnavailable: no answer ("entra_silent") or none that can be used
//     ("entra_broken").
//
// The code is spent whatever comes of it.
func (rp *RelyingParty) Redeem(ctx context.Context, code, codeVerifier, nonce string) (Identity, Tokens, error) {
	if code == "" || codeVerifier == "" || nonce == "" {
		return Identity{}, Tokens{}, refuse(reasonCallback, errors.New("code, code verifier or nonce is empty"))
	}
	issuer, err := rp.issuer(ctx)
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	extra, err := rp.everyRequest(issuer)
	if err != nil {
		return Identity{}, Tokens{}, refuse(ReasonClientProof, err)
	}
	options := []oauth2.AuthCodeOption{oauth2.VerifierOption(codeVerifier)}
	for name := range extra {
		options = append(options, oauth2.SetAuthURLParam(name, extra.Get(name)))
	}
	answer, err := rp.oauth(issuer).Exchange(oidc.ClientContext(ctx, rp.client), code, options...)
	if err != nil {
		return Identity{}, Tokens{}, redeemRefusal(err)
	}
	tokens, err := rp.tokens(answer)
	if err != nil {
		return Identity{}, Tokens{}, unavailable("redeem the authorization code", err)
	}
	identity, err := rp.identify(ctx, issuer, idToken{raw: rawIDToken(answer), accessToken: tokens.AccessToken, nonce: &nonce})
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	return identity, tokens, nil
}

// Refresh presents a refresh token, once, and answers new tokens for these scopes of Graph (full
// names, any that were consented to) and who they belong to: was, or what a new ID token says of the
// same person (OpenID Connect Core, section 12.2). Where the issuer sends no new refresh token the
// old one stays. A refusal is an *outcome.Error:
//   - outcome.SignedOut: the issuer wants the person to sign in again;
//   - outcome.SignInRefused: a new ID token failed a check or is another person's ("id_token");
//   - outcome.UpstreamUnavailable: anything else; the old tokens are as good as they were.
func (rp *RelyingParty) Refresh(ctx context.Context, refreshToken string, was Identity, scopes []string) (Identity, Tokens, error) {
	if refreshToken == "" {
		return Identity{}, Tokens{}, &outcome.Error{
			Outcome: outcome.SignedOut, Reason: reasonSessionExpired, Err: errors.New("no refresh token"),
		}
	}
	issuer, err := rp.issuer(ctx)
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	answer, err := rp.presentRefreshToken(ctx, issuer, refreshToken, scopes)
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	tokens, err := rp.tokens(answer)
	if err != nil {
		return Identity{}, Tokens{}, unavailable("refresh the access token", err)
	}
	if answer.Extra("id_token") == nil {
		return was, tokens, nil
	}
	identity, err := rp.identify(ctx, issuer, idToken{raw: rawIDToken(answer), accessToken: tokens.AccessToken, was: &was})
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	return identity, tokens, nil
}

// presentRefreshToken makes the request of RFC 6749, section 6. oauth2.Config cannot add the
// client's assertion and the claims to it; clientcredentials can, and lets the grant be named.
// Both put the old refresh token into an answer without a new one.
func (rp *RelyingParty) presentRefreshToken(
	ctx context.Context, issuer *metadata, refreshToken string, scopes []string,
) (*oauth2.Token, error) {
	params, err := rp.everyRequest(issuer)
	if err != nil {
		return nil, &outcome.Error{Outcome: outcome.UpstreamUnavailable, Reason: ReasonClientProof, Err: err}
	}
	params.Set("grant_type", "refresh_token")
	params.Set("refresh_token", refreshToken)
	request := clientcredentials.Config{
		ClientID:       rp.config.ClientID,
		TokenURL:       issuer.endpoint.TokenURL,
		AuthStyle:      issuer.endpoint.AuthStyle,
		Scopes:         withOpenID(scopes),
		EndpointParams: params,
	}
	answer, err := request.Token(oidc.ClientContext(ctx, rp.client))
	if err != nil {
		return nil, refreshRefusal(err)
	}
	return answer, nil
}

// everyRequest are the parameters of each token request: the client's proof, made now, and the
// capabilities.
func (rp *RelyingParty) everyRequest(issuer *metadata) (url.Values, error) {
	params, err := rp.config.Proof.params(audience{
		clientID: rp.config.ClientID, tokenURL: issuer.endpoint.TokenURL, now: rp.now(),
	})
	if err != nil {
		return nil, fmt.Errorf("prove the client: %w", err)
	}
	params.Set("claims", capabilities)
	return params, nil
}

// tokens checks a token answer (RFC 6749, section 5.1): a bearer token with a life.
func (rp *RelyingParty) tokens(answer *oauth2.Token) (Tokens, error) {
	if !strings.EqualFold(answer.TokenType, "Bearer") {
		return Tokens{}, brokenAnswer("token_type is not Bearer")
	}
	life := lifeOf(answer.Extra("expires_in"))
	if life <= 0 {
		return Tokens{}, brokenAnswer("expires_in is missing or no number of seconds to come")
	}
	scope, _ := answer.Extra("scope").(string)
	return Tokens{
		AccessToken:  answer.AccessToken,
		RefreshToken: answer.RefreshToken,
		Expiry:       rp.now().Add(life),
		Scope:        strings.Fields(scope),
	}, nil
}

// lifeOf reads expires_in: seconds, as a number or, as some of Entra's answers have it, a string.
// It is 0 where there is none.
func lifeOf(expiresIn any) time.Duration {
	seconds, ok := expiresIn.(float64)
	if text, isText := expiresIn.(string); isText {
		parsed, err := strconv.ParseFloat(text, 64)
		seconds, ok = parsed, err == nil
	}
	if !ok || !(seconds > 0) {
		return 0
	}
	return time.Duration(min(seconds, longestLife.Seconds())) * time.Second
}

// rawIDToken is the answer's ID token, "" where there is none or it is no string.
func rawIDToken(answer *oauth2.Token) string {
	raw, _ := answer.Extra("id_token").(string)
	return raw
}
