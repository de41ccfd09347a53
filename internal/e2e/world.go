// Package e2e holds what tests of the whole need: a portal wired as in production, over a
// simulated Entra and Graph, and people who visit it, by HTTP or in a real browser. Only tests
// import it; the browser's journeys are its own.
package e2e

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"fobdesk/cmd/portal"
	"fobdesk/internal/config"
	"fobdesk/internal/sim"
)

// World is a portal that serves, and the tenant behind it.
type World struct {
	URL   string // of the portal
	Cloud *sim.Cloud
	Clock *Clock
	Log   *Lines // what the portal logged
	Fobs  []sim.Fob

	folder string
	env    map[string]string
	portal *portal.Portal
	stop   func()
}

// Given changes a world before it starts.
type Given func(*given)

type given struct {
	env     map[string]string
	options sim.Options
}

// Setting gives the portal a setting.
func Setting(name, value string) Given {
	return func(g *given) { g.env[name] = value }
}

// Tenant changes the tenant.
func Tenant(change func(*sim.Options)) Given {
	return func(g *given) { change(&g.options) }
}

// NewWorld starts a world that ends with the test.
func NewWorld(t testing.TB, givens ...Given) *World {
	t.Helper()
	w, listener := prepare(t, givens)
	w.portal, w.stop = w.serve(t, listener)
	t.Cleanup(func() { w.stop() })
	return w
}

// prepare starts the tenant. The portal is yet to be started, on the listener.
func prepare(t testing.TB, givens []Given) (*World, net.Listener) {
	t.Helper()
	w := &World{Clock: &Clock{}, Log: &Lines{}, folder: t.TempDir()}
	listener := listen(t)
	w.URL = "http://localhost:" + port(listener)
	g := given{options: sim.Demo(w.Clock.Now()), env: map[string]string{
		"FOBDESK_BASE_URL":      w.URL,
		"FOBDESK_CLIENT_SECRET": random(),
		"FOBDESK_SESSION_KEYS":  random(),
		"FOBDESK_DATABASE_URL":  "sqlite:" + filepath.Join(w.folder, "fobdesk.db"),
		"FOBDESK_SUPPORT_EMAIL": "helpdesk@contoso.example",
		"FOBDESK_ORG_NAME":      "Contoso",
		"FOBDESK_LOG_LEVEL":     "debug",
		// Any free port, so that several programs can run at once.
		"FOBDESK_METRICS_LISTEN": "127.0.0.1:0",
	}}
	g.options.Now = w.Clock.Now
	g.options.ClientSecret = g.env["FOBDESK_CLIENT_SECRET"]
	g.options.LogoutURL = w.URL + "/auth/front-channel-logout"
	g.options.RedirectURIs = []string{w.URL + "/auth/callback", w.URL + "/", w.URL + "/kiosk"}
	for _, change := range givens {
		change(&g)
	}
	w.Cloud, w.Fobs = sim.New(g.options), g.options.Fobs
	stopCloud, err := w.Cloud.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stopCloud)
	w.env = map[string]string{
		"FOBDESK_TENANT_ID": g.options.TenantID, "FOBDESK_CLIENT_ID": g.options.ClientID,
		"FOBDESK_ISSUER_URL": w.Cloud.Issuer(), "FOBDESK_GRAPH_URL": w.Cloud.GraphBase(),
	}
	maps.Copy(w.env, g.env) // a test may have another issuer
	return w, listener
}

// Restart stops the portal as an operator would and starts it again on the same database.
func (w *World) Restart(t testing.TB) {
	t.Helper()
	w.stop()
	new(http.Client).CloseIdleConnections() // a form that is sent on one of those that were cut is lost
	address := w.URL[len("http://localhost:"):]
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:"+address)
	if err != nil {
		t.Fatal(err)
	}
	w.portal, w.stop = w.serve(t, listener)
}

// serve starts a portal on the listener and returns what stops it.
func (w *World) serve(t testing.TB, listener net.Listener) (desk *portal.Portal, stop func()) {
	t.Helper()
	lookup := func(name string) (string, bool) { value, ok := w.env[name]; return value, ok }
	cfg, err := config.Load(nil, lookup, os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	desk, err = portal.Open(ctx, portal.Settings{
		Config: cfg, Log: portal.NewLogger(w.Log, slog.LevelDebug, "json"), Now: w.Clock.Now,
		ReadBack: []time.Duration{0, 10 * time.Millisecond, 50 * time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- desk.Serve(ctx, listener) }()
	return desk, sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := desk.Close(ctx); err != nil {
			t.Error(err)
		}
	})
}

// Handler is the portal's own: a test of web may add a route to it before anybody visits.
func (w *World) Handler() http.Handler { return w.portal.Handler }

// Metrics is what the portal shows Prometheus.
func (w *World) Metrics() http.Handler { return w.portal.Metrics }

// Folder is where the portal keeps its database.
func (w *World) Folder() string { return w.folder }

func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func port(listener net.Listener) string {
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

func random() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return base64.StdEncoding.EncodeToString(key)
}

// Clock is the machine's clock, and can be moved on. The portal and the tenant share it.
type Clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

// Now is the time by this clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// Pass moves the clock on.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// Lines keeps what was written to a log.
type Lines struct {
	mu   sync.Mutex
	text []byte
}

// Write keeps p.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

// String is all that was written.
func (l *Lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
