package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/pgtest"
	"fobdesk/web"
)

// fieldNames are what the portal's addresses and forms may carry.
var fieldNames = []string{
	"before", "code", "displayName", "done", "ended", "error", "event", "fob", "focus", "format", "formId", "from", "giveUp", "iss",
	"lang", "language", "name", "next", "off", "outcome", "pairingCode", "person", "place", "actor", "subject", "q",
	"return_to", "seen", "serial", "serialNumber", "sid", "state", "station", "step", "switch", "theme", "to", "unlocked",
	"verificationCode", "visit",
}

// deceiving are texts that no database has to hold: PostgreSQL takes neither NUL nor what is no UTF-8.
var deceiving = []string{"11111111-0000-4000-8000-00000000000\x00", "a\xffb", "a\u202eb", "99999999999999999999"}

// filledWays fills in what a route leaves open: each part in turn with the text, and the others with
// what is there.
func filledWays(route, text string) []string {
	var ways []string
	hole := regexp.MustCompile(`:[a-z]+|\*`)
	for n := range hole.FindAllString(route, -1) {
		at := -1
		ways = append(ways, hole.ReplaceAllStringFunc(route, func(string) string {
			if at++; at == n {
				return url.PathEscape(text)
			}
			return ben
		}))
	}
	return ways
}

// everyField has the text in each field.
func everyField(text string) url.Values {
	form := url.Values{}
	for _, name := range fieldNames {
		form.Set(name, text)
	}
	return form
}

func TestINP07TextThatNoDatabaseHoldsIsRefusedOnBoth(t *testing.T) {
	t.Parallel()
	for _, database := range []struct {
		name   string
		givens []e2e.Given
	}{{"SQLite", nil}, {"PostgreSQL", []e2e.Given{e2e.OnPostgres(t, pgtest.Shared(t))}}} {
		t.Run(database.name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t, append(database.givens, e2e.Setting("FOBDESK_TRUSTED_PROXIES", "127.0.0.0/8"))...)
			asked := 0
			for who, v := range eachKindOfVisitor(t, w) {
				for _, route := range endingLast(web.AllRoutes()) {
					for _, text := range deceiving {
						for _, ask := range asks(route, text) {
							asked++
							v.From = fmt.Sprintf("10.0.%d.%d", asked/250, 1+asked%250) // or the limits of one address answer
							if page := ask(t, v); page.Status >= http.StatusInternalServerError {
								t.Errorf("%s: %s %s with %q answers %d %q", who, route.Method, page.URL, text, page.Status, page.Outcome(t))
							}
						}
					}
				}
			}
		})
	}
}

// eachKindOfVisitor has somebody for each route who is let in there.
func eachKindOfVisitor(t *testing.T, w *e2e.World) map[string]*e2e.Visitor {
	t.Helper()
	visiting, operating := newKiosk(t, w, "Reception"), newKiosk(t, w, "Desk")
	visiting.starts(t, ben)
	operating.visit(t, "/kiosk/operator", grace)
	return map[string]*e2e.Visitor{
		"nobody": w.NewVisitor(), "an employee": w.SignedIn(t, ada), "an admin": withAdminGrant(t, w, grace),
		"a visitor at a station": visiting.Visitor, "an operator at a station": operating.Visitor,
	}
}

// endingLast has the routes that sign the visitor out after the others.
func endingLast(routes []web.RouteOf) []web.RouteOf {
	ends := func(r web.RouteOf) int {
		if strings.HasPrefix(r.Path, "/auth/") || strings.HasSuffix(r.Path, "/finish") || r.Path == "/kiosk" {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(routes, func(a, b web.RouteOf) int { return ends(a) - ends(b) })
	return routes
}

// asks are the ways to ask for the route with the text: in each part of the path that is open, in each
// field, and in both.
func asks(route web.RouteOf, text string) []func(*testing.T, *e2e.Visitor) *e2e.Page {
	there := strings.NewReplacer("people/:id", "people/"+ben).Replace(route.Path)
	var ways []func(*testing.T, *e2e.Visitor) *e2e.Page
	for _, fields := range []url.Values{{}, everyField(text)} {
		for _, target := range append(filledWays(route.Path, text), path(there)) {
			ways = append(ways, func(t *testing.T, v *e2e.Visitor) *e2e.Page {
				if route.Method == http.MethodPost {
					return v.Post(t, target, fields)
				}
				return v.Get(t, target+"?"+fields.Encode())
			})
		}
	}
	return ways
}
