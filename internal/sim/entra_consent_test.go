package sim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fobdesk/internal/sim"
)

const inventoryScope = "Policy.Read.All"

// consent is a request for an administrator's consent, which changes may bend.
func consent(changes ...url.Values) url.Values {
	query := url.Values{
		"client_id": {sim.DemoClientID}, "redirect_uri": {redirectURI}, "state": {"the state"},
		"scope": {"https://graph.microsoft.com/" + inventoryScope + " https://graph.microsoft.com/User.ReadBasic.All"},
	}
	for _, change := range changes {
		for name, values := range change {
			query[name] = values
		}
	}
	return query
}

func (w *world) consentPage(query url.Values) answer {
	w.t.Helper()
	return w.do(w.request(http.MethodGet, w.endpoint("/v2.0/adminconsent?"+query.Encode()), "", nil))
}

func TestAGlobalAdministratorConsentsForTheWholeTenant(t *testing.T) {
	w := newWorld(t)
	w.Update(func(s *sim.Switches) { s.Unconsented = []string{inventoryScope, "User.ReadBasic.All", "User.Read.All"} })
	refused := w.callback(w.press(w.authorize(authorization(url.Values{"scope": {inventoryScope}})), "person", sim.MiaID))
	if refused.Get("error") != "access_denied" {
		t.Fatalf("before the consent: %v", refused)
	}
	page := w.consentPage(consent())
	for _, want := range []string{inventoryScope, "User.ReadBasic.All", "Mia Haddad"} {
		if page.status != http.StatusOK || !strings.Contains(page.text, want) {
			t.Errorf("the page, %d, does not show %q", page.status, want)
		}
	}
	if strings.Contains(page.text, "Grace") {
		t.Error("somebody is offered who can't consent")
	}
	back := w.callback(w.post(w.endpoint("/v2.0/adminconsent"), consent(url.Values{"person": {sim.MiaID}})))
	if back.Get("admin_consent") != "True" || back.Get("tenant") != sim.DemoTenantID || back.Get("state") != "the state" ||
		back.Get("scope") != consent().Get("scope") || back.Has("code") || back.Has("error") {
		t.Errorf("the application was told %v", back)
	}
	w.newBrowser()
	w.code(sim.MiaID, url.Values{"scope": {inventoryScope}})
	w.newBrowser()
	others := w.callback(w.press(w.authorize(authorization(url.Values{"scope": {"User.Read.All"}})), "person", sim.MiaID))
	if others.Get("error") != "access_denied" {
		t.Errorf("a permission that nobody asked consent for is granted: %v", others)
	}
}

func TestWhoeverMayNotOrWillNotConsentChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.Update(func(s *sim.Switches) { s.Unconsented = []string{inventoryScope} })
	cancelled := w.callback(w.post(w.endpoint("/v2.0/adminconsent"), consent(url.Values{"cancel": {"1"}})))
	if cancelled.Get("error") != "access_denied" || !strings.Contains(cancelled.Get("error_description"), "AADSTS65004") || cancelled.Get("state") != "the state" {
		t.Errorf("cancelled: %v", cancelled)
	}
	for name, page := range map[string]answer{
		"no Global Administrator": w.post(w.endpoint("/v2.0/adminconsent"), consent(url.Values{"person": {sim.GraceID}})),
		"nobody":                  w.post(w.endpoint("/v2.0/adminconsent"), consent()),
		"another redirect URI":    w.consentPage(consent(url.Values{"redirect_uri": {"https://evil.example/"}})),
		"another application":     w.consentPage(consent(url.Values{"client_id": {sim.DemoTenantID}})),
		"another redirect URI, in the form": w.post(w.endpoint("/v2.0/adminconsent"),
			consent(url.Values{"redirect_uri": {"https://evil.example/"}, "person": {sim.MiaID}})),
	} {
		if page.status != http.StatusBadRequest || page.header.Get("Location") != "" {
			t.Errorf("%s: %d to %q", name, page.status, page.header.Get("Location"))
		}
	}
	if unknown := w.callback(w.consentPage(consent(url.Values{"scope": {"Made.Up"}}))); unknown.Get("error") != "invalid_scope" {
		t.Errorf("a scope that does not exist: %v", unknown)
	}
	refused := w.callback(w.press(w.authorize(authorization(url.Values{"scope": {inventoryScope}})), "person", sim.MiaID))
	if refused.Get("error") != "access_denied" {
		t.Errorf("it is granted: %v", refused)
	}
}
