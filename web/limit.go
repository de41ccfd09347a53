package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"golang.org/x/time/rate"

	"fobdesk/internal/audit"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
)

// How often one address may begin, finish and end a sign-in: a whole office may sit behind one.
const (
	signInRate  = 20 // a second
	signInBurst = 100
)

// perAddress bounds what anyone can do without being signed in, for each address.
func (s *Server) perAddress() echo.MiddlewareFunc {
	tooMany := func(c echo.Context, _ string, _ error) error {
		s.recordLimitHit(c, nil)
		setRetryAfter(c, time.Second)
		return echo.NewHTTPError(http.StatusTooManyRequests)
	}
	return middleware.RateLimiterWithConfig(middleware.RateLimiterConfig{
		Store: middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
			Rate: signInRate, Burst: signInBurst, ExpiresIn: time.Minute,
		}),
		IdentifierExtractor: func(c echo.Context) (string, error) { return c.RealIP(), nil },
		DenyHandler:         tooMany,
	})
}

// rowOfLimit is how long a limit that was hit is not told again for the same address and page.
const rowOfLimit = 15 * time.Minute

// oncePerLimit lets through the first hit of each limit in its window.
func oncePerLimit() middleware.RateLimiterStore {
	return middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
		Rate: rate.Every(rowOfLimit), Burst: 1, ExpiresIn: time.Hour,
	})
}

// recordLimitHit writes that an address hit a limit, once in a window and not at each request.
func (s *Server) recordLimitHit(c echo.Context, sess *session.Session) {
	if allowed, err := s.limitHits.Allow(c.Path() + " " + c.RealIP()); err == nil && allowed {
		s.record(c, audit.EventLimit, outcome.TooManyAttempts, sess)
	}
}

// rarely lets through a few a minute for each address.
func rarely() middleware.RateLimiterStore {
	return middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
		Rate: 1.0 / 60, Burst: 5, ExpiresIn: time.Hour,
	})
}
