package sim_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/sim"
)

func TestEachFamilyOfScopesOpensWhatItNames(t *testing.T) {
	const own, others = "/me/authentication/hardwareOathMethods", "/users/" + sim.BenID + "/authentication/hardwareOathMethods"
	for _, test := range []struct {
		scope                                    string
		readOwn, writeOwn, readOther, writeOther bool
	}{
		{scope: "User.Read"},
		{scope: "UserAuthenticationMethod.Read", readOwn: true},
		{scope: "UserAuthenticationMethod.ReadWrite", readOwn: true, writeOwn: true},
		{scope: "UserAuthenticationMethod.Read.All", readOwn: true, readOther: true},
		{scope: "UserAuthenticationMethod.ReadWrite.All", readOwn: true, writeOwn: true, readOther: true, writeOther: true},
		{scope: "UserAuthMethod-HardwareOATH.Read", readOwn: true},
		{scope: "UserAuthMethod-HardwareOATH.ReadWrite", readOwn: true, writeOwn: true},
		{scope: "UserAuthMethod-HardwareOATH.Read.All", readOwn: true, readOther: true},
		{scope: "UserAuthMethod-HardwareOATH.ReadWrite.All", readOwn: true, writeOwn: true, readOther: true, writeOther: true},
		{scope: "Policy.ReadWrite.AuthenticationMethod"},
	} {
		w := newWorld(t)
		grace := w.as(sim.GraceID, test.scope)
		for call, allowed := range map[[2]string]bool{
			{http.MethodGet, own}: test.readOwn, {http.MethodPost, own + "/assignAndActivateBySerialNumber"}: test.writeOwn,
			{http.MethodGet, others}: test.readOther, {http.MethodPost, others + "/assignAndActivateBySerialNumber"}: test.writeOther,
		} {
			a := w.graph(grace, call[0], call[1], map[string]any{})
			if denied := a.status == 403 && a.code() == "accessDenied"; denied == allowed {
				t.Errorf("%s: %s %s: %d %s", test.scope, call[0], call[1], a.status, a.code())
			}
		}
	}
}

func TestATenantMayNotKnowTheGranularScopes(t *testing.T) {
	w := newWorld(t)
	w.Update(func(s *sim.Switches) { s.OnlyBroadScopes = true })
	w.want(w.graph(w.as(sim.AdaID, "UserAuthMethod-HardwareOATH.ReadWrite"), http.MethodGet, methods, nil), 403, "accessDenied")
	w.want(w.graph(w.as(sim.AdaID, selfScope), http.MethodGet, methods, nil), 200, "")
}

func TestRolesDecideWhoMayActOnWhom(t *testing.T) {
	const (
		auth, privileged, global, reader = sim.RoleAuthenticationAdministrator, sim.RolePrivilegedAuthenticationAdministrator, sim.RoleGlobalAdministrator, sim.RoleGlobalReader
		policy, helpdesk, directory      = sim.RoleAuthenticationPolicyAdministrator, sim.RoleHelpdeskAdministrator, sim.RoleDirectoryReaders
	)
	for _, test := range []struct {
		actor, subject string // roles
		protected      bool
		read, write    bool
	}{
		{actor: auth, read: true, write: true},
		{actor: auth, subject: auth, read: true, write: true},
		{actor: auth, subject: directory, read: true, write: true},
		{actor: auth, subject: helpdesk},
		{actor: auth, subject: global},
		{actor: auth, subject: privileged},
		{actor: auth, subject: "a-custom-role"},
		{actor: auth, protected: true},
		{actor: privileged, subject: global, protected: true, read: true, write: true},
		{actor: global, subject: privileged, read: true, write: true},
		{actor: reader, subject: global, read: true},
		{actor: policy},
		{actor: helpdesk},
		{actor: ""},
	} {
		w := newWorld(t, func(o *sim.Options) {
			o.People[0].Roles = slices.DeleteFunc([]string{test.actor}, func(s string) bool { return s == "" })
			o.People[1].Roles = slices.DeleteFunc([]string{test.subject}, func(s string) bool { return s == "" })
			o.People[1].Protected = test.protected
		})
		ada, path := w.as(sim.AdaID, othersScope), "/users/ben.adeyemi@contoso.example/authentication/hardwareOathMethods"
		read := w.graph(ada, http.MethodGet, path, nil).status == http.StatusOK
		write := w.graph(ada, http.MethodPost, path+"/assignAndActivateBySerialNumber", enrolment(sim.SerialGood30, w.Code(sim.SerialGood30))).status == http.StatusNoContent
		if read != test.read || write != test.write {
			t.Errorf("%q on %q (protected %v): read %v, write %v", test.actor, test.subject, test.protected, read, write)
		}
	}
}

