package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
)

// database is an open SQLite file: one connection that writes, a few that read, and the lock that
// keeps every other fobdesk out.
type database struct {
	writer, readers *sql.DB
	lock            *os.File
}

const readerConnections = 4

// openSQLite opens the file, making it (mode 0600) and its folder (0700) where they are missing.
func openSQLite(ctx context.Context, path string) (*database, error) {
	path, err := realPath(path)
	if err != nil {
		return nil, fmt.Errorf("find the database: %w", err)
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, fmt.Errorf("lock the database %s: %w", path, err)
	}
	db := &database{lock: lock}
	if err := db.connect(ctx, path); err != nil {
		db.abandon()
		return nil, fmt.Errorf("open the database %s: %w", path, err)
	}
	return db, nil
}

// connect makes the pools of connections and has a first look at the file.
func (d *database) connect(ctx context.Context, path string) error {
	// Made here for its mode, before SQLite has it open: closing any descriptor of a file drops the
	// locks that the process holds on it (POSIX, fcntl).
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator says which file
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	// As SQLite's own builds do on Linux: as durable as fsync, at half the time.
	if _, err := sqlite.Fdatasync(true); err != nil && !errors.Is(err, sqlite.ErrFdatasyncUnavailable) {
		return err
	}
	if d.writer, err = sql.Open("sqlite", dsn(path)); err != nil {
		return err
	}
	d.writer.SetMaxOpenConns(1)
	if d.readers, err = sql.Open("sqlite", dsn(path, "query_only(1)")); err != nil {
		return err
	}
	d.readers.SetMaxOpenConns(readerConnections)
	d.readers.SetMaxIdleConns(readerConnections)
	return d.checkJournal(ctx)
}

// realPath resolves links, so that two names of one file share one lock, and makes the folder.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if resolved, err := filepath.EvalSymlinks(path); !errors.Is(err, fs.ErrNotExist) {
		return resolved, err
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil { //nolint:gosec // the operator says which folder
		return "", err
	}
	folder, err = filepath.EvalSymlinks(folder)
	return filepath.Join(folder, filepath.Base(path)), err
}

// lockFile takes the lock beside the database. The kernel releases it when the process ends, in
// whatever way. It is not SQLite's own lock, which would keep online backups out too.
func lockFile(path string) (*os.File, error) {
	lock, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator says which file
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.New("it is in use by another fobdesk")
		}
		return nil, err
	}
	return lock, nil
}

// dsn names the file and what every connection to it keeps to: a commit is on the disk before it
// is answered, and a lock held by another process (a backup, an operator) is waited for 5 s.
func dsn(path string, pragmas ...string) string {
	query := url.Values{"_pragma": append([]string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	}, pragmas...)}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

// checkJournal makes sure of the write-ahead log, which SQLite refuses silently where a file system
// can't carry it. It is also the first look at the file, and fails where that is no database.
func (d *database) checkJournal(ctx context.Context) error {
	var mode string
	if err := d.writer.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("its file system can't carry a write-ahead log (journal mode %q)", mode)
	}
	return nil
}

// close folds the journal into the file and releases it.
func (d *database) close() error {
	_, err := d.writer.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	if err != nil {
		err = fmt.Errorf("checkpoint the database: %w", err)
	}
	return errors.Join(err, d.readers.Close(), d.writer.Close(), d.lock.Close())
}

// abandon releases the file as it is, after a start that failed: its error is the one to tell.
func (d *database) abandon() {
	for _, pool := range []*sql.DB{d.readers, d.writer} {
		if pool != nil {
			_ = pool.Close()
		}
	}
	_ = d.lock.Close()
}
