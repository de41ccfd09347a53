// Package portal wires the portal: from settings to a server that runs. It is the one place where
// the store, Entra, Graph, the desk and the pages meet, shared by the programs of cmd; it holds
// no rule of its own.
package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/text/language"

	"fobdesk/internal/config"
	"fobdesk/internal/desk"
	"fobdesk/internal/entra"
	"fobdesk/internal/graph"
	"fobdesk/internal/message"
	"fobdesk/internal/metrics"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/internal/station"
	"fobdesk/internal/store"
	"fobdesk/internal/trace"
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
	// Drain is how long the portal still answers, and says that it is not ready, once it is told to
	// stop: a proxy in front of it stops sending requests meanwhile.
	Drain time.Duration
	// Tracer traces requests and calls; nil where traces are off.
	Tracer *trace.Tracer
}

// Portal is the portal, wired and not yet listening.
type Portal struct {
	Handler  http.Handler
	Stations *station.Stations
	Metrics  http.Handler // for another address than the portal's own
	log      *slog.Logger
	store    *store.Store
	desk     *desk.Desk
	tasks    []func(context.Context) // run while the portal serves
	drain    time.Duration
	pages    *web.Server
	stopping atomic.Bool
}

// Run listens, opens the portal, serves it and its metrics until ctx ends, and closes it. An address
// that it can't listen on is an *AddressError. The tracer, which may be nil, is the caller's.
func Run(ctx context.Context, cfg *config.Config, log *slog.Logger, tracer *trace.Tracer) (err error) {
	CollectRarely()
	front, err := listen(ctx, "FOBDESK_LISTEN", cfg.Listen)
	if err != nil {
		return err
	}
	defer func() { _ = front.Close() }()
	metrics, err := listen(ctx, "FOBDESK_METRICS_LISTEN", cfg.MetricsListen)
	if err != nil {
		return err
	}
	defer func() { _ = metrics.Close() }()
	p, err := Open(ctx, Settings{Config: cfg, Log: log, Drain: drainTime, Tracer: tracer})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close(ctx)) }()
	stop := p.serveMetrics(ctx, metrics)
	defer stop()
	log.InfoContext(ctx, "serving", "address", front.Addr().String(), "url", cfg.BaseURL, "metrics", metrics.Addr().String())
	return p.Serve(ctx, front)
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
	p := &Portal{log: s.Log, store: db, drain: s.Drain}
	if err := p.wire(s, keys); err != nil { //nolint:contextcheck // requests bring their own
		return nil, errors.Join(err, p.Close(ctx))
	}
	return p, nil
}

// Sound refuses a setting that is sound and yet can't be served, in a line as those of config are:
// a language that there are no words in.
func Sound(c *config.Config) error {
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
	seen := watch{metrics.New(), s.Tracer}
	seen.metrics.WatchDatabase(figures(p.store))
	p.Metrics = seen.metrics.Handler()
	rp := entra.New(entra.Config{
		Issuer: s.IssuerURL, TenantID: s.TenantID, ClientID: s.ClientID, Proof: proof,
		RedirectURI: s.BaseURL + "/auth/callback", PostLogoutURI: s.BaseURL + "/",
		Now: s.Now, Log: s.Log, Watch: seen.entraCall,
	})
	scopes := map[session.Grant][]string{
		session.GrantSelf: s.SelfScopes, session.GrantAdmin: s.AdminScopes, session.GrantInventory: s.InventoryScopes,
	}
	client := graph.New(graph.Config{
		BaseURL: s.GraphURL, UserAgent: userAgent(), Log: s.Log, Now: s.Now, Shared: p.store.Shared(), Watch: seen.graphCall,
	})
	seen.metrics.WatchGraph(client.Ready)
	p.desk = desk.New(desk.Config{
		Ledger: watchedLedger{p.store.Ledger(), seen.metrics}, Memory: p.store.Ledger(), MAC: keys.MAC,
		Attempts: s.Attempts, Window: s.AttemptsWindow, ReadBack: s.ReadBack, Now: s.Now, Log: s.Log,
	})
	kept := session.Config{
		Rows: p.store, States: p.store, Keys: keys, Idle: s.SessionIdle, Max: s.SessionMax,
		Secure: base.Scheme == "https", Now: s.Now, Log: s.Log,
	}
	sessions := session.NewStore(kept)
	kept.Visits, kept.Idle, kept.Max = true, s.KioskIdle, s.KioskMax
	visits := session.NewStore(kept)
	p.Stations = station.New(station.Config{Rows: p.store, Keys: keys, Secure: kept.Secure, Now: s.Now})
	p.tasks = []func(context.Context){rp.Run, housekeeping{p.desk, sessions, visits, p.store, s.Now, s.Log}.run}
	p.pages, err = web.New(web.Config{
		BaseURL: base, Issuer: s.IssuerURL, SignInOrigin: issuer.Scheme + "://" + issuer.Host,
		Language: language.Make(s.Language), Org: s.OrgName, Help: view.Help{URL: s.SupportURL, Email: s.SupportEmail},
		Brand:          web.Brand{Color: s.BrandColor, Logo: s.Logo.Body, LogoType: s.Logo.MediaType},
		StepUpAtSignIn: s.StepUpAtSignIn, TrustedProxies: s.TrustedProxies,
		Scopes: scopes, AdminRoles: s.AdminRoles,
		Desk: p.desk, Entra: rp, Sessions: sessions, Visits: visits, Stations: p.Stations,
		Refresh: seen.refresh(refresher(rp, scopes)), Trail: watchedTrail{p.store, seen.metrics},
		Fobs:      func(tokens *session.TokenSource) desk.Fobs { return client.Me(tokens) },
		Others:    func(tokens *session.TokenSource, id string) desk.Fobs { return client.User(tokens, id) },
		People:    func(tokens *session.TokenSource) web.People { return people{client.People(tokens)} },
		Inventory: func(tokens *session.TokenSource) desk.Inventory { return client.Inventory(tokens) },
		Line:      line{client}, Ready: p.ready(rp, client), Graph: client.Ready,
		Watch: seen.request, Now: s.Now, Log: s.Log,
	})
	p.Handler = p.pages
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

// Close writes out what is pending and gives the database back, also where ctx has ended.
func (p *Portal) Close(ctx context.Context) error {
	if p.desk != nil {
		p.desk.Leave()
	}
	return p.store.Close(context.WithoutCancel(ctx))
}

// Version is what the program was built as; "devel" where the linker was told nothing.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}

// userAgent names the portal to Graph, as Graph's guidance on best practices asks.
func userAgent() string { return "Fobdesk/" + Version() }

// people gives the pages Graph's people.
type people struct{ *graph.People }

// Search implements web.People.
func (p people) Search(ctx context.Context, q, next string) ([]oath.Person, string, error) {
	page, err := p.People.Search(ctx, q, next)
	return page.People, page.Next, err
}

// line gives the pages Graph's line.
type line struct{ *graph.Client }

// Join implements web.Line.
func (l line) Join(calls int) (web.Turn, bool) { return l.Client.Join(calls) }
