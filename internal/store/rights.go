package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Rights are what a role may do with the tables on PostgreSQL, held to what grants.sql gives a portal.
type Rights struct {
	Role string
	// Missing is what it may not do and a portal has to, Excess what it may do and a portal must not,
	// each such as "INSERT on act, audit".
	Missing, Excess []string
}

// withheld is what a portal may not do with some of the tables; with the others it may do everything
// but drop and truncate them.
var withheld = map[string][]string{
	"audit":          {"UPDATE", "DELETE", "TRUNCATE"},
	"audit_block":    {"DELETE", "TRUNCATE"},
	"audit_day":      {"DELETE", "TRUNCATE"},
	"audit_mark":     {"INSERT", "UPDATE", "DELETE", "TRUNCATE"},
	"schema_version": {"INSERT", "UPDATE", "DELETE", "TRUNCATE"},
}

const selectRights = `SELECT current_user, relname, privilege, has_table_privilege(pg_class.oid, privilege)
	FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS privilege
	WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY privilege, relname`

// PortalRights returns the rights of the role that the URL of a PostgreSQL database names. It changes
// nothing.
func PortalRights(ctx context.Context, url string) (rights Rights, err error) {
	db, err := openDatabase(ctx, url, toRead)
	if err != nil {
		return Rights{}, err
	}
	defer func() { _ = db.abandon() }() // it wrote nothing
	rows, err := db.readers.QueryContext(ctx, selectRights)
	if err != nil {
		return Rights{}, fmt.Errorf("read the role's rights: %w", err)
	}
	defer func() { _ = rows.Close() }()
	missing, excess := map[string][]string{}, map[string][]string{} // tables by privilege
	for rows.Next() {
		var table, privilege string
		var has bool
		if err := rows.Scan(&rights.Role, &table, &privilege, &has); err != nil {
			return Rights{}, fmt.Errorf("read the role's rights: %w", err)
		}
		without := slices.Contains(withheld[table], privilege)
		switch {
		case has && without:
			excess[privilege] = append(excess[privilege], table)
		case !has && !without && privilege != "TRUNCATE":
			missing[privilege] = append(missing[privilege], table)
		}
	}
	rights.Missing, rights.Excess = listed(missing), listed(excess)
	return rights, rows.Err()
}

func listed(tables map[string][]string) []string {
	var list []string
	for privilege, of := range tables {
		list = append(list, privilege+" on "+strings.Join(of, ", "))
	}
	slices.Sort(list)
	return list
}
