package sim_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/sim"
)

func TestDiscoveryNamesTheIssuerAndItsEndpoints(t *testing.T) {
	w := newWorld(t)
	a := w.do(w.request(http.MethodGet, w.Issuer()+"/.well-known/openid-configuration", "", nil))
	for name, want := range map[string]string{
		"issuer":                 w.Issuer(),
		"authorization_endpoint": w.endpoint("/oauth2/v2.0/authorize"),
		"token_endpoint":         w.endpoint("/oauth2/v2.0/token"),
		"jwks_uri":               w.endpoint("/discovery/v2.0/keys"),
		"end_session_endpoint":   w.endpoint("/oauth2/v2.0/logout"),
	} {
		if a.body[name] != want {
			t.Errorf("%s is %v, want %s", name, a.body[name], want)
		}
	}
	other := strings.Replace(w.Issuer(), sim.DemoTenantID, "common", 1)
	if a := w.do(w.request(http.MethodGet, other+"/.well-known/openid-configuration", "", nil)); a.aadsts() != 90002 {
		t.Errorf("another tenant: %d %s", a.status, a.text)
	}
}

func TestWhatIsWrongWithTheClientIsShownAndNotSentBack(t *testing.T) {
	w := newWorld(t)
	for aadsts, change := range map[string]url.Values{
		"AADSTS700016": {"client_id": {sim.DemoTenantID}},
		"AADSTS50011":  {"redirect_uri": {redirectURI + "/"}},
	} {
		a := w.authorize(authorization(change))
		if a.status != http.StatusBadRequest || a.header.Get("Location") != "" || !strings.Contains(a.text, aadsts+":") {
			t.Errorf("%s: %d %s", aadsts, a.status, a.text)
		}
	}
}

func TestWhatIsWrongWithTheRequestIsSentBack(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]url.Values{
		"unsupported_response_type AADSTS700054": {"response_type": {"id_token"}},
		"invalid_request AADSTS70007":            {"response_mode": {"fragment"}},
		"invalid_request AADSTS9002325":          {"code_challenge_method": {"plain"}},
		"invalid_request AADSTS9002332":          {"claims": {"[]"}},
		"invalid_request AADSTS90023":            {"prompt": {"often"}},
		"invalid_request AADSTS28000":            {"scope": {"openid https://management.azure.com/user_impersonation"}},
		"invalid_scope AADSTS650053":             {"scope": {"openid UserAuthenticationMethod.Everything"}},
		"invalid_scope AADSTS70011":              {"scope": {".default User.Read"}},
	} {
		query := w.callback(w.authorize(authorization(change)))
		code, number, _ := strings.Cut(name, " ")
		if query.Get("error") != code || !strings.HasPrefix(query.Get("error_description"), number+": ") || query.Get("state") != "the state" || query.Has("code") {
			t.Errorf("%s: %v", name, query)
		}
	}
}

func TestThePageListsThePeopleAndSaysThatItIsSimulated(t *testing.T) {
	w := newWorld(t)
	page := w.authorize(authorization())
	for _, want := range []string{"Simulated Entra", "Ada Fischer", "Chloé O&#39;Brien", "山田 花子", sim.GraceID, "ben.adeyemi@contoso.example"} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' https://portal.example") || strings.Contains(csp, "unsafe") {
		t.Errorf("its policy is %q", csp)
	}
	hinted := w.authorize(authorization(url.Values{"login_hint": {"ben.adeyemi@contoso.example"}}))
	if strings.Contains(hinted.text, "Ada Fischer") || !strings.Contains(hinted.text, "Ben Adeyemi") || !strings.Contains(hinted.text, "Use another account") {
		t.Error("a hint does not leave the one who is expected")
	}
}

func TestCancelIsADeniedAccess(t *testing.T) {
	w := newWorld(t)
	query := w.callback(w.press(w.authorize(authorization()), "cancel", "1"))
	if query.Get("error") != "access_denied" || !strings.HasPrefix(query.Get("error_description"), "AADSTS65004:") {
		t.Errorf("%v", query)
	}
}

func TestAPageIsGoodForOneSignIn(t *testing.T) {
	w := newWorld(t)
	page := w.authorize(authorization())
	w.callback(w.press(page, "person", sim.AdaID))
	if a := w.press(page, "person", sim.AdaID); a.status != http.StatusBadRequest {
		t.Errorf("pressed again: %d", a.status)
	}
	w.newBrowser()
	page = w.authorize(authorization())
	w.clock.pass(time.Hour + time.Second)
	if a := w.press(page, "person", sim.AdaID); a.status != http.StatusBadRequest {
		t.Errorf("pressed an hour later: %d", a.status)
	}
}

