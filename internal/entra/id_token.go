package entra

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// The times of an ID token. Entra dates iat and nbf five minutes back, so that the oldest token
// that a clock within the tolerance can meet is ten minutes old.
const (
	clockSkew  = 5 * time.Minute
	longestAge = 10 * time.Minute
)

// idToken is an ID token and what it must fit.
type idToken struct {
	raw         string
	accessToken string
	nonce       *string   // at sign-in
	was         *Identity // at a refresh
}

// identify verifies an ID token (OpenID Connect Core, sections 3.1.3.7 and 12.2). go-oidc checks
// the signature (RS256 only, by the issuer's keys), the issuer and the audience, the rest is
// here. It fails with outcome.SignInRefused, or outcome.UpstreamUnavailable where the keys
// cannot be had.
func (rp *RelyingParty) identify(ctx context.Context, issuer *metadata, token idToken) (Identity, error) {
	keys := &notingKeySet{KeySet: issuer.keys}
	verifier := oidc.NewVerifier(rp.config.Issuer, keys, &oidc.Config{
		ClientID:             rp.config.ClientID,
		SupportedSigningAlgs: []string{oidc.RS256},
		SkipExpiryCheck:      true, // go-oidc tolerates no skew; see checkTimes
	})
	verified, err := verifier.Verify(ctx, token.raw)
	if keys.unavailable() {
		return Identity{}, unavailable("fetch the issuer's signing keys", keys.err)
	}
	if err != nil {
		return Identity{}, refuse(reasonIDToken, fmt.Errorf("verify the ID token: %.200s", err.Error()))
	}
	c, err := readClaims(verified)
	if err != nil {
		return Identity{}, refuse(reasonIDToken, errors.New("verify the ID token: a claim has the wrong type"))
	}
	for _, check := range []error{
		checkKind(token.raw, c),
		rp.checkParties(c),
		rp.checkTimes(ctx, c),
		rp.checkPerson(c),
		token.check(verified, c),
	} {
		if check != nil {
			return Identity{}, refuse(reasonIDToken, fmt.Errorf("verify the ID token: %w", check))
		}
	}
	return c.identity(token.was), nil
}

// notingKeySet keeps the error of its key set, which go-oidc passes on as text only.
type notingKeySet struct {
	oidc.KeySet
	err error
}

// VerifySignature implements oidc.KeySet.
func (k *notingKeySet) VerifySignature(ctx context.Context, raw string) (payload []byte, err error) {
	payload, k.err = k.KeySet.VerifySignature(ctx, raw)
	return payload, k.err
}

// unavailable reports whether the keys could not be had: then go-oidc wraps the cause, whereas a
// signature that fits no key is an error of its own. Keys that were fetched within the minute,
// and as often as is allowed, count as had.
func (k *notingKeySet) unavailable() bool {
	return errors.Unwrap(k.err) != nil && !errors.Is(k.err, errTooOften)
}

// checkKind refuses other kinds of JWT of the same issuer: access tokens (RFC 9068) and logout
// tokens (OpenID Connect Back-Channel Logout).
func checkKind(raw string, c claims) error {
	parsed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(parsed.Signatures) != 1 {
		return errors.New("not a JWT with one signature")
	}
	typ, present := parsed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType]
	if name, _ := typ.(string); present && !strings.EqualFold(name, "JWT") {
		return errors.New("typ is not JWT")
	}
	if c.Events != nil {
		return errors.New("it is a logout token")
	}
	if c.Version != nil && *c.Version != "2.0" {
		return errors.New("ver is not 2.0")
	}
	return nil
}

// checkParties checks who made the token and for whom.
func (rp *RelyingParty) checkParties(c claims) error {
	switch {
	case c.Issuer != rp.config.Issuer:
		return errors.New("iss is not the configured issuer")
	case !slices.Contains(c.Audience, rp.config.ClientID):
		return errors.New("aud does not hold the client's id")
	case len(c.Audience) > 1 && c.AuthorizedParty == nil:
		return errors.New("several audiences and no azp")
	case c.AuthorizedParty != nil && *c.AuthorizedParty != rp.config.ClientID:
		return errors.New("azp is not the client's id")
	}
	return nil
}

// checkTimes checks exp, iat and nbf, with five minutes for clocks that differ. What fails may be
// our own clock, so the log is told.
func (rp *RelyingParty) checkTimes(ctx context.Context, c claims) error {
	if c.Expiry == nil || c.IssuedAt == nil {
		return errors.New("exp or iat is missing")
	}
	now, issued := rp.now(), c.IssuedAt.time()
	var flaw error
	switch {
	case issued.After(now.Add(clockSkew)):
		flaw = errors.New("iat is in the future")
	case issued.Before(now.Add(-longestAge)):
		flaw = errors.New("iat is too long ago")
	case !c.Expiry.time().After(now.Add(-clockSkew)):
		flaw = errors.New("exp is over")
	case c.NotBefore != nil && c.NotBefore.time().After(now.Add(clockSkew)):
		flaw = errors.New("nbf is in the future")
	}
	if flaw != nil {
		rp.log.WarnContext(ctx, "the ID token's times do not fit: compare this machine's clock with the issuer's",
			"flaw", flaw, "now", now.UTC(), "iat", issued.UTC(), "exp", c.Expiry.time().UTC())
	}
	return flaw
}

// checkPerson checks the claims that say who it is.
func (rp *RelyingParty) checkPerson(c claims) error {
	switch {
	case c.Subject == "" || len(c.Subject) > maxSubject:
		return errors.New("sub is missing or too long")
	case c.TenantID == "" || c.TenantID != rp.config.TenantID:
		return errors.New("tid is not the configured tenant")
	case !isObjectID(c.ObjectID):
		return errors.New("oid is missing or no object id")
	}
	return nil
}

// isObjectID reports whether s has the characters of a GUID and stands safely in a URL's path.
func isObjectID(s string) bool {
	return s != "" && len(s) <= maxID && strings.Trim(strings.ToLower(s), "0123456789abcdef-") == ""
}

// check compares the token with the request it answers: the nonce, the access token beside it,
// and at a refresh the person before.
func (t idToken) check(verified *oidc.IDToken, c claims) error {
	if t.nonce != nil && (*t.nonce == "" || subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(*t.nonce)) != 1) {
		return errors.New("nonce is not the one sent")
	}
	if c.AccessTokenHash != nil && verified.VerifyAccessToken(t.accessToken) != nil {
		return errors.New("at_hash does not fit the access token")
	}
	if t.was != nil && (c.Subject != t.was.Subject || !c.person().Same(t.was.Person)) {
		return errors.New("refreshed for another person")
	}
	return nil
}
