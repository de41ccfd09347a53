package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/session"
	"fobdesk/static"
)

// route is a line of the one table of routes.
type route struct {
	method  string
	path    string
	handler echo.HandlerFunc
	access  access
	grant   session.Grant         // what it asks of Graph beyond what everyone is asked for; empty for nothing
	guards  []echo.MiddlewareFunc // of this route alone, before any other
}

func (s *Server) routes() []route {
	const get, post = http.MethodGet, http.MethodPost
	limited := []echo.MiddlewareFunc{s.perAddress()}
	const none = session.Grant("")
	return []route{
		{get, "/", s.getHome, anyone, none, nil},
		{get, "/auth/sign-in", s.getSignIn, anyone, none, limited},
		{get, "/auth/callback", s.getCallback, everywhere, none, limited},
		{get, stepUpPath, s.getStepUp, signedIn, none, limited},
		{post, "/auth/sign-out", s.postSignOut, signedIn, none, limited},
		{get, endingPath, s.getEnding, plain, none, nil},
		{post, stayPath, s.postStay, signedIn, none, nil},
		{get, "/auth/front-channel-logout", s.getFrontChannelLogout, plain, none, limited},
		{post, languagePath, s.postLanguage, everywhere, none, nil},
		{get, enrolPath, s.getEnrol, signedIn, none, nil},
		{post, enrolPath, s.postEnrol, signedIn, none, nil},
		{get, "/fobs/:id", s.getFob, signedIn, none, nil},
		{get, "/fobs/:id/activate", s.getActivate, signedIn, none, nil},
		{post, "/fobs/:id/activate", s.postActivate, signedIn, none, nil},
		{get, "/fobs/:id/remove", s.getRemove, signedIn, none, nil},
		{post, "/fobs/:id/remove", s.postRemove, signedIn, none, nil},
		{get, lostPath, s.getLost, signedIn, none, nil},
		{post, lostPath, s.postLost, signedIn, none, nil},
		{post, "/fobs/:id/found", s.postFound, signedIn, none, nil},
		{get, sessionsPath, s.getSessions, signedIn, none, nil},
		{post, sessionsPath + "/:id/end", s.postEndSession, signedIn, none, nil},
		{get, "/receipts/:id", s.getReceipt, signedIn, none, nil},
		{get, "/receipts/:id/save", s.getReceiptFile, signedIn, none, nil},
		{get, "/receipts/:id/try", s.getTry, signedIn, none, limited},
		{get, waitingRoute, s.getWaiting, signedIn, none, nil},
		{get, "/admin", s.getAdmin, admin, session.GrantAdmin, nil},
		{get, peoplePath, s.getPeople, admin, session.GrantAdmin, nil},
		{get, personRoute, s.getPerson, admin, session.GrantAdmin, nil},
		{get, personRoute + "/enrol", s.getPersonAbove, admin, session.GrantAdmin, nil},
		{post, personRoute + "/enrol", s.postEnrolFor, admin, session.GrantAdmin, nil},
		{get, personRoute + "/assign", s.getPersonAbove, admin, session.GrantAdmin, nil},
		{post, personRoute + "/assign", s.postAssign, admin, session.GrantAdmin, nil},
		{get, personRoute + "/fobs/:fob/activate", s.getPersonAbove, admin, session.GrantAdmin, nil},
		{post, personRoute + "/fobs/:fob/activate", s.postActivateFor, admin, session.GrantAdmin, nil},
		{get, personRoute + "/fobs/:fob/deactivate", s.getPersonAbove, admin, session.GrantAdmin, nil},
		{post, personRoute + "/fobs/:fob/deactivate", s.postDeactivateFor, admin, session.GrantAdmin, nil},
		{get, personRoute + "/fobs/:fob/remove", s.getRemoveFor, admin, session.GrantAdmin, nil},
		{post, personRoute + "/fobs/:fob/remove", s.postRemoveFor, admin, session.GrantAdmin, nil},
		{post, personRoute + "/fobs/:fob/found", s.postFoundFor, admin, session.GrantAdmin, nil},
		{post, personRoute + "/sessions/end", s.postEndSessionsFor, admin, session.GrantAdmin, nil},
		{get, personRoute + "/unlock", s.getPersonAbove, admin, session.GrantAdmin, nil},
		{post, personRoute + "/unlock", s.postUnlock, admin, session.GrantAdmin, nil},
		{get, personRoute + "/sheet", s.getSheet, admin, session.GrantAdmin, nil},
		{get, replacePath, s.getReplace, admin, session.GrantAdmin, nil},
		{post, replacePath, s.postReplace, admin, session.GrantAdmin, nil},
		{get, handoutPath, s.getHandout, admin, session.GrantAdmin, nil},
		{post, handoutPath, s.postHandout, admin, session.GrantAdmin, nil},
		{post, handoutPath + "/:act/undo", s.postUndo, admin, session.GrantAdmin, nil},
		{get, fobsPath, s.getFobs, admin, session.GrantAdmin, nil},
		{get, auditPath, s.getAudit, admin, session.GrantAdmin, nil},
		{get, exportPath, s.getAuditExport, admin, session.GrantAdmin, nil},
		{get, stationsPath, s.getStations, admin, session.GrantAdmin, nil},
		{post, stationsPath, s.postStations, admin, session.GrantAdmin, nil},
		{post, stationsPath + "/:id/revoke", s.postStationRevoke, admin, session.GrantAdmin, nil},
		{post, stationsPath + "/:id/rename", s.postStationRename, admin, session.GrantAdmin, nil},
		{post, stationsPath + "/:id/code", s.postStationCode, admin, session.GrantAdmin, nil},
		{get, stationsPath + "/guide", s.getStationGuide, admin, session.GrantAdmin, nil},
		{get, kioskPath, s.getKiosk, atStation, none, nil},
		{get, pairPath, s.getKioskPair, anyone, none, nil},
		{post, pairPath, s.postKioskPair, anyone, none, limited},
		{get, visitPath, s.getKioskEnrol, visiting, none, nil},
		{post, visitPath, s.postKioskEnrol, visiting, none, nil},
		{get, kioskRemoveRoute, s.getKioskRemove, visiting, none, nil},
		{post, kioskRemoveRoute, s.postKioskRemove, visiting, none, nil},
		{get, kioskWaitingRoute, s.getKioskWaiting, atStation, none, nil},
		{get, kioskPath + "/receipts/:id", s.getKioskReceipt, visiting, none, nil},
		{get, operatorPath, s.getKioskOperator, operating, session.GrantAdmin, nil},
		{post, operatorPath, s.postKioskOperator, operating, session.GrantAdmin, nil},
		{get, kioskPath + "/start", s.getKioskStart, atStation, none, limited},
		{post, kioskPath + "/finish", s.postKioskFinish, atStation, none, nil},
		{post, kioskPath + "/stay", s.postKioskStay, atStation, none, nil},
		{get, kioskPath + "/pulse", s.getKioskPulse, everywhere, none, nil},
		{get, accessibilityPath, s.getAccessibility, everywhere, none, nil},
		{get, staticPath, echo.WrapHandler(static.Handler()), plain, none, nil},
		{post, themePath, s.postTheme, anyone, none, nil},
		{get, brandPath + "*", s.getBrand, plain, none, nil},
		{get, "/healthz", s.getHealth, plain, none, nil},
		{get, "/readyz", s.getReady, plain, none, nil},
		{post, cspReportPath, s.postCSPReport, plain, none, nil},
	}
}

