package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"fobdesk/internal/audit"
)

// trail is the audit trail as it is read. Its methods are the Store's and the ReadOnly's.
type trail struct {
	db  *sql.DB // its connections can't write
	key []byte  // of the chain
}

const selectHead = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"

// AuditHead returns the end of the trail, for the log: a tail that is cut off later shows by it.
func (t trail) AuditHead(ctx context.Context) (audit.Head, error) {
	var head audit.Head
	err := t.db.QueryRowContext(ctx, selectHead).Scan(&head.Number, &head.Hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return audit.Head{}, fmt.Errorf("read the audit trail's head: %w", err)
	}
	return head, nil
}

// AuditMark returns the mark that stands for the rows that were dropped; its Number is 0 where none
// were. It is not checked.
func (t trail) AuditMark(ctx context.Context) (audit.Mark, error) {
	return readMark(ctx, t.db)
}

// querier is a database, a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readMark(ctx context.Context, db querier) (audit.Mark, error) {
	var m audit.Mark
	var at int64
	err := db.QueryRowContext(ctx, "SELECT number, hash, at, seal FROM audit_mark").Scan(&m.Number, &m.Hash, &at, &m.Seal)
	if errors.Is(err, sql.ErrNoRows) {
		return audit.Mark{}, nil
	}
	if err != nil {
		return audit.Mark{}, fmt.Errorf("read the audit trail's mark: %w", err)
	}
	m.At = time.UnixMilli(at).UTC()
	return m, nil
}

const selectTrail = "SELECT " + auditColumns + " FROM audit ORDER BY number"

// VerifyAudit reads the whole trail, as it stands now, and returns its head, or the *audit.Break
// where it is not as it was written. Noted is a head from the log, against which a tail that was
// cut off shows; the zero Head where there is none. Rows that were dropped by Prune are no break.
func (t trail) VerifyAudit(ctx context.Context, noted audit.Head) (audit.Head, error) {
	snapshot, err := t.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return audit.Head{}, fmt.Errorf("read the audit trail: %w", err)
	}
	defer func() { _ = snapshot.Rollback() }() // it wrote nothing
	start, err := readStart(ctx, snapshot, t.key)
	if err != nil {
		return start, err
	}
	return audit.Verify(t.key, start, noted, entries(ctx, snapshot, selectTrail))
}

// readStart returns the head after which the trail begins.
func readStart(ctx context.Context, db querier, key []byte) (audit.Head, error) {
	mark, err := readMark(ctx, db)
	if err != nil || mark.Number == 0 {
		return audit.Head{}, err
	}
	return mark.Head, mark.Check(key)
}

// entries yields what the query for auditColumns finds, one at a time; an error is the last.
func entries(ctx context.Context, db querier, query string, args ...any) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		rows, err := db.QueryContext(ctx, query, args...)
		if err != nil {
			yield(audit.Entry{}, err)
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			entry, err := scanEntry(rows)
			if !yield(entry, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(audit.Entry{}, err)
		}
	}
}

// readRows returns all rows that the query for auditColumns finds.
func readRows(ctx context.Context, db querier, query string, args ...any) ([]audit.Row, error) {
	var found []audit.Row
	for entry, err := range entries(ctx, db, query, args...) {
		if err != nil {
			return nil, err
		}
		found = append(found, entry.Row)
	}
	return found, nil
}

func scanEntry(row interface{ Scan(into ...any) error }) (audit.Entry, error) {
	var e audit.Entry
	var at int64
	r := &e.Row
	err := row.Scan(&r.Number, &at, &r.Event, &r.Outcome, &r.Actor, &r.ActorName, &r.Subject, &r.SubjectName,
		&r.Serial, &r.Station, &r.Address, &r.RequestID, &r.GraphRequestID, &e.Hash)
	r.Time = time.UnixMilli(at).UTC()
	return e, err
}
