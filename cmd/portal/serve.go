package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"fobdesk/internal/entra"
	"fobdesk/internal/graph"
)

// Limits of the server. Answers are written within writeLimit, so an act with all its calls ends
// before that.
const (
	headerLimit = 5 * time.Second
	readLimit   = 15 * time.Second
	writeLimit  = 30 * time.Second
	idleLimit   = 60 * time.Second
	headerBytes = 32 << 10
)

// How the portal stops: for drainTime it answers and is not ready, then it listens no more, and
// stopLimit is how long what is under way may take from there.
const (
	drainTime = 5 * time.Second
	stopLimit = 30 * time.Second
)

// ready tells whether the portal can serve: the database answers and Entra was found. A Graph that
// fails is for the log: it fails for every replica alike, and the pages say what is the matter.
func (p *Portal) ready(rp *entra.RelyingParty, client *graph.Client) func(context.Context) error {
	return func(ctx context.Context) error {
		if p.stopping.Load() {
			return errors.New("stopping")
		}
		if err := client.Ready(); err != nil {
			p.log.WarnContext(ctx, "ready, but Graph is away", "error", err)
		}
		return errors.Join(p.store.Ping(ctx), rp.Ready())
	}
}

// Serve answers requests until ctx ends. From then on the portal is not ready and begins no act;
// it listens for as long as Settings.Drain says, and ends once what is under way is answered.
func (p *Portal) Serve(ctx context.Context, listener net.Listener) error {
	var busy busyConns
	server := &http.Server{
		Handler: p.lastAnswers(p.Handler), ReadHeaderTimeout: headerLimit, ReadTimeout: readLimit,
		DisableGeneralOptionsHandler: true, WriteTimeout: writeLimit, IdleTimeout: idleLimit, MaxHeaderBytes: headerBytes,
		ErrorLog: slog.NewLogLogger(p.log.Handler(), slog.LevelDebug), ConnState: busy.note,
	}
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	var tasks sync.WaitGroup
	for _, task := range p.tasks {
		tasks.Go(func() { task(working) })
	}
	defer func() { stopWork(); tasks.Wait() }()
	listener = emptied(listener)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	ctx = context.WithoutCancel(ctx)
	p.stopping.Store(true)
	p.desk.Stop()
	p.pages.Stop()
	p.log.InfoContext(ctx, "stopping", "listens_for", p.drain.String())
	time.Sleep(p.drain)
	finish, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	_ = listener.Close() // which ends server.Serve
	p.log.DebugContext(ctx, "listening no more", "because", <-served)
	err := finishWork(finish, server, &busy)
	p.pages.Finish(finish)
	return err
}

// finishWork ends the server once no request is being read or answered: Shutdown alone drops what
// is read after it was called.
func finishWork(ctx context.Context, server *http.Server, busy *busyConns) error {
	busy.wait(ctx)
	if err := server.Shutdown(ctx); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// lastAnswers says with each answer of a portal that stops that its connection ends there: one that
// is kept open would be cut later, perhaps under a request that is just being sent.
func (p *Portal) lastAnswers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
