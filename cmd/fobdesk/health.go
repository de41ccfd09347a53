package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"fobdesk/internal/config"
)

const healthUsage = `Usage: fobdesk health [flags]

Asks the portal on this machine whether it lives (/healthz), and exits with 0 if it says so: for an
image that holds no other program to ask with.

`

// healthLimit is how long the portal may take to say that it lives.
const healthLimit = 3 * time.Second

// health asks the portal of this machine whether it lives.
func health(args []string, stdout, stderr io.Writer) int {
	address, err := config.LoadListen(args, os.LookupEnv, os.ReadFile)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, healthUsage, config.ListenUsage())
		return exitDone
	case err != nil:
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	ctx, cancel := context.WithTimeout(context.Background(), healthLimit)
	defer cancel()
	if err := alive(ctx, address); err != nil {
		fmt.Fprintln(stderr, "fobdesk health:", err)
		return exitFailed
	}
	fmt.Fprintln(stdout, "ok")
	return exitDone
}

// alive asks at the address that the portal listens on; one without a host, or with that of all
// interfaces, is asked on this machine's own.
func alive(ctx context.Context, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	switch host { // the name localhost may be unknown in an image without /etc/hosts
	case "", "0.0.0.0":
		host = "127.0.0.1"
	case "::":
		host = "::1"
	}
	url := "http://" + net.JoinHostPort(host, port) + "/healthz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody) //nolint:gosec // the operator says which address
	if err != nil {
		return err
	}
	answer, err := new(http.Transport).RoundTrip(request) // by no proxy
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("ask %s: status %d", url, answer.StatusCode)
	}
	return nil
}
