package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/session"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

const (
	narrowScopes    = "openid profile offline_access https://graph.microsoft.com/UserAuthenticationMethod.ReadWrite"
	adminScopes     = narrowScopes + " https://graph.microsoft.com/UserAuthenticationMethod.ReadWrite.All https://graph.microsoft.com/User.ReadBasic.All"
	inventoryScopes = adminScopes + " https://graph.microsoft.com/Policy.Read.All"
)

func TestOIDC03TheAdminScopesAreAskedAtTheFirstAdminPageAndOfAdminsOnly(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	for _, person := range []string{ada, jonas, henrik} {
		w.SignedIn(t, person).Get(t, "/admin")
	}
	v := w.SignedIn(t, grace)
	for _, call := range w.Cloud.Calls() {
		if scope := call.Query.Get("scope"); strings.Contains(scope, ".All") {
			t.Errorf("asked for %q before any admin page", scope)
		}
	}
	page := v.Get(t, "/admin?q=O%27Brien")
	query := asked(t, page)
	if query.Get("scope") != adminScopes || query.Get("login_hint") == "" || query.Get("prompt") != "" || strings.Contains(query.Get("claims"), "ngcmfa") {
		t.Errorf("asked %v", query)
	}
	if back := v.Follow(t, page); back.Status != http.StatusOK || back.URL.RequestURI() != "/admin?q=O%27Brien" {
		t.Errorf("back at %s with %d", back.URL, back.Status)
	}
	if again := v.Get(t, "/admin"); again.Status != http.StatusOK {
		t.Errorf("asked again: %d", again.Status)
	}
}

// bearers are the access tokens that Graph was shown, in order, and tokenScopes what each request
// for tokens asked for.
func bearers(w *e2e.World) (all []string) {
	for _, call := range w.Cloud.Calls() {
		if call.Side == sim.SideGraph {
			all = append(all, call.Header.Get("Authorization"))
		}
	}
	return slices.Compact(all)
}

func tokenScopes(w *e2e.World) (all []string) {
	for _, call := range w.Cloud.Calls() {
		if strings.HasSuffix(call.Path, "/token") {
			all = append(all, call.Form.Get("grant_type")+" "+call.Form.Get("scope"))
		}
	}
	return all
}

func TestTOK03NarrowAndWideTokensAreKeptApart(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, longIdle)
	w.Cloud.Update(func(s *sim.Switches) { s.RevokeUsedRefresh = true })
	v := w.SignedIn(t, grace)
	before := v.Cookies()["fobdesk"]
	v.Get(t, "/")
	v.Follow(t, v.Get(t, "/admin"))
	if v.Cookies()["fobdesk"] == before {
		t.Error("SES-07: the session's id is not renewed")
	}
	v.Get(t, "/")
	if got := bearers(w); len(got) != 1 {
		t.Errorf("%d access tokens were used for one's own fobs, want the one from before", len(got))
	}
	for range 2 {
		w.Clock.Pass(59 * time.Minute)
		w.Cloud.ResetCalls()
		v.Get(t, "/")
		if got, want := tokenScopes(w), []string{"refresh_token " + narrowScopes}; !slices.Equal(got, want) {
			t.Errorf("asked for %q, want %q", got, want)
		}
	}
}

func TestTOK03AStepUpForOneselfLeavesTheWideTokens(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_STEP_UP", "when-asked"))
	v := withAdminGrant(t, w, grace)
	page := v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))
	if got := asked(t, page).Get("scope"); got != narrowScopes {
		t.Errorf("asked for %q", got)
	}
	if back := v.Choose(t, v.Follow(t, page), grace); back.URL.Path != "/enrol" {
		t.Fatalf("back at %s", back.URL)
	}
	if page := v.Get(t, "/admin"); page.Status != http.StatusOK {
		t.Errorf("the admin page answered %d: the wider tokens are gone", page.Status)
	}
	if page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("%d %q", page.Status, page.Outcome(t))
	}
}

func TestOIDC16AWiderConsentIsNoStepUpOfTheNarrowTokens(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, grace)
	w.Clock.Pass(9 * time.Minute)
	v.Follow(t, v.Get(t, "/admin"))
	if page := v.Get(t, "/enrol"); page.Status != http.StatusSeeOther || asked(t, page).Get("scope") != narrowScopes {
		t.Errorf("one's own form answered %d", page.Status)
	}
}