func TestWhoDoesNotExistIsToldOnlyToThoseWhoMayAsk(t *testing.T) {
	w := newWorld(t)
	nobody := "/users/nobody@contoso.example/authentication/hardwareOathMethods"
	w.want(w.graph(w.as(sim.AdaID, othersScope), http.MethodGet, nobody, nil), 403, "accessDenied")
	w.want(w.graph(w.as(sim.GraceID, othersScope), http.MethodGet, nobody, nil), 404, "Request_ResourceNotFound")
}

func TestWritesOnOneselfNeedFreshMFA(t *testing.T) {
	w := newWorld(t)
	w.newBrowser()
	stale := w.token(redemption(w.code(sim.AdaID))).string("access_token")
	refused := w.enrol(stale, sim.SerialGood30)
	w.want(refused, 403, "accessDenied")
	if got := refused.header.Get("WWW-Authenticate"); got != "" {
		t.Errorf("it came with a challenge: %s", got)
	}
	w.want(w.graph(stale, http.MethodGet, methods, nil), 200, "")
	w.want(w.graph(stale, http.MethodPost, "/users/"+sim.AdaID+"/authentication/hardwareOathMethods/assignAndActivateBySerialNumber", enrolment(sim.SerialGood30, "123456")), 403, "accessDenied")

	fresh := w.signIn(sim.AdaID)
	w.clock.pass(10 * time.Minute)
	w.want(w.enrol(fresh.string("access_token"), sim.SerialGood30), 204, "")
	w.clock.pass(time.Second)
	w.want(w.enrol(fresh.string("access_token"), sim.SerialGood60), 403, "accessDenied")
	refreshed := w.token(refreshing(fresh.string("refresh_token")))
	w.want(w.enrol(refreshed.string("access_token"), sim.SerialGood60), 403, "accessDenied")
}

