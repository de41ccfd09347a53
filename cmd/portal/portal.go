// Package portal wires the portal: from settings to a server that runs. It is the one place where
// the store, Entra, Graph, the desk and the pages meet, shared by the programs of cmd; it holds
// no rule of its own.
package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/text/language"

	"fobdesk/internal/config"
	"fobdesk/internal/desk"
	"fobdesk/internal/entra"
	"fobdesk/internal/graph"
	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/internal/station"
	"fobdesk/internal/store"
	"fobdesk/web"
	"fobdesk/web/view"
)

// Settings are the operator's, and what a test replaces.
type Settings struct {
	*config.Config
	Log *slog.Logger
	// Now is the clock; nil means the machine's.
	Now func() time.Time
	// ReadBack are the pauses of looking for a lost answer; nil means the desk's own.
	ReadBack []time.Duration
}

// Portal is the portal, wired and not yet listening.
type Portal struct {
	Handler  http.Handler
	Stations *station.Stations
	log      *slog.Logger
	store    *store.Store
	tasks    []func(context.Context) // run while the portal serves
	stopping atomic.Bool
}

// Run opens the portal, serves it until ctx ends, and closes it.
func Run(ctx context.Context, cfg *config.Config, log *slog.Logger) error {
	p, err := Open(ctx, Settings{Config: cfg, Log: log})
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("listen on %s: %w", cfg.Listen, err), p.Close(ctx))
	}
	log.InfoContext(ctx, "serving", "address", listener.Addr().String(), "url", cfg.BaseURL)
	return errors.Join(p.Serve(ctx, listener), p.Close(ctx))
}

// Open wires the portal: it opens the database and reads files, and asks nothing of Entra or
// Graph, for they may be down when it starts.
func Open(ctx context.Context, s Settings) (*Portal, error) {
	if s.Now == nil {
		s.Now = time.Now
	}
	keys, err := session.NewKeys(s.SessionKeys.Reveal())
	if err != nil {
		return nil, fmt.Errorf("session keys: %w", err)
	}
	db, err := store.Open(ctx, s.DatabaseURL.Reveal(), store.Options{Keys: keys, Now: s.Now})
	if err != nil {
		return nil, err
	}
	p := &Portal{log: s.Log, store: db}
	if err := p.wire(s, keys); err != nil { //nolint:contextcheck // requests bring their own
		return nil, errors.Join(err, p.Close(ctx))
	}
	return p, nil
}

// Check refuses a setting that is sound and yet can't be served, in a line as those of config are:
// a language that there are no words in.
func Check(c *config.Config) error {
	var tags []string
	for _, tongue := range message.Languages() {
		tags = append(tags, tongue.Tag)
	}
	if !slices.Contains(tags, c.Language) {
		return fmt.Errorf("FOBDESK_LANGUAGE: got %q, want one of %s", c.Language, strings.Join(tags, ", "))
	}
	return nil
}

func (p *Portal) wire(s Settings, keys *session.Keys) error {
	base, err := url.Parse(s.BaseURL)
	if err != nil {
		return fmt.Errorf("base URL: %w", err)
	}
	issuer, err := url.Parse(s.IssuerURL)
	if err != nil {
		return fmt.Errorf("issuer URL: %w", err)
	}
	proof, err := clientProof(s.Config)
	if err != nil {
		return err
	}
	if base.Scheme != "https" {
		s.Log.Warn("plain http: cookies are not Secure; for development on this machine only", "url", s.BaseURL)
	}
	rp := entra.New(entra.Config{
		Issuer: s.IssuerURL, TenantID: s.TenantID, ClientID: s.ClientID, Proof: proof,
		RedirectURI: s.BaseURL + "/auth/callback", PostLogoutURI: s.BaseURL + "/",
		Now: s.Now, Log: s.Log,
	})
	scopes := map[session.Grant][]string{
		session.GrantSelf: s.SelfScopes, session.GrantAdmin: s.AdminScopes, session.GrantInventory: s.InventoryScopes,
	}
	client := graph.New(graph.Config{BaseURL: s.GraphURL, UserAgent: userAgent(), Log: s.Log, Now: s.Now})
	acts := desk.New(desk.Config{
		Ledger: p.store.Ledger(), Memory: p.store.Ledger(), MAC: keys.MAC, Attempts: s.Attempts, Window: s.AttemptsWindow,
		ReadBack: s.ReadBack, Now: s.Now, Log: s.Log,
	})
	kept := session.Config{
		Rows: p.store, States: p.store, Keys: keys, Idle: s.SessionIdle, Max: s.SessionMax,
		Secure: base.Scheme == "https", Now: s.Now, Log: s.Log,
	}
	sessions := session.NewStore(kept)
	kept.Visits, kept.Idle, kept.Max = true, s.KioskIdle, s.KioskMax
	visits := session.NewStore(kept)
	p.Stations = station.New(station.Config{Rows: p.store, Keys: keys, Secure: kept.Secure, Now: s.Now})
	p.tasks = []func(context.Context){rp.Run, housekeeping{acts, sessions, visits, p.store, s.Now, s.Log}.run}
	p.Handler, err = web.New(web.Config{
		BaseURL: base, Issuer: s.IssuerURL, SignInOrigin: issuer.Scheme + "://" + issuer.Host,
		Language: language.Make(s.Language), Org: s.OrgName, Help: view.Help{URL: s.SupportURL, Email: s.SupportEmail},
		Brand:          web.Brand{Color: s.BrandColor, Logo: s.Logo.Body, LogoType: s.Logo.MediaType},
		StepUpAtSignIn: s.StepUpAtSignIn, TrustedProxies: s.TrustedProxies,
		Scopes: scopes, AdminRoles: s.AdminRoles,
		Desk: acts, Fobs: func(tokens *session.TokenSource) desk.Fobs { return client.Me(tokens) },
		Entra: rp, Sessions: sessions, Visits: visits, Stations: p.Stations, Refresh: refresher(rp, scopes), Trail: p.store,
		Others:    func(tokens *session.TokenSource, id string) desk.Fobs { return client.User(tokens, id) },
		People:    func(tokens *session.TokenSource) web.People { return people{client.People(tokens)} },
		Inventory: func(tokens *session.TokenSource) desk.Inventory { return client.Inventory(tokens) },
		Ready:     p.ready(rp), Graph: client.Ready, Now: s.Now, Log: s.Log,
	})
	return err
}

