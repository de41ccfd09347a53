package sim

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// authorize is an authorization request that can be answered at its redirect URI (OpenID Connect
// Core, section 3.1.2.1).
type authorize struct {
	redirectURI string
	state       string
	nonce       string
	challenge   string
	scopes      []string
	openID      bool
	offline     bool
	prompt      string
	hint        string
	asked       object
	again       string // the request without what it said of the account, for "another account"
	made        time.Time
}

// authorize is the authorization endpoint.
func (c *Cloud) authorize(w http.ResponseWriter, r *http.Request) {
	if !c.ourTenant(w, r) {
		return
	}
	if err := r.ParseForm(); err != nil {
		c.writeErrorPage(w, aadsts(900144, "invalid_request", "The request could not be read."))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if refused := c.checkClient(r.Form); refused != nil {
		c.writeErrorPage(w, refused)
		return
	}
	a, refused := c.parseAuthorize(r.Form)
	if refused != nil {
		c.refuse(w, r, a, refused)
		return
	}
	c.begin(w, r, a)
}

// begin answers at once where the browser has a session that will do, else shows the page.
func (c *Cloud) begin(w http.ResponseWriter, r *http.Request, a *authorize) {
	current := c.session(r)
	if expected := c.hinted(a.hint); current != nil && expected != nil && expected.ID != current.personID {
		current = nil
	}
	stale := current != nil && wantsFreshMFA(a.asked) && c.now().Sub(current.mfaAt) > orDefault(c.switches.FreshMFALife, freshMFALife)
	switch {
	case a.prompt == "none" && current == nil:
		c.refuse(w, r, a, aadsts(50058, "login_required", "A silent sign-in request was sent but no user is signed in."))
	case a.prompt == "none" && stale:
		c.refuse(w, r, a, aadsts(50076, "interaction_required", "You must use multi-factor authentication to access the resource."))
	case a.prompt == "none", a.prompt == "" && current != nil && !stale:
		c.signIn(w, r, a, c.person(current.personID), pressed{})
	default:
		if len(c.entra.pending) == maxPending {
			clear(c.entra.pending)
		}
		flow := rand.Text()
		c.entra.pending[flow] = a
		c.writeSignInPage(w, a, flow, current)
	}
}

// checkClient checks what must be right before anything is sent to the redirect URI.
func (c *Cloud) checkClient(form url.Values) *oauthError {
	if !strings.EqualFold(form.Get("client_id"), c.options.ClientID) {
		return aadsts(700016, "unauthorized_client", "Application with identifier '%s' was not found in the directory.", form.Get("client_id"))
	}
	if uri := form.Get("redirect_uri"); !slices.Contains(c.options.RedirectURIs, uri) {
		return aadsts(50011, "invalid_request", "The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application '%s'.", uri, c.options.ClientID)
	}
	return nil
}

// parseAuthorize reads the request. What it answers beside a refusal is enough to send that back.
func (c *Cloud) parseAuthorize(form url.Values) (*authorize, *oauthError) {
	a := &authorize{
		redirectURI: form.Get("redirect_uri"), state: form.Get("state"), nonce: form.Get("nonce"),
		challenge: form.Get("code_challenge"), prompt: form.Get("prompt"), hint: form.Get("login_hint"),
		made: c.now(), again: anotherAccount(form),
	}
	switch {
	case form.Get("response_type") != "code":
		return a, aadsts(700054, "unsupported_response_type", "response_type '%s' is not enabled for the application.", form.Get("response_type"))
	case form.Get("response_mode") != "query" && form.Has("response_mode"):
		return a, aadsts(70007, "invalid_request", "'%s' is not a supported value of 'response_mode'.", form.Get("response_mode"))
	case a.challenge == "" || form.Get("code_challenge_method") != "S256":
		return a, aadsts(9002325, "invalid_request", "Proof Key for Code Exchange is required, with the method S256.")
	case !slices.Contains([]string{"", "login", "select_account", "consent", "none"}, a.prompt):
		return a, aadsts(90023, "invalid_request", "Unsupported 'prompt' value.")
	case form.Has("sid") && a.hint != "":
		return a, aadsts(90023, "invalid_request", "'sid' and 'login_hint' cannot be used together.")
	}
	if a.prompt == "login" && c.switches.IgnorePromptLogin {
		a.prompt = ""
	}
	var refused *oauthError
	if a.asked, refused = parseClaims(form.Get("claims")); refused != nil {
		return a, refused
	}
	asked, refused := parseScopes(form.Get("scope"))
	if refused != nil {
		return a, refused
	}
	a.openID, a.offline, a.scopes = asked.openID, asked.offline, c.granted(asked.graph)
	return a, nil
}

// anotherAccount is the same request, open to whoever signs in.
func anotherAccount(form url.Values) string {
	open := url.Values{}
	for name, values := range form {
		open[name] = values
	}
	open.Del("login_hint")
	open.Set("prompt", "select_account")
	return "?" + open.Encode()
}

// pressed is what a person chose on the page.
type pressed struct {
	byHand bool // they were there
	pass   bool // with a Temporary Access Pass
}

// postLogin is the sign-in page's form.
func (c *Cloud) postLogin(w http.ResponseWriter, r *http.Request) {
	if !c.ourTenant(w, r) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	flow := r.PostFormValue("flow")
	a := c.entra.pending[flow]
	if a == nil || c.now().Sub(a.made) > pendingLife {
		c.writeErrorPage(w, aadsts(50017, "invalid_request", "This sign-in is over. Go back to the application and begin again."))
		return
	}
	delete(c.entra.pending, flow)
	if r.PostForm.Has("cancel") {
		c.refuse(w, r, a, cancelled())
		return
	}
	person := c.person(cmp.Or(r.PostForm.Get("person"), r.PostForm.Get("pass"), r.PostForm.Get("activate")))
	if person == nil {
		c.writeErrorPage(w, aadsts(50034, "invalid_request", "The user account does not exist in the directory."))
		return
	}
	if r.PostForm.Has("activate") {
		for _, role := range person.Eligible {
			c.activateRole(person.ID, role)
		}
	}
	c.signIn(w, r, a, person, pressed{byHand: true, pass: r.PostForm.Has("pass")})
}

// signIn answers the request for a person who is known, with a code or with why not.
func (c *Cloud) signIn(w http.ResponseWriter, r *http.Request, a *authorize, person *Person, how pressed) {
	noteCaller(r.Context(), person.ID)
	if refused := c.mayNotSignIn(a, person, how); refused != nil {
		c.refuse(w, r, a, refused)
		return
	}
	s, isNew := c.renew(w, r, person, how.byHand && a.prompt == "login")
	if how.byHand && (how.pass || c.canPassMFA(person)) && (wantsFreshMFA(a.asked) || s.mfaAt.IsZero()) {
		s.mfaAt = c.now()
	}
	code := rand.Text() + rand.Text()
	c.entra.codes[code] = &grant{
		personID: person.ID, scopes: a.scopes, openID: a.openID, offline: a.offline, asked: a.asked,
		fresh: c.freshSince(a.asked, s, isNew, c.now()), sid: s.sid, authTime: s.authTime,
		nonce: a.nonce, redirectURI: a.redirectURI, challenge: a.challenge, made: c.now(),
	}
	c.sendBack(w, r, a, url.Values{"code": {code}, "session_state": {s.sid}})
}

// mayNotSignIn answers why the person is refused, or nil.
func (c *Cloud) mayNotSignIn(a *authorize, person *Person, how pressed) *oauthError {
	if failure := c.entra.takeFailure(); failure != nil {
		return failure
	}
	if person.Disabled {
		return aadsts(50057, "access_denied", "The user account is disabled.")
	}
	for _, scope := range a.scopes {
		if slices.ContainsFunc(c.switches.Unconsented, func(s string) bool { return strings.EqualFold(s, scope) }) {
			if a.prompt == "none" {
				return aadsts(65001, "consent_required", "The user or administrator has not consented to use the application.")
			}
			return aadsts(90094, "access_denied", "An administrator of the organization has to consent to the permissions that are asked for.")
		}
	}
	if wantsFreshMFA(a.asked) && how.byHand && !how.pass && !c.canPassMFA(person) {
		return aadsts(50072, "interaction_required", "Due to a configuration change made by your administrator, you must enroll in multi-factor authentication to access the resource.")
	}
	return nil
}

// refuse sends an error to the redirect URI (RFC 6749, section 4.1.2.1).
func (c *Cloud) refuse(w http.ResponseWriter, r *http.Request, a *authorize, e *oauthError) {
	c.sendBack(w, r, a, url.Values{
		"error":             {e.code},
		"error_description": {e.description(c.newTrace())},
		"error_uri":         {e.uri()},
	})
}

// sendBack redirects to the client.
func (c *Cloud) sendBack(w http.ResponseWriter, r *http.Request, a *authorize, answer url.Values) {
	if a.state != "" {
		answer.Set("state", a.state)
	}
	if c.switches.CallbackIssuer {
		answer.Set("iss", c.issuer())
	}
	target, err := url.Parse(a.redirectURI)
	if err != nil {
		c.writeErrorPage(w, aadsts(50011, "invalid_request", "The redirect URI cannot be read."))
		return
	}
	query := target.Query()
	for name, values := range answer {
		query[name] = values
	}
	target.RawQuery = query.Encode()
	http.Redirect(w, r, target.String(), http.StatusFound) //nolint:gosec // the URI is a registered one
}