func TestSomebodyWithoutAMethodNeedsATemporaryAccessPass(t *testing.T) {
	w := newWorld(t)
	fresh := url.Values{"claims": {freshMFA}}
	query := w.callback(w.press(w.authorize(authorization(fresh)), "person", sim.EveID))
	if query.Get("error") != "interaction_required" || !strings.HasPrefix(query.Get("error_description"), "AADSTS50072:") {
		t.Errorf("without a pass: %v", query)
	}
	w.code(sim.EveID) // nobody asked for MFA
	w.newBrowser()
	query = w.callback(w.press(w.authorize(authorization(fresh)), "pass", sim.EveID))
	tokens := w.token(redemption(query.Get("code")))
	w.want(w.enrol(tokens.string("access_token"), sim.SerialGood30), 204, "")
	if got := w.code(sim.EveID, fresh, url.Values{"prompt": {"login"}}); got == "" {
		t.Error("her fob is no method")
	}
}

func TestABrowserThatIsSignedInIsNotAskedAgain(t *testing.T) {
	w := newWorld(t)
	w.code(sim.AdaID)
	silent := func(changes ...url.Values) bool {
		t.Helper()
		a := w.authorize(authorization(changes...))
		return a.status == http.StatusFound && w.callback(a).Has("code")
	}
	for name, test := range map[string]struct {
		change url.Values
		want   bool
	}{
		"nothing asked":               {nil, true},
		"prompt=none":                 {url.Values{"prompt": {"none"}}, true},
		"fresh MFA, which it is":      {url.Values{"claims": {freshMFA}}, true},
		"prompt=login":                {url.Values{"prompt": {"login"}}, false},
		"prompt=select_account":       {url.Values{"prompt": {"select_account"}}, false},
		"a hint of the same person":   {url.Values{"login_hint": {"ADA.FISCHER@contoso.example"}}, true},
		"a hint of somebody else":     {url.Values{"login_hint": {"ben.adeyemi@contoso.example"}}, false},
		"a hint that means nobody":    {url.Values{"login_hint": {"x"}}, true},
		"wider scopes, with consent":  {url.Values{"scope": {"openid " + othersScope}}, true},
		"capabilities in the request": {url.Values{"claims": {capabilities}}, true},
	} {
		if got := silent(test.change); got != test.want {
			t.Errorf("%s: silent %v, want %v", name, got, test.want)
		}
	}
	w.clock.pass(10*time.Minute + time.Second)
	if silent(url.Values{"claims": {freshMFA}}) {
		t.Error("MFA of ten minutes ago passed for fresh")
	}
	if !silent() {
		t.Error("a plain sign-in was not silent")
	}
	query := w.callback(w.authorize(authorization(url.Values{"claims": {freshMFA}, "prompt": {"none"}})))
	if query.Get("error") != "interaction_required" {
		t.Errorf("prompt=none with stale MFA: %v", query)
	}
	w.RevokeSessions(sim.AdaID)
	query = w.callback(w.authorize(authorization(url.Values{"prompt": {"none"}})))
	if query.Get("error") != "login_required" || !strings.HasPrefix(query.Get("error_description"), "AADSTS50058:") {
		t.Errorf("prompt=none without a session: %v", query)
	}
}

func TestAuthTimeIsWhenThePersonProvedThemselves(t *testing.T) {
	w := newWorld(t)
	authTime := func(code string) float64 {
		claims := w.claims(w.token(redemption(code)).string("id_token"))
		at, _ := claims["auth_time"].(float64)
		return at - float64(start.Unix())
	}
	first := authTime(w.code(sim.AdaID))
	w.clock.pass(time.Minute)
	silent := authTime(w.callback(w.authorize(authorization())).Get("code"))
	picked := authTime(w.code(sim.AdaID, url.Values{"prompt": {"select_account"}}))
	again := authTime(w.code(sim.AdaID, url.Values{"prompt": {"login"}}))
	if got, want := []float64{first, silent, picked, again}, []float64{0, 0, 0, 60}; !slices.Equal(got, want) {
		t.Errorf("auth_time is %v, want %v", got, want)
	}
}

func TestSignInsFailOnDemand(t *testing.T) {
	w := newWorld(t)
	try := func() string {
		w.newBrowser()
		query := w.callback(w.press(w.authorize(authorization()), "person", sim.AdaID))
		number, _, _ := strings.Cut(query.Get("error_description"), ":")
		return query.Get("error") + " " + number
	}
	w.FailSignIn(53003, "access_denied")
	w.FailNextSignIn(90033, "temporarily_unavailable")
	for i, want := range []string{"temporarily_unavailable AADSTS90033", "access_denied AADSTS53003", "access_denied AADSTS53003"} {
		if got := try(); got != want {
			t.Errorf("try %d: %s, want %s", i, got, want)
		}
	}
	w.FailSignIn(0, "")
	if got := try(); got != " " {
		t.Errorf("afterwards: %s", got)
	}
}