// clientProof makes the one way of proving the client that is configured.
func clientProof(c *config.Config) (entra.Proof, error) {
	switch {
	case c.FederatedTokenFile != "":
		return entra.NewFederatedTokenFile(c.FederatedTokenFile), nil
	case c.ClientSecret.Reveal() != "":
		return entra.NewSecret(c.ClientSecret.Reveal()), nil
	}
	return entra.NewCertificate(c.ClientCert.Reveal())
}

// refresher lets a session get new tokens from Entra.
func refresher(rp *entra.RelyingParty, scopes map[session.Grant][]string) session.RefreshFunc {
	return func(ctx context.Context, sess session.Session, grant session.Grant) (session.Refreshed, error) {
		was := entra.Identity{Person: sess.Person, Subject: sess.Subject, Roles: sess.Roles, IssuedAt: sess.IssuedAt}
		identity, tokens, err := rp.Refresh(ctx, sess.Of(grant).RefreshToken(), was, scopes[grant])
		switch {
		case errors.Is(err, outcome.SignInRefused): // somebody else's, or false: no session stands on it
			return session.Refreshed{}, &outcome.Error{Outcome: outcome.SignedOut, Err: err}
		case errors.Is(err, outcome.UpstreamUnavailable): // the reasons are for signing in
			return session.Refreshed{}, &outcome.Error{Outcome: outcome.UpstreamUnavailable, Err: err}
		case err != nil:
			return session.Refreshed{}, err
		}
		return session.Refreshed{
			Tokens: session.NewTokens(tokens.AccessToken, tokens.RefreshToken, tokens.Expiry),
			Roles:  identity.Roles, IssuedAt: identity.IssuedAt,
		}, nil
	}
}

// ready tells whether the portal can serve: the database answers and Entra was found.
func (p *Portal) ready(rp *entra.RelyingParty) func(context.Context) error {
	return func(ctx context.Context) error {
		if p.stopping.Load() {
			return errors.New("stopping")
		}
		return errors.Join(p.store.Ping(ctx), rp.Ready())
	}
}

// Limits of the server. Answers are written within writeLimit, so an act with all its calls ends
// before that; stopLimit is how long acts under way may take once the portal is told to stop.
const (
	headerLimit = 5 * time.Second
	readLimit   = 15 * time.Second
	writeLimit  = 30 * time.Second
	idleLimit   = 60 * time.Second
	stopLimit   = 30 * time.Second
	headerBytes = 32 << 10
)

// Serve answers requests until ctx ends; those under way are finished first.
func (p *Portal) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: p.Handler, ReadHeaderTimeout: headerLimit, ReadTimeout: readLimit,
		DisableGeneralOptionsHandler: true, WriteTimeout: writeLimit, IdleTimeout: idleLimit, MaxHeaderBytes: headerBytes,
		ErrorLog: slog.NewLogLogger(p.log.Handler(), slog.LevelDebug),
	}
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	var tasks sync.WaitGroup
	for _, task := range p.tasks {
		tasks.Go(func() { task(working) })
	}
	defer func() { stopWork(); tasks.Wait() }()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	p.stopping.Store(true)
	p.log.InfoContext(ctx, "stopping")
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	if err := server.Shutdown(finish); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// Close writes out what is pending and gives the database back, also where ctx has ended.
func (p *Portal) Close(ctx context.Context) error { return p.store.Close(context.WithoutCancel(ctx)) }

// userAgent names the portal to Graph, as Graph's guidance on best practices asks.
func userAgent() string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	return "Fobdesk/" + version
}

// people gives the pages Graph's people.
type people struct{ *graph.People }

// Search implements web.People.
func (p people) Search(ctx context.Context, q, next string) ([]oath.Person, string, error) {
	page, err := p.People.Search(ctx, q, next)
	return page.People, page.Next, err
}
