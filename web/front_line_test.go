package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

// path fills in what a route leaves open.
func path(route string) string {
	const id = "11111111-0000-4000-8000-000000000001"
	return strings.NewReplacer(":id", id, ":fob", id, "*", "x.css").Replace(route)
}

func TestROL01EachRouteLetsInWhomItMay(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	employee := w.SignedIn(t, ada)
	for _, route := range web.AllRoutes() {
		anonymous := w.NewVisitor()
		ask := func(v *e2e.Visitor) int {
			if route.Method == http.MethodPost {
				return v.Post(t, path(route.Path), url.Values{}).Status
			}
			return v.Get(t, path(route.Path)).Status
		}
		got := ask(anonymous)
		switch {
		case route.SignedIn && route.Method == http.MethodGet && got != http.StatusFound:
			t.Errorf("anonymous: %s %s answered %d, want 302", route.Method, route.Path, got)
		case route.SignedIn && route.Method == http.MethodPost && got != http.StatusUnauthorized:
			t.Errorf("anonymous: %s %s answered %d, want 401", route.Method, route.Path, got)
		case !route.SignedIn && (got == http.StatusFound || got == http.StatusUnauthorized || got == http.StatusForbidden):
			t.Errorf("anonymous: %s %s answered %d", route.Method, route.Path, got)
		}
		if route.Admin {
			continue // see TestROL01TheAdminPagesLetInAdmins
		}
		if got = ask(employee); strings.HasPrefix(route.Path, "/auth/") {
			employee = w.SignedIn(t, ada)
		}
		if got == http.StatusFound || got == http.StatusUnauthorized || got == http.StatusForbidden || got >= 500 {
			t.Errorf("employee: %s %s answered %d", route.Method, route.Path, got)
		}
	}
}

func TestROL07OnlyThePlainPathReachesAHandler(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	for _, path := range []string{"/enrol/", "//enrol", "/%65nrol", "/ENROL", "/enrol%2f", "/./enrol", "/x/../enrol", "/admin/", "/ADMIN", "/%61dmin", "//admin", "/admin/nothing", "/nothing"} {
		if page := v.Get(t, path); page.Status != http.StatusNotFound {
			t.Errorf("%s answered %d, want 404", path, page.Status)
		}
	}
}

func TestSRV07NoDebugRouteAndNoMetricsStandHere(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/vars", "/debug", "/static/", "/static/../go.mod", "/.git/config"} {
		if page := w.NewVisitor().Get(t, path); page.Status != http.StatusNotFound {
			t.Errorf("%s answered %d, want 404", path, page.Status)
		}
	}
}

func TestROL08NoHeaderNamesAPerson(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	header := http.Header{}
	for _, name := range []string{"X-Forwarded-User", "X-Ms-Client-Principal-Id", "X-Remote-User", "Remote-User", "Authorization"} {
		header.Set(name, ada)
	}
	if page := w.NewVisitor().Do(t, http.MethodGet, "/enrol", nil, header); page.Status != http.StatusFound {
		t.Errorf("answered %d, want the way to sign in", page.Status)
	}
}

func TestSRV06HealthAndReadinessSayNoMore(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	becomesReady(t, v)
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if page := v.Get(t, path); page.Status != http.StatusOK || string(page.Body) != want {
			t.Errorf("%s answered %d %q", path, page.Status, page.Body)
		}
	}
}

func TestLIM06OneAddressCannotFloodTheSignIn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	for range 400 {
		page := v.Get(t, "/auth/callback?state=x")
		if page.Status == http.StatusTooManyRequests {
			if page.Header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After is %q", page.Header.Get("Retry-After"))
			}
			return
		}
	}
	t.Error("400 callbacks in a row were answered")
}

