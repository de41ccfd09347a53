package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"fobdesk/internal/audit"
)

// tx is the writer's connection: its transaction, the statements prepared on it, and the head of
// the audit trail as the transaction has it. Only the writer's goroutine uses it.
//
// Its ctx is nobody's: a statement that was cut short would take the steps of others with it.
type tx struct {
	ctx        context.Context    //nolint:containedctx // of the transaction
	cancel     context.CancelFunc // ends ctx
	conn       *sql.Conn
	statements map[string]*sql.Stmt // by their text; SQLite's
	pipeline   *pipeline            // PostgreSQL's; else nil
	chainKey   []byte
	head       *audit.Head // nil until it is needed
	before     *audit.Head // the head before the step
	appended   []audit.Row // rows that the transaction appended to the trail
	standing   int         // how many of them are of earlier steps
	touched    []string    // keys of sessions that the transaction changed
}

func newTx(conn *sql.Conn, d dialect, chainKey []byte) *tx {
	t := &tx{conn: conn, statements: map[string]*sql.Stmt{}, chainKey: chainKey, cancel: func() {}}
	if d.pipelined {
		t.pipeline = &pipeline{conn: conn}
	}
	return t
}

// begin begins a transaction. From one to the next nothing is remembered of a database to which others
// write too.
func (t *tx) begin(ctx context.Context, d dialect) error {
	t.touched, t.appended = nil, nil
	if d.shared {
		t.head = nil
	}
	t.cancel()
	ctx, t.cancel = d.bounded(ctx)
	t.ctx = ctx
	_, err := t.conn.ExecContext(ctx, d.begin)
	return err
}

func (t *tx) commit() error {
	if err := t.tally(); err != nil {
		return err
	}
	_, err := t.exec("COMMIT")
	return err
}

// discard closes the connection; the database rolls back what was not committed. The pool does not close
// a connection's own statements, and one left open would keep the file open too.
func (t *tx) discard() {
	t.cancel()
	for _, statement := range t.statements {
		_ = statement.Close()
	}
	_ = t.conn.Raw(func(any) error { return driver.ErrBadConn }) // tells the pool not to keep it
	_ = t.conn.Close()
}

// A step begins and ends with these.
const (
	savepoint = "SAVEPOINT step"
	release   = "RELEASE step"
)

// run runs the job's step, unless its ctx is over, and undoes it where it fails; either is the
// job's own error. It returns the error of a transaction that can't go on.
func (t *tx) run(j *job) error {
	if j.err = j.ctx.Err(); j.err != nil {
		return nil //nolint:nilerr // the transaction goes on
	}
	if err := t.soon(savepoint); err != nil {
		return err
	}
	t.before, t.standing = t.head, len(t.appended)
	j.err = j.step(t)
	if j.err == nil {
		_, j.err = t.exec(release) // and what the step did with soon
	}
	if j.err == nil {
		return nil
	}
	if err := t.undo(); err != nil {
		return err
	}
	_, err := t.exec(release)
	return err
}

// undo takes back what the step has written so far.
func (t *tx) undo() error {
	t.head, t.appended = t.before, t.appended[:t.standing]
	if t.pipeline != nil {
		t.pipeline.undo()
	}
	_, err := t.exec("ROLLBACK TO step")
	return err
}

// soon runs a statement of which only its error is of interest, and that may come with a later one's,
// the step's end at the latest.
func (t *tx) soon(text string, args ...any) error {
	if t.pipeline != nil {
		t.pipeline.add(text, args)
		return nil
	}
	_, err := t.exec(text, args...)
	return err
}

// exec runs the statement and returns how many rows it changed.
func (t *tx) exec(text string, args ...any) (int64, error) {
	if t.pipeline != nil {
		return t.pipeline.exec(t.ctx, text, args)
	}
	statement, err := t.prepare(text) //nolint:sqlclosecheck // kept with the connection
	if err != nil {
		return 0, err
	}
	result, err := statement.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// row runs a query for one row and scans it; it returns sql.ErrNoRows where there is none.
func (t *tx) row(text string, args []any, into ...any) error {
	if t.pipeline != nil {
		return t.pipeline.row(t.ctx, text, args, into)
	}
	statement, err := t.prepare(text) //nolint:sqlclosecheck // kept with the connection
	if err != nil {
		return err
	}
	return statement.QueryRowContext(t.ctx, args...).Scan(into...)
}

// column runs a query that returns one column of text. It returns all of it.
func (t *tx) column(text string, args ...any) ([]string, error) {
	if t.pipeline != nil {
		return t.pipeline.column(t.ctx, text, args)
	}
	statement, err := t.prepare(text) //nolint:sqlclosecheck // kept with the connection
	if err != nil {
		return nil, err
	}
	rows, err := statement.QueryContext(t.ctx, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var values []string
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, rows.Err()
}

func (t *tx) prepare(text string) (*sql.Stmt, error) {
	if statement, ok := t.statements[text]; ok {
		return statement, nil
	}
	statement, err := t.conn.PrepareContext(t.ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare a statement: %w", err)
	}
	t.statements[text] = statement
	return statement, nil
}