// switched goes to Entra for the wider grant, and there picks another account.
func switched(t *testing.T, v *e2e.Visitor, person string) *e2e.Page {
	t.Helper()
	to, err := url.Parse(v.Get(t, "/admin").Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	query := to.Query()
	query.Set("prompt", "select_account")
	query.Del("login_hint")
	to.RawQuery = query.Encode()
	return v.Choose(t, v.Follow(t, v.Get(t, to.String())), person)
}

func TestSES07AnotherPersonsWiderSignInIsANewSession(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, longIdle, e2e.Setting("FOBDESK_ADMIN_ROLES", sim.RoleAuthenticationAdministrator+","+sim.RoleAuthenticationPolicyAdministrator))
	w.Cloud.Update(func(s *sim.Switches) { s.RevokeUsedRefresh = true })
	v := w.SignedIn(t, grace)
	w.Cloud.ResetCalls()
	page := switched(t, v, henrik)
	if page.Status != http.StatusOK || page.URL.Path != "/admin" || !strings.Contains(string(page.Body), "Henrik") {
		t.Fatalf("%d at %s", page.Status, page.URL)
	}
	if page := v.Get(t, "/"); page.Status != http.StatusOK {
		t.Errorf("their own fobs: %d", page.Status)
	}
	if got := tokenScopes(w); len(got) != 2 || got[1] != "refresh_token "+narrowScopes {
		t.Errorf("asked for %q, want a narrow access token at its first use", got)
	}
	if got := tokenCalls(w); got != 2 {
		t.Errorf("%d calls for tokens", got)
	}
	if page := switched(t, w.SignedIn(t, grace), jonas); page.Status != http.StatusForbidden {
		t.Errorf("somebody without a role got %d", page.Status)
	}
}

func TestConsentThatIsMissingIsAPageThatNamesThePermissions(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]func(*e2e.World){
		"an administrator has to": switches(func(s *sim.Switches) { s.Unconsented = []string{"User.ReadBasic.All"} }),
		"it was given in part": switches(func(s *sim.Switches) {
			s.Unconsented, s.GrantEverything = []string{"User.ReadBasic.All"}, true
		}),
		"it was declined":  func(w *e2e.World) { w.Cloud.FailNextSignIn(65004, "access_denied") },
		"nobody has":       func(w *e2e.World) { w.Cloud.FailNextSignIn(65001, "consent_required") },
		"it was cancelled": func(w *e2e.World) { w.Cloud.FailNextSignIn(0, "access_denied") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			v := w.SignedIn(t, grace)
			before := v.Cookies()["fobdesk"]
			refuse(w)
			page := v.Follow(t, v.Get(t, "/admin?q=x"))
			denied(t, "without consent", page)
			doc := htmltest.Page(t, strings.NewReader(string(page.Body)))
			for _, want := range []string{"UserAuthenticationMethod.ReadWrite.All", "User.ReadBasic.All", "Global Administrator"} {
				htmltest.Verify(t, doc, htmltest.In("main", htmltest.HasText(want)))
			}
			approve, err := url.Parse(doc.Find("main a[href*='/adminconsent']").AttrOr("href", ""))
			if err != nil || approve.Query().Get("redirect_uri") != w.URL+"/" || "openid profile offline_access "+approve.Query().Get("scope") != adminScopes ||
				!strings.HasPrefix(approve.String(), w.Cloud.Issuer()+"/adminconsent?") {
				t.Errorf("the consent link is %s, %v", approve, err)
			}
			if v.Cookies()["fobdesk"] != before || v.Get(t, "/enrol").Status != http.StatusOK {
				t.Error("the session is not as it was")
			}
			w.Cloud.Update(func(s *sim.Switches) { s.Unconsented, s.GrantEverything = nil, false })
			again := doc.Find("main a[href^='/admin']").AttrOr("href", "")
			if page := v.Follow(t, v.Get(t, again)); page.Status != http.StatusOK || page.URL.RequestURI() != "/admin?q=x" {
				t.Errorf("once there is consent, %s ended at %s with %d", again, page.URL, page.Status)
			}
		})
	}
}

