package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestSES01TheCookieIsBoundToTheBrowserSession(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	page := v.Get(t, callback(t, v))
	var found bool
	for _, cookie := range (&http.Response{Header: page.Header}).Cookies() {
		if cookie.Value == "" || cookie.MaxAge < 0 {
			continue // one that is taken back
		}
		found = true
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" ||
			!cookie.Expires.IsZero() || cookie.MaxAge != 0 || len(cookie.Raw) > 4096 {
			t.Errorf("the cookie is %s", cookie.Raw)
		}
	}
	if !found {
		t.Error("no cookie was set")
	}
}

func TestSES05AfterSignOutTheOldCookieOpensNothing(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	old := v.Cookies()
	v.Post(t, "/auth/sign-out", url.Values{})
	for _, route := range web.AllRoutes() {
		ghost, nobody := w.NewVisitor(), w.NewVisitor()
		for name, value := range old {
			ghost.SetCookie(name, value)
		}
		ask := func(v *e2e.Visitor) *e2e.Page {
			if route.Method == http.MethodPost {
				return v.Post(t, path(route.Path), url.Values{})
			}
			return v.Get(t, path(route.Path))
		}
		if got, want := ask(ghost).Status, ask(nobody).Status; got != want {
			t.Errorf("%s %s answers the old cookie with %d, nobody with %d", route.Method, route.Path, got, want)
		}
	}
}

func TestSES11SignOutEndsItHereAndAtEntra(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	page := v.Post(t, "/auth/sign-out", url.Values{})
	if got := page.Header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
		t.Errorf("Clear-Site-Data is %s", got)
	}
	to, _ := url.Parse(page.Header.Get("Location"))
	if !strings.HasSuffix(to.Path, "/oauth2/v2.0/logout") || to.Query().Get("post_logout_redirect_uri") != w.URL+"/" || to.Query().Get("logout_hint") == "" {
		t.Errorf("leads to %s", to)
	}
	if end := v.Follow(t, page); !strings.HasPrefix(end.URL.String(), w.URL+"/") {
		t.Errorf("ends at %s", end.URL)
	}
}

func TestSES06ABrokenCookieLeadsToSignIn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	for name, value := range v.Cookies() {
		for what, broken := range map[string]string{
			"cut": value[:len(value)-2], "empty": "", "long": strings.Repeat("x", 3000),
			"changed": "A" + value[1:], "no dot": strings.ReplaceAll(value, ".", ""), "markup": "<b>",
		} {
			forged := w.NewVisitor()
			forged.SetCookie(name, broken)
			if page := forged.Get(t, "/enrol"); page.Status != http.StatusFound {
				t.Errorf("%s %s: answered %d, want the way to sign in", name, what, page.Status)
			}
		}
	}
}

func TestSES04ASessionEndsIdleAndAfterEightHours(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Clock.Pass(15*time.Minute + time.Second)
	if page := v.Get(t, "/receipts/x"); page.Status != http.StatusFound {
		t.Errorf("idle for 15 minutes: %d", page.Status)
	}
	v = w.SignedIn(t, ada)
	for range 48 {
		w.Clock.Pass(10 * time.Minute)
		v.Get(t, "/receipts/x")
	}
	w.Clock.Pass(time.Second)
	if page := v.Get(t, "/receipts/x"); page.Status != http.StatusFound {
		t.Errorf("after eight hours of use: %d", page.Status)
	}
}

func TestSES12WhatWasTypedIsKeptForThePersonWhoTypedIt(t *testing.T) {
	t.Parallel()
	for person, keeps := range map[string]bool{ada: true, ben: false} {
		w := e2e.NewWorld(t)
		v := w.SignedIn(t, ada)
		w.Clock.Pass(16 * time.Minute)
		page := v.Post(t, "/enrol", enrolment(goodFob, "123456"))
		if page.Status != http.StatusUnauthorized || page.Outcome(t) != "signed_out" {
			t.Fatalf("answered %d %q", page.Status, page.Outcome(t))
		}
		link := page.Doc(t).Find("main a[href^='/auth/sign-in']").AttrOr("href", "")
		switching := strings.Replace(link, "/auth/sign-in?", "/auth/sign-in?switch=1&", 1)
		form := v.SignIn(t, switching, person)
		if got := strings.Contains(string(form.Body), goodFob) && strings.Contains(string(form.Body), "Key ring"); got != keeps || form.URL.Path != "/enrol" {
			t.Errorf("%s is at %s, and the form holds what was typed: %v, want %v", person, form.URL, got, keeps)
		}
		if strings.Contains(string(form.Body), "123456") {
			t.Error("the code was kept")
		}
	}
}

