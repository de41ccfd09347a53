package session

import (
	"context"
	"errors"
	"sync"
	"time"

	"fobdesk/internal/outcome"
)

const (
	// refreshAhead is how long before its end an access token is replaced.
	refreshAhead = 2 * time.Minute
	// refreshTimeout bounds one refresh, the wait for Entra included. It is not cut short by a
	// browser that leaves: the answer may hold the only good refresh token.
	refreshTimeout = 12 * time.Second
	// writeTimeout bounds the write that follows, which must happen even if Entra took long.
	writeTimeout = 2 * time.Second
	// leaseTime outlasts both, so that nobody presents the same refresh token meanwhile.
	leaseTime = 15 * time.Second
	pollFirst = 50 * time.Millisecond
	pollMax   = time.Second
)

// RefreshFunc presents sess's refresh token of this grant once. A refresh token that is no longer
// good is outcome.SignedOut; an Entra that can't be asked is outcome.UpstreamUnavailable.
type RefreshFunc func(ctx context.Context, sess Session, grant Grant) (Refreshed, error)

// Refreshed is what a refresh got: tokens of the grant, and the roles of the new ID token with its
// time; those of sess where there was none.
type Refreshed struct {
	Tokens   Tokens
	Roles    []string
	IssuedAt time.Time
}

// TokenSource gives the access token of one session and grant and refreshes it: one refresh at a
// time for a session, over all replicas, and the new pair is in the database before the new access
// token is used. It may be used by several goroutines.
type TokenSource struct {
	store   *Store
	grant   Grant
	refresh RefreshFunc
	mu      sync.Mutex
	sess    Session
}

// TokenSource returns the source of sess's access token of this grant. sess itself is not changed
// by it.
func (st *Store) TokenSource(sess *Session, grant Grant, refresh RefreshFunc) *TokenSource {
	return &TokenSource{store: st, grant: grant, refresh: refresh, sess: *sess}
}

// Renew presents sess's narrow refresh token although the access token may still hold, and returns
// the session with the roles that came of it; sess itself is not changed. Errors are those of
// TokenSource.AccessToken.
func (st *Store) Renew(ctx context.Context, sess *Session, refresh RefreshFunc) (*Session, error) {
	ts := st.TokenSource(sess, GrantSelf, refresh)
	if _, err := ts.renew(ctx, ts.current()); err != nil {
		return nil, err
	}
	return new(ts.current()), nil
}

// AccessToken returns an access token that is good for now. One that runs out within two minutes
// is refreshed; if that fails while it still holds, it is used as it is. Errors: outcome.SignedOut
// where the session is over, outcome.UpstreamUnavailable or outcome.Unavailable where it isn't
// known; the session is kept then.
func (ts *TokenSource) AccessToken(ctx context.Context) (string, error) {
	sess := ts.current()
	held := sess.Of(ts.grant)
	left := held.Expiry().Sub(ts.store.Now())
	switch {
	case left > refreshAhead:
		return held.AccessToken(), nil
	case left <= 0:
		return ts.renew(ctx, sess)
	case held.RefreshToken() == "":
		return held.AccessToken(), nil
	}
	fresh, err := ts.refreshOnce(ctx, sess)
	if errors.Is(err, outcome.SignedOut) {
		return "", err
	}
	if err != nil {
		return held.AccessToken(), nil //nolint:nilerr // it holds for a while yet
	}
	return ts.take(fresh), nil
}

// Replace returns another access token than stale, which Graph did not take. Errors are those of
// AccessToken.
func (ts *TokenSource) Replace(ctx context.Context, stale string) (string, error) {
	sess := ts.current()
	if held := sess.Of(ts.grant).AccessToken(); held != stale {
		return held, nil
	}
	return ts.renew(ctx, sess)
}

// renew refreshes, or waits for whoever does.
func (ts *TokenSource) renew(ctx context.Context, sess Session) (string, error) {
	fresh, err := untilFree(ctx, func() (Session, error) { return ts.refreshOnce(ctx, sess) })
	if err != nil {
		return "", err
	}
	return ts.take(fresh), nil
}

func (ts *TokenSource) current() Session {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.sess
}

func (ts *TokenSource) take(fresh Session) string {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.sess = fresh
	return fresh.Of(ts.grant).AccessToken()
}
