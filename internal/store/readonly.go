package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
)

// ReadOnly is the audit trail of a database that a portal may be working on meanwhile.
type ReadOnly struct{ trail }

// OpenReadOnly opens the audit trail in the database of the URL, of which it can change nothing. It
// fails where there is no database, where its schema is another than this program's, and where none
// of the keys opens the trail's own.
func OpenReadOnly(ctx context.Context, url string, o Options) (*ReadOnly, error) {
	db, key, err := openBeside(ctx, url, o, "mode=ro", "query_only(1)")
	if err != nil {
		return nil, err
	}
	return &ReadOnly{trail{db: db, key: key}}, nil
}

// SchemaError is a schema of another version than this program's.
type SchemaError struct{ Has, Knows int }

// Error says both versions.
func (e *SchemaError) Error() string {
	return fmt.Sprintf("its schema is version %d and this fobdesk's is %d: use the fobdesk that serves it", e.Has, e.Knows)
}

// Close gives the database back.
func (r *ReadOnly) Close() error { return r.db.Close() }

// openBeside opens the database beside a portal: it makes nothing, takes no lock that would keep a
// portal out, and leaves the schema as it is. It returns the key of the trail's chain, too. The
// parameters are SQLite's and the driver's.
func openBeside(ctx context.Context, databaseURL string, o Options, parameters, pragma string) (*sql.DB, []byte, error) {
	path, err := pathOf(databaseURL)
	if err != nil {
		return nil, nil, err
	}
	name, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, fmt.Errorf("find the database: %w", err)
	}
	query := parameters + "&" + url.Values{"_pragma": {"busy_timeout(5000)", "synchronous(FULL)", pragma}}.Encode()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: name, RawQuery: query}).String())
	if err != nil {
		return nil, nil, fmt.Errorf("open the database %s: %w", path, err)
	}
	key, err := beside(ctx, db, o.Keys)
	if err != nil {
		_ = db.Close() // the error before is the one to tell
		return nil, nil, fmt.Errorf("open the database %s: %w", path, err)
	}
	return db, key, nil
}

func beside(ctx context.Context, db *sql.DB, keys Keys) ([]byte, error) {
	var version int
	if err := db.QueryRowContext(ctx, newestVersion).Scan(&version); err != nil {
		return nil, fmt.Errorf("read the schema's version: %w", err)
	}
	files, err := migrationFiles()
	if err != nil {
		return nil, err
	}
	if version != len(files) {
		return nil, &SchemaError{Has: version, Knows: len(files)}
	}
	return readChainKey(ctx, db, keys)
}
