package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"fobdesk/static"
)

// route is a line of the one table of routes.
type route struct {
	method  string
	path    string
	handler echo.HandlerFunc
	access  access
	guards  []echo.MiddlewareFunc // of this route alone, before any other
}

func (s *Server) routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	limited := []echo.MiddlewareFunc{s.perAddress()}
	return []route{
		{get, "/", s.getHome, anyone, nil},
		{get, "/auth/sign-in", s.getSignIn, anyone, limited},
		{get, "/auth/callback", s.getCallback, anyone, limited},
		{get, stepUpPath, s.getStepUp, signedIn, limited},
		{post, "/auth/sign-out", s.postSignOut, signedIn, limited},
		{get, "/auth/front-channel-logout", s.getFrontChannelLogout, plain, limited},
		{get, "/enrol", s.getEnrol, signedIn, nil},
		{post, "/enrol", s.postEnrol, signedIn, nil},
		{get, "/fobs/:id/activate", s.getActivate, signedIn, nil},
		{post, "/fobs/:id/activate", s.postActivate, signedIn, nil},
		{get, "/fobs/:id/remove", s.getRemove, signedIn, nil},
		{post, "/fobs/:id/remove", s.postRemove, signedIn, nil},
		{get, "/receipts/:id", s.getReceipt, signedIn, nil},
		{get, staticPath, echo.WrapHandler(static.Handler()), plain, nil},
		{get, "/healthz", s.getHealth, plain, nil},
		{get, "/readyz", s.getReady, plain, nil},
		{post, cspReportPath, s.postCSPReport, plain, nil},
	}
}

const (
	staticPath    = "/static/*"
	cspReportPath = "/csp-report"
)

// addRoutes registers the table. A GET answers HEAD too.
func (s *Server) addRoutes() error {
	for _, r := range s.routes() {
		handler := r.handler // guarded here, for Echo would do it anew for each request
		for _, guard := range slices.Backward(append(r.guards, s.sameOrigin, s.formBody, s.admit)) {
			handler = guard(handler)
		}
		methods := []string{r.method}
		if r.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		for _, method := range methods {
			if _, twice := s.access[method+" "+r.path]; twice {
				return fmt.Errorf("route %s %s is named twice", method, r.path)
			}
			s.access[method+" "+r.path] = r.access
			s.echo.Add(method, r.path, handler)
		}
	}
	return nil
}
