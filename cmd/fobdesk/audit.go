package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/config"
	"fobdesk/internal/session"
	"fobdesk/internal/store"
)

const auditUsage = `Usage: fobdesk audit <command> [flags]

Works on the database of a portal, which may be serving meanwhile.

  verify   read the whole audit trail and prove it unbroken; print how many rows were written and
           the head. Where it is broken, say at which row, and exit with 1.
  --head COUNT:HASH
        The head that the portal wrote to its log: a tail that was cut off since shows against it.

  export   write the rows to standard output, the oldest first.
  --format csv|jsonl
        Comma-separated values with a header, or an object a line (default csv).
  --actor ID  --subject ID  --serial NUMBER  --outcome NAME  --station NAME  --event NAME
        Only rows with this value.
  --from MOMENT  --to MOMENT
        Only rows from the one to the other, both included.

  prune    drop old rows, the oldest first, and leave a mark that verify accepts. The last row stays.
  --before MOMENT
        Drop what is older.

A moment is a day such as 2026-11-25 (UTC) or a time such as 2026-11-25T08:00:00Z.

All of them need:

`

// auditCommand declares its flags in set and returns what it does.
type auditCommand func(set *flag.FlagSet) func(ctx context.Context, trail trailAt, stdout io.Writer) error

// trailAt is where a trail is.
type trailAt struct {
	url     string
	options store.Options
}

// errFlags is what a command answers where its flags make no sense.
type errFlags struct{ error }

// auditTrail runs the command on the audit trail that args name.
func auditTrail(args []string, stdout, stderr io.Writer) int {
	name := ""
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if name == "help" || name == "-h" || name == "--help" {
		fmt.Fprint(stdout, auditUsage, config.StoreUsage())
		return exitDone
	}
	command, known := map[string]auditCommand{"verify": verifyTrail, "export": exportTrail, "prune": pruneTrail}[name]
	if !known {
		fmt.Fprintf(stderr, "fobdesk audit: got %q, want verify, export or prune\n", name)
		return exitUsage
	}
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	run := command(set)
	settings, err := config.LoadStore(set, args, os.LookupEnv, os.ReadFile)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, auditUsage, config.StoreUsage())
		return exitDone
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	return runAudit(run, settings, stdout, stderr)
}

func runAudit(
	run func(context.Context, trailAt, io.Writer) error, settings *config.Store, stdout, stderr io.Writer,
) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	keys, err := session.NewKeys(settings.SessionKeys.Reveal())
	if err == nil {
		trail := trailAt{settings.DatabaseURL.Reveal(), store.Options{Keys: keys, Now: time.Now}}
		err = run(ctx, trail, stdout)
	}
	if err == nil {
		return exitDone
	}
	code := failed(stderr, "fobdesk audit", err)
	if _, ok := errors.AsType[errFlags](err); ok {
		return exitUsage
	}
	return code
}

func verifyTrail(set *flag.FlagSet) func(context.Context, trailAt, io.Writer) error {
	var noted audit.Head
	set.Func("head", "", func(s string) (err error) {
		noted, err = audit.ParseHead(s)
		return err
	})
	return func(ctx context.Context, at trailAt, stdout io.Writer) (err error) {
		trail, err := store.OpenReadOnly(ctx, at.url, at.options)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, trail.Close()) }()
		head, err := trail.VerifyAudit(ctx, noted)
		if err != nil {
			return err
		}
		mark, err := trail.AuditMark(ctx)
		if err != nil {
			return err
		}
		if mark.Number > 0 {
			fmt.Fprintf(stdout, "rows up to %d were dropped on %s\n", mark.Number, mark.At.Format(time.DateOnly))
		}
		_, err = fmt.Fprintf(stdout, "%d rows, unbroken\nhead %s\n", head.Number, head)
		return err
	}
}

func exportTrail(set *flag.FlagSet) func(context.Context, trailAt, io.Writer) error {
	format := audit.CSV
	set.Func("format", "", func(s string) (err error) {
		format, err = audit.ParseFormat(s)
		return err
	})
	values := map[string]*string{}
	for _, name := range []string{"actor", "subject", "serial", "outcome", "station", "event", "from", "to"} {
		values[name] = set.String(name, "", "")
	}
	return func(ctx context.Context, at trailAt, stdout io.Writer) (err error) {
		filter, wrong := audit.ParseFilter(func(name string) string { return *values[name] })
		if len(wrong) > 0 {
			return errFlags{fmt.Errorf("want other values of --%s", strings.Join(wrong, ", --"))}
		}
		trail, err := store.OpenReadOnly(ctx, at.url, at.options)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, trail.Close()) }()
		return audit.Export(stdout, format, trail.ExportAudit(ctx, filter))
	}
}

func pruneTrail(set *flag.FlagSet) func(context.Context, trailAt, io.Writer) error {
	var before time.Time
	set.Func("before", "", func(s string) (err error) {
		before, _, err = audit.ParseMoment(s)
		return err
	})
	return func(ctx context.Context, at trailAt, stdout io.Writer) error {
		if before.IsZero() {
			return errFlags{errors.New("want --before with a day such as 2026-11-25")}
		}
		dropped, err := store.Prune(ctx, at.url, at.options, before)
		fmt.Fprintf(stdout, "dropped %d rows older than %s\n", dropped, before.Format(time.RFC3339))
		return err
	}
}
