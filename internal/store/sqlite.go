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

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqlite is the dialect of SQLite, of which the lock beside the file keeps every other portal out.
func sqlite() dialect {
	return dialect{
		folder:     "sqlite",
		begin:      []string{"BEGIN IMMEDIATE"},
		beginStart: "BEGIN IMMEDIATE",
		hasVersion: "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'schema_version'",
		size:       "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
		fold:       "PRAGMA wal_checkpoint(PASSIVE)",  // waits for nobody
		finish:     "PRAGMA wal_checkpoint(TRUNCATE)", // folds the journal into the file
		cacheBytes: sessionCacheBytes,
	}
}

const readerConnections = 4

// journalPages is how many pages the journal may have before a commit folds it: 16 MB, which a start
// after a kill has read in no time.
const journalPages = 4000

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
	db := &database{dialect: sqlite(), name: path, lock: lock}
	if err := db.connect(ctx, path); err != nil {
		_ = db.abandon() // the error before is the one to tell
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
	if _, err := driver.Fdatasync(true); err != nil && !errors.Is(err, driver.ErrFdatasyncUnavailable) {
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
		fmt.Sprintf("wal_autocheckpoint(%d)", journalPages),
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

// openSQLiteBeside opens the file beside a portal: it makes nothing and takes no lock that would keep
// a portal out. What is pruned is overwritten.
func openSQLiteBeside(path string, to how) (*database, error) {
	name, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the database: %w", err)
	}
	mode, pragma, kind := "mode=ro", "query_only(1)", sqlite()
	if to == toPrune {
		mode, pragma = "mode=rw", "secure_delete(1)"
		kind.begin = append([]string{"PRAGMA busy_timeout = 0"}, kind.begin...) // Prune waits in its own way
	}
	query := mode + "&" + url.Values{"_pragma": {"busy_timeout(5000)", "synchronous(FULL)", pragma}}.Encode()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: name, RawQuery: query}).String())
	if err != nil {
		return nil, fmt.Errorf("open the database %s: %w", path, err)
	}
	return &database{dialect: kind, name: path, readers: db, writer: db}, nil
}

// isLocked reports whether another process has the database's lock.
func isLocked(err error) bool {
	failed, ok := errors.AsType[*driver.Error](err)
	return ok && failed.Code()&0xff == sqlite3.SQLITE_BUSY // the rest tells kinds of it apart
}
