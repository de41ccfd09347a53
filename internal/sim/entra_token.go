package sim

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// postToken is the token endpoint (RFC 6749, section 3.2).
func (c *Cloud) postToken(w http.ResponseWriter, r *http.Request) {
	if !c.ourTenant(w, r) {
		return
	}
	if err := r.ParseForm(); err != nil {
		c.writeOAuthError(w, aadsts(900144, "invalid_request", "The request could not be read."))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, refused := c.token(r)
	if refused != nil {
		c.writeOAuthError(w, refused)
		return
	}
	w.Header().Set("Pragma", "no-cache")
	writeJSON(w, http.StatusOK, answer)
}

// token proves the client, then redeems what it brought.
func (c *Cloud) token(r *http.Request) (object, *oauthError) {
	if refused := c.proveClient(r); refused != nil {
		return nil, refused
	}
	asked, refused := parseClaims(r.PostForm.Get("claims"))
	if refused != nil {
		return nil, refused
	}
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		return c.redeem(r, asked)
	case "refresh_token":
		return c.refreshed(r, asked)
	}
	return nil, aadsts(70003, "unsupported_grant_type", "The app requested an unsupported grant type '%s'.", r.PostForm.Get("grant_type"))
}

// redeem takes an authorization code, once (RFC 6749, section 4.1.3; RFC 7636, section 4.6).
func (c *Cloud) redeem(r *http.Request, asked object) (object, *oauthError) {
	code := c.entra.codes[r.PostForm.Get("code")]
	if code == nil {
		return nil, aadsts(9002313, "invalid_grant", "Invalid request. Request is malformed or invalid.")
	}
	noteCaller(r.Context(), code.personID)
	verifier := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	switch {
	case code.redeemed:
		return nil, aadsts(54005, "invalid_grant", "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.")
	case c.now().Sub(code.made) > codeLife:
		return nil, aadsts(70008, "invalid_grant", "The provided authorization code or refresh token has expired due to inactivity.")
	case code.redirectURI != r.PostForm.Get("redirect_uri"):
		return nil, aadsts(500112, "invalid_client", "The reply address '%s' does not match the reply address provided when requesting the authorization code.", r.PostForm.Get("redirect_uri"))
	case subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(verifier[:])), []byte(code.challenge)) != 1:
		return nil, aadsts(501481, "invalid_grant", "The Code_Verifier does not match the code_challenge supplied in the authorization request.")
	}
	code.redeemed = true
	g := *code
	g.asked = union(g.asked, asked)
	return c.issue(g)
}

// refreshed takes a refresh token (RFC 6749, section 6). The old one stays good, unless a switch
// says otherwise.
func (c *Cloud) refreshed(r *http.Request, asked object) (object, *oauthError) {
	token := c.entra.refresh[r.PostForm.Get("refresh_token")]
	if token == nil {
		return nil, aadsts(9002313, "invalid_grant", "Invalid request. Request is malformed or invalid.")
	}
	noteCaller(r.Context(), token.personID)
	switch {
	case token.revoked != 0:
		return nil, aadsts(token.revoked, "invalid_grant", "The provided grant has expired due to it being revoked, a fresh auth token is needed.")
	case c.now().Sub(token.made) > refreshLife:
		return nil, aadsts(700082, "invalid_grant", "The refresh token has expired due to inactivity.")
	case c.person(token.personID).Disabled:
		return nil, aadsts(50057, "invalid_grant", "The user account is disabled.")
	}
	if challenge, ok := c.entra.challenges[token.personID]; ok && !contains(token.asked, challenge.parsed) {
		refused := aadsts(50076, "interaction_required", "Due to a configuration change made by your administrator, you must use multi-factor authentication to access the resource.")
		refused.claims = challenge.claims
		return nil, refused
	}
	g, refused := c.regrant(token.grant, r.PostForm.Get("scope"))
	if refused != nil {
		return nil, refused
	}
	if c.switches.RevokeUsedRefresh {
		token.revoked = 50173
	}
	g.asked, g.nonce = union(g.asked, asked), ""
	return c.issue(g)
}

// regrant is the grant with the scopes that a refresh asks for: any that have consent.
func (c *Cloud) regrant(g grant, scope string) (grant, *oauthError) {
	if scope == "" {
		return g, nil
	}
	wanted, refused := parseScopes(scope)
	if refused != nil {
		return g, refused
	}
	g.scopes, g.openID = c.granted(wanted.graph), wanted.openID
	for _, name := range g.scopes {
		if slices.ContainsFunc(c.switches.Unconsented, func(s string) bool { return strings.EqualFold(s, name) }) {
			return g, aadsts(65001, "invalid_grant", "The user or administrator has not consented to use the application.")
		}
	}
	return g, nil
}

// issue makes the tokens of a grant.
func (c *Cloud) issue(g grant) (object, *oauthError) {
	now, life := c.now(), orDefault(c.switches.AccessTokenLife, accessTokenLife)
	access := rand.Text() + rand.Text()
	c.entra.access[access] = &accessToken{grant: g, roles: c.roles[g.personID], expires: now.Add(life)}
	answer := object{
		"token_type":     "Bearer",
		"scope":          scopeParameter(g),
		"expires_in":     int(life.Seconds()),
		"ext_expires_in": int(life.Seconds()),
		"access_token":   access,
	}
	if g.offline {
		refresh := rand.Text() + rand.Text()
		renewed := g
		renewed.made = now
		c.entra.refresh[refresh] = &refreshToken{grant: renewed}
		answer["refresh_token"] = refresh
	}
	if g.openID {
		answer["id_token"] = c.idToken(g)
	}
	return answer, nil
}

// scopeParameter says what was granted: Graph's scopes in full.
func scopeParameter(g grant) string {
	var names []string
	if g.openID {
		names = append(names, "openid", "profile")
	}
	for _, scope := range g.scopes {
		names = append(names, graphResource+scope)
	}
	return strings.Join(names, " ")
}

// union answers the members of both objects, lists united.
func union(a, b object) object {
	merged := object{}
	for name, member := range a {
		merged[name] = member
	}
	for name, member := range b {
		switch member := member.(type) {
		case object:
			if before, ok := merged[name].(object); ok {
				merged[name] = union(before, member)
				continue
			}
		case []any:
			if before, ok := merged[name].([]any); ok {
				merged[name] = slices.Concat(before, member)
				continue
			}
		}
		merged[name] = member
	}
	return merged
}