func TestTheInventoryIsAskedForOnceInASession(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	web.AddAdminRoute(w.Handler(), http.MethodGet, "/admin/x", session.GrantInventory)
	v := withAdminGrant(t, w, grace)
	w.Cloud.Update(func(s *sim.Switches) { s.Unconsented = []string{"Policy.Read.All"} })
	page := v.Get(t, "/admin/x?serial=A")
	if got := asked(t, page).Get("scope"); got != inventoryScopes {
		t.Errorf("asked for %q", got)
	}
	denied(t, "without consent", v.Follow(t, page))
	w.Cloud.ResetCalls()
	page = v.Get(t, "/admin/x?serial=A")
	denied(t, "the second time", page)
	if calls := w.Cloud.Calls(); len(calls) > 0 {
		t.Errorf("asked again: %v", calls)
	}
	if page := v.Get(t, "/admin"); page.Status != http.StatusOK {
		t.Errorf("the other admin pages answer %d", page.Status)
	}
	w.Cloud.Update(func(s *sim.Switches) { s.Unconsented = nil })
	again := page.Doc(t).Find("main a[href^='/admin']").AttrOr("href", "")
	if page := v.Follow(t, v.Get(t, again)); page.Status != http.StatusOK || page.URL.RequestURI() != "/admin/x?serial=A" {
		t.Errorf("once there is consent, %s ended at %s with %d", again, page.URL, page.Status)
	}
}

func TestAFormForWhichTheInventoryWasRefusedKeepsWhatWasTypedAndCanAskAgain(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	web.AddAdminRoute(w.Handler(), http.MethodGet, "/admin/x", session.GrantAdmin)
	web.AddAdminRoute(w.Handler(), http.MethodPost, "/admin/x/do", session.GrantInventory)
	v := withAdminGrant(t, w, grace)
	w.Cloud.Update(func(s *sim.Switches) { s.Unconsented = []string{"Policy.Read.All"} })
	denied(t, "without consent", v.Follow(t, v.Post(t, "/admin/x/do", enrolment(goodFob, "123456"))))
	page := v.Post(t, "/admin/x/do", enrolment(secondFob, "123456"))
	denied(t, "the second time", page)
	w.Cloud.Update(func(s *sim.Switches) { s.Unconsented = nil })
	again := page.Doc(t).Find("main a[href^='/admin']").AttrOr("href", "")
	if form := v.Follow(t, v.Get(t, again)); form.URL.RequestURI() != "/admin/x" || string(form.Body) != "typed "+secondFob+", notice.grant" {
		t.Errorf("%s ended at %s: %s", again, form.URL, form.Body)
	}
	if page := v.Post(t, "/admin/x/do", enrolment(secondFob, "123456")); page.Status != http.StatusOK {
		t.Errorf("with consent the form answered %d", page.Status)
	}
}

func TestTheInventoryHoldsTheAdminsGrant(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	web.AddAdminRoute(w.Handler(), http.MethodGet, "/admin/x", session.GrantInventory)
	v := w.SignedIn(t, grace)
	if page := v.Follow(t, v.Get(t, "/admin/x")); page.Status != http.StatusOK {
		t.Fatalf("%d at %s", page.Status, page.URL)
	}
	if page := v.Get(t, "/admin"); page.Status != http.StatusOK {
		t.Errorf("the narrower admin page answered %d, want no second trip", page.Status)
	}
}

func TestAFormThatNeedsAWiderGrantComesBackAsItWas(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	web.AddAdminRoute(w.Handler(), http.MethodGet, "/admin/x/:id", session.GrantAdmin)
	web.AddAdminRoute(w.Handler(), http.MethodPost, "/admin/x/:id/fobs/:fob/do", session.GrantAdmin)
	v := w.SignedIn(t, grace)
	page := v.Post(t, "/admin/x/1/fobs/2/do", enrolment(goodFob, "123456"))
	if got := asked(t, page).Get("scope"); got != adminScopes {
		t.Errorf("asked for %q", got)
	}
	if back := v.Follow(t, page); back.URL.Path != "/admin/x/1" || string(back.Body) != "typed "+goodFob+", notice.grant" {
		t.Errorf("back at %s: %s", back.URL, back.Body)
	}
}

func TestAGrantIsAskedForWhereThePageNeedsOneAlone(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, grace)
	if page := v.Get(t, "/enrol?ask=admin"); page.Status != http.StatusOK {
		t.Errorf("a page for everybody answered %d to %q", page.Status, page.Header.Get("Location"))
	}
}

func TestTheAdminsGrantIsAskedForAgainThoughItWasRefused(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, grace)
	w.Cloud.Update(func(s *sim.Switches) { s.Unconsented = []string{"UserAuthenticationMethod.ReadWrite.All"} })
	denied(t, "without consent", v.Follow(t, v.Get(t, "/admin")))
	if scope := asked(t, v.Get(t, "/admin")).Get("scope"); !strings.Contains(scope, "UserAuthenticationMethod.ReadWrite.All") {
		t.Errorf("the second time %q is asked for", scope)
	}
}
