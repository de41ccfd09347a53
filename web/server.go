// Package web is all of HTTP: the routes and who may use them, the middleware, a file for each
// screen, and the table from an outcome to a status.
//
// One request's way: request id, watch, log, recover, headers, language, transport and method for
// every request; the route's own guards, origin, body, who asks and whether the policy lets them in,
// what Graph has to have granted, for those that a route is found for; and its place in line where
// Graph limits calls. Then the screen's handler: it reads the form, calls the desk and renders a page
// of web/view, and holds no rule of its own. Words are internal/message's.
//
// Its one invariant: whatever goes wrong, the answer is a calm page with a reference that claims
// nothing Graph has not confirmed and shows no text of a library, Entra or Graph.
package web

import (
	"context"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"
	"golang.org/x/time/rate"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/entra"
	"fobdesk/internal/oath"
	"fobdesk/internal/session"
	"fobdesk/internal/station"
	"fobdesk/web/view"
)

// Config is what the portal's pages need.
type Config struct {
	// BaseURL is the public address. Links, cookies and origin checks come from it, never from
	// the Host header.
	BaseURL *url.URL
	// Issuer is Entra's, compared exactly; SignInOrigin is its scheme and host, where forms may
	// be redirected to.
	Issuer       string
	SignInOrigin string
	Org          string
	Help         view.Help
	Brand        Brand
	// Language is the one to answer in where the browser asks for none that there are words in.
	Language language.Tag
	// StepUpAtSignIn says that fresh MFA is asked for before Graph would refuse; otherwise only
	// when Graph asks.
	StepUpAtSignIn bool
	// Scopes are what is asked of Entra for each grant, full names. A wider set repeats the narrower.
	Scopes map[session.Grant][]string
	// AdminRoles are the role template ids and the app roles that open the admin pages.
	AdminRoles []string
	// TrustedProxies are the networks whose X-Forwarded-For and -Proto are believed.
	TrustedProxies []netip.Prefix

	Desk *desk.Desk
	Fobs func(*session.TokenSource) desk.Fobs // Graph as one person
	// Others is Graph as somebody who acts for the person with this object id; People finds people,
	// Inventory finds fobs in the tenant's list.
	Others    func(tokens *session.TokenSource, personID string) desk.Fobs
	People    func(*session.TokenSource) People
	Inventory func(*session.TokenSource) desk.Inventory
	Entra     *entra.RelyingParty
	Sessions  *session.Store
	// Visits are the sessions at stations, which Stations knows.
	Visits   *session.Store
	Stations *station.Stations
	Refresh  session.RefreshFunc
	Trail    Trail
	Line     Line
	// Ready reports why the portal can't serve, or nil.
	Ready func(context.Context) error
	// Graph reports that Graph does not answer, as far as is known without asking it, or nil.
	Graph func() error

	// Watch is told of each request, with its path in the table of routes (empty where there is
	// none), and by what it returns of its answer's status; nil for nobody. The context it returns
	// is the request's from there on.
	Watch func(ctx context.Context, method, route string) (context.Context, func(status int))

	Now func() time.Time
	Log *slog.Logger
}

// People are the tenant's people as an admin may see them.
type People interface {
	// Search answers a page of the people whose name, user principal name or mail has q, and the
	// address of the next page, empty where there is none. next is empty for the first page.
	Search(ctx context.Context, q, next string) ([]oath.Person, string, error)
	// Find answers the person with this object id or user principal name; NotFound where there is
	// none.
	Find(ctx context.Context, id string) (oath.Person, error)
}

// Trail is the audit trail as far as pages write and read it; acts are written by the desk.
type Trail interface {
	AppendAudit(ctx context.Context, row audit.Row) error
	// ListAudit returns the newest rows of the filter, at most limit, whose number is smaller than
	// before; 0 for all.
	ListAudit(ctx context.Context, f audit.Filter, before int64, limit int) ([]audit.Row, error)
	// ExportAudit reads the rows of the filter, the oldest first; an error is the last it yields.
	ExportAudit(ctx context.Context, f audit.Filter) iter.Seq2[audit.Row, error]
	// DailyCounts returns how many rows of each event and outcome each day has.
	DailyCounts(ctx context.Context, from, to time.Time) ([]audit.Count, error)
}

// Server answers the portal's requests.
type Server struct {
	Config
	table      map[string]route // by method and path
	brand      brand
	cspReports *rate.Limiter // of the reports that are logged
	reported   atomic.Int64  // reports since the start
	denials    *buckets      // of audit rows of refused requests
	limitHits  *buckets      // of audit rows of limits
	health     health        // what was last found out about whether the portal can serve
	room       waitingRoom
	echo       *echo.Echo
}

// New returns the portal as a handler. It fails where a route is named twice or the brand's colour
// is none.
func New(c Config) (*Server, error) {
	s := &Server{
		Config: c, table: map[string]route{},
		cspReports: rate.NewLimiter(rate.Every(time.Second), 20),
		denials:    newBuckets(deniedRate, deniedBurst, c.Now),
		limitHits:  newBuckets(rate.Every(rowOfLimit), 1, c.Now),
		room:       waitingRoom{acts: map[string]*waitingAct{}},
	}
	var err error
	if s.brand, err = newBrand(c.Brand); err != nil {
		return nil, err
	}
	s.echo = echo.New()
	s.echo.HTTPErrorHandler = s.handleError
	s.echo.IPExtractor = s.ipExtractor()
	s.echo.Use(s.requestID, s.watch, s.logRequest, s.recoverPanic, s.headers(), s.language, s.transport, s.methods)
	return s, s.addRoutes()
}

// ServeHTTP makes the Server an http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// ipExtractor tells the client's address: the peer's, or behind a trusted proxy the right-most
// hop of X-Forwarded-For that is not one. No network is trusted by itself.
func (s *Server) ipExtractor() echo.IPExtractor {
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range s.TrustedProxies {
		proxies := &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
		trust = append(trust, echo.TrustIPRange(proxies))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
