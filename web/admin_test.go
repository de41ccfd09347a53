package web_test

import (
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/session"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

// longIdle lets a session be old without having been left alone.
var longIdle = e2e.Setting("FOBDESK_SESSION_IDLE", "7h")

// visit asks for a route, with an empty form where it takes one.
func visit(t *testing.T, v *e2e.Visitor, route web.RouteOf) *e2e.Page {
	t.Helper()
	if route.Method == http.MethodPost {
		return v.Post(t, path(route.Path), url.Values{})
	}
	return v.Get(t, path(route.Path))
}

// withAdminGrant is an admin who has been to an admin page.
func withAdminGrant(t *testing.T, w *e2e.World, person string) *e2e.Visitor {
	t.Helper()
	v := w.SignedIn(t, person)
	if page := v.Follow(t, v.Get(t, "/admin")); page.Status != http.StatusOK || page.URL.Path != "/admin" {
		t.Fatalf("the first admin page ended at %s with %d", page.URL, page.Status)
	}
	return v
}

func denied(t *testing.T, what string, page *e2e.Page) {
	t.Helper()
	if page.Status != http.StatusForbidden || page.Outcome(t) != "not_allowed" {
		t.Errorf("%s: answered %d %q, want 403 not_allowed", what, page.Status, page.Outcome(t))
	}
}

func TestROL01TheAdminPagesLetInAdmins(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, longIdle)
	anonymous := w.NewVisitor()
	without := map[string]*e2e.Visitor{
		"an employee": w.SignedIn(t, ada), "the service desk without a role": w.SignedIn(t, jonas),
		"the policy's administrator": w.SignedIn(t, henrik), "an admin whose role ended": withAdminGrant(t, w, grace),
	}
	// Their role ends; what their ID token said is believed for an hour.
	w.Cloud.Update(func(s *sim.Switches) { s.OmitClaims = []string{"wids"} })
	w.Clock.Pass(61 * time.Minute)
	for who, v := range without {
		w.Cloud.ResetCalls()
		for _, route := range web.AllRoutes() {
			if route.Admin {
				denied(t, who+": "+route.Method+" "+route.Path, visit(t, v, route))
			}
		}
		if calls := graphCalls(w); len(calls) > 0 {
			t.Errorf("%s: Graph was asked %q", who, calls)
		}
	}
	w.Cloud.Update(func(s *sim.Switches) { s.OmitClaims = nil })
	admin := withAdminGrant(t, w, grace)
	for _, route := range web.AllRoutes() {
		if !route.Admin {
			continue
		}
		want := http.StatusFound
		if route.Method == http.MethodPost {
			want = http.StatusUnauthorized
		}
		if got := visit(t, anonymous, route).Status; got != want {
			t.Errorf("anonymous: %s %s answered %d, want %d", route.Method, route.Path, got, want)
		}
		if got := visit(t, admin, route).Status; got == http.StatusFound || got == http.StatusUnauthorized || got == http.StatusForbidden || got >= 500 {
			t.Errorf("an admin: %s %s answered %d", route.Method, route.Path, got)
		}
	}
}

func TestROL02WhoLacksTheRoleIsToldWhichAndCanSignInAgain(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_ADMIN_ROLES", sim.RoleAuthenticationAdministrator+", Fobs.Desk"))
	v := w.SignedIn(t, jonas)
	page := v.Get(t, "/admin?q=x")
	denied(t, "without the role", page)
	doc := htmltest.Page(t, strings.NewReader(string(page.Body)))
	htmltest.Verify(t, doc, htmltest.In("main",
		htmltest.HasText("Authentication Administrator, Fobs.Desk"), htmltest.HasText("Privileged Identity Management"),
		htmltest.In("a[href='/auth/sign-in?return_to=%2Fadmin%3Fq%3Dx'][hx-boost=false]")))
	// The role is activated, and a new ID token says so.
	w.Cloud.Update(func(s *sim.Switches) {
		s.TamperIDToken = func(claims map[string]any) { claims["roles"] = []string{"Fobs.Desk"} }
	})
	denied(t, "before signing in again", v.Get(t, "/admin"))
	if again := v.Follow(t, v.Get(t, doc.Find("main a[href^='/auth/sign-in']").AttrOr("href", ""))); again.Status != http.StatusOK || again.URL.RequestURI() != "/admin?q=x" {
		t.Errorf("after signing in again: %d at %s", again.Status, again.URL)
	}
}

