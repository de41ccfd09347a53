package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Who writes to PostgreSQL holds this lock until the end of the transaction, whichever portal or
// command it is. It takes no right, as the lock of a row does.
const writersLock = "SELECT pg_advisory_xact_lock(28832916006335339)" // "fobdesk" as a number

// postgres is the dialect of PostgreSQL. A statement sees what was committed before it, and so
// everything that was written before the lock was had.
func postgres() dialect {
	const begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
	return dialect{
		folder: "postgres",
		begin:  []string{begin, "SET LOCAL lock_timeout = '5s'", writersLock},
		// Another portal's migrations are waited for. What reads, a backup for one, is not: whoever
		// wants to read after it would wait, too.
		beginStart: begin + "; SET LOCAL lock_timeout = '2min'; " + writersLock + "; SET LOCAL lock_timeout = '5s'",
		hasVersion: "SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('schema_version')",
		size:       "SELECT pg_database_size(current_database())",
		shared:     true,
		pipelined:  true,
		patience:   8 * time.Second,
	}
}

// Bounds of a connection.
const (
	connectLimit = 3 * time.Second
	readLimit    = "10s"            // of a portal's query; an audit trail is read out beside it
	silenceLimit = 10 * time.Second // until a network that was cut is noticed
	readersAtMax = 8
)

// openPostgres connects to the database.
func openPostgres(ctx context.Context, databaseURL string, to how) (*database, error) {
	config, err := parsePostgres(databaseURL)
	if err != nil {
		return nil, err
	}
	db := &database{dialect: postgres(), name: config.Database + " at " + config.Host}
	db.writer = stdlib.OpenDB(*config)
	reads := config.Copy()
	reads.RuntimeParams["default_transaction_read_only"] = "on"
	// The statements of a transaction that reads see the same moment.
	reads.RuntimeParams["default_transaction_isolation"] = "repeatable read"
	if to == toServe {
		reads.RuntimeParams["statement_timeout"] = readLimit
	}
	db.readers = stdlib.OpenDB(*reads)
	db.readers.SetMaxOpenConns(readersAtMax)
	db.readers.SetMaxIdleConns(readersAtMax)
	if err := checkPostgres(ctx, db.readers); err != nil {
		_ = db.abandon() // the error before is the one to tell
		return nil, fmt.Errorf("open the database %s: %s", db.name, strings.Join(strings.Fields(err.Error()), " "))
	}
	return db, nil
}

// parsePostgres reads the URL as libpq does, with its environment. What is wrong is told only where
// it can't hold a piece of a password.
func parsePostgres(databaseURL string) (*pgx.ConnConfig, error) {
	if _, err := url.Parse(databaseURL); err != nil {
		return nil, ErrURL
	}
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		if cause := errors.Unwrap(err); cause != nil {
			return nil, fmt.Errorf("%w (%w)", ErrURL, cause)
		}
		return nil, ErrURL
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectLimit
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "fobdesk"
	}
	config.DialFunc = (&net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silenceLimit / 2, Interval: time.Second, Count: 5},
		Control:         noticeSilence,
	}).DialContext
	return config, nil
}

// noticeSilence ends a connection whose other side no longer takes what was sent: tcp(7),
// TCP_USER_TIMEOUT.
func noticeSilence(network, _ string, c syscall.RawConn) (err error) {
	const userTimeout = 0x12
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	controlErr := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, int(silenceLimit.Milliseconds()))
	})
	return errors.Join(controlErr, err)
}

// checkPostgres has a first look at the database, and makes sure that what is acknowledged is kept as
// it was given.
func checkPostgres(ctx context.Context, db *sql.DB) error {
	var encoding, commit string
	const query = "SELECT current_setting('server_encoding'), current_setting('synchronous_commit')"
	if err := db.QueryRowContext(ctx, query).Scan(&encoding, &commit); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("its encoding is %s, want UTF8", encoding)
	}
	if commit == "off" {
		return errors.New("synchronous_commit is off: what is acknowledged could be lost")
	}
	return nil
}

// isStale reports whether a transaction could not be begun for want of a connection, as after a
// restart of the server, and not because the server said no, or nothing at all.
func isStale(err error) bool {
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		return said.SeverityUnlocalized == "FATAL" // ends the connection
	}
	return !errors.Is(err, context.DeadlineExceeded)
}
