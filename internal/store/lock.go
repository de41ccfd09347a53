package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

const upsertRun = `INSERT INTO try_run (counted, tries, lock_after) VALUES ($1, 1, $2)
	ON CONFLICT (counted) DO UPDATE SET tries = try_run.tries + 1, lock_after = excluded.lock_after
	WHERE try_run.tries < excluded.lock_after`

// countRun counts one more try in a row and reports whether the limit is not locked.
func (t *tx) countRun(limit desk.Limit) (free bool, err error) {
	free, err = t.one(upsertRun, limit.Counter, limit.LockAfter)
	if err != nil {
		return false, fmt.Errorf("count the tries in a row: %w", err)
	}
	return free, nil
}

// endRun is the effect of an act's end: success begins the count anew, and a try that does not count
// is taken off it.
func (t *tx) endRun(limit desk.Limit, end desk.End) error {
	statement := "UPDATE try_run SET tries = tries - 1 WHERE counted = $1 AND tries > 0"
	switch end.Outcome {
	case outcome.Enrolled, outcome.Activated:
		statement = "DELETE FROM try_run WHERE counted = $1"
	}
	if err := t.soon(statement, limit.Counter); err != nil {
		return fmt.Errorf("count the tries in a row: %w", err)
	}
	return nil
}

const selectLocked = "SELECT 1 FROM try_run WHERE counted = $1 AND tries >= lock_after"

// lockedBy reports whether one of the act's limits is locked, and sees to it that the trail says so
// once a window.
func (t *tx) lockedBy(act desk.Act) (bool, error) {
	for _, limit := range act.Limits {
		if limit.LockAfter == 0 {
			continue
		}
		var one int
		err := t.row(selectLocked, []any{limit.Counter}, &one)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("read the lock: %w", err)
		}
		limit.Counter = lockNotice(limit.Counter)
		first, err := t.notice(limit, act.At)
		if err != nil || !first {
			return true, err
		}
		row := rowOf(act)
		row.Event, row.Outcome = audit.EventLock, string(outcome.TooManyAttempts)
		_, err = t.append(row)
		return true, err
	}
	return false, nil
}

// lockNotice names the notice of a lock, which is another than that of the window.
func lockNotice(counter string) string { return "lock:" + counter }

// Locked reports whether the person's tries are locked; see desk.Memory.
func (l *Ledger) Locked(ctx context.Context, personID string) (bool, error) {
	var one int
	err := l.s.db.readers.QueryRowContext(ctx, selectLocked, desk.PersonCounter(personID)).Scan(&one)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, fmt.Errorf("read the lock of %s: %w", personID, err)
	}
	return err == nil, nil
}

// Unlock lifts the person's lock and forgets the person's tries; see desk.Memory.
func (l *Ledger) Unlock(ctx context.Context, personID string) error {
	counter := desk.PersonCounter(personID)
	err := l.s.writer.do(ctx, func(t *tx) error {
		for _, forget := range []struct{ statement, counter string }{
			{"DELETE FROM try_run WHERE counted = $1", counter},
			{"DELETE FROM attempt WHERE counted = $1", counter},
			{"DELETE FROM limit_notice WHERE counted = $1", counter},
			{"DELETE FROM limit_notice WHERE counted = $1", lockNotice(counter)},
		} {
			if err := t.soon(forget.statement, forget.counter); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("lift the lock of %s: %w", personID, err)
	}
	return nil
}
