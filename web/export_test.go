package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/session"
)

// RouteOf is a line of the table of routes, for the tests that ask each.
type RouteOf struct {
	Method, Path string
	SignedIn     bool // only whoever is signed in may use it
	Admin        bool // only admins may use it
	Grant        session.Grant
	Form         bool // it reads a form of ours
}

// AllRoutes are the portal's routes.
func AllRoutes() []RouteOf {
	var all []RouteOf
	for _, r := range new(Server).routes() {
		all = append(all, RouteOf{
			Method: r.method, Path: r.path, SignedIn: r.access == signedIn || r.access == admin,
			Admin: r.access == admin, Grant: r.grant, Form: r.path != cspReportPath,
		})
	}
	return all
}

// AddAdminRoute adds to a portal a route for admins that says what was typed before, and so shows
// the rules that hold for every such route.
func AddAdminRoute(portal http.Handler, method, path string, grant session.Grant) {
	s := portal.(*Server)
	err := s.addRoute(route{method: method, path: path, access: admin, grant: grant, handler: func(c echo.Context) error {
		person := session.PersonKey(current(c).Person)
		draft, _ := s.store(c).TakeDraft(c.Response(), c.Request(), person, c.Request().URL.Path)
		return c.String(http.StatusOK, "typed "+draft.Serial+", "+draft.Notice)
	}})
	if err != nil {
		panic(err)
	}
}
