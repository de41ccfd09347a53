package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
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
	hopeful    bool                 // see hope
	committed  bool                 // by what was sent in hope
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
		t.pipeline = &pipeline{conn: conn, prepared: map[string]bool{}}
	}
	return t
}

// begin begins a transaction. From one to the next nothing is remembered of a database to which others
// write too: the trail's head is read along with the beginning.
func (t *tx) begin(ctx context.Context, d dialect) error {
	t.touched, t.appended, t.committed = nil, nil, false
	t.cancel()
	ctx, t.cancel = d.bounded(ctx)
	t.ctx = ctx
	for _, statement := range d.begin {
		if err := t.soon(statement); err != nil {
			return err
		}
	}
	if d.shared {
		return t.readHead()
	}
	return nil
}

// readHead reads the head of the trail.
func (t *tx) readHead() error {
	var head audit.Head
	if err := t.row(selectHead, nil, &head.Number, &head.Hash); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the trail's head: %w", err)
	}
	t.head = &head
	return nil
}

func (t *tx) commit() error {
	if t.committed {
		return nil
	}
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

// errHopeless ends a hopeful run.
var errHopeless = errors.New("a step can't be run with others")

// together runs the steps of jobs: in hope all at once, and then commits, or else each by itself, in
// hope or not. It returns the error of a transaction that can't go on.
func (t *tx) together(jobs []*job) error {
	fulfilled, err := t.hope(jobs, t.sendCommit)
	if fulfilled || err != nil {
		return err
	}
	for _, j := range jobs {
		if len(jobs) > 1 {
			fulfilled, err = t.hope([]*job{j}, t.pipeline.flush)
		}
		if err == nil && !fulfilled {
			err = t.run(j)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sendCommit sends what waits and commits. The lock that keeps other portals waiting is held no longer
// than the server takes, however long this process then waits for its turn.
func (t *tx) sendCommit(ctx context.Context) error {
	err := t.tally()
	if err == nil {
		err = t.soon("COMMIT")
	}
	if err == nil {
		err = t.pipeline.flush(ctx)
	}
	t.committed = err == nil
	return err
}

// hope runs the steps of jobs in the hope that nothing stands against any of them: each statement that
// is to change a row is taken to do so, and all are sent together at the end. Where one did not, or a
// step fails, everything is undone, and hope returns false: the jobs are to be run one by one, and what
// they found out by then is not to be relied upon. It returns the error of a transaction that can't go
// on.
func (t *tx) hope(jobs []*job, send func(context.Context) error) (fulfilled bool, err error) {
	if err := t.soon(savepoint); err != nil {
		return false, err
	}
	t.before, t.standing = t.head, len(t.appended)
	changed := len(t.touched)
	t.hopeful = true
	for _, j := range jobs {
		if j.err = j.ctx.Err(); j.err != nil {
			continue
		}
		if err = j.step(t); err != nil {
			break
		}
	}
	t.hopeful = false
	if err == nil {
		err = send(t.ctx)
	}
	if err == nil {
		return true, nil // the savepoint ends with the transaction
	}
	if err := t.undo(); err != nil {
		return false, err // and what was touched is not known to be gone
	}
	t.touched = t.touched[:changed]
	return false, nil
}

// undo takes back what the step has written so far.
func (t *tx) undo() error {
	if t.hopeful { // with the others'
		return errHopeless
	}
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

// one runs a statement that changes one row, and reports whether it did. In a hopeful run it is said to
// have, and looked at later.
func (t *tx) one(text string, args ...any) (bool, error) {
	if t.hopeful {
		t.pipeline.hope(text, args)
		return true, nil
	}
	n, err := t.exec(text, args...)
	return n == 1, err
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
