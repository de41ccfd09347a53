package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

// An attempt that the clock, set back since, has in the future counts too: going back opens no limit.
const insertAttempt = `INSERT INTO attempt (counted, at, act, until)
	SELECT $1, $2, $3, $4 WHERE (SELECT COUNT(*) FROM attempt WHERE counted = $1 AND at > $5) < $6`

// count counts the act against each of its limits and reports whether one was reached already, or
// is locked.
func (t *tx) count(act desk.Act) (hit bool, err error) {
	for _, limit := range act.Limits {
		if limit.LockAfter > 0 {
			free, err := t.countRun(limit)
			if err != nil || !free {
				return !free, err
			}
		}
		counted, err := t.one(insertAttempt, limit.Counter, act.At.UnixMilli(), act.ID,
			act.At.Add(limit.Window).UnixMilli(), act.At.Add(-limit.Window).UnixMilli(), limit.Max)
		if err != nil {
			return false, fmt.Errorf("count the attempt: %w", err)
		}
		if !counted {
			return true, nil
		}
	}
	return false, nil
}

// tooMany refuses the act until each of its limits has room for one more, and sees to it that the
// trail says so: once a window for each limit, and with one row where both were hit by one act.
func (t *tx) tooMany(act desk.Act) (refusal, err error) {
	if err := t.undo(); err != nil {
		return nil, fmt.Errorf("take back the attempt: %w", err)
	}
	locked, err := t.lockedBy(act)
	if err != nil || locked {
		return &outcome.Error{Outcome: outcome.TooManyAttempts, Reason: desk.ReasonLocked}, err
	}
	wait, news := time.Second, false
	for _, limit := range act.Limits {
		left, err := t.wait(limit, act.At)
		if err != nil {
			return nil, err
		}
		if left == 0 {
			continue
		}
		wait = max(wait, left)
		first, err := t.notice(limit, act.At)
		if err != nil {
			return nil, err
		}
		news = news || first
	}
	if news {
		row := rowOf(act)
		row.Event, row.Outcome = audit.EventLimit, string(outcome.TooManyAttempts)
		if _, err := t.append(row); err != nil {
			return nil, err
		}
	}
	return &outcome.Error{Outcome: outcome.TooManyAttempts, RetryAfter: wait}, nil
}

const selectBlocking = `SELECT at FROM attempt WHERE counted = $1 AND at > $2 ORDER BY at DESC LIMIT 1 OFFSET $3`

// wait returns how long until the limit has room for one more: until the Max-th newest attempt
// ages out. It is zero where there is room now.
func (t *tx) wait(limit desk.Limit, now time.Time) (time.Duration, error) {
	var at int64
	err := t.row(selectBlocking, []any{limit.Counter, now.Add(-limit.Window).UnixMilli(), max(limit.Max-1, 0)}, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read the attempts: %w", err)
	}
	return min(time.UnixMilli(at).Add(limit.Window).Sub(now), limit.Window), nil
}

const insertNotice = `INSERT INTO limit_notice (counted, until) VALUES ($1, $2)
	ON CONFLICT (counted) DO UPDATE SET until = excluded.until WHERE limit_notice.until <= $3`

// notice reports whether this is the first time in the window that the limit is hit.
func (t *tx) notice(limit desk.Limit, now time.Time) (bool, error) {
	n, err := t.exec(insertNotice, limit.Counter, now.Add(limit.Window).UnixMilli(), now.UnixMilli())
	if err != nil {
		return false, fmt.Errorf("note the limit: %w", err)
	}
	return n == 1, nil
}

const countTries = "SELECT COUNT(*) FROM attempt WHERE counted = $1 AND at > $2"

// Tries returns how many tries count against the counter since the given time.
func (l *Ledger) Tries(ctx context.Context, counter string, since time.Time) (int, error) {
	var n int
	if err := l.s.reads.tries.QueryRowContext(ctx, counter, since.UnixMilli()).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the tries of %s: %w", counter, err)
	}
	return n, nil
}
