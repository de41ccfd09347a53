package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"fobdesk/internal/config"
	"fobdesk/internal/store"
)

const migrateUsage = `Usage: fobdesk migrate [flags]

Makes the database's tables, or brings them up to date, as a start of the portal does where its role
owns them. Where it does not, run this as the role that does, before an update: portals of the version
before go on working meanwhile. On PostgreSQL the roles fobdesk and fobdesk_retention, where they are
there, are given what they need and no more.

`

// migrate brings the database's tables up to date.
func migrate(args []string, stdout, stderr io.Writer) int {
	settings, err := config.LoadDatabase(flag.NewFlagSet("migrate", flag.ContinueOnError), args, os.LookupEnv, os.ReadFile)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, migrateUsage, config.DatabaseUsage())
		return exitDone
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := store.Migrate(ctx, settings.DatabaseURL.Reveal()); err != nil {
		return failed(stderr, "fobdesk migrate", err)
	}
	fmt.Fprintln(stdout, "the tables are up to date")
	return exitDone
}

// failed tells why the command failed and answers the exit code: a database's URL that is none is a
// wrong setting.
func failed(stderr io.Writer, command string, err error) int {
	if errors.Is(err, store.ErrURL) {
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "%s: %v\n", command, err)
	return exitFailed
}
