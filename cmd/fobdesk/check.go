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

	"fobdesk/cmd/portal"
	"fobdesk/internal/config"
)

const checkUsage = `Usage: fobdesk check [flags]

Tries the settings against Entra, Graph and the database, and prints a line for each thing tried: ok
with what was found, fail with what is wrong and how to mend it, or note where it can't be known.
Nothing is changed, and a portal may be serving meanwhile. Exits with 0 if nothing failed.

It takes the flags and variables of fobdesk serve, which fobdesk serve --help lists.
`

// check tries the configuration and tells what came of it.
func check(args []string, stdout, stderr io.Writer) int {
	cfg, err := config.Load(args, os.LookupEnv, os.ReadFile)
	if err == nil {
		err = portal.Sound(cfg)
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, checkUsage)
		return exitDone
	case err != nil:
		for problem := range strings.Lines(err.Error()) {
			fmt.Fprintf(stdout, "fail %s\n", strings.TrimSuffix(problem, "\n"))
		}
		fmt.Fprintln(stderr, "fobdesk check: nothing else was tried, for the settings are wrong")
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	fmt.Fprintln(stdout, "ok   settings: all that are needed are there, and can be read")
	if !portal.Check(ctx, cfg, stdout) {
		return exitFailed
	}
	return exitDone
}
