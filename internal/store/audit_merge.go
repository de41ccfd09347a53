package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"fobdesk/internal/audit"
)

// kind is what rows have in common whose numbers an index has in order, and the newest of them that
// was not merged yet.
type kind struct {
	event, outcome, station string
	newest                  int64
}

// The kinds that occur, each with the newest row of it between two numbers ($4 and $5) where it fits
// a filter by event, outcome and station ($1 to $3, empty: any). They are found by leaping through
// an index from each to the next, without reading the rows in between. {actor} is replaced.
const selectKinds = `WITH RECURSIVE kind (event, outcome, station) AS (
	SELECT a.event, a.outcome, a.station FROM audit AS a WHERE a.number =
		(SELECT b.number FROM audit AS b WHERE {actor} 1 = 1 ORDER BY b.event, b.outcome, b.station LIMIT 1)
	UNION ALL
	SELECT a.event, a.outcome, a.station FROM kind JOIN audit AS a ON a.number = COALESCE(
		(SELECT b.number FROM audit AS b WHERE {actor} b.event = kind.event AND b.outcome = kind.outcome
			AND b.station > kind.station ORDER BY b.station LIMIT 1),
		(SELECT b.number FROM audit AS b WHERE {actor} b.event = kind.event AND b.outcome > kind.outcome
			ORDER BY b.outcome, b.station LIMIT 1),
		(SELECT b.number FROM audit AS b WHERE {actor} b.event > kind.event
			ORDER BY b.event, b.outcome, b.station LIMIT 1))
)
SELECT kind.event, kind.outcome, kind.station,
	(SELECT b.number FROM audit AS b WHERE {actor} b.event = kind.event AND b.outcome = kind.outcome
		AND b.station = kind.station AND b.number >= $4 AND b.number <= $5 ORDER BY b.number DESC LIMIT 1)
FROM kind
WHERE ($1 = '' OR kind.event = $1) AND ($2 = '' OR kind.outcome = $2) AND ($3 = '' OR kind.station = $3)`

// The newest row of a kind ($1 to $3) from one number ($4) to before another ($5), or NULL. It is no MAX,
// for which PostgreSQL, when it plans for any kind, would read all rows of this one.
const selectNext = `SELECT (SELECT b.number FROM audit AS b WHERE {actor} b.event = $1 AND b.outcome = $2
	AND b.station = $3 AND b.number >= $4 AND b.number < $5 ORDER BY b.number DESC LIMIT 1)`

const selectRow = "SELECT " + auditColumns + " FROM audit WHERE audit.number = $1"

// merge returns the newest rows, at most limit, that fit a filter by actor and kind. Each kind's rows
// are in order already, so a page is the merge of their newest, however far apart they are.
func merge(ctx context.Context, db *sql.Tx, f audit.Filter, first, last int64, limit int) ([]audit.Row, error) {
	m := merger{first: first}
	of := strings.NewReplacer("{actor}", "")
	if f.Actor != "" {
		of = strings.NewReplacer("{actor}", "b.actor = $6 AND")
		m.actor = []any{f.Actor}
	}
	var err error
	args := append([]any{f.Event, f.Outcome, f.Station, first, last}, m.actor...)
	if m.kinds, err = readKinds(ctx, db, of.Replace(selectKinds), args); err != nil {
		return nil, err
	}
	if m.next, err = db.PrepareContext(ctx, of.Replace(selectNext)); err != nil {
		return nil, err
	}
	defer func() { _ = m.next.Close() }()
	if m.row, err = db.PrepareContext(ctx, selectRow); err != nil {
		return nil, err
	}
	defer func() { _ = m.row.Close() }()
	var rows []audit.Row
	for len(rows) < limit && len(m.kinds) > 0 {
		row, err := m.pop(ctx)
		if err != nil {
			return nil, err
		}
		if (f.From.IsZero() || !row.Time.Before(f.From)) && (f.To.IsZero() || row.Time.Before(f.To)) {
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func readKinds(ctx context.Context, db *sql.Tx, query string, args []any) ([]kind, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var kinds []kind
	for rows.Next() {
		var k kind
		var newest sql.NullInt64
		if err := rows.Scan(&k.event, &k.outcome, &k.station, &newest); err != nil {
			return nil, err
		}
		if k.newest = newest.Int64; newest.Valid {
			kinds = append(kinds, k)
		}
	}
	return kinds, rows.Err()
}

// merger is a merge under way.
type merger struct {
	kinds     []kind // those that have a row left
	first     int64  // no row before it is looked for
	actor     []any  // the argument of {actor}, or none
	next, row *sql.Stmt
}

// pop returns the newest row of all kinds, which is then no longer there.
func (m *merger) pop(ctx context.Context) (audit.Row, error) {
	i := 0
	for j := range m.kinds {
		if m.kinds[j].newest > m.kinds[i].newest {
			i = j
		}
	}
	k := &m.kinds[i]
	entry, err := scanEntry(m.row.QueryRowContext(ctx, k.newest))
	if err != nil {
		return audit.Row{}, err
	}
	var next sql.NullInt64
	args := append([]any{k.event, k.outcome, k.station, m.first, k.newest}, m.actor...)
	if err := m.next.QueryRowContext(ctx, args...).Scan(&next); err != nil {
		return audit.Row{}, err
	}
	if k.newest = next.Int64; !next.Valid {
		m.kinds = slices.Delete(m.kinds, i, i+1)
	}
	return entry.Row, nil
}
