package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"fobdesk/internal/audit"
)

// where is the condition that a filter makes of rows, with its arguments.
type where struct {
	terms []string
	args  []any
}

// arg adds an argument and returns its place.
func (w *where) arg(value any) string {
	w.args = append(w.args, value)
	return "$" + strconv.Itoa(len(w.args))
}

// add adds a term with one argument, whose place in it is ?.
func (w *where) add(term string, value any) {
	w.terms = append(w.terms, strings.ReplaceAll(term, "?", w.arg(value)))
}

func (w *where) String() string { return strings.Join(w.terms, " AND ") }

// condition chooses the rows of the filter between two numbers, both included. It leaves the database
// one index to choose, that of the serial number or else of the subject, or else none but the numbers:
// a column that something was appended to, were it nothing, is in no index.
func condition(f audit.Filter, first, last int64) *where {
	w := &where{}
	w.add("number >= ?", first)
	w.add("number <= ?", last)
	subject := "subject = ? AND subject <> ''"
	if f.Serial != "" {
		w.add("UPPER(serial) = UPPER(?) AND serial <> ''", f.Serial)
		subject = "subject || '' = ?"
	}
	for _, equal := range []struct{ term, value string }{
		{subject, f.Subject},
		{"actor || '' = ?", f.Actor},
		{"event || '' = ?", f.Event},
		{"outcome || '' = ?", f.Outcome},
		{"station || '' = ?", f.Station},
	} {
		if equal.value != "" {
			w.add(equal.term, equal.value)
		}
	}
	w.addTimes(f)
	return w
}

func (w *where) addTimes(f audit.Filter) {
	if !f.From.IsZero() {
		w.add("time >= ?", f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		w.add("time < ?", f.To.UnixMilli())
	}
}

// between narrows first and last to the numbers between which the filter's times are found; last is
// the smaller one where there are none. Clocks are set back, so not every row between them fits.
func between(ctx context.Context, db querier, f audit.Filter, first, last int64) (int64, int64, error) {
	if f.From.IsZero() && f.To.IsZero() {
		return first, last, nil
	}
	blocks := &where{}
	blocks.add("block >= ?", first/blockRows)
	blocks.add("block <= ?", last/blockRows)
	if !f.From.IsZero() {
		blocks.add("newest >= ?", f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		blocks.add("oldest < ?", f.To.UnixMilli())
	}
	var low, high sql.NullInt64
	query := "SELECT MIN(block), MAX(block) FROM audit_block WHERE " + blocks.String()
	if err := db.QueryRowContext(ctx, query, blocks.args...).Scan(&low, &high); err != nil {
		return 0, 0, err
	}
	if !low.Valid {
		return first, first - 1, nil
	}
	first, last = max(first, low.Int64*blockRows), min(last, high.Int64*blockRows+blockRows-1)
	// Within those blocks, up to the outermost rows that are of the times themselves.
	for _, edge := range []struct {
		order string
		into  *int64
	}{{"DESC", &last}, {"ASC", &first}} {
		w := &where{}
		w.add("number >= ?", first)
		w.add("number <= ?", last)
		w.addTimes(f)
		query := "SELECT number FROM audit WHERE " + w.String() + " ORDER BY number " + edge.order + " LIMIT 1"
		err := db.QueryRowContext(ctx, query, w.args...).Scan(edge.into)
		if errors.Is(err, sql.ErrNoRows) {
			return first, first - 1, nil
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return first, last, nil
}
