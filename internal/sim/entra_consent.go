package sim

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// consent is a request that an administrator grants the application scopes for the whole tenant
// (Entra, "Admin consent on the Microsoft identity platform").
type consent struct {
	redirectURI, state string
	scope              string // as it was asked for
	asked              askedScopes
}

// getAdminConsent asks a Global Administrator.
func (c *Cloud) getAdminConsent(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if asked, ok := c.readConsent(w, r); ok {
		c.writeConsentPage(w, r, asked)
	}
}

// postAdminConsent is the page's form. The press stands for signing in, too; it leaves no session.
func (c *Cloud) postAdminConsent(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked, ok := c.readConsent(w, r)
	if !ok {
		return
	}
	if r.PostForm.Has("cancel") {
		c.answerConsent(w, r, asked, aadsts(65004, "access_denied", "The resource owner or authorization server denied the request."))
		return
	}
	person := c.person(r.PostForm.Get("person"))
	if person == nil || !slices.Contains(c.roles[person.ID], RoleGlobalAdministrator) {
		c.writeErrorPage(w, aadsts(90094, "access_denied", "The grant requires admin permission."))
		return
	}
	noteCaller(r.Context(), person.ID)
	c.grantConsent(asked.asked.graph)
	c.answerConsent(w, r, asked, nil)
}

// readConsent reads the request, and answers one that is wrong.
func (c *Cloud) readConsent(w http.ResponseWriter, r *http.Request) (consent, bool) {
	_ = r.ParseForm() // what cannot be read is not there
	if !c.ourTenant(w, r) {
		return consent{}, false
	}
	if refused := c.checkClient(r.Form); refused != nil {
		c.writeErrorPage(w, refused)
		return consent{}, false
	}
	asked := consent{redirectURI: r.Form.Get("redirect_uri"), state: r.Form.Get("state"), scope: r.Form.Get("scope")}
	var refused *oauthError
	if asked.asked, refused = parseScopes(asked.scope); refused != nil {
		c.answerConsent(w, r, asked, refused)
		return consent{}, false
	}
	return asked, true
}

// grantConsent ends that the scopes have none; .default is all of them.
func (c *Cloud) grantConsent(scopes []string) {
	c.switches.Unconsented = slices.DeleteFunc(slices.Clone(c.switches.Unconsented), func(missing string) bool {
		return slices.Contains(scopes, ".default") ||
			slices.ContainsFunc(scopes, func(s string) bool { return strings.EqualFold(s, missing) })
	})
}

// answerConsent goes back to the application. The answer carries no code: nobody is signed in.
func (c *Cloud) answerConsent(w http.ResponseWriter, r *http.Request, asked consent, refused *oauthError) {
	answer := url.Values{"admin_consent": {"True"}, "tenant": {c.options.TenantID}}
	if refused != nil {
		answer.Set("error", refused.code)
		answer.Set("error_description", refused.description(c.newTrace()))
	} else {
		answer.Set("scope", asked.scope)
	}
	c.sendBack(w, r, &authorize{redirectURI: asked.redirectURI, state: asked.state}, answer)
}

// writeConsentPage names the scopes, and who can grant them.
func (c *Cloud) writeConsentPage(w http.ResponseWriter, r *http.Request, asked consent) {
	var granters []account
	for _, person := range c.people {
		if slices.Contains(c.roles[person.ID], RoleGlobalAdministrator) {
			granters = append(granters, c.account(person))
		}
	}
	writePage(w, http.StatusOK, "consent.html", struct {
		Action                            string
		Client, RedirectURI, State, Scope string
		Scopes                            []string
		Granters                          []account
	}{
		r.URL.Path, r.Form.Get("client_id"), asked.redirectURI, asked.state, asked.scope, asked.asked.graph, granters,
	}, origin(asked.redirectURI))
}
