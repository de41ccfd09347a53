// Package liar is an OpenID Connect issuer that can be told to lie: in its metadata, its keys, its token
// answers and its ID tokens. It holds the table of the lies that no relying party may believe, for the
// tests of the client and of the whole portal. It shares nothing with the simulated Entra, which is
// honest, and is for tests only.
package liar

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Whom and what the issuer signs in, where it tells no lie.
const (
	TenantID     = "11111111-2222-3333-4444-555555555555"
	ClientID     = "99999999-8888-7777-6666-555555555555"
	ObjectID     = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	Subject      = "subject-of-this-client"
	Nonce        = "nonce-of-this-sign-in" // until a browser comes by Authorize
	Code         = "code-of-this-sign-in"
	ClientSecret = "the-client-secret-that-proves-the-client"
	AccessToken  = "the-access-token"
	RefreshToken = "the-refresh-token"
	Scope        = "https://graph.microsoft.com/UserAuthenticationMethod.ReadWrite"
)

// The issuer's paths.
const (
	PathDiscovery = "/v2.0/.well-known/openid-configuration"
	PathAuthorize = "/authorize"
	PathKeys      = "/keys"
	PathToken     = "/token"
)

// Issuer is an issuer at an address of its own. Its lies are told by the functions that change what it
// would say; each is nil where it says the truth. Whoever may be asking meanwhile, as a portal does that
// looks whether it is there, wants them to be set in Change.
type Issuer struct {
	*httptest.Server

	Metadata func(map[string]any) // changes the discovery document
	Claims   func(map[string]any) // changes the ID token's claims
	IDToken  func(string) string  // changes the signed ID token
	Answer   func(map[string]any) // changes the token answer

	telling   sync.RWMutex // held while the lies are told
	mu        sync.Mutex
	published []jose.JSONWebKey
	signer    jose.JSONWebKey
	nonce     string
	handlers  map[string]http.HandlerFunc
	calls     map[string]int
	forms     []url.Values
}

// New starts an issuer that tells the truth. It ends with the test.
func New(t testing.TB) *Issuer {
	t.Helper()
	i := &Issuer{calls: map[string]int{}}
	i.Repent()
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

// Change changes what the issuer says, between two of its answers.
func (i *Issuer) Change(change func(*Issuer)) {
	i.telling.Lock()
	defer i.telling.Unlock()
	change(i)
}

// Repent makes the issuer tell the truth again, signed with its first key.
func (i *Issuer) Repent() {
	i.Metadata, i.Claims, i.IDToken, i.Answer = nil, nil, nil, nil
	i.mu.Lock()
	i.handlers, i.nonce = map[string]http.HandlerFunc{}, Nonce
	i.mu.Unlock()
	i.Rotate("key-0", 0)
}

// Rotate publishes only this key and signs with it.
func (i *Issuer) Rotate(kid string, n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.signer = jose.JSONWebKey{KeyID: kid, Key: Key(n)}
	i.published = []jose.JSONWebKey{{KeyID: kid, Key: Key(n).Public(), Use: "sig"}}
}

// Publish publishes another key beside those that are.
func (i *Issuer) Publish(key jose.JSONWebKey) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.published = append(i.published, key)
}

// Signer is the key that the issuer signs with.
func (i *Issuer) Signer() jose.JSONWebKey {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.signer
}

// Handle puts a handler in place of the issuer's own; nil takes it away.
func (i *Issuer) Handle(path string, h http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.handlers[path] = h
}

// Called answers how often a path was asked.
func (i *Issuer) Called(path string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.calls[path]
}

// LastForm answers what the token endpoint was sent last.
func (i *Issuer) LastForm() url.Values {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.forms[len(i.forms)-1]
}

// ID is the issuer's identifier, as it stands in discovery and in an honest ID token.
func (i *Issuer) ID() string { return i.URL + "/v2.0" }

// ServeHTTP implements http.Handler.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil { // what is no form has none
		Reply(w, http.StatusBadRequest, map[string]any{"error": "invalid_request"})
		return
	}
	i.mu.Lock()
	i.calls[r.URL.Path]++
	if r.URL.Path == PathToken {
		i.forms = append(i.forms, r.PostForm)
	}
	handler := i.handlers[r.URL.Path]
	published := jose.JSONWebKeySet{Keys: slices.Clone(i.published)}
	i.mu.Unlock()
	switch {
	case handler != nil:
		handler(w, r)
	case r.URL.Path == PathDiscovery:
		Reply(w, http.StatusOK, i.told(i.Document))
	case r.URL.Path == PathAuthorize:
		i.authorize(w, r)
	case r.URL.Path == PathKeys:
		Reply(w, http.StatusOK, published)
	case r.URL.Path == PathToken:
		Reply(w, http.StatusOK, i.told(i.TokenAnswer))
	default:
		http.NotFound(w, r)
	}
}

func (i *Issuer) told(what func() map[string]any) map[string]any {
	i.telling.RLock()
	defer i.telling.RUnlock()
	return what()
}

// authorize leads back at once, as an issuer does that knows who is there. The next ID token carries
// the nonce.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	i.nonce = r.Form.Get("nonce")
	i.mu.Unlock()
	back := url.Values{"code": {Code}, "state": {r.Form.Get("state")}}
	http.Redirect(w, r, r.Form.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound) //nolint:gosec // for tests: it registers nobody
}

// Reply answers with JSON. A caller that went away is told nothing.
func Reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// Document is the discovery document (OpenID Connect Discovery 1.0, section 4.2).
func (i *Issuer) Document() map[string]any {
	document := map[string]any{
		"issuer":                                i.ID(),
		"authorization_endpoint":                i.URL + PathAuthorize,
		"token_endpoint":                        i.URL + PathToken,
		"jwks_uri":                              i.URL + PathKeys,
		"end_session_endpoint":                  i.URL + "/logout",
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "ES256", "none"},
	}
	if i.Metadata != nil {
		i.Metadata(document)
	}
	return document
}

// TokenAnswer is what the token endpoint answers (OpenID Connect Core, section 3.1.3.3).
func (i *Issuer) TokenAnswer() map[string]any {
	answer := map[string]any{
		"token_type":    "Bearer",
		"access_token":  AccessToken,
		"refresh_token": RefreshToken,
		"expires_in":    3600,
		"scope":         Scope,
		"id_token":      i.signedIDToken(),
	}
	if i.Answer != nil {
		i.Answer(answer)
	}
	return answer
}

func (i *Issuer) signedIDToken() string {
	claims := i.TrueClaims()
	if i.Claims != nil {
		i.Claims(claims)
	}
	token := Sign(jose.RS256, i.Signer(), "JWT", claims)
	if i.IDToken != nil {
		token = i.IDToken(token)
	}
	return token
}

// TrueClaims are claims as Entra makes them, dated five minutes back.
func (i *Issuer) TrueClaims() map[string]any {
	i.mu.Lock()
	nonce := i.nonce
	i.mu.Unlock()
	issued := time.Now().Add(-5 * time.Minute).Unix()
	return map[string]any{
		"iss": i.ID(), "aud": ClientID, "sub": Subject, "tid": TenantID, "oid": ObjectID,
		"iat": issued, "nbf": issued, "exp": issued + 3900, "nonce": nonce, "ver": "2.0",
		"name": "Ann Lee", "preferred_username": "ann@contoso.example", "sid": "the-sid",
		"login_hint": "the-hint", "wids": []string{"w1"}, "roles": []string{"r1"},
	}
}
