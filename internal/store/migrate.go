package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
)

//go:embed migrations
var migrations embed.FS

//go:embed grants.sql
var grants string

// Migrate brings the schema of the database up to date, as Open does, and then gives PostgreSQL's roles
// fobdesk and fobdesk_retention, where they are there and do not own the tables, the rights that
// grants.sql says.
func Migrate(ctx context.Context, url string) error {
	db, err := openDatabase(ctx, url, toServe)
	if err != nil {
		return err
	}
	err = migrate(ctx, db)
	if err == nil && db.shared {
		err = db.alone(ctx, db.beginStart, func(conn *sql.Conn) error {
			_, err := conn.ExecContext(ctx, grants)
			return err
		})
	}
	if err = errors.Join(err, db.abandon()); err != nil {
		return fmt.Errorf("migrate the database %s: %w", db.name, err)
	}
	return nil
}

// migrate brings the schema up to the newest migration, each in a transaction with its version row, in
// which nobody else migrates or writes. Migrations are numbered from 1 and only go forward. A schema
// that is newer than the newest is refused: this program does not know what it would break.
//
// A portal of the version before may be serving meanwhile and after. So a migration only adds: a
// table, an index, a column with a default. What is no longer used goes with the version after. The
// files that are SQLite's alone are free of that, for no other portal has the file.
func migrate(ctx context.Context, db *database) error {
	files, err := migrationFiles()
	if err != nil {
		return err
	}
	for more := true; more; {
		err := db.alone(ctx, db.beginStart, func(conn *sql.Conn) error {
			version, err := readVersion(ctx, conn, db.hasVersion)
			if err != nil {
				return fmt.Errorf("read the schema's version: %w", err)
			}
			if version > len(files) {
				return fmt.Errorf("its schema is version %d, newer than this fobdesk, which knows %d: "+
					"start a newer fobdesk, or restore the backup made before the update", version, len(files))
			}
			if more = version < len(files); !more {
				return nil
			}
			if err := migrateTo(ctx, conn, version+1, db.folder, files[version]); err != nil {
				return fmt.Errorf("migrate the schema to version %d: %w", version+1, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const newestVersion = "SELECT COALESCE(MAX(version), 0) FROM schema_version"

// readVersion returns the schema's version, 0 where there is none yet. It changes nothing, for a
// portal need not have the right to.
func readVersion(ctx context.Context, conn *sql.Conn, hasVersion string) (version int, err error) {
	var tables int
	if err := conn.QueryRowContext(ctx, hasVersion).Scan(&tables); err != nil || tables == 0 {
		return 0, err
	}
	return version, conn.QueryRowContext(ctx, newestVersion).Scan(&version)
}

// migrationFiles returns the names of the migrations in the order of their numbers.
func migrationFiles() ([]string, error) {
	files, err := fs.Glob(migrations, "migrations/*.sql") // sorted by name, so by number
	if err != nil {
		return nil, fmt.Errorf("list the migrations: %w", err)
	}
	return files, nil
}

// migrateTo does one migration, by the dialect's own file where it has one.
func migrateTo(ctx context.Context, conn *sql.Conn, version int, folder, file string) error {
	text, err := migrations.ReadFile(path.Join("migrations", folder, path.Base(file)))
	if errors.Is(err, fs.ErrNotExist) {
		text, err = migrations.ReadFile(file)
	}
	if err != nil {
		return err
	}
	const table = `CREATE TABLE IF NOT EXISTS schema_version (
		version BIGINT PRIMARY KEY -- the number of a migration that was done
	)`
	for _, statements := range []string{table, string(text)} {
		if _, err := conn.ExecContext(ctx, statements); err != nil {
			return err
		}
	}
	_, err = conn.ExecContext(ctx, "INSERT INTO schema_version (version) VALUES ($1)", version)
	return err
}
