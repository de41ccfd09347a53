package portal

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// AddressError is an address that the portal can't listen on. It is told in one line that names the
// setting, as what is wrong with settings is.
type AddressError struct {
	Variable, Address string
	Err               error
}

// Error says which setting it is, what it got and what it wants.
func (e *AddressError) Error() string {
	return fmt.Sprintf("%s: got %q, want an address of this machine that nobody listens on: %v", e.Variable, e.Address, e.Err)
}

// Unwrap returns the network's own error.
func (e *AddressError) Unwrap() error { return e.Err }

func listen(ctx context.Context, variable, address string) (net.Listener, error) {
	var config net.ListenConfig
	config.SetMultipathTCP(false) // which a proxy does not speak, and which takes no filter: see emptying
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &AddressError{variable, address, err}
	}
	return listener, nil
}

// serveMetrics answers /metrics until stop is called.
func (p *Portal) serveMetrics(ctx context.Context, listener net.Listener) (stop func()) {
	server := &http.Server{
		Handler: p.Metrics, ReadHeaderTimeout: headerLimit, ReadTimeout: readLimit, WriteTimeout: writeLimit,
		IdleTimeout: idleLimit, MaxHeaderBytes: headerBytes,
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			p.log.ErrorContext(ctx, "metrics are no longer served", "error", err)
		}
	}()
	return func() { _ = server.Close(); <-done }
}
