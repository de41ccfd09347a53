package portal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"fobdesk/internal/config"
	"fobdesk/internal/session"
	"fobdesk/internal/store"
)

// openToOthers are the bits of a mode by which anybody but the owner gets at a file.
const openToOthers = 0o077

// databaseTrials look at the database beside a portal that may be serving.
func databaseTrials(cfg *config.Config) []trial {
	path, isFile := strings.CutPrefix(cfg.DatabaseURL.Reveal(), "sqlite:")
	if _, err := os.Stat(path); isFile && errors.Is(err, fs.ErrNotExist) {
		return []trial{{
			name: "database", mend: "make the folder, and let the portal's user write to it",
			try: func(context.Context) (string, error) { return notYet(path) },
		}}
	}
	var schema *store.SchemaError // as the first trial finds it
	all := []trial{
		{name: "database", mend: "see that the database is there and whole, that the portal's user may read it, and that " +
			"FOBDESK_SESSION_KEYS holds a key of its last start", try: func(ctx context.Context) (string, error) {
			head, err := readHead(ctx, cfg)
			var other bool
			if schema, other = errors.AsType[*store.SchemaError](err); other {
				return "it opens", nil
			}
			return fmt.Sprintf("it opens, with %d rows in the audit trail", head), err
		}},
		{name: "schema", follows: true, mend: "use the fobdesk that was serving, or a newer one",
			try: func(context.Context) (string, error) { return judgeSchema(schema) }},
	}
	if isFile {
		return append(all, trial{name: "permissions", follows: true, mend: "chmod 700 the folder and chmod 600 the files in it",
			try: func(context.Context) (string, error) { return "nobody but the owner gets at " + path, private(path) }})
	}
	return append(all, trial{name: "permissions", mend: "run fobdesk migrate as the role that owns the tables, " +
		"which gives the role fobdesk its rights, and let FOBDESK_DATABASE_URL name that role",
		try: func(ctx context.Context) (string, error) {
			return judgeRights(store.PortalRights(ctx, cfg.DatabaseURL.Reveal()))
		}})
}

// judgeRights refuses a role that can't serve, and one that could change or drop what the audit trail
// says.
func judgeRights(rights store.Rights, err error) (string, error) {
	var wrong []string
	if len(rights.Missing) > 0 {
		wrong = append(wrong, "lacks "+strings.Join(rights.Missing, ", "))
	}
	if len(rights.Excess) > 0 {
		wrong = append(wrong, "must not have "+strings.Join(rights.Excess, ", "))
	}
	switch {
	case err != nil:
		return "", unknown{"they can't be known while the database can't be read"}
	case len(wrong) > 0:
		return "", fmt.Errorf("the role %s %s", rights.Role, strings.Join(wrong, ", and "))
	}
	return "the role " + rights.Role + " adds rows to the audit trail and reads them, and can't change or drop one", nil
}

// notYet says whether the first start can make the database.
func notYet(path string) (string, error) {
	folder := filepath.Dir(path)
	for folder != filepath.Dir(folder) {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		folder = filepath.Dir(folder) // which is made, too
	}
	const mayWrite = 2 // W_OK (access(2))
	if err := syscall.Access(folder, mayWrite); err != nil {
		return "", fmt.Errorf("%s is not there, and can't be made in %s: %w", path, folder, err)
	}
	return path + " is not there yet; the first start makes it", nil
}

// readHead opens the database with the keys and returns how many rows its trail has had.
func readHead(ctx context.Context, cfg *config.Config) (rows int64, err error) {
	keys, err := session.NewKeys(cfg.SessionKeys.Reveal())
	if err != nil {
		return 0, fmt.Errorf("session keys: %w", err)
	}
	trail, err := store.OpenReadOnly(ctx, cfg.DatabaseURL.Reveal(), store.Options{Keys: keys, Now: time.Now})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, trail.Close()) }()
	head, err := trail.AuditHead(ctx)
	return head.Number, err
}

// judgeSchema tells a schema that the next start brings up to date from one that is newer than the
// program; nil is one that fits.
func judgeSchema(e *store.SchemaError) (string, error) {
	switch {
	case e == nil:
		return "this fobdesk's", nil
	case e.Has < e.Knows:
		return fmt.Sprintf("version %d; the next start brings it to %d", e.Has, e.Knows), nil
	}
	return "", fmt.Errorf("version %d, and this fobdesk knows %d", e.Has, e.Knows)
}

// private refuses a database that others than its owner get at.
func private(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) && name != path {
			continue
		}
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&openToOthers != 0 {
			return fmt.Errorf("%s has the mode %04o", name, mode)
		}
	}
	return nil
}
