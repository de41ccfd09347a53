package e2e

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"

	"fobdesk/internal/pgtest"
	"fobdesk/internal/store"
)

// Replicas is a world whose portal is several, on one PostgreSQL and behind one address. They answer
// in turn, a request each.
type Replicas struct {
	*World

	mu    sync.Mutex
	turn  int
	urls  []*url.URL // nil where a replica is out of the rotation
	stops []func()
}

// OnPostgres keeps the portal's data in a new database of the server, with the rights that are
// documented.
func OnPostgres(t testing.TB, server *pgtest.Server) Given {
	t.Helper()
	database := server.Database(t, func(url string) error { return store.Migrate(context.Background(), url) })
	return Setting("FOBDESK_DATABASE_URL", server.URL(pgtest.Portal, database))
}

// NewReplicas starts n portals on a database of the server. They end with the test.
func NewReplicas(t testing.TB, server *pgtest.Server, n int, givens ...Given) *Replicas {
	t.Helper()
	w, front := prepare(t, append(givens, OnPostgres(t, server)))
	r := &Replicas{World: w, urls: make([]*url.URL, n), stops: make([]func(), n)}
	for i := range n {
		r.Start(t, i)
	}
	proxy := &http.Server{Handler: &httputil.ReverseProxy{Rewrite: r.rewrite}} //nolint:gosec // for tests
	var serving sync.WaitGroup
	serving.Go(func() { _ = proxy.Serve(front) }) // says that it was closed
	t.Cleanup(func() {
		_ = proxy.Close()
		serving.Wait()
		for i := range n {
			r.Stop(i)
		}
	})
	return r
}

// rewrite sends a request to the next replica in the rotation.
func (r *Replicas) rewrite(request *httputil.ProxyRequest) {
	request.SetURL(r.next())
	request.Out.Host = request.In.Host
}

func (r *Replicas) next() *url.URL {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range r.urls {
		r.turn++
		if next := r.urls[r.turn%len(r.urls)]; next != nil {
			return next
		}
	}
	return &url.URL{Scheme: "http", Host: "localhost:0"} // nobody is there
}

// Start starts a replica and takes it into the rotation.
func (r *Replicas) Start(t testing.TB, i int) {
	t.Helper()
	listener := listen(t)
	_, stop := r.serve(t, listener)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.urls[i], r.stops[i] = &url.URL{Scheme: "http", Host: net.JoinHostPort("localhost", port(listener))}, stop
}

// Stop takes a replica out of the rotation and stops it as an operator would.
func (r *Replicas) Stop(i int) {
	r.mu.Lock()
	r.urls[i] = nil
	r.mu.Unlock()
	r.stops[i]()
}
