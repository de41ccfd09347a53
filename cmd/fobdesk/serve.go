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

	"fobdesk/cmd/portal"
	"fobdesk/internal/config"
)

// serve runs the portal until SIGTERM or an interrupt. A wrong setting is told before anything is
// opened, one line for each; a second signal ends the process at once.
func serve(args []string, stdout, stderr io.Writer) int {
	cfg, err := config.Load(args, os.LookupEnv, os.ReadFile)
	if errors.Is(err, flag.ErrHelp) {
		if err := config.Usage(stdout); err != nil {
			return exitFailed
		}
		return exitDone
	}
	if err == nil {
		err = portal.Check(cfg)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	log := portal.NewLogger(stderr, cfg.LogLevel, cfg.LogFormat)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // signals have their usual effect again
	if err := portal.Run(ctx, cfg, log); err != nil {
		log.ErrorContext(ctx, "stopped", "error", err)
		return exitFailed
	}
	return exitDone
}
