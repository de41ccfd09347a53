package store

import (
	"context"
	"fmt"
)

// ReadOnly is the audit trail of a database that a portal may be working on meanwhile.
type ReadOnly struct {
	trail
	database *database
}

// OpenReadOnly opens the audit trail in the database of the URL, of which it can change nothing. It
// fails where there is no database, where its schema is another than this program's, and where none
// of the keys opens the trail's own.
func OpenReadOnly(ctx context.Context, url string, o Options) (*ReadOnly, error) {
	db, key, err := openBeside(ctx, url, o, toRead)
	if err != nil {
		return nil, err
	}
	return &ReadOnly{trail{db: db.readers, key: key}, db}, nil
}

// SchemaError is a schema of another version than this program's.
type SchemaError struct{ Has, Knows int }

// Error says both versions.
func (e *SchemaError) Error() string {
	return fmt.Sprintf("its schema is version %d and this fobdesk's is %d: use the fobdesk that serves it", e.Has, e.Knows)
}

// Close gives the database back.
func (r *ReadOnly) Close() error { return r.database.abandon() }

// openBeside opens the database beside a portal and leaves the schema as it is. It returns the key of
// the trail's chain, too.
func openBeside(ctx context.Context, url string, o Options, to how) (*database, []byte, error) {
	db, err := openDatabase(ctx, url, to)
	if err != nil {
		return nil, nil, err
	}
	key, err := beside(ctx, db, o.Keys)
	if err != nil {
		_ = db.abandon() // the error before is the one to tell
		return nil, nil, fmt.Errorf("open the database %s: %w", db.name, err)
	}
	return db, key, nil
}

func beside(ctx context.Context, db *database, keys Keys) ([]byte, error) {
	var version int
	if err := db.readers.QueryRowContext(ctx, newestVersion).Scan(&version); err != nil {
		return nil, fmt.Errorf("read the schema's version: %w", err)
	}
	files, err := migrationFiles()
	if err != nil {
		return nil, err
	}
	if version != len(files) {
		return nil, &SchemaError{Has: version, Knows: len(files)}
	}
	return readChainKey(ctx, db.readers, keys)
}
