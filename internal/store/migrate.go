package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to the newest migration, each in a transaction with its version
// row. Migrations are numbered from 1 and only go forward. A schema that is newer than the newest
// is refused: this program does not know what it would break.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := migrationFiles()
	if err != nil {
		return err
	}
	const table = `CREATE TABLE IF NOT EXISTS schema_version (
		version BIGINT PRIMARY KEY -- the number of a migration that was done
	)`
	var version int
	if _, err := db.ExecContext(ctx, table); err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if err := db.QueryRowContext(ctx, newestVersion).Scan(&version); err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if version > len(files) {
		return fmt.Errorf("its schema is version %d, newer than this fobdesk, which knows %d: "+
			"start a newer fobdesk, or restore the backup made before the update", version, len(files))
	}
	for i := version; i < len(files); i++ {
		if err := migrateTo(ctx, db, i+1, files[i]); err != nil {
			return fmt.Errorf("migrate the schema to version %d: %w", i+1, err)
		}
	}
	return nil
}

const newestVersion = "SELECT COALESCE(MAX(version), 0) FROM schema_version"

// migrationFiles returns the migrations in the order of their numbers.
func migrationFiles() ([]string, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql") // sorted by name, so by number
	if err != nil {
		return nil, fmt.Errorf("list the migrations: %w", err)
	}
	return files, nil
}

func migrateTo(ctx context.Context, db *sql.DB, version int, file string) error {
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	transaction, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = transaction.Rollback() }() // does nothing once it is committed
	if _, err := transaction.ExecContext(ctx, string(text)); err != nil {
		return err
	}
	if _, err := transaction.ExecContext(ctx, "INSERT INTO schema_version (version) VALUES ($1)", version); err != nil {
		return err
	}
	return transaction.Commit()
}
