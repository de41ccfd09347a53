package session

import (
	"context"
	"errors"
	"strconv"
	"time"

	"fobdesk/internal/outcome"
)

// errLeased says that somebody else is refreshing this session just now.
var errLeased = errors.New("refresh under way elsewhere")

// refreshOnce returns the session with other tokens of the grant than sess has: those that somebody
// else got meanwhile, or new ones. In this process, callers who read the same version share one
// refresh (and a panic in it); all others meet at the lease, and errLeased tells who lost.
func (ts *TokenSource) refreshOnce(ctx context.Context, sess Session) (Session, error) {
	row := sess.place.row
	flight := row.Key + "/" + strconv.FormatInt(row.Version, 10) + "/" + string(ts.grant)
	fresh, err, _ := ts.store.refreshes.Do(flight, func() (any, error) {
		return ts.refreshLeased(context.WithoutCancel(ctx), sess)
	})
	if err != nil {
		return Session{}, err
	}
	return fresh.(Session), nil
}

// refreshLeased holds the lease of the whole session, not of the grant alone: grants may have one
// refresh token, and all of them stand in one row.
func (ts *TokenSource) refreshLeased(ctx context.Context, sess Session) (Session, error) {
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	current, err := ts.store.reread(ctx, sess)
	if err != nil || ts.otherToken(current, sess) {
		return current, err
	}
	if err := ts.store.lease(ctx, current); err != nil {
		return Session{}, err
	}
	if current.Of(ts.grant).RefreshToken() == "" {
		return Session{}, ts.store.giveUp(ctx, current, outcome.New(outcome.SignedOut))
	}
	got, err := ts.refresh(ctx, current, ts.grant)
	return ts.settle(ctx, current, got, err)
}

// settle makes what came of a refresh durable. Until it has, nobody may use the new tokens.
func (ts *TokenSource) settle(ctx context.Context, current Session, got Refreshed, refreshErr error) (Session, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	if errors.Is(refreshErr, outcome.SignedOut) {
		return Session{}, ts.store.giveUp(ctx, current, refreshErr)
	}
	next := current
	if refreshErr == nil {
		next.refreshed(ts.grant, got)
	}
	// After a failure the same is written again, which ends the lease: the next one may try.
	err := ts.store.update(ctx, &next)
	switch {
	case refreshErr != nil:
		return Session{}, refreshErr
	case errors.Is(err, errChanged):
		return ts.overtaken(ctx, current)
	case err != nil:
		return Session{}, err
	}
	return next, nil
}

// overtaken answers for a session that was written or ended while it was refreshed: what stands
// in the database counts, and the tokens just got are dropped.
func (ts *TokenSource) overtaken(ctx context.Context, sess Session) (Session, error) {
	current, err := ts.store.reread(ctx, sess)
	if err == nil && !ts.otherToken(current, sess) {
		return Session{}, unavailable("keep refreshed tokens", errChanged)
	}
	return current, err
}

func (ts *TokenSource) otherToken(a, b Session) bool {
	return a.Of(ts.grant).AccessToken() != b.Of(ts.grant).AccessToken()
}

// hold leases the session as it stands in the database, once a refresh under way has ended:
// nobody refreshes it until the lease is over, or the row is written or replaced.
func (st *Store) hold(ctx context.Context, sess Session) (Session, error) {
	return untilFree(ctx, func() (Session, error) {
		current, err := st.reread(ctx, sess)
		if err == nil {
			err = st.lease(ctx, current)
		}
		return current, err
	})
}

// untilFree tries again, after pauses, while somebody else has the lease.
func untilFree(ctx context.Context, try func() (Session, error)) (Session, error) {
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	for wait := pollFirst; ; wait = min(2*wait, pollMax) {
		sess, err := try()
		if !errors.Is(err, errLeased) {
			return sess, err
		}
		select {
		case <-ctx.Done():
			return Session{}, &outcome.Error{Outcome: outcome.UpstreamUnavailable, Err: err}
		case <-time.After(wait):
		}
	}
}

// lease reserves the session's tokens, or is errLeased.
func (st *Store) lease(ctx context.Context, sess Session) error {
	now, row := st.Now(), sess.place.row
	leased, err := st.Rows.LeaseSession(ctx, row.Key, row.Version, now, now.Add(leaseTime))
	if err != nil {
		return unavailable("lease session", err)
	}
	if !leased {
		return errLeased
	}
	return nil
}

// giveUp ends a session whose refresh token is no longer good and returns why.
func (st *Store) giveUp(ctx context.Context, sess Session, why error) error {
	if err := st.Rows.EndSession(ctx, sess.place.row.Key, st.Now()); err != nil {
		return unavailable("end session", err)
	}
	return why
}

// reread returns the session as the database has it now, or outcome.SignedOut where it ended.
func (st *Store) reread(ctx context.Context, sess Session) (Session, error) {
	current, _, err := st.find(ctx, sess.place.cookie())
	if err != nil {
		return Session{}, err
	}
	if current == nil {
		return Session{}, outcome.New(outcome.SignedOut)
	}
	return *current, nil
}