const (
	staticPath    = "/static/*"
	cspReportPath = "/csp-report"
)

// addRoutes registers the table.
func (s *Server) addRoutes() error {
	for _, r := range s.routes() {
		if err := s.addRoute(r); err != nil {
			return err
		}
	}
	return nil
}

// addRoute registers a line of the table. A GET answers HEAD too.
func (s *Server) addRoute(r route) error {
	handler := r.handler // guarded here, for Echo would do it anew for each request
	if n := calls[r.method+" "+r.path]; n > 0 {
		handler = s.inLine(handler, n)
	}
	for _, guard := range slices.Backward(append(r.guards, s.sameOrigin, s.formBody, s.admit, s.permit, soundPath)) {
		handler = guard(handler)
	}
	methods := []string{r.method}
	if r.method == http.MethodGet {
		methods = append(methods, http.MethodHead)
	}
	for _, method := range methods {
		if _, twice := s.table[method+" "+r.path]; twice {
			return fmt.Errorf("route %s %s is named twice", method, r.path)
		}
		s.table[method+" "+r.path] = r
		s.echo.Add(method, r.path, handler)
	}
	return nil
}

// route is the line of the table that the request found; its zero value lets nobody in.
func (s *Server) route(c echo.Context) route { return s.table[c.Request().Method+" "+c.Path()] }
