package sim

import (
	"encoding/json"
	"reflect"
	"slices"
	"time"
)

// The claims parameter: a JSON object (OpenID Connect Core, section 5.5; Entra, "Claims
// challenges, claims requests and client capabilities").

// parseClaims reads it; empty is an empty one.
func parseClaims(parameter string) (object, *oauthError) {
	claims := object{}
	if parameter == "" {
		return claims, nil
	}
	if err := json.Unmarshal([]byte(parameter), &claims); err != nil || claims == nil {
		return nil, aadsts(9002332, "invalid_request", "The 'claims' parameter is not a JSON object.")
	}
	return claims, nil
}

// asksFor reports whether claims ask for a value of a claim of the access token.
func asksFor(claims object, name, value string) bool {
	accessToken, _ := claims["access_token"].(object)
	claim, _ := accessToken[name].(object)
	values, _ := claim["values"].([]any)
	return claim["value"] == value || slices.Contains(values, any(value))
}

// wantsFreshMFA reports whether claims ask for MFA within the last minutes.
func wantsFreshMFA(claims object) bool { return asksFor(claims, "amr", "ngcmfa") }

// understandsChallenges reports whether the client declared that it does.
func understandsChallenges(claims object) bool { return asksFor(claims, "xms_cc", "cp1") }

// Challenge lets Graph ask these claims, a JSON object, of the person's tokens: it answers 401
// until one comes that was got with a request that carried them. Tokens of clients that did not
// declare cp1 are left alone, but cannot be refreshed.
func (c *Cloud) Challenge(personID, claims string) {
	var parsed object
	if err := json.Unmarshal([]byte(claims), &parsed); err != nil || parsed == nil {
		panic("sim: Challenge wants a JSON object")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entra.challenges[personID] = claimsChallenge{claims: claims, parsed: parsed}
}

// challenged answers the claims that are asked of a token.
func (s *entraState) challenged(token *accessToken) (claims string, pending bool) {
	challenge, ok := s.challenges[token.personID]
	if !ok || !understandsChallenges(token.asked) {
		return "", false
	}
	return challenge.claims, !contains(token.asked, challenge.parsed)
}

// contains reports whether an object has all members of another, lists all their elements.
func contains(whole, part any) bool {
	switch part := part.(type) {
	case object:
		whole, ok := whole.(object)
		for name, member := range part {
			if !ok || !contains(whole[name], member) {
				return false
			}
		}
		return ok
	case []any:
		whole, ok := whole.([]any)
		for _, element := range part {
			if !ok || !slices.ContainsFunc(whole, func(one any) bool { return contains(one, element) }) {
				return false
			}
		}
		return ok
	}
	return reflect.DeepEqual(whole, part)
}

// RevokeAccessTokens makes the person's access tokens void; refresh tokens stay good.
func (c *Cloud) RevokeAccessTokens(personID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, token := range c.entra.access {
		if token.personID == personID {
			token.revoked = true
		}
	}
}

// RevokeSessions makes all tokens and sessions of a person void, as an administrator does:
// refreshing answers AADSTS50173.
func (c *Cloud) RevokeSessions(personID string) {
	c.RevokeAccessTokens(personID)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, token := range c.entra.refresh {
		if token.personID == personID {
			token.revoked = 50173
		}
	}
	for cookie, session := range c.entra.sessions {
		if session.personID == personID {
			delete(c.entra.sessions, cookie)
		}
	}
}

// freshSince answers from when the MFA of a sign-in counts as fresh for Graph; zero where it
// does not.
func (c *Cloud) freshSince(asked object, s *session, isNew bool, now time.Time) time.Time {
	switches := c.switches
	switch {
	case wantsFreshMFA(asked) && isNew && switches.IgnoreNGCMFAAtSignIn:
		return time.Time{}
	case wantsFreshMFA(asked) && !switches.FreshFromMFA:
		return now
	case wantsFreshMFA(asked), switches.SignInIsFresh:
		return s.mfaAt
	}
	return time.Time{}
}
