package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"
)

// ErrURL is what a database's URL gets that can't be one. It is a whole line, names the setting, and
// shows nothing of the URL, which may hold a password.
var ErrURL = errors.New("FOBDESK_DATABASE_URL: got a value that is not shown, " +
	"want sqlite:PATH, such as sqlite:/data/fobdesk.db, or postgres://USER@HOST/DATABASE")

// database is an open database: a connection that writes, some that read, and its dialect.
type database struct {
	dialect
	name            string // for errors; no secret
	writer, readers *sql.DB
	lock            *os.File // keeps every other fobdesk out; nil where they share the database
}

// dialect is all in which the two kinds of database differ, their SQL apart.
type dialect struct {
	folder     string        // migrations in it go before the shared ones of the same name
	begin      []string      // begin a transaction in which nobody else writes, or fail within 5 s
	beginStart string        // the same, for a start, which waits longer
	hasVersion string        // counts the tables schema_version
	size       string        // reads the database's size in bytes
	fold       string        // folds what is committed into the file; empty where the server does it
	finish     string        // the last statement before the database is given back; may be empty
	cacheBytes int           // for the cache of sessions
	shared     bool          // other portals write to it too
	pipelined  bool          // an answer costs time, so statements go together; see pipeline
	patience   time.Duration // how long a transaction may take; 0: as long as it takes
}

// bounded returns the context of a transaction.
func (d dialect) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if d.patience == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, d.patience)
}

// how says how a database is opened.
type how int

const (
	toServe how = iota // by a portal: made where it is missing, and its schema brought up to date
	toRead             // beside a portal, to read alone
	toPrune            // beside a portal, to read and to delete
)

// openDatabase opens the database of the URL; see Open.
func openDatabase(ctx context.Context, url string, to how) (*database, error) {
	scheme, rest, _ := strings.Cut(url, ":")
	switch {
	case strings.ContainsFunc(url, unicode.IsControl):
	case scheme == "sqlite" && rest != "" && to == toServe:
		return openSQLite(ctx, rest)
	case scheme == "sqlite" && rest != "":
		return openSQLiteBeside(rest, to)
	case (scheme == "postgres" || scheme == "postgresql") && strings.HasPrefix(rest, "//"):
		return openPostgres(ctx, url, to)
	}
	return nil, ErrURL
}

// alone runs do in a transaction in which nobody else writes, begun in one of the dialect's two ways.
func (d *database) alone(ctx context.Context, begin string, do func(*sql.Conn) error) error {
	conn, err := d.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close() }()
	_, err = conn.ExecContext(ctx, begin)
	if err == nil {
		err = do(conn)
	}
	if err == nil {
		_, err = conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // the error before is the one to tell
	}
	return err
}

// close gives the database back, after it has served.
func (d *database) close() error {
	var err error
	if d.finish != "" {
		_, err = d.writer.ExecContext(context.Background(), d.finish)
	}
	return errors.Join(err, d.abandon())
}

// abandon gives the database back as it is.
func (d *database) abandon() error {
	var errs []error
	for _, pool := range []*sql.DB{d.readers, d.writer} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	return errors.Join(errs...)
}
