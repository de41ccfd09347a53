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

// RefreshFunc presents sess's refresh token once and returns sess with the new Tokens, and the
// Roles and IssuedAt of the new ID token; nothing else of it is read. A refresh token that is no
// longer good is outcome.SignedOut; an Entra that can't be asked is outcome.UpstreamUnavailable.
type RefreshFunc func(ctx context.Context, sess Session) (Session, error)

// TokenSource gives the access token of one session and refreshes it: one refresh at a time for a
// session, over all replicas, and the new pair is in the database before the new access token is
// used. It may be used by several goroutines.
type TokenSource struct {
	store   *Store
	refresh RefreshFunc
	mu      sync.Mutex
	sess    Session
}

// TokenSource returns the source of sess's access token. sess itself is not changed by it.
func (st *Store) TokenSource(sess *Session, refresh RefreshFunc) *TokenSource {
	return &TokenSource{store: st, refresh: refresh, sess: *sess}
}

// AccessToken returns an access token that is good for now. One that runs out within two minutes
// is refreshed; if that fails while it still holds, it is used as it is. Errors: outcome.SignedOut
// where the session is over, outcome.UpstreamUnavailable or outcome.Unavailable where it isn't
// known; the session is kept then.
func (ts *TokenSource) AccessToken(ctx context.Context) (string, error) {
	sess := ts.current()
	left := sess.Tokens.Expiry().Sub(ts.store.Now())
	switch {
	case left > refreshAhead:
		return sess.Tokens.AccessToken(), nil
	case left <= 0:
		return ts.renew(ctx, sess)
	case sess.Tokens.RefreshToken() == "":
		return sess.Tokens.AccessToken(), nil
	}
	fresh, err := ts.store.refreshOnce(ctx, sess, ts.refresh)
	if errors.Is(err, outcome.SignedOut) {
		return "", err
	}
	if err != nil {
		return sess.Tokens.AccessToken(), nil //nolint:nilerr // it holds for a while yet
	}
	return ts.take(fresh), nil
}

// Replace returns another access token than stale, which Graph did not take. Errors are those of
// AccessToken.
func (ts *TokenSource) Replace(ctx context.Context, stale string) (string, error) {
	sess := ts.current()
	if held := sess.Tokens.AccessToken(); held != stale {
		return held, nil
	}
	return ts.renew(ctx, sess)
}

// renew refreshes, or waits for whoever does.
func (ts *TokenSource) renew(ctx context.Context, sess Session) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	for wait := pollFirst; ; wait = min(2*wait, pollMax) {
		fresh, err := ts.store.refreshOnce(ctx, sess, ts.refresh)
		if err == nil {
			return ts.take(fresh), nil
		}
		if !errors.Is(err, errLeased) {
			return "", err
		}
		select {
		case <-ctx.Done():
			return "", &outcome.Error{Outcome: outcome.UpstreamUnavailable, Err: err}
		case <-time.After(wait):
		}
	}
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
	return fresh.Tokens.AccessToken()
}
