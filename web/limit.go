package web

import (
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"fobdesk/internal/audit"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
)

// How often one address may begin, finish and end a sign-in: a whole office may sit behind one.
const (
	signInRate  = 20 // a second
	signInBurst = 100
)

// perAddress bounds what anyone can do without being signed in, for each address; see network.
func (s *Server) perAddress() echo.MiddlewareFunc {
	tooMany := func(c echo.Context, _ string, _ error) error {
		s.recordLimitHit(c, c.Path(), nil)
		setRetryAfter(c, time.Second)
		return echo.NewHTTPError(http.StatusTooManyRequests)
	}
	return middleware.RateLimiterWithConfig(middleware.RateLimiterConfig{
		Store: middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
			Rate: signInRate, Burst: signInBurst, ExpiresIn: time.Minute,
		}),
		IdentifierExtractor: func(c echo.Context) (string, error) { return network(c.RealIP()), nil },
		DenyHandler:         tooMany,
	})
}

// rowOfLimit is how long a limit that was hit is not told again for the same address.
const rowOfLimit = 15 * time.Minute

// recordLimitHit writes that an address hit a limit, once in a window and not at each request.
func (s *Server) recordLimitHit(c echo.Context, limit string, sess *session.Session) {
	if s.limitHits.allow(limit + " " + network(c.RealIP())) {
		s.record(c, audit.EventLimit, outcome.TooManyAttempts, sess)
	}
}

// How many refused requests of one address leave a row each: anybody can cause them, as often as they
// like. A flood from as many addresses as are told apart costs the trail a third of what its writer
// does in a second.
const (
	deniedRate  = 1 // a second
	deniedBurst = 100
)

// recordDenied records a request that was refused for who sent it, or from where. What one address
// sends beyond its bound leaves the row of a limit, and the log has the rest.
func (s *Server) recordDenied(c echo.Context, came outcome.Outcome, sess *session.Session) {
	s.recordRefusal(c, audit.EventDenied, came, audit.EventDenied, sess)
}

// recordRefusal does so for any kind of refusal; limit is what the row of the limit is told once for.
func (s *Server) recordRefusal(c echo.Context, event string, came outcome.Outcome, limit string, sess *session.Session) {
	if s.denials.allow(network(c.RealIP())) {
		s.record(c, event, came, sess)
	} else {
		s.recordLimitHit(c, limit, sess)
	}
}

// network is the address, or the /64 that an IPv6 address is in: one host may use all of it.
func network(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil || parsed.Unmap().Is4() {
		return address
	}
	prefix, _ := parsed.WithZone("").Prefix(64) // never fails for IPv6
	return prefix.String()
}
