package web

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"fobdesk/static"
)

// route is a line of the one table of routes.
type route struct {
	method  string
	path    string
	handler echo.HandlerFunc
	access  access
}

func (s *Server) routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	return []route{
		{get, "/", s.getHome, anyone},
		{get, "/auth/sign-in", s.getSignIn, anyone},
		{get, "/auth/callback", s.getCallback, anyone},
		{post, "/auth/sign-out", s.postSignOut, signedIn},
		{get, "/auth/front-channel-logout", s.getFrontChannelLogout, anyone},
		{get, "/enrol", s.getEnrol, signedIn},
		{post, "/enrol", s.postEnrol, signedIn},
		{get, "/fobs/:id/activate", s.getActivate, signedIn},
		{post, "/fobs/:id/activate", s.postActivate, signedIn},
		{get, "/fobs/:id/remove", s.getRemove, signedIn},
		{post, "/fobs/:id/remove", s.postRemove, signedIn},
		{get, "/receipts/:id", s.getReceipt, signedIn},
		{get, staticPath, echo.WrapHandler(static.Handler()), plain},
		{get, "/healthz", s.getHealth, plain},
		{get, "/readyz", s.getReady, plain},
		{post, cspReportPath, s.postCSPReport, plain},
	}
}

const (
	staticPath    = "/static/*"
	cspReportPath = "/csp-report"
)

// addRoutes registers the table. A GET answers HEAD too.
func (s *Server) addRoutes() error {
	for _, r := range s.routes() {
		methods := []string{r.method}
		if r.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		for _, method := range methods {
			if _, twice := s.access[method+" "+r.path]; twice {
				return fmt.Errorf("route %s %s is named twice", method, r.path)
			}
			s.access[method+" "+r.path] = r.access
			s.echo.Add(method, r.path, r.handler, s.sameOrigin, s.formBody, s.admit)
		}
	}
	return nil
}