func TestSES03ANewSignInEndsTheOneBefore(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	before := w.NewVisitor()
	for name, value := range v.Cookies() {
		before.SetCookie(name, value)
	}
	if page := v.SignIn(t, "/auth/sign-in?switch=1", ben); page.Status != http.StatusOK || !strings.Contains(string(page.Body), "Ben") {
		t.Fatalf("%d at %s", page.Status, page.URL)
	}
	if page := before.Get(t, "/enrol"); page.Status != http.StatusFound {
		t.Errorf("the session from before answers %d", page.Status)
	}
}

func TestARestartSignsNobodyOut(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Restart(t)
	if page := v.Get(t, "/enrol"); page.Status != http.StatusOK {
		t.Errorf("answered %d", page.Status)
	}
	if page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("%d %q", page.Status, page.Outcome(t))
	}
}

func TestFrontChannelLogoutEndsJustThatSession(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v, other := w.SignedIn(t, ada), w.SignedIn(t, ben)
	elsewhere := w.SignedIn(t, ada).Post(t, "/auth/sign-out", url.Values{})
	v.Get(t, elsewhere.Header.Get("Location"))
	calls := w.Cloud.FrontChannelLogouts()
	if len(calls) != 1 {
		t.Fatalf("Entra asks for %q", calls)
	}
	call, err := url.Parse(calls[0])
	if err != nil {
		t.Fatal(err)
	}
	forged := call.Query()
	forged.Set("iss", "https://evil.example")
	if page := w.NewVisitor().Get(t, "/auth/front-channel-logout?"+forged.Encode()); page.Status != http.StatusOK {
		t.Errorf("answered %d", page.Status)
	}
	if v.Get(t, "/enrol").Status != http.StatusOK {
		t.Error("another issuer's call ended the session")
	}
	w.NewVisitor().Get(t, call.String())
	if got := v.Get(t, "/enrol").Status; got != http.StatusFound {
		t.Errorf("the session answers %d", got)
	}
	if got := other.Get(t, "/enrol").Status; got != http.StatusOK {
		t.Errorf("the other session answers %d", got)
	}
}

func TestOIDC15ACallThatEndsNoSessionLeavesNoRow(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	w.SignedIn(t, ada)
	stranger := w.NewVisitor()
	for name, query := range map[string]url.Values{
		"nothing":       {},
		"unknown":       {"sid": {"11111111-2222-3333-4444-555555555555"}},
		"endless":       {"sid": {strings.Repeat("s", 257)}},
		"of an issuer":  {"sid": {"s"}, "iss": {"https://evil.example"}},
		"what is empty": {"sid": {""}, "iss": {""}},
	} {
		if page := stranger.Get(t, "/auth/front-channel-logout?"+query.Encode()); page.Status != http.StatusOK || len(page.Body) > 0 {
			t.Errorf("%s: answered %d with %q", name, page.Status, page.Body)
		}
	}
	if rows := exported(t, withAdminGrant(t, w, grace), "&outcome=signed_out_at_entra"); len(rows) > 0 {
		t.Errorf("recorded: %q", rows)
	}
}

func TestDiscoveryMayFailAtTheStart(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideEntra, Status: 503})
	w.Restart(t)
	v := w.NewVisitor()
	if page := v.Get(t, "/readyz"); page.Status != http.StatusServiceUnavailable {
		t.Errorf("not ready answers %d", page.Status)
	}
	if page := v.Get(t, "/"); page.Status != http.StatusOK {
		t.Errorf("the welcome answers %d", page.Status)
	}
	if page := v.Get(t, "/auth/sign-in"); page.Status != http.StatusBadGateway {
		t.Errorf("signing in answers %d, want 502", page.Status)
	}
	w.Cloud.ClearFaults()
	becomesReady(t, v)
}

// becomesReady waits until the portal has found Entra, which it does by itself.
func becomesReady(t *testing.T, v *e2e.Visitor) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); v.Get(t, "/readyz").Status != http.StatusOK; {
		if time.Now().After(deadline) {
			t.Fatal("the portal did not become ready by itself")
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestAPageWithoutADraftDoesNotSpeakOfOne(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Clock.Pass(16 * time.Minute)
	kept := v.Post(t, "/enrol", enrolment(goodFob, "1"))
	for _, path := range []string{"/auth/sign-out", "/fobs/x/activate", "/fobs/x/remove"} {
		page := v.Post(t, path, url.Values{"verificationCode": {"123456"}})
		if page.Status != http.StatusUnauthorized || strings.Contains(string(page.Body), "is kept") {
			t.Errorf("%s: %d, and it speaks of what was typed", path, page.Status)
		}
	}
	link := kept.Doc(t).Find("main a[href^='/auth/sign-in']").AttrOr("href", "")
	if form := v.SignIn(t, link, ada); !strings.Contains(string(form.Body), goodFob) {
		t.Error("another form's end took what was typed with it")
	}
}
