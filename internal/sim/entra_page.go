package sim

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

//go:embed page
var pageFiles embed.FS

// pages are the HTML of Entra and of the fobs.
var pages = template.Must(template.ParseFS(pageFiles, "page/*.html"))

// getPageFile serves a style sheet or script of the pages.
func getPageFile(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if !strings.HasSuffix(name, ".css") && !strings.HasSuffix(name, ".js") {
		http.NotFound(w, r)
		return
	}
	http.ServeFileFS(w, r, pageFiles, "page/"+name) //nolint:gosec // embed.FS holds nothing else
}

// writePage shows a page whose forms lead here, and from here to the places named.
func writePage(w http.ResponseWriter, status int, name string, data any, leadsTo ...string) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+strings.Join(leadsTo, " "))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = page.WriteTo(w) // who went away does not read it
}

// signInPage is what the sign-in page shows.
type signInPage struct {
	Action  string
	Flow    string
	Title   string
	Intro   string
	Groups  []accountGroup
	Another string // where other accounts are; empty where all are shown
}

type accountGroup struct {
	Heading  string
	Accounts []account
}

type account struct {
	ID, Name, UPN, About, Initials string
	Pass                           bool // has no method, so that a Temporary Access Pass is offered
	Eligible                       bool // has a role to activate
}

// writeSignInPage lists who can sign in: all, or the one who is expected.
func (c *Cloud) writeSignInPage(w http.ResponseWriter, a *authorize, flow string, current *session) {
	page := signInPage{
		Action: "/" + c.options.TenantID + "/login", Flow: flow,
		Title: "Pick an account", Intro: "One press stands for name, password and everything else.",
	}
	expected := c.hinted(a.hint)
	if current != nil && a.prompt == "" {
		expected = c.person(current.personID)
	}
	if expected != nil && a.prompt != "select_account" {
		page.Title = "Sign in"
		page.Groups = []accountGroup{{Accounts: []account{c.account(expected)}}}
		page.Another = a.again
	} else {
		page.Groups = c.accountGroups()
	}
	if wantsFreshMFA(a.asked) {
		page.Intro = "The application asks that you prove yourself again, with multi-factor authentication. One press stands for all of it."
	}
	writePage(w, http.StatusOK, "signin.html", page, origin(a.redirectURI))
}

// accountGroups lists people, those with a role apart.
func (c *Cloud) accountGroups() []accountGroup {
	people, admins := accountGroup{Heading: "People"}, accountGroup{Heading: "Administrators"}
	for _, person := range c.people {
		switch {
		case person.Unlisted:
		case person.isAdmin():
			admins.Accounts = append(admins.Accounts, c.account(person))
		default:
			people.Accounts = append(people.Accounts, c.account(person))
		}
	}
	if len(admins.Accounts) == 0 {
		return []accountGroup{people}
	}
	return []accountGroup{people, admins}
}

func (c *Cloud) account(p *Person) account {
	return account{
		ID: p.ID, Name: p.Name, UPN: p.UPN, About: p.About, Initials: initials(p.Name),
		Pass:     !c.canPassMFA(p),
		Eligible: slices.ContainsFunc(p.Eligible, func(role string) bool { return !slices.Contains(c.roles[p.ID], role) }),
	}
}

// initials are the first letters of the first and the last name.
func initials(name string) string {
	words := strings.Fields(name)
	var letters strings.Builder
	for i, word := range words {
		if i == 0 || i == len(words)-1 {
			first, _ := utf8.DecodeRuneInString(word)
			letters.WriteRune(first)
		}
	}
	return letters.String()
}

// origin is a URL's scheme and host: browsers hold form-action against redirects too.
func origin(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// writeErrorPage tells a person what cannot be told to the application.
func (c *Cloud) writeErrorPage(w http.ResponseWriter, e *oauthError) {
	t := c.newTrace()
	writePage(w, http.StatusBadRequest, "error.html", struct {
		Number                              int
		Text, Trace, Correlation, Timestamp string
	}{e.number, e.text, t.id, t.correlation, t.timestamp()})
}

// writeLogoutPage asks which account is to be signed out.
func (c *Cloud) writeLogoutPage(w http.ResponseWriter, r *http.Request, s *session) {
	redirectURI := r.Form.Get("post_logout_redirect_uri")
	writePage(w, http.StatusOK, "logout.html", struct {
		Action, SID, RedirectURI, State string
		Account                         account
	}{
		"/" + c.options.TenantID + "/oauth2/v2.0/logout", s.sid, redirectURI, r.Form.Get("state"),
		c.account(c.person(s.personID)),
	}, origin(redirectURI))
}

// writeSignedOutPage is the end where the application named no page of its own.
func (c *Cloud) writeSignedOutPage(w http.ResponseWriter) {
	writePage(w, http.StatusOK, "signedout.html", nil)
}
