package e2e

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Visitor is somebody at a browser without JavaScript: it keeps cookies, follows a redirect only
// when told to, and sends what a browser sends.
type Visitor struct {
	World  *World
	From   string // the address that a trusted proxy says they come from; empty where there is no proxy
	client *http.Client
}

// NewVisitor is a visitor without cookies.
func (w *World) NewVisitor() *Visitor {
	jar, _ := cookiejar.New(nil) // never fails without options
	return &Visitor{World: w, client: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// SignedIn is a visitor who has signed in.
func (w *World) SignedIn(t testing.TB, personID string) *Visitor {
	t.Helper()
	v := w.NewVisitor()
	if page := v.SignIn(t, "/auth/sign-in?return_to=/", personID); page.Status != http.StatusOK {
		t.Fatalf("signing in ended at %s with %d", page.URL, page.Status)
	}
	return v
}

// Page is an answer, read.
type Page struct {
	URL    *url.URL
	Status int
	Header http.Header
	Body   []byte
}

// Doc is the page's HTML.
func (p *Page) Doc(t testing.TB) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Outcome is what the page says came of an action.
func (p *Page) Outcome(t testing.TB) string {
	t.Helper()
	return p.Doc(t).Find("[data-outcome]").AttrOr("data-outcome", "")
}

// Get asks for a path of the portal, or for a whole URL.
func (v *Visitor) Get(t testing.TB, target string) *Page {
	t.Helper()
	return v.Do(t, http.MethodGet, target, nil, nil)
}

// Post sends a form as a page of the portal does.
func (v *Visitor) Post(t testing.TB, path string, form url.Values) *Page {
	t.Helper()
	return v.Do(t, http.MethodPost, path, strings.NewReader(form.Encode()), http.Header{
		"Content-Type":   {"application/x-www-form-urlencoded"},
		"Origin":         {v.World.URL},
		"Sec-Fetch-Site": {"same-origin"},
	})
}

// Open asks for a whole URL and leaves the answer to be read, and closed.
func (v *Visitor) Open(t testing.TB, target string) *http.Response {
	t.Helper()
	return v.send(t, http.MethodGet, target, nil, nil)
}

// Do sends any request.
func (v *Visitor) Do(t testing.TB, method, target string, body io.Reader, header http.Header) *Page {
	t.Helper()
	if strings.HasPrefix(target, "/") {
		target = v.World.URL + target
	}
	answer := v.send(t, method, target, body, header)
	defer func() { _ = answer.Body.Close() }()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &Page{URL: answer.Request.URL, Status: answer.StatusCode, Header: answer.Header, Body: read}
}

func (v *Visitor) send(t testing.TB, method, target string, body io.Reader, header http.Header) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, target, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	if v.From != "" {
		r.Header.Set("X-Forwarded-For", v.From)
	}
	answer, err := v.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// Follow goes where the page's redirects lead, until one does not.
func (v *Visitor) Follow(t testing.TB, p *Page) *Page {
	t.Helper()
	for range 10 {
		location := p.Header.Get("Location")
		if location == "" {
			return p
		}
		next, err := p.URL.Parse(location)
		if err != nil {
			t.Fatal(err)
		}
		p = v.Get(t, next.String())
	}
	t.Fatalf("too many redirects, at %s", p.URL)
	return nil
}

// SignIn goes from a path that leads to Entra through its page to wherever it ends.
func (v *Visitor) SignIn(t testing.TB, path, personID string) *Page {
	t.Helper()
	return v.Choose(t, v.Follow(t, v.Get(t, path)), personID)
}

// Choose picks a person on Entra's page, where one is shown, and goes on. Entra does not show it
// to somebody it still knows.
func (v *Visitor) Choose(t testing.TB, entra *Page, personID string) *Page {
	t.Helper()
	return v.Follow(t, v.Press(t, entra, personID))
}

// Press presses the button of a person on Entra's page; a page without it is the answer itself.
func (v *Visitor) Press(t testing.TB, entra *Page, personID string) *Page {
	t.Helper()
	doc := entra.Doc(t)
	button := doc.Find("button[value='" + personID + "']")
	if button.Length() == 0 {
		return entra
	}
	form := button.First().Closest("form")
	values := url.Values{}
	form.Find("input").Each(func(_ int, in *goquery.Selection) {
		values.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	values.Set(button.AttrOr("name", ""), personID)
	action, err := entra.URL.Parse(form.AttrOr("action", ""))
	if err != nil {
		t.Fatal(err)
	}
	return v.Do(t, http.MethodPost, action.String(), strings.NewReader(values.Encode()),
		http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
}

// Cookies are the portal's cookies, by name.
func (v *Visitor) Cookies() map[string]string {
	base, _ := url.Parse(v.World.URL) // made by NewWorld
	cookies := map[string]string{}
	for _, cookie := range v.client.Jar.Cookies(base) {
		cookies[cookie.Name] = cookie.Value
	}
	return cookies
}

// SetCookie puts a cookie of the portal into the jar.
func (v *Visitor) SetCookie(name, value string) {
	base, _ := url.Parse(v.World.URL) // made by NewWorld
	v.client.Jar.SetCookies(base, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}
