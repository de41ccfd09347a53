package store

import (
	"context"
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
		if err := t.readHead(); err != nil {
			return 0, err
		}
	}
	row = row.Bounded()
	row.Number = t.head.Number + 1
	hash := audit.Chain(t.chainKey, t.head.Hash, row)
	err := t.soon(insertAudit, row.Number, row.Time.UnixMilli(), row.Event, row.Outcome,
		row.Actor, row.ActorName, row.Subject, row.SubjectName,
		row.Serial, row.Station, row.Address, row.RequestID, row.GraphRequestID, hash)
	if err != nil {
		return 0, fmt.Errorf("insert audit row %d: %w", row.Number, err)
	}
	t.appended = append(t.appended, row)
	t.head = &audit.Head{Number: row.Number, Hash: hash}
	return row.Number, nil
}
