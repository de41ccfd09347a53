package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"fobdesk/internal/audit"
	"fobdesk/internal/outcome"
)

// How often one address may begin, finish and end a sign-in: a whole office may sit behind one.
const (
	signInRate  = 20 // a second
	signInBurst = 100
)

// perAddress bounds what anyone can do without being signed in, for each address.
func (s *Server) perAddress() echo.MiddlewareFunc {
	tooMany := func(c echo.Context, _ string, _ error) error {
		s.recordRarely(c, audit.EventLimit, outcome.TooManyAttempts, nil)
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

// rarely lets through a few a minute for each address.
func rarely() middleware.RateLimiterStore {
	return middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
		Rate: 1.0 / 60, Burst: 5, ExpiresIn: time.Hour,
	})
}
