// Command fobdesk-demo is the portal to try out: the whole of it, wired as in production, against
// a simulated Entra and Graph, with demo people and fobs that show live codes, and a gallery of every
// page in every state. Everything it keeps lies in a temporary folder and goes when it ends.
package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"fobdesk/cmd/portal"
	"fobdesk/internal/config"
	"fobdesk/internal/sim"
	"fobdesk/internal/station"
	"fobdesk/web/view/gallery"
)

func main() {
	if len(os.Args) > 1 {
		os.Exit(explain(os.Args[1:], os.Stdout, os.Stderr))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	if err := run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fobdesk-demo:", err)
		os.Exit(1)
	}
}

// usage is what -h prints, and what is answered to an argument: the demo has none.
const usage = `Usage: fobdesk-demo

Starts the whole portal against a simulated Entra and Graph, with demo people and fobs, and prints
the addresses and what to try. It takes no arguments. Ctrl-C ends it; nothing is kept.
`

// explain prints the usage and returns the exit code: 0 where it was asked for, 2 where it is the
// answer to arguments that nothing takes.
func explain(args []string, out, errOut io.Writer) int {
	if len(args) == 1 && slices.Contains([]string{"-h", "-help", "--help", "help"}, args[0]) {
		fmt.Fprint(out, usage)
		return 0
	}
	fmt.Fprint(errOut, usage)
	return 2
}

// The ports that are tried first. They lie so far apart that no part takes another's.
const (
	portalPort = 8080
	fobsPort   = 8180
	entraPort  = 8280
	graphPort  = 8380
	lookPort   = 8480
	portTries  = 100
)

// run starts the five servers, says what to try, and ends all of it with ctx.
func run(ctx context.Context, out io.Writer) error {
	folder, err := os.MkdirTemp("", "fobdesk-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	var doors [5]door
	for i, port := range []int{portalPort, entraPort, graphPort, fobsPort, lookPort} {
		if doors[i], err = open(ctx, out, port); err != nil {
			return err
		}
		defer func() { _ = doors[i].listener.Close() }()
	}
	base, entra, graph, fobs, look := doors[0], doors[1], doors[2], doors[3], doors[4]
	baseURL, secret := "http://localhost:"+base.port, random()
	options := sim.Demo(time.Now())
	options.ClientSecret = secret
	options.RedirectURIs = []string{baseURL + "/auth/callback", baseURL + "/", baseURL + "/kiosk"}
	options.LogoutURL = baseURL + "/auth/front-channel-logout"
	cloud := sim.New(options)
	cloud.SetURLs(entra.url(), graph.url())

	cfg, err := settings(map[string]string{
		"FOBDESK_BASE_URL":      baseURL,
		"FOBDESK_TENANT_ID":     options.TenantID,
		"FOBDESK_CLIENT_ID":     options.ClientID,
		"FOBDESK_CLIENT_SECRET": secret,
		"FOBDESK_ISSUER_URL":    cloud.Issuer(),
		"FOBDESK_GRAPH_URL":     cloud.GraphBase(),
		"FOBDESK_SESSION_KEYS":  random(),
		"FOBDESK_DATABASE_URL":  "sqlite:" + filepath.Join(folder, "fobdesk.db"),
		"FOBDESK_ADMIN_ROLES":   adminRoles,
		"FOBDESK_ORG_NAME":      "Contoso",
		"FOBDESK_SUPPORT_EMAIL": "helpdesk@contoso.example",
		"FOBDESK_LOG_LEVEL":     "error",
		"FOBDESK_LOG_FORMAT":    "text",
	})
	if err != nil {
		return err
	}
	desk, err := portal.Open(ctx, portal.Settings{Config: cfg, Log: portal.NewLogger(os.Stderr, cfg.LogLevel, cfg.LogFormat)})
	if err != nil {
		return err
	}
	pairing, err := newStation(ctx, desk.Stations)
	if err != nil {
		return err
	}
	pages, err := gallery.Handler()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, script, baseURL, "http://localhost:"+fobs.port, pairing, "http://localhost:"+look.port+gallery.Root)
	return errors.Join(serveAll(ctx,
		func(ctx context.Context) error { return desk.Serve(ctx, base.listener) },
		entra.serve(cloud.Entra()), graph.serve(cloud.Graph()), fobs.serve(cloud.Fobs()), look.serve(pages),
	), desk.Close(ctx))
}

