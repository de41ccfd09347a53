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

// AppendAudit adds the row to the trail, bounded, and gives it its number.
func (s *Store) AppendAudit(ctx context.Context, row audit.Row) error {
	err := s.writer.do(ctx, func(t *tx) error {
		_, err := t.append(row)
		return err
	})
	if err != nil {
		return fmt.Errorf("append to the audit trail: %w", err)
	}
	return nil
}

const auditColumns = `audit.number, audit.time, audit.event, audit.outcome, audit.actor, audit.actor_name,
	audit.subject, audit.subject_name, audit.serial, audit.station, audit.address,
	audit.request_id, audit.graph_request_id, audit.hash`

const insertAudit = `INSERT INTO audit (number, time, event, outcome, actor, actor_name, subject, subject_name,
	serial, station, address, request_id, graph_request_id, hash)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

// append adds the row to the trail and returns its number.
func (t *tx) append(row audit.Row) (int64, error) {
	if t.head == nil {
		var head audit.Head
		if err := t.row(selectHead, nil, &head.Number, &head.Hash); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, fmt.Errorf("read the trail's head: %w", err)
		}
		t.head = &head
	}
	row = row.Bounded()
	row.Number = t.head.Number + 1
	hash := audit.Chain(t.chainKey, t.head.Hash, row)
	_, err := t.exec(insertAudit, row.Number, row.Time.UnixMilli(), row.Event, row.Outcome,
		row.Actor, row.ActorName, row.Subject, row.SubjectName,
		row.Serial, row.Station, row.Address, row.RequestID, row.GraphRequestID, hash)
	if err != nil {
		return 0, fmt.Errorf("insert audit row %d: %w", row.Number, err)
	}
	t.head = &audit.Head{Number: row.Number, Hash: hash}
	return row.Number, nil
}

const selectHead = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"

// AuditHead returns the end of the trail, for the log: a tail that is cut off later shows by it.
func (s *Store) AuditHead(ctx context.Context) (audit.Head, error) {
	var head audit.Head
	err := s.db.readers.QueryRowContext(ctx, selectHead).Scan(&head.Number, &head.Hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return audit.Head{}, fmt.Errorf("read the audit trail's head: %w", err)
	}
	return head, nil
}

// VerifyAudit reads the whole trail and returns its head, or the *audit.Break where it is not as
// it was written.
func (s *Store) VerifyAudit(ctx context.Context) (audit.Head, error) {
	return audit.Verify(s.chainKey, s.AuditRows(ctx))
}

const selectAudit = "SELECT " + auditColumns + " FROM audit ORDER BY number"

// AuditRows reads the whole trail in order, one row at a time, as it stands when the reading
// begins. An error is the last that it yields.
func (s *Store) AuditRows(ctx context.Context) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		rows, err := s.db.readers.QueryContext(ctx, selectAudit)
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

func scanEntry(rows *sql.Rows) (audit.Entry, error) {
	var e audit.Entry
	var at int64
	r := &e.Row
	err := rows.Scan(&r.Number, &at, &r.Event, &r.Outcome, &r.Actor, &r.ActorName, &r.Subject, &r.SubjectName,
		&r.Serial, &r.Station, &r.Address, &r.RequestID, &r.GraphRequestID, &e.Hash)
	r.Time = time.UnixMilli(at).UTC()
	return e, err
}
