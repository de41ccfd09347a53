package sim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// entraState is what Entra remembers.
type entraState struct {
	keys     []signingKey          // the last signs; all are published
	pending  map[string]*authorize // by flow: sign-ins whose page is shown
	sessions map[string]*session   // by cookie
	codes    map[string]*grant     // authorization codes, redeemed ones too
	access   map[string]*accessToken
	refresh  map[string]*refreshToken
	seenJTI  map[string]time.Time // of client assertions, until they are over

	challenges map[string]claimsChallenge // by person
	failures   []signInFailure
	logouts    []string
}

func newEntraState() entraState {
	return entraState{
		pending: make(map[string]*authorize), sessions: make(map[string]*session),
		codes: make(map[string]*grant), access: make(map[string]*accessToken),
		refresh: make(map[string]*refreshToken), seenJTI: make(map[string]time.Time),
		challenges: make(map[string]claimsChallenge),
	}
}

// grant is what somebody who signed in gave the client: a code's, and then its tokens'.
type grant struct {
	personID    string
	scopes      []string // of Graph, short names
	openID      bool
	offline     bool
	asked       object    // the claims parameter
	fresh       time.Time // from when fresh MFA counts; zero where there was none
	sid         string
	authTime    time.Time
	nonce       string
	redirectURI string
	challenge   string // PKCE
	made        time.Time
	redeemed    bool
}

// accessToken is for Graph. Its string means nothing to its holder.
type accessToken struct {
	grant
	roles   []string // of its person, when it was issued
	expires time.Time
	revoked bool
}

// holds reports whether the token has one of the scopes. Graph compares them without regard to
// case.
func (t *accessToken) holds(scopes []string) bool {
	return slices.ContainsFunc(t.scopes, func(held string) bool {
		return slices.ContainsFunc(scopes, func(wanted string) bool { return strings.EqualFold(held, wanted) })
	})
}

// refreshToken gets new tokens for a grant.
type refreshToken struct {
	grant
	revoked int // AADSTS number; 0 where it is good
}

// claimsChallenge is what Graph asks of a person's tokens.
type claimsChallenge struct {
	claims string
	parsed object
}

// The lives of what Entra gives out, as far as they are no switch.
const (
	codeLife    = 10 * time.Minute
	pendingLife = time.Hour
	refreshLife = 90 * 24 * time.Hour
)

// maxPending is how many sign-ins can be under way before all are forgotten.
const maxPending = 10_000

// Entra serves the sign-in: {tenant id}/v2.0 and {tenant id}/oauth2/v2.0 (Entra, "OpenID Connect
// on the Microsoft identity platform").
func (c *Cloud) Entra() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/v2.0/.well-known/openid-configuration", c.getDiscovery)
	mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", c.getKeys)
	mux.HandleFunc("GET /{tenant}/oauth2/v2.0/authorize", c.authorize)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/authorize", c.authorize)
	mux.HandleFunc("POST /{tenant}/login", c.postLogin)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", c.postToken)
	mux.HandleFunc("GET /{tenant}/oauth2/v2.0/logout", c.getLogout)
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/logout", c.getLogout)
	mux.HandleFunc("GET /{tenant}/v2.0/adminconsent", c.getAdminConsent)
	mux.HandleFunc("POST /{tenant}/v2.0/adminconsent", c.postAdminConsent)
	mux.HandleFunc("GET /sim/{file}", getPageFile)
	return c.front(SideEntra, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", c.now().UTC().Format(http.TimeFormat))
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	}))
}

// ourTenant reports whether the path names the tenant, and otherwise answers AADSTS90002.
func (c *Cloud) ourTenant(w http.ResponseWriter, r *http.Request) bool {
	if strings.EqualFold(r.PathValue("tenant"), c.options.TenantID) {
		return true
	}
	c.writeOAuthError(w, aadsts(90002, "invalid_tenant", "Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", r.PathValue("tenant")))
	return false
}

// getDiscovery is the metadata (OpenID Connect Discovery 1.0, section 3).
func (c *Cloud) getDiscovery(w http.ResponseWriter, r *http.Request) {
	if !c.ourTenant(w, r) {
		return
	}
	c.mu.Lock()
	issuer, root := c.issuer(), c.options.EntraURL+"/"+c.options.TenantID
	sendsIssuer := c.switches.CallbackIssuer
	c.mu.Unlock()
	document := object{
		"issuer":                                issuer,
		"authorization_endpoint":                root + "/oauth2/v2.0/authorize",
		"token_endpoint":                        root + "/oauth2/v2.0/token",
		"jwks_uri":                              root + "/discovery/v2.0/keys",
		"end_session_endpoint":                  root + "/oauth2/v2.0/logout",
		"frontchannel_logout_supported":         true,
		"http_logout_supported":                 true,
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"response_modes_supported":              []string{"query"},
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"claims_supported":                      []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "preferred_username", "name", "tid", "ver"},
		"request_uri_parameter_supported":       false,
	}
	if sendsIssuer {
		document["authorization_response_iss_parameter_supported"] = true
	}
	writeJSON(w, http.StatusOK, document)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // who went away does not read it
}