func TestConsentIsNeededForWhatHasNone(t *testing.T) {
	w := newWorld(t)
	w.Update(func(s *sim.Switches) { s.Unconsented = []string{othersScope} })
	wide := url.Values{"scope": {"openid " + othersScope}}
	query := w.callback(w.press(w.authorize(authorization(wide)), "person", sim.GraceID))
	if query.Get("error") != "access_denied" || !strings.HasPrefix(query.Get("error_description"), "AADSTS90094:") {
		t.Errorf("%v", query)
	}
	tokens := w.signIn(sim.GraceID)
	if a := w.token(refreshing(tokens.string("refresh_token"), wide)); a.aadsts() != 65001 {
		t.Errorf("refreshed into it: %s", a.text)
	}
	query = w.callback(w.authorize(authorization(wide, url.Values{"prompt": {"none"}})))
	if query.Get("error") != "consent_required" {
		t.Errorf("silently: %v", query)
	}
}

func TestADisabledAccountIsRefused(t *testing.T) {
	w := newWorld(t, func(o *sim.Options) { o.People[0].Disabled = true })
	query := w.callback(w.press(w.authorize(authorization()), "person", sim.AdaID))
	if !strings.HasPrefix(query.Get("error_description"), "AADSTS50057:") {
		t.Errorf("%v", query)
	}
}

func TestTheCallbackNamesTheIssuerWhereSwitched(t *testing.T) {
	w := newWorld(t)
	if query := w.callback(w.press(w.authorize(authorization()), "person", sim.AdaID)); query.Has("iss") {
		t.Errorf("by default: %v", query)
	}
	w.Update(func(s *sim.Switches) { s.CallbackIssuer = true })
	if query := w.callback(w.authorize(authorization())); query.Get("iss") != w.Issuer() || query.Get("session_state") == "" {
		t.Errorf("switched on: %v", query)
	}
}

func TestSignOutEndsTheSessionAndReturnsOnlyHome(t *testing.T) {
	w := newWorld(t, func(o *sim.Options) { o.LogoutURL = "https://portal.example/auth/front-channel-logout" })
	signOut := func(query url.Values) answer {
		return w.do(w.request(http.MethodGet, w.endpoint("/oauth2/v2.0/logout?"+query.Encode()), "", nil))
	}
	tokens := w.signIn(sim.AdaID)
	claims := w.claims(tokens.string("id_token"))
	hint, _ := claims["login_hint"].(string)

	for name, query := range map[string]url.Values{
		"no hint":                              {"post_logout_redirect_uri": {homeURI}},
		"a user principal name is not for it":  {"post_logout_redirect_uri": {homeURI}, "logout_hint": {"ada.fischer@contoso.example"}},
		"nor is anything else that is made up": {"post_logout_redirect_uri": {homeURI}, "logout_hint": {"O.x"}},
	} {
		if a := signOut(query); a.status != http.StatusOK || !strings.Contains(a.text, "Which account") {
			t.Errorf("%s: %d %s", name, a.status, a.header.Get("Location"))
		}
	}
	a := signOut(url.Values{"post_logout_redirect_uri": {homeURI}, "logout_hint": {hint}})
	if a.status != http.StatusFound || a.header.Get("Location") != homeURI {
		t.Errorf("with the hint: %d %s", a.status, a.header.Get("Location"))
	}
	if query := w.callback(w.authorize(authorization(url.Values{"prompt": {"none"}}))); query.Get("error") != "login_required" {
		t.Errorf("the session lives on: %v", query)
	}
	told := w.FrontChannelLogouts()
	if len(told) != 1 || !strings.Contains(told[0], "sid="+claims["sid"].(string)) {
		t.Errorf("the application would be told %v", told)
	}
	if a := signOut(url.Values{"post_logout_redirect_uri": {"https://evil.example/"}}); a.status != http.StatusOK || a.header.Get("Location") != "" {
		t.Errorf("to a stranger: %d %s", a.status, a.header.Get("Location"))
	}
}

func TestSignOutByHandOnThePage(t *testing.T) {
	w := newWorld(t)
	claims := w.claims(w.signIn(sim.AdaID).string("id_token"))
	sid, _ := claims["sid"].(string)
	a := w.post(w.endpoint("/oauth2/v2.0/logout"), url.Values{"account": {sid}, "post_logout_redirect_uri": {homeURI}, "state": {"s"}})
	if a.header.Get("Location") != homeURI+"?state=s" {
		t.Errorf("%d %s", a.status, a.header.Get("Location"))
	}
}
