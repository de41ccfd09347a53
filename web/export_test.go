package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/session"
	"fobdesk/internal/station"
)

// RouteOf is a line of the table of routes, for the tests that ask each.
type RouteOf struct {
	Method, Path string
	SignedIn     bool // only whoever is signed in may use it
	Admin        bool // only admins may use it
	Grant        session.Grant
	Form         bool // it reads a form of ours
	Access       string
}

// accessNames are the names of who may use a route.
var accessNames = map[access]string{
	plain: "plain", everywhere: "everywhere", anyone: "anyone", signedIn: "signed in", admin: "admin",
	atStation: "at station", visiting: "visiting", operating: "operating",
}

// AllRoutes are the portal's routes.
func AllRoutes() []RouteOf {
	var all []RouteOf
	for _, r := range new(Server).routes() {
		all = append(all, RouteOf{
			Method: r.method, Path: r.path, SignedIn: r.access == signedIn || r.access == admin,
			Admin: r.access == admin, Grant: r.grant, Form: r.path != cspReportPath, Access: accessNames[r.access],
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

// MakeStation makes a station and answers its id and its pairing code.
func MakeStation(t testing.TB, portal http.Handler, name string) (id, code string) {
	t.Helper()
	s, maker := portal.(*Server), "aaaaaaaa-0000-4000-8000-00000000000a"
	made, err := s.Stations.Create(t.Context(), maker, name, "", "")
	if err != nil {
		t.Fatal(err)
	}
	code, _, ok, err := s.Stations.PairingCode(t.Context(), made.ID, maker)
	if err != nil || !ok {
		t.Fatalf("the pairing code: %t, %v", ok, err)
	}
	return made.ID, code
}

// SetStationLanguage gives a station the language it goes back to.
func SetStationLanguage(t testing.TB, portal http.Handler, id, tag string) {
	t.Helper()
	if err := portal.(*Server).Stations.Rename(t.Context(), id, "Reception", "", tag); err != nil {
		t.Fatal(err)
	}
}

// RevokeStation revokes a station.
func RevokeStation(t testing.TB, portal http.Handler, id string) {
	t.Helper()
	if _, err := portal.(*Server).Stations.Revoke(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

// FindStation answers what is remembered of a station.
func FindStation(t testing.TB, portal http.Handler, id string) station.Station {
	t.Helper()
	found, err := portal.(*Server).Stations.Find(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// ChangeRows gives the portal other rows of sessions from here on.
func ChangeRows(portal http.Handler, change func(session.Rows) session.Rows) {
	s := portal.(*Server)
	c := s.Sessions.Config
	c.Rows = change(c.Rows)
	s.Sessions = session.NewStore(c)
}

// ProbePath and OperatorProbePath are where AddProbes puts its routes.
const (
	ProbePath         = "/kiosk/probe"
	OperatorProbePath = "/kiosk/operator/probe"
)

// AddProbes adds to a portal routes for visits and for operators that say whose request it is, and so
// show the rules that hold for every such route: "name, the visit's tag, the station".
func AddProbes(portal http.Handler) {
	s := portal.(*Server)
	probe := func(c echo.Context) error {
		sess := current(c)
		s.record(c, "probe", "done", sess)
		return c.String(http.StatusOK, strings.Join([]string{sess.Person.Name, s.store(c).Tag(sess), stationName(c)}, ", "))
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, r := range []route{
			{method: method, path: ProbePath, access: visiting, handler: probe},
			{method: method, path: OperatorProbePath, access: operating, grant: session.GrantAdmin, handler: probe},
		} {
			if err := s.addRoute(r); err != nil {
				panic(err)
			}
		}
	}
}