// An office behind one address has a hundred at once, and whoever floods is in nobody else's way.
func TestLIM06AndLIM08AndSES10AFloodOfUnfinishedSignInsBlocksNobodyAndFillsNothing(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/auth/sign-in", "/auth/callback?state=x", "/auth/front-channel-logout?sid=x"} {
		w := e2e.NewWorld(t, e2e.Setting("FOBDESK_TRUSTED_PROXIES", "127.0.0.0/8,::1/128"))
		refused := 0
		for n := range 400 {
			v := w.NewVisitor() // who throws each cookie away
			v.From = "203.0.113.7"
			switch page := v.Get(t, path); {
			case page.Status == http.StatusTooManyRequests:
				refused++
			case page.Status >= 500:
				t.Errorf("%s: request %d of a flood is answered %d", path, n, page.Status)
			}
			if n == 99 && refused > 0 {
				t.Errorf("%s: of an office's first hundred %d were refused", path, refused)
			}
		}
		if refused == 0 {
			t.Errorf("%s: 400 in a row were let in", path)
		}
		person := w.NewVisitor()
		person.From = "198.51.100.9"
		if page := person.SignIn(t, "/auth/sign-in?return_to=/enrol", ada); page.Status != http.StatusOK || page.URL.Path != "/enrol" {
			t.Errorf("%s: a real person ends at %s with %d", path, page.URL, page.Status)
		}
		if sessions := column(t, w, "SELECT COUNT(*) FROM session"); sessions[0] != "1" {
			t.Errorf("%s: %s sessions are kept", path, sessions[0])
		}
		if rows, _ := trailOf(t, w); rows > 400-refused+2 {
			t.Errorf("%s: the trail has %d rows of %d that were let in", path, rows, 400-refused)
		}
		if hits := column(t, w, "SELECT COUNT(*) FROM audit WHERE event = 'limit'"); hits[0] != "1" {
			t.Errorf("%s: the limit stands in %s rows, want one", path, hits[0])
		}
	}
}

func TestROL03AndROL06OthersThingsAnswerLikeThingsThatAreNot(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	receipt := w.SignedIn(t, dmitri).Post(t, "/fobs/"+w.Cloud.Held(dmitri)[0].ID+"/remove", url.Values{}).Header.Get("Location")
	others, _ := w.Cloud.Device(bensAssignedFob)
	for theirs, none := range map[string]string{
		receipt:                          "/receipts/11111111-0000-4000-8000-000000000001",
		"/fobs/" + others.ID + "/remove": "/fobs/11111111-0000-4000-8000-000000000001/remove",
	} {
		a, b := v.Get(t, theirs), v.Get(t, none)
		if a.Status != http.StatusNotFound || b.Status != a.Status || a.Doc(t).Find("main h1").Text() != b.Doc(t).Find("main h1").Text() {
			t.Errorf("%s answers %d, %s %d", theirs, a.Status, none, b.Status)
		}
	}
	code := url.Values{"verificationCode": {w.Cloud.Code(bensAssignedFob)}, "userId": {ben}, "id": {ben}}
	if page := v.Post(t, "/fobs/"+others.ID+"/activate?user="+ben, code); page.Status != http.StatusNotFound {
		t.Errorf("activating somebody else's fob answers %d", page.Status)
	}
	if device, _ := w.Cloud.Device(bensAssignedFob); device.Status != sim.StatusAssigned {
		t.Errorf("it is %s now", device.Status)
	}
}

func TestAUD05WhoSignsInAndOutAndIsDeniedStandsInTheTrail(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	v.Do(t, http.MethodPost, "/enrol", nil, http.Header{"Origin": {"https://evil.example"}})
	v.Get(t, "/auth/callback?state=x")
	v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob))))
	v.Post(t, "/auth/sign-out", url.Values{})
	rows := trail(t, w)
	for _, want := range []string{
		"sign_in signed_in " + ada, "denied wrong_origin ", "sign_in sign_in_refused " + ada,
		"enrol  " + ada, "enrol enrolled " + ada, "sign_out signed_out " + ada,
	} {
		if !slices.Contains(rows, want) {
			t.Errorf("the trail lacks %q: %q", want, rows)
		}
	}
}
