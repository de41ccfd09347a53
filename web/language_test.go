package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/text/language"

	"fobdesk/internal/htmltest"
)

func TestTheLanguageIsTheOneChosenElseTheNearestElseThePortals(t *testing.T) {
	for _, test := range []struct{ name, chosen, asked, portal, want string }{
		{"chosen here", "de", "en", "en", "de"},
		{"asked by the browser", "", "de-AT, en;q=0.5", "en", "de"},
		{"the browser's second wish", "", "zh, de;q=0.5", "en", "de"},
		{"none that we have", "", "zh", "de", "de"},
		{"nothing asked", "", "", "de", "de"},
		{"a cookie that somebody made up", "zh", "de", "en", "de"},
		{"a cookie and a header of rubbish", "\"<b>", "\xff;;", "en", "en"},
	} {
		s := newServer(t, new(strings.Builder))
		s.Language = language.MustParse(test.portal)
		r := httptest.NewRequest(http.MethodGet, "/nothing", nil)
		r.Header.Set("Accept-Language", test.asked)
		if test.chosen != "" {
			r.Header.Set("Cookie", "__Host-fobdesk-language="+test.chosen)
		}
		got := s.answer(r)
		htmltest.Verify(t, htmltest.Page(t, got.Body), htmltest.In("html[lang="+test.want+"][dir=ltr]",
			htmltest.In("form[action='/language'] [aria-current=true]", htmltest.HasAttr("value", test.want), htmltest.HasAttr("lang", test.want))))
		if language := got.Header().Get("Content-Language"); language != test.want || !strings.Contains(got.Header().Get("Vary"), "Accept-Language") {
			t.Errorf("%s: Content-Language %q, Vary %q", test.name, language, got.Header().Values("Vary"))
		}
	}
}

func TestTheSwitchKeepsTheLanguageForAYearAndTheStep(t *testing.T) {
	for _, test := range []struct{ name, lang, returnTo, kept, location string }{
		{"the same page", "de", "/enrol?serial=GALT1", "de", "/enrol?serial=GALT1"},
		{"the nearest", "de-CH", "/", "de", "/"},
		{"one that we don't have", "zh", "/enrol", "", "/enrol"},
		{"none", "", "/enrol", "", "/enrol"},
		{"not another site", "de", "https://evil.example/", "de", "/"},
		{"not another host", "de", "//evil.example/", "de", "/"},
		{"nowhere", "de", "", "de", "/"},
	} {
		s := newServer(t, new(strings.Builder))
		form := url.Values{"lang": {test.lang}, "return_to": {test.returnTo}}
		r := httptest.NewRequest(http.MethodPost, "/language", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://fobs.example")
		got := s.answer(r)
		if got.Code != http.StatusSeeOther || got.Header().Get("Location") != test.location {
			t.Errorf("%s: %d to %q, want %q", test.name, got.Code, got.Header().Get("Location"), test.location)
		}
		cookie, want := got.Header().Get("Set-Cookie"), ""
		if test.kept != "" {
			want = "__Host-fobdesk-language=" + test.kept + "; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax"
		}
		if cookie != want {
			t.Errorf("%s: kept %q, want %q", test.name, cookie, want)
		}
	}
}

func TestTheSwitchComesBackToThePageAndItsQuery(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	for _, test := range []struct{ method, target, want string }{
		{"GET", "/?fob=1", "/?fob=1"},
		{"GET", "/nothing?q=%C3%A4", "/nothing?q=%C3%A4"},
		{"GET", "/auth/callback?state=x&code=y", "/"}, // good once
		{"POST", "/enrol", "/enrol"},
		{"POST", "/fobs/f1/remove", "/fobs/f1/remove"},
		{"POST", "/fobs/f1/activate", "/"},
	} {
		r := httptest.NewRequest(test.method, test.target, nil)
		r.Header.Set("Origin", "https://fobs.example")
		htmltest.Verify(t, htmltest.Page(t, s.answer(r).Body),
			htmltest.In("#switches form[action='/language'][method=post][hx-boost=false] input[name=return_to]", htmltest.HasValue(test.want)))
	}
}
