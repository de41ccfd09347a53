package web_test

import (
	"net/http"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/web"
)

const form = "application/x-www-form-urlencoded"

func TestCSRF02APostThatTheBrowserCallsCrossSiteIsRefused(t *testing.T) {
	t.Parallel()
	refusesEachPost(t, func(*e2e.World) []http.Header {
		return []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Sec-Fetch-Site": {"none"}}, {"Sec-Fetch-Site": {"SAME-ORIGIN"}}}
	})
}

func TestCSRF03APostFromAnotherOriginIsRefused(t *testing.T) {
	t.Parallel()
	refusesEachPost(t, func(w *e2e.World) []http.Header {
		return []http.Header{
			{"Origin": {"https://evil.example"}},
			{"Origin": {"null"}},
			{"Origin": {strings.Replace(w.URL, "http://", "https://", 1)}},
			{"Origin": {w.URL + ".evil.example"}},
			{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"https://evil.example"}},
		}
	})
}

func TestCSRF05NoFormButTheReportIsExempt(t *testing.T) {
	t.Parallel()
	for _, route := range web.AllRoutes() {
		if !route.Form && route.Path != "/csp-report" {
			t.Errorf("%s is exempt", route.Path)
		}
	}
	refusesEachPost(t, func(*e2e.World) []http.Header { return []http.Header{{"Origin": {"https://evil.example"}}} })
}

// refusesEachPost walks the router: each post with these headers is refused, and does nothing.
func refusesEachPost(t *testing.T, elsewhere func(*e2e.World) []http.Header) {
	t.Helper()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.ResetCalls()
	for _, route := range web.AllRoutes() {
		if route.Method != http.MethodPost || !route.Form {
			continue
		}
		for _, header := range elsewhere(w) {
			header.Set("Content-Type", form)
			page := v.Do(t, http.MethodPost, path(route.Path), strings.NewReader(enrolment(goodFob, "123456").Encode()), header)
			if page.Status != http.StatusForbidden || page.Outcome(t) != "wrong_origin" {
				t.Errorf("%s with %v answered %d %q", route.Path, header, page.Status, page.Outcome(t))
			}
		}
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
	if v.Get(t, "/enrol").Status != http.StatusOK {
		t.Error("the session did not outlive it")
	}
}

func TestCSRF04ATokenIsHeldToTheSession(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	own := v.Get(t, "/enrol").Doc(t).Find("form[action='/enrol'] input[name=csrfToken]").AttrOr("value", "")
	other := w.SignedIn(t, ben).Get(t, "/enrol").Doc(t).Find("form[action='/enrol'] input[name=csrfToken]").AttrOr("value", "")
	sameOrigin := http.Header{"Sec-Fetch-Site": {"same-origin"}}
	for _, test := range []struct {
		name   string
		token  string
		header http.Header
		want   int
	}{
		{"its own", own, nil, http.StatusUnprocessableEntity},
		{"none, but the browser proves the origin", "", sameOrigin, http.StatusUnprocessableEntity},
		{"none, and nothing proves the origin", "", nil, http.StatusForbidden},
		{"somebody else's", other, sameOrigin, http.StatusForbidden},
		{"a made-up one", "x", sameOrigin, http.StatusForbidden},
	} {
		values := enrolment(goodFob, "1")
		if test.token != "" {
			values.Set("csrfToken", test.token)
		}
		header := http.Header{"Content-Type": {form}}
		for name, value := range test.header {
			header[name] = value
		}
		if got := v.Do(t, http.MethodPost, "/enrol", strings.NewReader(values.Encode()), header).Status; got != test.want {
			t.Errorf("%s: answered %d, want %d", test.name, got, test.want)
		}
	}
}

func TestCSRF01NoMethodButPostChangesAnything(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	remove := v.Get(t, "/").Doc(t).Find("a[href$='/remove']").First().AttrOr("href", "")
	held := len(w.Cloud.Held(ben))
	v.Do(t, http.MethodGet, remove+"?_method=POST", nil, http.Header{"X-Http-Method-Override": {"POST"}, "X-Method-Override": {"DELETE"}})
	for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "PROPFIND"} {
		page := v.Do(t, method, remove, nil, nil)
		if method != http.MethodHead && page.Status != http.StatusMethodNotAllowed {
			t.Errorf("%s answered %d, want 405", method, page.Status)
		}
	}
	if got := len(w.Cloud.Held(ben)); got != held {
		t.Errorf("%d fobs are held, want %d", got, held)
	}
}

func TestCSRF07NoAnswerCarriesCORSHeaders(t *testing.T) {
	t.Parallel()
	for name, page := range everyKind(t, e2e.NewWorld(t)) {
		for header := range page.Header {
			if strings.HasPrefix(header, "Access-Control-") {
				t.Errorf("%s: %s", name, header)
			}
		}
	}
}
