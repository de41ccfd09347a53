package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
)

const upsertLost = `INSERT INTO lost_fob (method, person, serial, at, by_id, by_name) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (method) DO UPDATE SET person = excluded.person, serial = excluded.serial, at = excluded.at,
		by_id = excluded.by_id, by_name = excluded.by_name`

// ReportLost remembers a lost fob; see desk.Memory.
func (l *Ledger) ReportLost(ctx context.Context, lost desk.Lost) error {
	return l.keep(ctx, "that fob "+lost.MethodID+" is lost", upsertLost,
		lost.MethodID, lost.Person, lost.Serial, lost.At.UnixMilli(), lost.By.ID, lost.By.Name)
}

// ClearLost forgets that the fob is lost; see desk.Memory.
func (l *Ledger) ClearLost(ctx context.Context, methodID string) error {
	return l.keep(ctx, "that fob "+methodID+" is not lost", "DELETE FROM lost_fob WHERE method = $1", methodID)
}

// keep runs a statement that is a step by itself.
func (l *Ledger) keep(ctx context.Context, what, statement string, args ...any) error {
	err := l.s.writer.do(ctx, func(t *tx) error { return t.soon(statement, args...) })
	if err != nil {
		return fmt.Errorf("remember %s: %w", what, err)
	}
	return nil
}

// LostOf returns when each of the person's lost fobs was reported; see desk.Memory.
func (l *Ledger) LostOf(ctx context.Context, personID string) (map[string]time.Time, error) {
	lost := map[string]time.Time{}
	const query = "SELECT method, at FROM lost_fob WHERE person = $1"
	err := l.each(ctx, query, []any{personID}, func(scan func(into ...any) error) error {
		var method string
		var at int64
		err := scan(&method, &at)
		lost[method] = time.UnixMilli(at).UTC()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the lost fobs of %s: %w", personID, err)
	}
	return lost, nil
}

// The names are the latest that the trail has.
const selectLostFobs = `SELECT method, person, serial, at, by_id, by_name, COALESCE((SELECT subject_name FROM audit
		WHERE subject = lost_fob.person AND subject <> '' AND subject_name <> '' ORDER BY number DESC LIMIT 1), '')
	FROM lost_fob ORDER BY at DESC, method LIMIT $1`

// LostFobs returns everybody's lost fobs; see desk.Memory.
func (l *Ledger) LostFobs(ctx context.Context, limit int) ([]desk.Lost, error) {
	var lost []desk.Lost
	err := l.each(ctx, selectLostFobs, []any{limit}, func(scan func(into ...any) error) error {
		var one desk.Lost
		var at int64
		err := scan(&one.MethodID, &one.Person, &one.Serial, &at, &one.By.ID, &one.By.Name, &one.Name)
		one.At = time.UnixMilli(at).UTC()
		lost = append(lost, one)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the lost fobs: %w", err)
	}
	return lost, nil
}

// each runs a query and calls row with what scans each of its rows.
func (l *Ledger) each(ctx context.Context, query string, args []any, row func(scan func(into ...any) error) error) error {
	rows, err := l.s.db.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

const upsertReplacement = `INSERT INTO replacement
	(person, person_name, old_method, old_serial, off, started, by_id, by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
	ON CONFLICT (person, old_method) DO UPDATE SET person_name = excluded.person_name, old_serial = excluded.old_serial,
		off = excluded.off, started = excluded.started, by_id = excluded.by_id, by_name = excluded.by_name`

// SaveReplacement remembers a replacement under way; see desk.Memory.
func (l *Ledger) SaveReplacement(ctx context.Context, r desk.Replacement) error {
	return l.keep(ctx, "the replacement of fob "+r.OldMethod, upsertReplacement, r.Person.ID, r.Person.Name,
		r.OldMethod, r.OldSerial, string(r.Off), r.Started.UnixMilli(), r.By.ID, r.By.Name)
}

// FinishReplacement forgets a replacement; see desk.Memory.
func (l *Ledger) FinishReplacement(ctx context.Context, personID, oldMethod string) error {
	return l.keep(ctx, "the end of the replacement of fob "+oldMethod,
		"DELETE FROM replacement WHERE person = $1 AND old_method = $2", personID, oldMethod)
}

const selectReplacements = `SELECT person, person_name, old_method, old_serial, off, started, by_id, by_name
	FROM replacement WHERE person = $1 ORDER BY started DESC, old_method`

// Replacements returns the person's replacements under way; see desk.Memory.
func (l *Ledger) Replacements(ctx context.Context, personID string) ([]desk.Replacement, error) {
	var open []desk.Replacement
	err := l.each(ctx, selectReplacements, []any{personID}, func(scan func(into ...any) error) error {
		var r desk.Replacement
		var started int64
		err := scan(&r.Person.ID, &r.Person.Name, &r.OldMethod, &r.OldSerial, &r.Off, &started, &r.By.ID, &r.By.Name)
		r.Started = time.UnixMilli(started).UTC()
		open = append(open, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the replacements of %s: %w", personID, err)
	}
	return open, nil
}

// recentRows is how many of an actor's rows RecentSubjects looks at.
const recentRows = 200

// RecentSubjects returns the people for whom the actor did something lately; see desk.Memory.
func (l *Ledger) RecentSubjects(ctx context.Context, actorID string, limit int) ([]desk.Party, error) {
	if actorID == "" {
		return nil, nil
	}
	rows, err := l.s.ListAudit(ctx, audit.Filter{Actor: actorID}, 0, recentRows)
	if err != nil {
		return nil, err
	}
	var recent []desk.Party
	for _, row := range rows {
		known := slices.ContainsFunc(recent, func(p desk.Party) bool { return p.ID == row.Subject })
		if row.Subject == "" || row.Subject == actorID || known || len(recent) == limit {
			continue
		}
		recent = append(recent, desk.Party{ID: row.Subject, Name: row.SubjectName})
	}
	return recent, nil
}

// An act that was settled since has an end that is later than the row found here.
const selectUnsettled = `SELECT act.id, intent.event, intent.time, intent.actor, intent.actor_name,
	intent.subject, intent.subject_name, intent.station, intent.address, COALESCE(NULLIF(ended.serial, ''), intent.serial), act.display_name,
	COALESCE(ended.outcome, ''), act.reason, COALESCE(ended.graph_request_id, ''), COALESCE(ended.time, 0)
	FROM (
		SELECT id, intent FROM act WHERE outcome IS NULL
		UNION ALL
		SELECT act.id, act.intent FROM audit JOIN act ON act.id = audit.request_id AND act.outcome = audit.number
			WHERE audit.outcome = 'outcome_unknown'
	) AS unsettled
	JOIN act ON act.id = unsettled.id
	JOIN audit AS intent ON intent.number = unsettled.intent
	LEFT JOIN audit AS ended ON ended.number = act.outcome
	WHERE $1 = '' OR intent.subject = $1
	ORDER BY unsettled.intent DESC LIMIT $2`

// Unsettled returns acts of which it is not known what came of them; see desk.Memory.
func (l *Ledger) Unsettled(ctx context.Context, subjectID string, limit int) ([]desk.Receipt, error) {
	var unsettled []desk.Receipt
	err := l.each(ctx, selectUnsettled, []any{subjectID, limit}, func(scan func(into ...any) error) error {
		r, err := scanReceipt(scan)
		unsettled = append(unsettled, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the unsettled acts: %w", err)
	}
	return unsettled, nil
}
