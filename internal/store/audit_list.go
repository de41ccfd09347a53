package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math"
	"time"

	"fobdesk/internal/audit"
)

// ListAudit returns the newest rows that fit the filter, at most limit, from those whose number is
// smaller than before (0: from all), the newest first. The number of the last one is the next
// page's before. However few rows fit, it reads little more than those.
func (t trail) ListAudit(ctx context.Context, f audit.Filter, before int64, limit int) ([]audit.Row, error) {
	rows, err := t.list(ctx, f, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", err)
	}
	return rows, nil
}

func (t trail) list(ctx context.Context, f audit.Filter, before int64, limit int) ([]audit.Row, error) {
	snapshot, err := t.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer func() { _ = snapshot.Rollback() }() // it wrote nothing
	last := int64(math.MaxInt64)
	if before > 0 {
		last = before - 1
	}
	first, last, err := between(ctx, snapshot, f, 1, last)
	if err != nil || last < first {
		return nil, err
	}
	bySomebody := f.Serial != "" || f.Subject != ""
	byKind := f.Actor != "" || f.Event != "" || f.Outcome != "" || f.Station != ""
	if byKind && !bySomebody {
		return merge(ctx, snapshot, f, first, last, limit)
	}
	w := condition(f, first, last)
	query := "SELECT " + auditColumns + " FROM audit WHERE " + w.String() + " ORDER BY number DESC LIMIT " + w.arg(limit)
	return readRows(ctx, snapshot, query, w.args...)
}

// exportAtOnce is how many rows of an export are in memory at a time.
const exportAtOnce = 500

// ExportAudit reads the rows that fit the filter, the oldest first, as the trail stands when the
// reading begins. An error is the last that it yields. Between two portions it holds nothing of the
// database, so that one who reads slowly is in nobody's way.
func (t trail) ExportAudit(ctx context.Context, f audit.Filter) iter.Seq2[audit.Row, error] {
	return func(yield func(audit.Row, error) bool) {
		head, err := t.AuditHead(ctx)
		first, last := int64(1), head.Number
		if err == nil {
			first, last, err = between(ctx, t.db, f, first, last)
		}
		for err == nil && first <= last {
			var portion []audit.Row
			portion, err = t.portion(ctx, f, first, last)
			for _, row := range portion {
				if !yield(row, nil) {
					return
				}
				first = row.Number + 1
			}
			if len(portion) < exportAtOnce {
				break
			}
		}
		if err != nil {
			yield(audit.Row{}, err)
		}
	}
}

// portion returns the first rows between two numbers that fit the filter.
func (t trail) portion(ctx context.Context, f audit.Filter, first, last int64) ([]audit.Row, error) {
	w := condition(f, first, last)
	query := "SELECT " + auditColumns + " FROM audit WHERE " + w.String() + " ORDER BY number LIMIT " + w.arg(exportAtOnce)
	return readRows(ctx, t.db, query, w.args...)
}

// DailyCounts returns how many rows of each event and outcome were written on each day (UTC) that
// has a moment from from until before to, the oldest day first. Days without rows are left out. The
// counts stay when the rows are dropped.
func (t trail) DailyCounts(ctx context.Context, from, to time.Time) ([]audit.Count, error) {
	counts, err := t.dailyCounts(ctx, from, to)
	if err != nil {
		return nil, fmt.Errorf("count the audit trail's rows: %w", err)
	}
	return counts, nil
}

const dayMillis = 24 * 60 * 60 * 1000

const selectCounts = `SELECT day, event, outcome, written FROM audit_day
	WHERE day >= $1 AND day <= $2 ORDER BY day, event, outcome`

func (t trail) dailyCounts(ctx context.Context, from, to time.Time) ([]audit.Count, error) {
	rows, err := t.db.QueryContext(ctx, selectCounts, from.UnixMilli()/dayMillis, (to.UnixMilli()-1)/dayMillis)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var counts []audit.Count
	for rows.Next() {
		var c audit.Count
		var day int64
		if err := rows.Scan(&day, &c.Event, &c.Outcome, &c.Rows); err != nil {
			return nil, err
		}
		c.Day = time.UnixMilli(day * dayMillis).UTC()
		counts = append(counts, c)
	}
	return counts, rows.Err()
}
