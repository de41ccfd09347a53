package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

// Ledger keeps the acts, and what is remembered of people: it is a Store's desk.Ledger and desk.Memory.
type Ledger struct{ s *Store }

// Ledger returns the store's ledger.
func (s *Store) Ledger() *Ledger { return &Ledger{s} }

// Open records the intent of the act, claims its code or form and counts its try; see desk.Ledger.
func (l *Ledger) Open(ctx context.Context, act desk.Act) error {
	var refusal error // apart from the step's error, for what it writes stays
	err := l.s.writer.do(ctx, func(t *tx) (err error) {
		refusal, err = t.open(act)
		return err
	})
	if err != nil {
		return fmt.Errorf("record the intent of act %s: %w", act.ID, err)
	}
	return refusal
}

const insertAct = `INSERT INTO act (id, intent, display_name, reason) VALUES ($1, $2, $3, '')`

// open returns the refusal, nil where the act may be done.
func (t *tx) open(act desk.Act) (refusal, err error) {
	if refusal, err := t.admit(act); refusal != nil || err != nil {
		return refusal, err
	}
	intent, err := t.append(rowOf(act))
	if err != nil {
		return nil, err
	}
	if err := t.soon(insertAct, act.ID, intent, act.DisplayName); err != nil {
		return nil, fmt.Errorf("insert the act: %w", err)
	}
	return nil, nil
}

// admit claims what the act does once and counts it against its limits; it returns the refusal.
func (t *tx) admit(act desk.Act) (refusal, err error) {
	if act.Once != nil {
		claimed, err := t.claim(act)
		if err != nil {
			return nil, err
		}
		if !claimed {
			return t.usedCode(act)
		}
	}
	hit, err := t.count(act)
	if err != nil || !hit {
		return nil, err
	}
	return t.tooMany(act)
}

// Claim claims the code of an act that was opened without; see desk.Ledger.
func (l *Ledger) Claim(ctx context.Context, act desk.Act) error {
	var refusal error // apart from the step's error, for what it writes stays
	err := l.s.writer.do(ctx, func(t *tx) (err error) {
		refusal, err = t.admit(act)
		return err
	})
	if err != nil {
		return fmt.Errorf("claim the code of act %s: %w", act.ID, err)
	}
	return refusal
}

// rowOf returns the act's intent; with an outcome it is the row that ends the act.
func rowOf(act desk.Act) audit.Row {
	return audit.Row{
		Time: act.At, Event: act.Event, Serial: act.Serial, Station: act.Station, Address: act.Address, RequestID: act.ID,
		Actor: act.Actor.ID, ActorName: act.Actor.Name,
		Subject: act.Subject.ID, SubjectName: act.Subject.Name,
	}
}

// A claim whose time is over is as if absent.
const insertClaim = `INSERT INTO code_claim (hash, act, until) VALUES ($1, $2, $3)
	ON CONFLICT (hash) DO UPDATE SET act = excluded.act, until = excluded.until WHERE code_claim.until <= $4`

// claim claims the act's code and reports whether it was free.
func (t *tx) claim(act desk.Act) (bool, error) {
	free, err := t.one(insertClaim, act.Once, act.ID, act.Remembered.UnixMilli(), act.At.UnixMilli())
	if err != nil {
		return false, fmt.Errorf("claim the code: %w", err)
	}
	return free, nil
}

const selectClaim = `SELECT act.id, intent.actor, intent.subject, act.reason,
	ended.outcome, ended.graph_request_id, ended.time, COALESCE(ended.serial, ''), COALESCE(ended.number, 0)
	FROM code_claim
	JOIN act ON act.id = code_claim.act
	JOIN audit AS intent ON intent.number = act.intent
	LEFT JOIN audit AS ended ON ended.number = act.outcome
	WHERE code_claim.hash = $1`

// What was done with a person's fob after the row of this number.
const selectDoneSince = `SELECT COUNT(*) FROM audit
	WHERE UPPER(serial) = UPPER($1) AND serial <> '' AND number > $2 AND subject = $3
	AND outcome IN ('enrolled', 'activated', 'assigned', 'deactivated', 'removed')`