func TestSwitchesOfFreshMFA(t *testing.T) {
	stale := func(w *world, personID, scope string) string {
		w.newBrowser()
		return w.token(redemption(w.code(personID, url.Values{"scope": {scope}}))).string("access_token")
	}
	other := "/users/" + sim.AdaID + "/authentication/hardwareOathMethods"
	for _, test := range []struct {
		name   string
		change func(*sim.Switches)
		call   func(*world) answer
		status int
		error  string
	}{
		{"it is not asked for", func(s *sim.Switches) { s.NoFreshMFA = true },
			func(w *world) answer { return w.enrol(stale(w, sim.AdaID, selfScope), sim.SerialGood30) }, 204, ""},
		{"reads need it too", func(s *sim.Switches) { s.FreshMFAForReads = true },
			func(w *world) answer { return w.graph(stale(w, sim.AdaID, selfScope), http.MethodGet, methods, nil) }, 403, "accessDenied"},
		{"administrators do not", func(*sim.Switches) {},
			func(w *world) answer { return w.graph(stale(w, sim.GraceID, othersScope), http.MethodGet, other, nil) }, 200, ""},
		{"administrators need it too", func(s *sim.Switches) { s.FreshMFAForAdmins = true },
			func(w *world) answer { return w.graph(stale(w, sim.GraceID, othersScope), http.MethodGet, other, nil) }, 403, "accessDenied"},
		{"the refusal has another code", func(s *sim.Switches) { s.StaleMFA = sim.Answer{Code: "Unauthorized_MissingMFA"} },
			func(w *world) answer { return w.enrol(stale(w, sim.AdaID, selfScope), sim.SerialGood30) }, 403, "Unauthorized_MissingMFA"},
		{"a sign-in with MFA is enough", func(s *sim.Switches) { s.SignInIsFresh = true },
			func(w *world) answer { return w.enrol(stale(w, sim.AdaID, selfScope), sim.SerialGood30) }, 204, ""},
		{"the claim is not honoured at the first sign-in", func(s *sim.Switches) { s.IgnoreNGCMFAAtSignIn = true },
			func(w *world) answer { return w.enrol(w.as(sim.AdaID, selfScope), sim.SerialGood30) }, 403, "accessDenied"},
		{"its life is another", func(s *sim.Switches) { s.FreshMFALife = time.Minute },
			func(w *world) answer {
				ada := w.as(sim.AdaID, selfScope)
				w.clock.pass(61 * time.Second)
				return w.enrol(ada, sim.SerialGood30)
			}, 403, "accessDenied"},
		{"it counts from the sign-in that asked", func(*sim.Switches) {}, silentStepUp, 204, ""},
		{"it counts from the MFA", func(s *sim.Switches) { s.FreshFromMFA = true }, silentStepUp, 403, "accessDenied"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.Update(test.change)
			w.want(test.call(w), test.status, test.error)
		})
	}
	w := newWorld(t)
	w.Update(func(s *sim.Switches) { s.StaleMFAHeader = `Bearer error="insufficient_claims"` })
	if got := w.enrol(stale(w, sim.AdaID, selfScope), sim.SerialGood30).header.Get("WWW-Authenticate"); got != `Bearer error="insufficient_claims"` {
		t.Errorf("the refusal's header is %q", got)
	}
}

// silentStepUp asks for fresh MFA nine minutes after the last, and enrols two minutes later.
func silentStepUp(w *world) answer {
	w.t.Helper()
	w.signIn(sim.AdaID)
	w.clock.pass(9 * time.Minute)
	query := w.callback(w.authorize(authorization(url.Values{"claims": {freshMFA}})))
	token := w.token(redemption(query.Get("code"))).string("access_token")
	w.clock.pass(2 * time.Minute)
	return w.enrol(token, sim.SerialGood30)
}

