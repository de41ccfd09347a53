package sim

import (
	"net/http"
	"net/url"
	"slices"
)

// getLogout is the end-session endpoint. With the login_hint claim as logout_hint, or without a
// session, it ends at once; else it asks which account is meant.
func (c *Cloud) getLogout(w http.ResponseWriter, r *http.Request) {
	if !c.ourTenant(w, r) {
		return
	}
	_ = r.ParseForm() // what cannot be read is not there
	c.mu.Lock()
	defer c.mu.Unlock()
	current := c.session(r)
	if current != nil {
		noteCaller(r.Context(), current.personID)
	}
	if current != nil && r.Form.Get("logout_hint") != loginHint(c.person(current.personID)) && r.PostForm.Get("account") != current.sid {
		c.writeLogoutPage(w, r, current)
		return
	}
	if current != nil {
		c.tellApplications(current)
	}
	c.endSession(r)
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode}) //nolint:gosec // it is deleted
	uri := r.Form.Get("post_logout_redirect_uri")
	if !slices.Contains(c.options.RedirectURIs, uri) {
		c.writeSignedOutPage(w)
		return
	}
	target, err := url.Parse(uri)
	if err != nil {
		c.writeSignedOutPage(w)
		return
	}
	if state := r.Form.Get("state"); state != "" {
		query := target.Query()
		query.Set("state", state)
		target.RawQuery = query.Encode()
	}
	http.Redirect(w, r, target.String(), http.StatusFound) //nolint:gosec // the URI is a registered one
}

// tellApplications keeps what Entra would ask of the application in a hidden frame (OpenID
// Connect Front-Channel Logout 1.0, section 2).
func (c *Cloud) tellApplications(s *session) {
	if c.options.LogoutURL != "" {
		query := url.Values{"sid": {s.sid}, "iss": {c.issuer()}}
		c.entra.logouts = append(c.entra.logouts, c.options.LogoutURL+"?"+query.Encode())
	}
}

// FrontChannelLogouts answers the URLs that Entra would have asked the browser for in a hidden
// frame, one for each session that ended.
func (c *Cloud) FrontChannelLogouts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.entra.logouts)
}