// script is what is printed once everything listens: the addresses, the portal's first, and what
// to try.
const script = `
  The portal:      %[1]s
  The demo's fobs: %[2]s  (they show live codes)
  A station:       %[1]s/kiosk/pair?code=%[3]s  (in a private window)
  The gallery:     %[4]s  (every page in every state)

  Try this:
  1. Open both. In the portal sign in as Ada, and enrol the first fob: its serial number and code.
  2. Enrol another with a wrong code, then the fob whose clock is off, then the one that is Chloé’s.
  3. Sign out, sign in as Ben, activate the fob that waits for him, and remove the other.

  At the help desk:
  1. Sign in as Grace, press Help desk, find Ada, and enrol a fob for her.
  2. Hand out fobs to one person after another, undo one, and read what was done.
  3. Sign in as Jonas, who has no role, and open %[1]s/admin.
  4. Sign in as Mia, a Global Administrator: ask where a fob is, assign one without its code, replace
     Ben's, and read What was done. Grace may look at Mia's page, and do nothing for her.
  5. Sign in as Karin, whose role reaches the warehouse only: Paula Costa yes, Ada no.
  6. Sign in as Liam: his role has to be activated first, on Entra's page, and only then opens /admin.
  7. Sign in as Henrik, an Authentication Policy Administrator: the help desk is closed to his role,
     which the README says how to add.
  8. On the page of fobs, under The tenant, take the help desk’s permission away, and sign in as Grace;
     or let Graph not know the one step, and enrol a fob for Ada as Grace and as Mia.

  At a station, one person after another:
  1. Open the station's address in a private window or another browser, and press Put into service.
     The code is good for ten minutes; later, Grace makes a new one under Help desk, Stations.
  2. Press Start, sign in as Ada, and enrol the second fob with the keypad. Press Done, or wait.
  3. Press Start, sign in as Ben: his fob waits for its code. Leave in the middle, by doing nothing.
  4. Look for Ada and Ben with Back, Forward and Reload. As Grace, revoke the station meanwhile.

  Ctrl-C ends it. Nothing is kept.
`

// newStation makes a station and returns the code that puts a browser into its place. Grace, who is an
// admin, has made it.
func newStation(ctx context.Context, stations *station.Stations) (string, error) {
	made, err := stations.Create(ctx, sim.GraceID, "Reception", "Ground floor", "")
	if err != nil {
		return "", fmt.Errorf("make a station: %w", err)
	}
	code, _, _, err := stations.PairingCode(ctx, made.ID, sim.GraceID)
	if err != nil {
		return "", fmt.Errorf("read the station's code: %w", err)
	}
	return code, nil
}

// adminRoles are the roles that open the admins' pages by themselves, and the app role of an admin
// whose role reaches one administrative unit only: such a role stands in no token.
const adminRoles = sim.RoleAuthenticationAdministrator + "," + sim.RolePrivilegedAuthenticationAdministrator +
	"," + sim.RoleGlobalAdministrator + "," + sim.DemoAppRole

// settings reads the demo's settings as the portal's program reads an operator's.
func settings(env map[string]string) (*config.Config, error) {
	lookup := func(name string) (string, bool) { value, ok := env[name]; return value, ok }
	return config.Load(nil, lookup, os.ReadFile)
}

// random is 32 random bytes in base64: a key or a secret that lasts as long as the demo.
func random() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return base64.StdEncoding.EncodeToString(key)
}

// door is a port of this machine that the demo listens on.
type door struct {
	listener net.Listener
	port     string
}

// open listens on the port, or on the next one that is free.
func open(ctx context.Context, out io.Writer, port int) (door, error) {
	for next := port; next < port+portTries; next++ {
		text := strconv.Itoa(next)
		listener, err := listen(ctx, text)
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			continue
		case err != nil:
			return door{}, fmt.Errorf("listen on port %s: %w", text, err)
		case next != port:
			fmt.Fprintf(out, "Port %d is taken; %s is used instead.\n", port, text)
		}
		return door{listener, text}, nil
	}
	return door{}, fmt.Errorf("no free port from %d to %d", port, port+portTries-1)
}

// listen listens on the port of 127.0.0.1. A port that somebody has on ::1 alone is taken, too,
// for a browser that is sent to localhost may go there.
func listen(ctx context.Context, port string) (net.Listener, error) {
	config := new(net.ListenConfig)
	six, err := config.Listen(ctx, "tcp", "[::1]:"+port)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, err
	}
	if err == nil { // else this machine has no ::1
		defer func() { _ = six.Close() }()
	}
	return config.Listen(ctx, "tcp", "127.0.0.1:"+port)
}

// url is the door's address as another site than the portal's, as Entra and Graph are.
func (d door) url() string { return "http://127.0.0.1:" + d.port }

// serve answers with the handler until ctx ends.
func (d door) serve(handler http.Handler) func(context.Context) error {
	return func(ctx context.Context) error {
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
		stop := context.AfterFunc(ctx, func() { _ = server.Close() })
		defer stop()
		if err := server.Serve(d.listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve on port %s: %w", d.port, err)
		}
		return nil
	}
}

// serveAll runs all of them until ctx ends; one that fails ends the others.
func serveAll(ctx context.Context, servers ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(servers))
	var wg sync.WaitGroup
	for i, serve := range servers {
		wg.Go(func() {
			defer cancel()
			errs[i] = serve(ctx)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
