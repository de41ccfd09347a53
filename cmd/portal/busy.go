package portal

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// busyConns are the server's connections on which a request is read or answered, or may come any
// moment because they are new.
type busyConns struct {
	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// note is the server's ConnState.
func (b *busyConns) note(conn net.Conn, state http.ConnState) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if state != http.StateNew && state != http.StateActive {
		delete(b.conns, conn)
		return
	}
	if b.conns == nil {
		b.conns = map[net.Conn]struct{}{}
	}
	b.conns[conn] = struct{}{}
}

func (b *busyConns) none() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.conns) == 0
}

// wait returns once none is busy, or with ctx. One that says nothing ends by headerLimit.
func (b *busyConns) wait(ctx context.Context) {
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !b.none() {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}
