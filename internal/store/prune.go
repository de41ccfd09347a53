package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"fobdesk/internal/audit"
)

// pruneAtOnce is how many rows one step of Prune drops at most: what a portal writes meanwhile
// waits for one step at a time.
const pruneAtOnce = 500

// How long a step waits for a lock of the database, and how often it looks for it. A portal in full
// work gives the lock back for moments only, which SQLite's own waiting, every tenth of a second,
// rarely meets.
const (
	pruneWait  = time.Minute
	pruneEvery = time.Millisecond
)

// Prune drops the rows of the audit trail that are older than before, and the acts they tell of, and
// leaves a sealed mark that VerifyAudit accepts. It answers how many rows it dropped. A portal may
// be working on the database.
//
// It drops only from the beginning of the trail, up to the first row that is not older, and keeps
// what is still needed: the last row, and from the first act on that is under way. It verifies what
// it drops, so that no mark ever stands for rows that were tampered with: there it stops, with an
// *audit.Break. Stopped at any moment it leaves a sound trail.
func Prune(ctx context.Context, url string, o Options, before time.Time) (dropped int64, err error) {
	db, key, err := openBeside(ctx, url, o, toPrune)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.abandon()) }()
	p := pruner{db: db, key: key, now: o.Now}
	last, err := p.last(ctx, before)
	if err != nil {
		return 0, fmt.Errorf("find the rows to drop: %w", err)
	}
	for {
		n, took, err := p.step(ctx, last)
		dropped += n
		if err != nil {
			return dropped, fmt.Errorf("drop rows of the audit trail: %w", err)
		}
		if n < pruneAtOnce {
			return dropped, nil
		}
		// A lock need not know a queue: who comes back at once takes it from the one who waits.
		select {
		case <-ctx.Done():
			return dropped, ctx.Err()
		case <-time.After(took):
		}
	}
}

type pruner struct {
	db  *database
	key []byte
	now func() time.Time
}

// The last row that may go: the one before the first that is to stay. Of an act whose code is still
// remembered the ledger reads the intent.
const selectLastToDrop = `SELECT MIN(number) - 1 FROM (
	SELECT MAX(number) AS number FROM audit
	UNION ALL SELECT (SELECT number FROM audit WHERE time >= $1 ORDER BY number LIMIT 1)
	UNION ALL SELECT MIN(intent) FROM act WHERE outcome IS NULL
	UNION ALL SELECT MIN(intent) FROM act WHERE id IN (SELECT act FROM code_claim WHERE until > $2)
) AS stays`

func (p *pruner) last(ctx context.Context, before time.Time) (int64, error) {
	var last sql.NullInt64
	err := p.db.writer.QueryRowContext(ctx, selectLastToDrop, before.UnixMilli(), p.now().UnixMilli()).Scan(&last)
	return last.Int64, err
}

// step drops the oldest rows up to last, at most pruneAtOnce, and moves the mark, in one transaction. It
// answers how long that took, without the wait for a lock.
func (p *pruner) step(ctx context.Context, last int64) (dropped int64, took time.Duration, err error) {
	for began := time.Now(); ; {
		tried := time.Now()
		dropped, err = p.try(ctx, last)
		if !isLocked(err) || time.Since(began) > pruneWait {
			return dropped, time.Since(tried), err
		}
		select {
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		case <-time.After(pruneEvery):
		}
	}
}

func (p *pruner) try(ctx context.Context, last int64) (dropped int64, err error) {
	err = p.db.alone(ctx, strings.Join(p.db.begin, "; "), func(conn *sql.Conn) error {
		dropped, err = p.drop(ctx, conn, last)
		return err
	})
	if err != nil {
		return 0, err
	}
	return dropped, nil
}

const (
	selectToDrop = "SELECT " + auditColumns + " FROM audit WHERE number <= $1 ORDER BY number LIMIT $2"
	upsertMark   = `INSERT INTO audit_mark (one, number, hash, at, seal) VALUES (1, $1, $2, $3, $4)
		ON CONFLICT (one) DO UPDATE SET number = excluded.number, hash = excluded.hash, at = excluded.at, seal = excluded.seal`
)

func (p *pruner) drop(ctx context.Context, conn *sql.Conn, last int64) (int64, error) {
	start, err := readStart(ctx, conn, p.key)
	if err != nil {
		return 0, err
	}
	oldest := entries(ctx, conn, selectToDrop, last, pruneAtOnce)
	head, err := audit.Verify(p.key, start, audit.Head{}, oldest)
	if err != nil || head.Number == start.Number {
		return 0, err
	}
	mark := audit.NewMark(p.key, head, p.now())
	for _, statement := range []struct {
		text string
		args []any
	}{
		{"DELETE FROM act WHERE intent <= $1 AND id IN (SELECT request_id FROM audit WHERE number <= $1)", []any{head.Number}},
		{"DELETE FROM audit WHERE number <= $1", []any{head.Number}},
		{"DELETE FROM audit_block WHERE block < $1", []any{(head.Number + 1) / blockRows}},
		{upsertMark, []any{mark.Number, mark.Hash, mark.At.UnixMilli(), mark.Seal}},
	} {
		if _, err := conn.ExecContext(ctx, statement.text, statement.args...); err != nil {
			return 0, err
		}
	}
	return head.Number - start.Number, nil
}
