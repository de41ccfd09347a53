package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"fobdesk/cmd/portal"
	"fobdesk/internal/config"
	"fobdesk/internal/store"
	"fobdesk/internal/trace"
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
		err = portal.Sound(cfg)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	log := portal.NewLogger(stderr, cfg.LogLevel, cfg.LogFormat)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // signals have their usual effect again
	tracer, err := trace.Start(context.WithoutCancel(ctx), os.LookupEnv, portal.Version(), log)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	err = portal.Run(ctx, cfg, log, tracer)
	flushTraces(ctx, tracer, log)
	if errors.Is(err, store.ErrURL) {
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	if taken, ok := errors.AsType[*portal.AddressError](err); ok {
		fmt.Fprintln(stderr, taken)
		return exitFailed
	}
	if err != nil {
		log.ErrorContext(ctx, "stopped", "error", err)
		return exitFailed
	}
	return exitDone
}

// flushLimit bounds the sending of the last traces.
const flushLimit = 2 * time.Second

func flushTraces(ctx context.Context, tracer *trace.Tracer, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushLimit)
	defer cancel()
	if err := tracer.Close(ctx); err != nil {
		log.WarnContext(ctx, "traces not sent", "error", err)
	}
}
