package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/outcome"
)

type requestIDKey struct{}

// requestID gives the request an id of ours: in the log, the audit trail and every page of
// trouble. An id that came from outside is not believed.
func (s *Server) requestID(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := uuid.NewString()
		r := c.Request()
		c.SetRequest(r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		return next(c)
	}
}

func requestIDOf(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// watch tells whoever watches of the request.
func (s *Server) watch(next echo.HandlerFunc) echo.HandlerFunc {
	if s.Watch == nil {
		return next
	}
	return func(c echo.Context) error {
		r := c.Request()
		ctx, answered := s.Watch(r.Context(), r.Method, s.route(c).path)
		if ctx != r.Context() {
			c.SetRequest(r.WithContext(ctx))
		}
		defer func() { answered(c.Response().Status) }()
		return next(c)
	}
}

// logRequest writes one line a request: the route, never the query, for a callback's query holds
// the authorization code.
func (s *Server) logRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		r := c.Request()
		s.Log.InfoContext(r.Context(), "request", "method", r.Method, "route", c.Path(),
			"status", c.Response().Status, "ms", time.Since(began).Milliseconds(),
			"address", c.RealIP(), "request_id", requestIDOf(r.Context()))
		return nil
	}
}

// recoverPanic turns a panic into the page for a fault of ours; the process lives on.
func (s *Server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				if broken, _ := p.(error); errors.Is(broken, http.ErrAbortHandler) { // on purpose
					panic(p)
				}
				err = fmt.Errorf("panic in %s: %v\n%s", c.Path(), p, debug.Stack())
			}
		}()
		return next(c)
	}
}

// transport holds a public https address to https: what a trusted proxy marks as plain http is
// led to the right address, or refused where it would change something.
func (s *Server) transport(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if s.BaseURL.Scheme != "https" || !s.fromProxy(r) || r.Header.Get(echo.HeaderXForwardedProto) != "http" {
			return next(c)
		}
		if r.Method == http.MethodPost || !strings.HasPrefix(r.URL.RequestURI(), "/") {
			s.recordDenied(c, outcome.NotAllowed, nil)
			return echo.NewHTTPError(http.StatusForbidden)
		}
		return c.Redirect(http.StatusPermanentRedirect, s.BaseURL.String()+r.URL.RequestURI())
	}
}

// fromProxy reports whether the peer itself is a trusted proxy.
func (s *Server) fromProxy(r *http.Request) bool {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr) // what is none is in no network
	return slices.ContainsFunc(s.TrustedProxies, func(proxies netip.Prefix) bool {
		return proxies.Contains(peer.Addr().Unmap())
	})
}

// methods refuses what no route answers, the same for paths that exist and that do not.
func (s *Server) methods(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		switch c.Request().Method {
		case http.MethodGet, http.MethodHead, http.MethodPost:
			return next(c)
		}
		c.Response().Header().Set(echo.HeaderAllow, strings.Join([]string{http.MethodGet, http.MethodHead, http.MethodPost}, ", "))
		return echo.ErrMethodNotAllowed
	}
}