func TestATokenThatIsNotGoodIsNotLetIn(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	check := func(name, token string) {
		t.Helper()
		a := w.graph(token, http.MethodGet, methods, nil)
		if a.status != 401 || a.code() != "InvalidAuthenticationToken" || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	check("none", "")
	check("a made up one", "x")
	w.RevokeAccessTokens(sim.AdaID)
	check("a revoked one", ada)
	ada = w.as(sim.AdaID, selfScope)
	w.clock.pass(time.Hour)
	check("an old one", ada)
}

func TestAClaimsChallengeIsMetBySigningInWithIt(t *testing.T) {
	const asked = `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`
	both := url.Values{"claims": {`{"access_token":{"xms_cc":{"values":["cp1"]},"acrs":{"essential":true,"value":"c1"}}}`}}
	w := newWorld(t)
	capable := w.signIn(sim.AdaID, url.Values{"claims": {capabilities}})
	incapable := w.signIn(sim.AdaID)
	w.Challenge(sim.AdaID, asked)

	a := w.graph(capable.string("access_token"), http.MethodGet, methods, nil)
	parts := regexp.MustCompile(`error="insufficient_claims", claims="([^"]+)"`).FindStringSubmatch(a.header.Get("WWW-Authenticate"))
	if a.status != 401 || parts == nil {
		t.Fatalf("%d %v", a.status, a.header)
	}
	if claims, _ := base64.StdEncoding.DecodeString(parts[1]); string(claims) != asked {
		t.Errorf("claims are %s", claims)
	}
	if a := w.graph(incapable.string("access_token"), http.MethodGet, methods, nil); a.status != 200 {
		t.Errorf("a client without cp1 was challenged: %d", a.status)
	}
	if a := w.token(refreshing(capable.string("refresh_token"))); a.string("error") != "interaction_required" || a.string("claims") != asked {
		t.Errorf("refreshed silently: %s", a.text)
	}
	if a := w.graph(w.signIn(sim.AdaID, both).string("access_token"), http.MethodGet, methods, nil); a.status != 200 {
		t.Errorf("signed in with the claims: %d %s", a.status, a.text)
	}
	if a := w.graph(w.signIn(sim.BenID, url.Values{"claims": {capabilities}}).string("access_token"), http.MethodGet, methods, nil); a.status != 200 {
		t.Errorf("another person was challenged: %d", a.status)
	}
}

func TestTooManyCallsAreThrottled(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	w.Update(func(s *sim.Switches) { s.ThrottleAfter = 5 })
	for range 5 {
		w.want(w.graph(ada, http.MethodGet, methods, nil), 200, "")
	}
	w.clock.pass(4 * time.Second)
	a := w.graph(ada, http.MethodGet, methods, nil)
	w.want(a, 429, "TooManyRequests")
	if got := a.header.Get("Retry-After"); got != "6" {
		t.Errorf("Retry-After is %q, want 6", got)
	}
	w.clock.pass(6 * time.Second)
	w.want(w.graph(ada, http.MethodGet, methods, nil), 200, "")
	w.Update(func(s *sim.Switches) { s.ThrottleAfter, s.OmitRetryAfter = 1, true })
	if a := w.graph(ada, http.MethodGet, methods, nil); a.status != 429 || a.header.Get("Retry-After") != "" {
		t.Errorf("%d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
}

func TestEveryAnswerCarriesItsNumbers(t *testing.T) {
	w := newWorld(t)
	r := w.request(http.MethodGet, w.GraphBase()+methods, "", map[string]string{"client-request-id": "5a2f"})
	a := w.do(r)
	e, _ := a.body["error"].(map[string]any)
	inner, _ := e["innerError"].(map[string]any)
	if inner["client-request-id"] != "5a2f" || inner["date"] != "2026-08-03T09:00:00" || inner["request-id"] != a.header.Get("request-id") {
		t.Errorf("innerError is %v", inner)
	}
	if a.header.Get("client-request-id") != "5a2f" || a.header.Get("x-ms-ags-diagnostic") == "" || a.header.Get("Date") != "Mon, 03 Aug 2026 09:00:00 GMT" {
		t.Errorf("header is %v", a.header)
	}
}

func TestPathsAreMatchedWithoutRegardToCaseAndNothingElse(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	for path, status := range map[string]int{
		"/me/authentication/hardwareOathMethods":                        200,
		"/ME/Authentication/HARDWAREOATHMETHODS":                        200,
		"/users/" + sim.AdaID + "/authentication/hardwareoathmethods":   200,
		"/users/ada.fischer%40contoso.example/authentication/methods":   200,
		"/users/%20me%20/authentication/methods":                        400,
		"/me/authentication/softwareOathMethods":                        400,
		"/me/authentication/hardwareOathMethods/x/y":                    400,
		"/me/authentication/hardwareOathMethods/" + sim.AdaID:           404,
		"/me/authentication/hardwareOathMethods/a%2Factivate?x=%2F%2F%": 404,
	} {
		if a := w.graph(ada, http.MethodGet, path, nil); a.status != status {
			t.Errorf("%s: %d %s, want %d", path, a.status, a.text, status)
		}
	}
	if a := w.graph(ada, http.MethodPatch, methods, nil); a.status != 405 {
		t.Errorf("PATCH: %d", a.status)
	}
	r := w.request(http.MethodGet, strings.TrimSuffix(w.GraphBase(), "/beta")+"/v1.0"+methods, "", map[string]string{"Authorization": "Bearer " + ada})
	if a := w.do(r); a.status != 400 {
		t.Errorf("v1.0: %d", a.status)
	}
}
