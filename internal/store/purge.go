package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// purgeAtOnce is how many rows one step of a purge deletes at most: real work queues up behind it
// for a few milliseconds only.
const purgeAtOnce = 500

// Every purge answers the keys it changed, as text. The ordering makes it take the oldest.
const (
	endIdle = `UPDATE session SET ended = seen, sealed = '' WHERE key IN
		(SELECT key FROM session WHERE ended IS NULL AND seen < $1 AND station = '' LIMIT $2) RETURNING key`
	endIdleVisits = `UPDATE session SET ended = seen, sealed = '' WHERE key IN
		(SELECT key FROM session WHERE ended IS NULL AND seen < $1 AND station <> '' LIMIT $2) RETURNING key`
	purgeOver = `DELETE FROM session WHERE key IN
		(SELECT key FROM session WHERE ends < $1 ORDER BY ends LIMIT $2) RETURNING key`
	purgePairings = `DELETE FROM pairing WHERE station IN
		(SELECT station FROM pairing WHERE until <= $1 LIMIT $2) RETURNING station`
	purgeStates = `DELETE FROM used_state WHERE hash IN
		(SELECT hash FROM used_state WHERE until <= $1 ORDER BY until LIMIT $2) RETURNING hash`
	purgeAttempts = `DELETE FROM attempt WHERE (counted, at, act) IN
		(SELECT counted, at, act FROM attempt WHERE until <= $1 LIMIT $2) RETURNING counted`
	purgeNotices = `DELETE FROM limit_notice WHERE counted IN
		(SELECT counted FROM limit_notice WHERE until <= $1 LIMIT $2) RETURNING counted`
	purgeClaims = `DELETE FROM code_claim WHERE hash IN
		(SELECT hash FROM code_claim WHERE until <= $1 LIMIT $2) RETURNING act`
)

// PurgeSessions deletes sessions whose absolute end was before the given time, and ends the visits, or
// the ordinary sessions, that were not used since idle.
func (s *Store) PurgeSessions(ctx context.Context, visits bool, before, idle time.Time) error {
	end := endIdle
	if visits {
		end = endIdleVisits
	}
	return errors.Join(s.purge(ctx, "idle sessions", idle, end), s.purge(ctx, "sessions", before, purgeOver))
}

// PurgeStates forgets the used states whose time is over.
func (s *Store) PurgeStates(ctx context.Context, now time.Time) error {
	return s.purge(ctx, "used states", now, purgeStates)
}

// PurgeLedger forgets attempts that every window has slid past, and claims of codes and pairing codes
// whose time is over. The acts and their rows in the trail stay.
func (s *Store) PurgeLedger(ctx context.Context, now time.Time) error {
	return s.purge(ctx, "attempts and claims", now, purgeAttempts, purgeNotices, purgeClaims, purgePairings)
}

// purge runs each statement until it has nothing left to delete.
func (s *Store) purge(ctx context.Context, what string, before time.Time, statements ...string) error {
	for _, statement := range statements {
		for {
			deleted, err := s.purgeOnce(ctx, statement, before)
			if err != nil {
				return fmt.Errorf("purge %s: %w", what, err)
			}
			if deleted < purgeAtOnce {
				break
			}
		}
	}
	return nil
}

func (s *Store) purgeOnce(ctx context.Context, statement string, before time.Time) (deleted int, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		keys, err := t.column(statement, before.UnixMilli(), purgeAtOnce)
		deleted = len(keys)
		t.touched = append(t.touched, keys...) // of sessions; no other key is one of theirs
		return err
	})
	return deleted, err
}