func TestAUD05ADeniedAdminPageIsRecorded(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	denied(t, "without the role", w.SignedIn(t, jonas).Get(t, "/admin"))
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.Folder(), "fobdesk.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var rows int
	err = db.QueryRowContext(t.Context(),
		"SELECT count(*) FROM audit WHERE event = 'denied' AND outcome = 'not_allowed' AND actor = $1", jonas).Scan(&rows)
	if err != nil || rows != 1 {
		t.Errorf("%d rows, %v, want 1", rows, err)
	}
}

func TestROL04RolesAreNoOlderThanAnHour(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, longIdle)
	v := withAdminGrant(t, w, grace)
	w.Clock.Pass(59 * time.Minute)
	w.Cloud.ResetCalls()
	if page := v.Get(t, "/admin"); page.Status != http.StatusOK || tokenCalls(w) != 0 {
		t.Errorf("after 59 minutes: %d, %d calls for tokens", page.Status, tokenCalls(w))
	}
	w.Clock.Pass(2 * time.Minute)
	for range 2 {
		if page := v.Get(t, "/admin"); page.Status != http.StatusOK || tokenCalls(w) != 1 {
			t.Errorf("after 61 minutes: %d, %d calls for tokens, want one that brings the roles", page.Status, tokenCalls(w))
		}
	}
	w.Clock.Pass(61 * time.Minute)
	w.Cloud.Update(func(s *sim.Switches) { s.OmitClaims = []string{"wids"} })
	denied(t, "after the role ended", v.Get(t, "/admin"))
	if page := v.Get(t, "/enrol"); page.Status == http.StatusFound || page.Status == http.StatusForbidden {
		t.Errorf("their own form answered %d", page.Status)
	}
}

func TestROL04WithoutANewerIDTokenOneSignsInAgain(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(w *e2e.World){
		"no ID token": fault(sim.Fault{
			Side: sim.SideEntra, Path: "/token", Times: 1, ContentType: "application/json",
			Body: `{"token_type":"Bearer","access_token":"a","refresh_token":"r","expires_in":3600}`,
		}),
		"an old one":          switches(func(s *sim.Switches) { s.Backdate = 62 * time.Minute }),
		"somebody else's one": switches(func(s *sim.Switches) { s.TamperIDToken = func(claims map[string]any) { claims["oid"] = jonas } }),
		"a revoked person":    func(w *e2e.World) { w.Cloud.RevokeSessions(grace) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t, longIdle)
			web.AddAdminRoute(w.Handler(), http.MethodGet, "/admin/x", session.GrantAdmin)
			web.AddAdminRoute(w.Handler(), http.MethodPost, "/admin/x/do", session.GrantAdmin)
			reads, writes := withAdminGrant(t, w, grace), withAdminGrant(t, w, grace)
			w.Clock.Pass(61 * time.Minute)
			change(w)
			if page := reads.Get(t, "/admin?q=x"); page.Status != http.StatusFound || page.Header.Get("Location") != "/auth/sign-in?return_to=%2Fadmin%3Fq%3Dx" {
				t.Errorf("a page answered %d to %q", page.Status, page.Header.Get("Location"))
			}
			change(w)
			page := writes.Post(t, "/admin/x/do", enrolment(goodFob, "123456"))
			if page.Status != http.StatusUnauthorized || page.Outcome(t) != "signed_out" {
				t.Fatalf("a form answered %d %q", page.Status, page.Outcome(t))
			}
			w.Cloud.Update(func(s *sim.Switches) { s.Backdate, s.TamperIDToken = 0, nil })
			link := page.Doc(t).Find("main a[href^='/auth/sign-in']").AttrOr("href", "")
			if form := writes.SignIn(t, link, grace); form.URL.Path != "/admin/x" || string(form.Body) != "typed "+goodFob+", notice.kept" {
				t.Errorf("after signing in again: %s, %s", form.URL, form.Body)
			}
		})
	}
}

func TestROL04WithEntraDownNobodyIsSignedOutAndNobodyLetIn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, longIdle)
	v := withAdminGrant(t, w, grace)
	w.Clock.Pass(61 * time.Minute)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideEntra, Path: "/token", Status: 503})
	if page := v.Get(t, "/admin"); page.Status != http.StatusBadGateway || page.Outcome(t) != "upstream_unavailable" {
		t.Errorf("with Entra down: %d %q", page.Status, page.Outcome(t))
	}
	w.Cloud.ClearFaults()
	if page := v.Get(t, "/admin"); page.Status != http.StatusOK {
		t.Errorf("once it is back: %d", page.Status)
	}
}
