package store

import (
	"cmp"
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// pipeline sends statements to PostgreSQL. Every answer costs a way there and back, during which no
// portal can write, so statements whose answer nobody waits for go with the next one.
type pipeline struct {
	conn     *sql.Conn
	prepared map[string]bool // by their text
	waiting  []statement
}

type statement struct {
	text string
	args []any
}

// add lets a statement wait.
func (p *pipeline) add(text string, args []any) {
	p.waiting = append(p.waiting, statement{text: text, args: args})
}

// hope lets a statement wait that fails where it does not change one row, and so keeps those after it,
// the COMMIT among them, from being run: the server divides by whether it did.
func (p *pipeline) hope(text string, args []any) {
	p.add("WITH changed AS ("+text+" RETURNING 1) SELECT 1 / (COUNT(*) = 1)::int FROM changed", args)
}

// undo drops what waits, but for the savepoint that is to be gone back to.
func (p *pipeline) undo() {
	keep := 0
	if len(p.waiting) > 0 && p.waiting[0].text == savepoint {
		keep = 1
	}
	p.waiting = p.waiting[:keep]
}

// send sends what waits and then this statement, and reads its answer with last. Where one fails, those
// after it are not run.
func (p *pipeline) send(ctx context.Context, text string, args []any, last func(pgx.BatchResults) error) error {
	p.add(text, args)
	return p.deliver(ctx, len(p.waiting)-1, last)
}

// flush sends what waits.
func (p *pipeline) flush(ctx context.Context) error {
	if len(p.waiting) == 0 {
		return nil
	}
	return p.deliver(ctx, len(p.waiting), func(pgx.BatchResults) error { return nil })
}

// deliver sends what waits, looks at the first answers itself, and leaves the others to last.
func (p *pipeline) deliver(ctx context.Context, first int, last func(pgx.BatchResults) error) error {
	batch, sent := &pgx.Batch{}, p.waiting
	for _, s := range sent {
		batch.Queue(s.text, s.args...)
	}
	p.waiting = nil
	return p.conn.Raw(func(conn any) error {
		server := conn.(*stdlib.Conn).Conn()
		if err := p.prepare(ctx, server, sent); err != nil {
			return err
		}
		answers := server.SendBatch(ctx, batch)
		for range first {
			if _, err := answers.Exec(); err != nil {
				return cmp.Or(err, answers.Close())
			}
		}
		return cmp.Or(last(answers), answers.Close())
	})
}

// prepare prepares each statement once. Those that pgx prepares by itself it forgets, all of a batch, when
// one of them fails, as a hope may.
func (p *pipeline) prepare(ctx context.Context, server *pgx.Conn, statements []statement) error {
	for _, s := range statements {
		if p.prepared[s.text] {
			continue
		}
		if _, err := server.Prepare(ctx, s.text, s.text); err != nil {
			return err
		}
		p.prepared[s.text] = true
	}
	return nil
}

// exec returns how many rows the statement changed.
func (p *pipeline) exec(ctx context.Context, text string, args []any) (changed int64, err error) {
	err = p.send(ctx, text, args, func(answers pgx.BatchResults) error {
		tag, err := answers.Exec()
		changed = tag.RowsAffected()
		return err
	})
	return changed, err
}

// row scans the one row of the answer; it returns sql.ErrNoRows where there is none.
func (p *pipeline) row(ctx context.Context, text string, args, into []any) error {
	return p.send(ctx, text, args, func(answers pgx.BatchResults) error { return answers.QueryRow().Scan(into...) })
}

// column returns the answer's one column of text.
func (p *pipeline) column(ctx context.Context, text string, args []any) (values []string, err error) {
	err = p.send(ctx, text, args, func(answers pgx.BatchResults) error {
		rows, err := answers.Query()
		if err != nil {
			return err
		}
		values, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return values, err
}
