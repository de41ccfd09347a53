package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

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
	if err := t.tally(row); err != nil {
		return 0, err
	}
	t.head = &audit.Head{Number: row.Number, Hash: hash}
	return row.Number, nil
}

// blockRows is how many rows of the trail a row of audit_block stands for.
const blockRows = 1024

const upsertBlock = `INSERT INTO audit_block (block, oldest, newest) VALUES ($1, $2, $2)
	ON CONFLICT (block) DO UPDATE SET
		oldest = CASE WHEN excluded.oldest < audit_block.oldest THEN excluded.oldest ELSE audit_block.oldest END,
		newest = CASE WHEN excluded.newest > audit_block.newest THEN excluded.newest ELSE audit_block.newest END`

const upsertDay = `INSERT INTO audit_day (day, event, outcome, written) VALUES ($1, $2, $3, 1)
	ON CONFLICT (day, event, outcome) DO UPDATE SET written = audit_day.written + 1`

// tally keeps up what is read instead of many rows: where a time is found, and how many a day.
func (t *tx) tally(row audit.Row) error {
	at := row.Time.UnixMilli()
	if _, err := t.exec(upsertBlock, row.Number/blockRows, at); err != nil {
		return fmt.Errorf("note the time of audit row %d: %w", row.Number, err)
	}
	if _, err := t.exec(upsertDay, at/dayMillis, row.Event, row.Outcome); err != nil {
		return fmt.Errorf("count audit row %d: %w", row.Number, err)
	}
	return nil
}
