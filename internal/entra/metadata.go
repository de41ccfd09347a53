package entra

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"fobdesk/internal/outcome"
)

// The pauses of Run: between tries that failed, growing, and after one that succeeded.
const (
	firstPause   = 250 * time.Millisecond // a start is to be ready within 2 s, also after a few in vain
	longestPause = 30 * time.Second
)

// errNoMetadata is what Ready says until the issuer was looked for.
var errNoMetadata = errors.New("the issuer's metadata is not known yet")

// metadata is what is used of the issuer's discovery document, checked.
type metadata struct {
	endpoint   oauth2.Endpoint
	endSession *url.URL // nil where the issuer has none
	jwksURI    string
	keys       oidc.KeySet
}

// Run discovers the issuer's metadata, again after 0.25 s, 0.5 s, 1 s … 30 s while that fails, and each
// half minute after it succeeded, so that Ready knows. What is known stays in use meanwhile. It
// ends with ctx.
func (rp *RelyingParty) Run(ctx context.Context) {
	pause := firstPause
	for {
		wait := longestPause
		if _, err := rp.discover(ctx); err == nil {
			pause = firstPause
		} else if ctx.Err() == nil {
			rp.log.WarnContext(ctx, "discovery failed", "issuer", rp.config.Issuer, "again_in", pause.String(), "error", err)
			wait, pause = pause, min(2*pause, longestPause)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// look is what came of looking for the issuer, and when.
type look struct {
	err error
	at  time.Time
}

// How long a look is good for the next, and how long one may take for somebody who waits.
const (
	lookLife  = 5 * time.Second
	lookLimit = 3 * time.Second
)

// Look looks for the issuer now, unless it did less than five seconds ago, and answers as Ready does.
// It takes three seconds at most.
func (rp *RelyingParty) Look(ctx context.Context) error {
	if last := rp.lastLook.Load(); last != nil {
		if age := rp.now().Sub(last.at); age >= 0 && age < lookLife {
			return last.err
		}
	}
	found := rp.discovery.DoChan("look", func() (any, error) { return rp.discover(context.WithoutCancel(ctx)) })
	waiting, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	select {
	case <-waiting.Done():
		return unavailable("discovery", waiting.Err())
	case result := <-found:
		return result.Err
	}
}

// Ready answers nil where the issuer was found, and what it says in order, when it was last looked
// for.
func (rp *RelyingParty) Ready() error {
	last := rp.lastLook.Load()
	if last == nil {
		return errNoMetadata
	}
	return last.err
}

// issuer answers the metadata, discovered now where it is not known yet. Requests from outside
// share one try, and cause at most five a minute.
func (rp *RelyingParty) issuer(ctx context.Context) (*metadata, error) {
	if known := rp.metadata.Load(); known != nil {
		return known, nil
	}
	found := rp.discovery.DoChan("", func() (any, error) {
		if !rp.asked.allow() {
			return nil, &outcome.Error{
				Outcome: outcome.UpstreamUnavailable, Reason: ReasonSilent, Err: errNoMetadata,
			}
		}
		return rp.discover(context.WithoutCancel(ctx))
	})
	select {
	case <-ctx.Done():
		return nil, unavailable("discovery", ctx.Err())
	case result := <-found:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.(*metadata), nil
	}
}

// discover looks for the issuer, and lets Ready know what came of it.
func (rp *RelyingParty) discover(ctx context.Context) (*metadata, error) {
	found, err := rp.fetchMetadata(ctx)
	if ctx.Err() == nil {
		rp.lastLook.Store(&look{err: err, at: rp.now()})
	}
	return found, err
}

// fetchMetadata fetches the metadata (OpenID Connect Discovery 1.0, section 4), checks it and makes
// it known. The keys that are known stay so while the issuer keeps them in one place.
func (rp *RelyingParty) fetchMetadata(ctx context.Context) (*metadata, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, rp.documents), rp.config.Issuer)
	if mismatch, ok := errors.AsType[*oidc.IssuerMismatchError](err); ok {
		return nil, brokenMetadata(fmt.Errorf("issuer is %.200q, want %q", mismatch.Discovered, mismatch.Provided))
	}
	if err != nil {
		return nil, unavailable("discovery", err)
	}
	found, err := rp.checkMetadata(provider)
	if err != nil {
		return nil, brokenMetadata(err)
	}
	if known := rp.metadata.Load(); known != nil && known.jwksURI == found.jwksURI {
		found.keys = known.keys
	} else {
		found.keys = oidc.NewRemoteKeySet(oidc.ClientContext(ctx, rp.keys), found.jwksURI)
	}
	rp.metadata.Store(found)
	return found, nil
}

// checkMetadata answers the endpoints. Those that get codes, the client's proof or our trust
// (token, keys) must be at the issuer's own host; those that get the browser must be safe to
// send it to.
func (rp *RelyingParty) checkMetadata(provider *oidc.Provider) (*metadata, error) {
	var named struct {
		JWKSURI    string `json:"jwks_uri"`
		EndSession string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&named); err != nil {
		return nil, errors.New("jwks_uri or end_session_endpoint is no string")
	}
	endpoint := provider.Endpoint()
	if _, err := safeURL(endpoint.AuthURL); err != nil {
		return nil, fmt.Errorf("authorization_endpoint %w", err)
	}
	if err := rp.atIssuer(endpoint.TokenURL); err != nil {
		return nil, fmt.Errorf("token_endpoint %w", err)
	}
	if err := rp.atIssuer(named.JWKSURI); err != nil {
		return nil, fmt.Errorf("jwks_uri %w", err)
	}
	found := &metadata{
		// One way of proving the client, never a second try in another way: a code is good once.
		endpoint: oauth2.Endpoint{
			AuthURL: endpoint.AuthURL, TokenURL: endpoint.TokenURL, AuthStyle: oauth2.AuthStyleInParams,
		},
		jwksURI: named.JWKSURI,
	}
	if named.EndSession != "" {
		end, err := safeURL(named.EndSession)
		if err != nil {
			return nil, fmt.Errorf("end_session_endpoint %w", err)
		}
		found.endSession = end
	}
	return found, nil
}

// atIssuer reports an endpoint that is not at the scheme, host and port of the issuer.
func (rp *RelyingParty) atIssuer(endpoint string) error {
	u, err := safeURL(endpoint)
	if err != nil {
		return err
	}
	issuer, err := url.Parse(rp.config.Issuer)
	if err != nil || u.Scheme != issuer.Scheme || !strings.EqualFold(u.Host, issuer.Host) {
		return errors.New("is not at the issuer's host")
	}
	return nil
}

// safeURL parses an endpoint: absolute, https (http on this machine), without user or fragment.
func safeURL(endpoint string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return nil, errors.New("is missing or no plain absolute URL")
	case u.Scheme == "https", u.Scheme == "http" && loopback(u):
		return u, nil
	}
	return nil, errors.New("is not https")
}

// loopback reports whether u stays on this machine.
func loopback(u *url.URL) bool {
	host := u.Hostname()
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip.IsLoopback()
}

// brokenMetadata is the refusal of a discovery document that fails a check.
func brokenMetadata(err error) *outcome.Error {
	return &outcome.Error{
		Outcome: outcome.UpstreamUnavailable, Reason: ReasonBroken,
		Err: fmt.Errorf("discovery: %w", err),
	}
}