// usedCode answers an act whose code, or form, was claimed before: with that act where the same
// person did it for the same one and what it did still stands, and else as spent. That is in the
// trail, as a row without an intent, for nothing was asked of Graph.
func (t *tx) usedCode(act desk.Act) (refusal, err error) {
	var first struct{ id, actor, subject, reason, serial string }
	var ended struct {
		outcome, graphRequestID sql.NullString
		at                      sql.NullInt64
		number                  int64
	}
	err = t.row(selectClaim, []any{act.Once}, &first.id, &first.actor, &first.subject, &first.reason,
		&ended.outcome, &ended.graphRequestID, &ended.at, &first.serial, &ended.number)
	if err != nil {
		return nil, fmt.Errorf("read who used the code: %w", err)
	}
	since := 0
	if ended.outcome.Valid {
		if err := t.row(selectDoneSince, []any{first.serial, ended.number, first.subject}, &since); err != nil {
			return nil, fmt.Errorf("read what was done since: %w", err)
		}
	}
	if first.actor != act.Actor.ID || first.subject != act.Subject.ID || since > 0 {
		return t.spent(act)
	}
	repeat := &desk.Repeat{ActID: first.id}
	if ended.outcome.Valid {
		repeat.Settled = &desk.End{
			Outcome: outcome.Outcome(ended.outcome.String), Reason: first.reason,
			GraphRequestID: ended.graphRequestID.String, At: time.UnixMilli(ended.at.Int64).UTC(),
		}
	}
	return repeat, nil
}

// spent refuses what was used before: a code as Graph answers a wrong one, a form as one that was
// overtaken.
func (t *tx) spent(act desk.Act) (refusal, err error) {
	answer := &outcome.Error{Outcome: outcome.WrongCode}
	if len(act.Limits) == 0 { // it carries no code
		answer = &outcome.Error{Outcome: outcome.Overtaken, Reason: desk.ReasonSpent}
	}
	row := rowOf(act)
	row.Outcome = string(answer.Outcome)
	_, err = t.append(row)
	return answer, err
}

// FindReceipt returns the end of an act that this person did, or desk.ErrNoReceipt.
func (l *Ledger) FindReceipt(ctx context.Context, personID, actID string) (desk.Receipt, error) {
	r, err := scanReceipt(l.s.reads.receipt.QueryRowContext(ctx, actID, personID).Scan)
	if errors.Is(err, sql.ErrNoRows) || !isText(actID) {
		return desk.Receipt{}, desk.ErrNoReceipt
	}
	if err != nil {
		return desk.Receipt{}, fmt.Errorf("read the receipt of act %s: %w", actID, err)
	}
	return r, nil
}

// isText reports whether PostgreSQL can hold s, which takes nothing that is no UTF-8, and no NUL. No
// id has the like.
func isText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// scanReceipt scans the columns of selectReceipt. The end of an act that has none is zero.
func scanReceipt(scan func(into ...any) error) (desk.Receipt, error) {
	var r desk.Receipt
	var opened, ended int64
	err := scan(&r.Act.ID, &r.Act.Event, &opened, &r.Act.Actor.ID, &r.Act.Actor.Name, &r.Act.Subject.ID, &r.Act.Subject.Name,
		&r.Act.Station, &r.Act.Address, &r.Act.Serial, &r.Act.DisplayName,
		&r.End.Outcome, &r.End.Reason, &r.End.GraphRequestID, &ended)
	r.Act.At = time.UnixMilli(opened).UTC()
	if r.End.Outcome != "" {
		r.End.At = time.UnixMilli(ended).UTC()
	}
	return r, err
}

// The outcome's row has the serial and the subject's name as they were known by then.
const selectReceipt = `SELECT act.id, intent.event, intent.time, intent.actor, intent.actor_name,
	intent.subject, ended.subject_name, intent.station, intent.address, ended.serial, act.display_name,
	ended.outcome, act.reason, ended.graph_request_id, ended.time
	FROM act
	JOIN audit AS intent ON intent.number = act.intent
	JOIN audit AS ended ON ended.number = act.outcome
	WHERE act.id = $1 AND intent.actor = $2`
