package entra

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"fobdesk/internal/outcome"
	"fobdesk/internal/secret"
)

// Config is what the relying party is told at the start. Issuer, TenantID, ClientID, Proof and
// RedirectURI are needed; nothing here is checked against the issuer before discovery.
type Config struct {
	Issuer        string // exactly as in discovery and in the ID token, without a slash at the end
	TenantID      string // the tid that an ID token must carry
	ClientID      string // the application's id
	Proof         Proof  // how the portal proves itself at the token endpoint
	RedirectURI   string // where the authorization response goes
	PostLogoutURI string // where the browser goes after an administrator consented
	Now           func() time.Time
	Log           *slog.Logger
	// Watch is told of each call to the issuer, for what ("token", "metadata" or "keys") and, by
	// what it returns, its status, 0 where there was no answer; nil for nobody.
	Watch func(ctx context.Context, call string) (context.Context, func(status int))
}

// RelyingParty speaks to one issuer for one client. It is safe for concurrent use.
type RelyingParty struct {
	config    Config
	now       func() time.Time
	log       *slog.Logger
	network   http.RoundTripper
	client    *http.Client // token endpoint
	documents *http.Client // metadata
	keys      *http.Client // signing keys, at most five times a minute

	metadata  atomic.Pointer[metadata]
	lastLook  atomic.Pointer[look]
	discovery singleflight.Group
	asked     perMinute // discoveries that requests from outside caused
}

// New makes a relying party without a word to the network: metadata is discovered by Run, or
// when it is first needed.
func New(config Config) *RelyingParty {
	return newWith(config, newTransport())
}

// newWith lets a test stand in for the network.
func newWith(config Config, network http.RoundTripper) *RelyingParty {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	calls := func(name string) http.RoundTripper { return wholeAnswers{watch(network, name, config.Watch)} }
	return &RelyingParty{
		config:    config,
		now:       config.Now,
		log:       config.Log,
		network:   network,
		client:    newClient(calls("token")),
		documents: newClient(&documents{next: calls("metadata"), allow: func() bool { return true }}),
		keys:      newClient(&documents{next: calls("keys"), allow: new(perMinute).allow}),
	}
}

// Authorization is one trip to the issuer. State, Nonce and CodeVerifier are fresh secrets of
// this trip, so it prints as "redacted".
type Authorization struct {
	secret.Hidden
	State        string
	Nonce        string
	CodeVerifier string
	Scopes       []string // of Graph, full names; openid, profile and offline_access are added
	Prompt       string   // "login", "select_account", … or empty
	LoginHint    string   // whom the issuer should expect; empty where that is open
	FreshMFA     bool     // ask for multifactor authentication within the last minutes
	AuthTime     bool     // ask for auth_time in the ID token: when the person authenticated
	Challenge    string   // Graph's claims challenge, a JSON object; empty where there is none
}

// AuthorizationURL answers the URL to send the browser to (OpenID Connect Core, section 3.1.2.1):
// code flow, query response, PKCE S256, and the claims of mergeClaims. It fails with
// outcome.UpstreamUnavailable while there is no metadata ("entra_silent", "entra_broken"), and
// without a reason for a challenge that mergeClaims refuses: then it is Graph that is broken.
func (rp *RelyingParty) AuthorizationURL(ctx context.Context, a Authorization) (string, error) {
	if a.State == "" || a.Nonce == "" || a.CodeVerifier == "" {
		return "", errors.New("authorization request: state, nonce or code verifier is empty")
	}
	claims, err := mergeClaims(ask{FreshMFA: a.FreshMFA, AuthTime: a.AuthTime}, a.Challenge)
	if err != nil {
		return "", &outcome.Error{Outcome: outcome.UpstreamUnavailable, Err: err}
	}
	issuer, err := rp.issuer(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{
		oidc.Nonce(a.Nonce),
		oauth2.S256ChallengeOption(a.CodeVerifier),
		oauth2.SetAuthURLParam("response_mode", "query"),
		oauth2.SetAuthURLParam("claims", claims),
	}
	if a.Prompt != "" {
		options = append(options, oauth2.SetAuthURLParam("prompt", a.Prompt))
	}
	if a.LoginHint != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", a.LoginHint))
	}
	return rp.oauth(issuer, a.Scopes...).AuthCodeURL(a.State, options...), nil
}

// EndSessionURL answers where to send the browser to sign out at the issuer, and from there back
// to an address that is registered with the app. The hint is the login_hint claim, which spares the
// question which account is meant. It is "" while the issuer's metadata is unknown or names no such
// endpoint.
func (rp *RelyingParty) EndSessionURL(loginHint, back string) string {
	issuer := rp.metadata.Load()
	if issuer == nil || issuer.endSession == nil {
		return ""
	}
	end := *issuer.endSession
	query := end.Query()
	query.Set("post_logout_redirect_uri", back)
	if loginHint != "" {
		query.Set("logout_hint", loginHint)
	}
	end.RawQuery = query.Encode()
	return end.String()
}

// oauth is the client's side of RFC 6749 at this issuer. The client's proof is not in it, for it
// is made anew for each request.
func (rp *RelyingParty) oauth(issuer *metadata, scopes ...string) *oauth2.Config {
	return &oauth2.Config{
		ClientID:    rp.config.ClientID,
		Endpoint:    issuer.endpoint,
		RedirectURL: rp.config.RedirectURI,
		Scopes:      withOpenID(scopes),
	}
}
