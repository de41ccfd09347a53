package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Options is what a Store needs beside its database.
type Options struct {
	Keys Keys
	// Now is the clock for what the store dates by itself: the outcome of a lost act.
	Now func() time.Time
}

// Keys are the server's keys, which are not in the database.
type Keys interface {
	// Seal encrypts plain under the first key, bound to binding.
	Seal(plain, binding []byte) ([]byte, error)
	// Open decrypts what Seal made of it under any of the keys.
	Open(sealed, binding []byte) ([]byte, error)
}

// Store keeps the sessions, the stations and the audit trail; its Ledger keeps the acts. It implements
// session.Rows, session.UsedStates and station.Rows and is safe for concurrent use.
type Store struct {
	trail
	db       *database
	writer   *writer
	sessions *sessionCache
	reads    reads
	now      func() time.Time
	release  func() error // closes db, once
}

// errClosed is what a Store answers once Close was called.
var errClosed = errors.New("the database is closed")

// Open opens the database of the URL, sqlite:PATH or postgres://…, and brings its schema up to date; a
// file that is missing is made. It fails with ErrURL where the URL is none, where another fobdesk has
// the file open, where the schema is newer than this program, and where none of the keys opens what an
// earlier start sealed. An error is one line and never shows the URL's secrets.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	db, err := openDatabase(ctx, url, toServe)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, sessions: newSessionCache(db.cacheBytes), now: o.Now, release: sync.OnceValue(db.close)}
	if err := s.start(ctx, o.Keys); err != nil {
		_ = db.abandon() // the error before is the one to tell
		return nil, fmt.Errorf("open the database %s: %w", db.name, err)
	}
	return s, nil
}

func (s *Store) start(ctx context.Context, keys Keys) error {
	if err := migrate(ctx, s.db); err != nil {
		return err
	}
	key, err := makeChainKey(ctx, s.db, keys)
	if err != nil {
		return err
	}
	s.trail = trail{db: s.db.readers, key: key}
	if s.reads, err = prepareReads(ctx, s.db.readers); err != nil {
		return err
	}
	s.writer = newWriter(s.db, key, s.sessions.forget)
	go s.writer.run(context.WithoutCancel(ctx))
	return nil
}

// reads are the queries that are asked often.
type reads struct{ session, receipt, tries *sql.Stmt }

func prepareReads(ctx context.Context, db *sql.DB) (reads, error) {
	var r reads
	for _, query := range []struct {
		stmt **sql.Stmt
		text string
	}{{&r.session, selectSession}, {&r.receipt, selectReceipt}, {&r.tries, countTries}} {
		stmt, err := db.PrepareContext(ctx, query.text) //nolint:sqlclosecheck // closed with its pool
		if err != nil {
			return reads{}, fmt.Errorf("prepare a query: %w", err)
		}
		*query.stmt = stmt
	}
	return r, nil
}

// Ping returns nil if the database can be read and the writer takes transactions. It writes
// nothing, so a disk that is full goes unnoticed.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.db.readers.QueryRowContext(ctx, "SELECT 1 FROM schema_version LIMIT 1").Scan(&one); err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	if err := s.writer.ping(ctx); err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	return nil
}

// Shared reports whether other portals may use the same database.
func (s *Store) Shared() bool { return s.db.shared }

// Close lets the writes under way finish, folds the journal into the database and releases it. It
// returns ctx's error where the writes take longer than ctx; the database is then left to the
// process's end, which loses nothing that was acknowledged. Called again it only waits.
func (s *Store) Close(ctx context.Context) error {
	if err := s.writer.close(ctx); err != nil {
		return fmt.Errorf("finish the writes: %w", err)
	}
	return s.release()
}

// chainKeyName names the key of the audit trail's chain, and binds what is sealed to it.
const chainKeyName = "audit chain"

// makeChainKey returns the key of the audit trail's chain, made at the first start. It is kept
// sealed, and sealed again at each start, so that a server key that is no longer the first can go.
func makeChainKey(ctx context.Context, db *database, keys Keys) (key []byte, err error) {
	err = db.alone(ctx, db.beginStart, func(conn *sql.Conn) error {
		key, err = readChainKey(ctx, conn, keys)
		if errors.Is(err, sql.ErrNoRows) {
			key, err = make([]byte, 32), nil
			rand.Read(key) // never fails
		}
		if err != nil {
			return err
		}
		sealed, err := keys.Seal(key, []byte(chainKeyName))
		if err != nil {
			return fmt.Errorf("seal the audit trail's key: %w", err)
		}
		const upsert = `INSERT INTO server_key (name, sealed) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed`
		if _, err := conn.ExecContext(ctx, upsert, chainKeyName, sealed); err != nil {
			return fmt.Errorf("keep the audit trail's key: %w", err)
		}
		return nil
	})
	return key, err
}

// readChainKey returns the key, or sql.ErrNoRows where none was made yet.
func readChainKey(ctx context.Context, db querier, keys Keys) ([]byte, error) {
	var sealed []byte
	const query = "SELECT sealed FROM server_key WHERE name = $1"
	if err := db.QueryRowContext(ctx, query, chainKeyName).Scan(&sealed); err != nil {
		return nil, fmt.Errorf("read the audit trail's key: %w", err)
	}
	key, err := keys.Open(sealed, []byte(chainKeyName))
	if err != nil {
		return nil, fmt.Errorf("open the audit trail's key (FOBDESK_SESSION_KEYS must still hold an older key, "+
			"one that the last start had): %w", err)
	}
	return key, nil
}
