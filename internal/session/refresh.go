package session

import (
	"context"
	"errors"
	"strconv"

	"fobdesk/internal/outcome"
)

// errLeased says that somebody else is refreshing this session just now.
var errLeased = errors.New("refresh under way elsewhere")

// refreshOnce returns the session with other tokens than sess has: those that somebody else got
// meanwhile, or new ones. In this process, callers who read the same version share one refresh
// (and a panic in it); all others meet at the lease, and errLeased tells who lost.
func (st *Store) refreshOnce(ctx context.Context, sess Session, refresh RefreshFunc) (Session, error) {
	row := sess.place.row
	flight := row.Key + "/" + strconv.FormatInt(row.Version, 10)
	fresh, err, _ := st.refreshes.Do(flight, func() (any, error) {
		return st.refreshLeased(context.WithoutCancel(ctx), sess, refresh)
	})
	if err != nil {
		return Session{}, err
	}
	return fresh.(Session), nil
}

func (st *Store) refreshLeased(ctx context.Context, sess Session, refresh RefreshFunc) (Session, error) {
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	current, err := st.reread(ctx, sess)
	if err != nil || otherToken(current, sess) {
		return current, err
	}
	now, row := st.Now(), current.place.row
	leased, err := st.Rows.LeaseSession(ctx, row.Key, row.Version, now, now.Add(leaseTime))
	if err != nil {
		return Session{}, unavailable("lease session", err)
	}
	if !leased {
		return Session{}, errLeased
	}
	if current.Tokens.RefreshToken() == "" {
		return Session{}, st.giveUp(ctx, current, outcome.New(outcome.SignedOut))
	}
	fresh, err := refresh(ctx, current)
	return st.settle(ctx, current, fresh, err)
}

// settle makes what came of a refresh durable. Until it has, nobody may use the new tokens.
func (st *Store) settle(ctx context.Context, current, fresh Session, refreshErr error) (Session, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	if errors.Is(refreshErr, outcome.SignedOut) {
		return Session{}, st.giveUp(ctx, current, refreshErr)
	}
	next := current
	if refreshErr == nil {
		next.Tokens = fresh.Tokens.orRefresh(current.Tokens)
		next.Roles, next.IssuedAt = fresh.Roles, fresh.IssuedAt
	}
	// After a failure the same is written again, which ends the lease: the next one may try.
	err := st.update(ctx, &next)
	switch {
	case refreshErr != nil:
		return Session{}, refreshErr
	case errors.Is(err, errChanged):
		return st.overtaken(ctx, current)
	case err != nil:
		return Session{}, err
	}
	return next, nil
}

// overtaken answers for a session that was written or ended while it was refreshed: what stands
// in the database counts, and the tokens just got are dropped.
func (st *Store) overtaken(ctx context.Context, sess Session) (Session, error) {
	current, err := st.reread(ctx, sess)
	if err == nil && !otherToken(current, sess) {
		return Session{}, unavailable("keep refreshed tokens", errChanged)
	}
	return current, err
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

func otherToken(a, b Session) bool {
	return a.Tokens.AccessToken() != b.Tokens.AccessToken()
}
