package store

import (
	"context"
	"fmt"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

// Close records what came of the act; see desk.Ledger. Told the same again, as after an error that
// left its caller in doubt, it keeps nothing twice. The one end that another replaces is
// outcome.OutcomeUnknown: the trail then has both, and the later is the act's.
func (l *Ledger) Close(ctx context.Context, act desk.Act, end desk.End) error {
	err := l.s.writer.do(ctx, func(t *tx) error { return t.close(act, end) })
	if err != nil {
		return fmt.Errorf("record the outcome of act %s: %w", act.ID, err)
	}
	return nil
}

// Step records one step of an act; see desk.Ledger.
func (l *Ledger) Step(ctx context.Context, act desk.Act, step string, end desk.End) error {
	row := rowOf(act)
	row.Time, row.Event, row.Outcome, row.GraphRequestID = end.At, step, string(end.Outcome), end.GraphRequestID
	if err := l.s.AppendAudit(ctx, row); err != nil {
		return fmt.Errorf("record step %s of act %s: %w", step, act.ID, err)
	}
	return nil
}

const endAct = `UPDATE act SET outcome = $2, display_name = $3, reason = $4
	WHERE id = $1 AND (outcome IS NULL OR ($5 <> $6 AND EXISTS
		(SELECT 1 FROM audit WHERE audit.number = act.outcome AND audit.outcome = $6)))`

func (t *tx) close(act desk.Act, end desk.End) error {
	row := rowOf(act)
	row.Time, row.Outcome, row.GraphRequestID = end.At, string(end.Outcome), end.GraphRequestID
	number, err := t.append(row)
	if err != nil {
		return err
	}
	first, err := t.one(endAct, act.ID, number, act.DisplayName, end.Reason, row.Outcome, string(outcome.OutcomeUnknown))
	if err != nil {
		return fmt.Errorf("end the act: %w", err)
	}
	if !first {
		return t.endedBefore(act)
	}
	if err := t.giveBack(act, end); err != nil {
		return err
	}
	return t.turnedUp(act, end)
}

// turnedUp forgets that a fob was reported lost that an act has bound since, or made work.
func (t *tx) turnedUp(act desk.Act, end desk.End) error {
	switch end.Outcome {
	case outcome.Enrolled, outcome.Activated, outcome.Assigned:
	default:
		return nil
	}
	const forget = "DELETE FROM lost_fob WHERE UPPER(serial) = UPPER($1) AND at < $2"
	if err := t.soon(forget, act.Serial, act.At.UnixMilli()); err != nil {
		return fmt.Errorf("forget that the fob is lost: %w", err)
	}
	return nil
}

// endedBefore leaves an act that has its end as it is. An act that was never opened is an error.
func (t *tx) endedBefore(act desk.Act) error {
	if err := t.undo(); err != nil {
		return fmt.Errorf("take back the outcome: %w", err)
	}
	var one int
	if err := t.row("SELECT 1 FROM act WHERE id = $1", []any{act.ID}, &one); err != nil {
		return fmt.Errorf("find the act: %w", err)
	}
	return nil
}

// giveBack takes off the counters what does not count, and frees the code where it may be sent
// again.
func (t *tx) giveBack(act desk.Act, end desk.End) error {
	if end.Refund {
		for _, limit := range act.Limits {
			if err := t.soon("DELETE FROM attempt WHERE counted = $1 AND act = $2", limit.Counter, act.ID); err != nil {
				return fmt.Errorf("give the attempt back: %w", err)
			}
			if limit.LockAfter > 0 {
				if err := t.endRun(limit, end); err != nil {
					return err
				}
			}
		}
	}
	if end.Release && act.Once != nil {
		if err := t.soon("DELETE FROM code_claim WHERE hash = $1 AND act = $2", act.Once, act.ID); err != nil {
			return fmt.Errorf("release the code: %w", err)
		}
	}
	return nil
}

// lostAtOnce is how many lost acts are read at a time.
const lostAtOnce = 100

const selectLost = `SELECT ` + auditColumns + ` FROM act JOIN audit ON audit.number = act.intent
	WHERE act.outcome IS NULL AND (audit.time < $1 OR audit.time > $2) ORDER BY act.intent LIMIT $3`

// MarkLost ends the acts that have no end and were opened before from or after to; see desk.Ledger.
// Their codes stay claimed, for Graph may have judged them.
func (l *Ledger) MarkLost(ctx context.Context, from, to time.Time) (int, error) {
	marked := 0
	for {
		lost, err := l.lost(ctx, from, to)
		if err != nil {
			return marked, fmt.Errorf("read the lost acts: %w", err)
		}
		for _, intent := range lost {
			first, err := l.markLost(ctx, intent)
			if err != nil {
				return marked, fmt.Errorf("mark act %s lost: %w", intent.RequestID, err)
			}
			if first {
				marked++
			}
		}
		if len(lost) < lostAtOnce {
			return marked, nil
		}
	}
}

// lost returns the intents of acts without an end.
func (l *Ledger) lost(ctx context.Context, from, to time.Time) ([]audit.Row, error) {
	rows, err := l.s.db.readers.QueryContext(ctx, selectLost, from.UnixMilli(), to.UnixMilli(), lostAtOnce)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var lost []audit.Row
	for rows.Next() {
		entry, err := scanEntry(rows)
		if err != nil {
			return nil, err
		}
		lost = append(lost, entry.Row)
	}
	return lost, rows.Err()
}

// markLost ends the act of this intent and reports whether it did: its end may have come meanwhile.
func (l *Ledger) markLost(ctx context.Context, intent audit.Row) (first bool, err error) {
	intent.Time, intent.Outcome = l.s.now(), string(outcome.OutcomeUnknown)
	err = l.s.writer.do(ctx, func(t *tx) error {
		number, err := t.append(intent)
		if err != nil {
			return err
		}
		first, err = t.one("UPDATE act SET outcome = $2 WHERE id = $1 AND outcome IS NULL", intent.RequestID, number)
		if err != nil {
			return fmt.Errorf("end the act: %w", err)
		}
		if !first {
			return t.undo()
		}
		return nil
	})
	return first, err
}
