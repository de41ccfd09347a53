package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
)

// everyKind is an answer of each kind: pages, errors, redirects, static files, what operators ask.
func everyKind(t *testing.T, w *e2e.World) map[string]*e2e.Page {
	t.Helper()
	v := w.SignedIn(t, ada)
	sheet := v.Get(t, "/").Doc(t).Find("link[rel=stylesheet]").AttrOr("href", "")
	return map[string]*e2e.Page{
		"welcome":  w.NewVisitor().Get(t, "/"),
		"home":     v.Get(t, "/"),
		"form":     v.Get(t, "/enrol"),
		"refusal":  v.Post(t, "/enrol", url.Values{}),
		"redirect": w.NewVisitor().Get(t, "/enrol"),
		"callback": v.Get(t, "/auth/callback?state=x"),
		"404":      v.Get(t, "/nothing"),
		"405":      v.Do(t, http.MethodPut, "/", nil, nil),
		"403":      v.Do(t, http.MethodPost, "/enrol", nil, http.Header{"Origin": {"https://evil.example"}}),
		"style":    v.Get(t, sheet),
		"no style": v.Get(t, "/static/none.css"),
		"healthz":  v.Get(t, "/healthz"),
		"readyz":   v.Get(t, "/readyz"),
		"report":   v.Do(t, http.MethodPost, "/csp-report", strings.NewReader(`{"csp-report":{}}`), http.Header{"Content-Type": {"application/csp-report"}}),
	}
}

func TestHDR01AndHDR04EveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	entra := strings.Split(w.Cloud.Issuer(), "/")[2]
	for name, page := range everyKind(t, w) {
		policy := page.Header.Get("Content-Security-Policy")
		for _, want := range []string{
			"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
			"form-action 'self' http://" + entra, "base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'", "report-uri /csp-report",
		} {
			if !slices.Contains(strings.Split(policy, "; "), want) {
				t.Errorf("%s: the policy lacks %q: %s", name, want, policy)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy is unsafe: %s", name, policy)
		}
		for header, want := range map[string]string{
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security":    "",
			"Server":                       "",
			"X-Powered-By":                 "",
		} {
			if got := page.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		camera := "camera=()"
		if page.URL.Path == "/enrol" {
			camera = "camera=(self)"
		}
		if got := page.Header.Get("Permissions-Policy"); !strings.Contains(got, camera) {
			t.Errorf("%s: Permissions-Policy is %q, want %s", name, got, camera)
		}
	}
}

func TestHDR05OnlyStaticFilesAreKept(t *testing.T) {
	t.Parallel()
	for name, page := range everyKind(t, e2e.NewWorld(t)) {
		want := "no-store"
		if name == "style" {
			want = "public, max-age=31536000, immutable"
		}
		if got := page.Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control is %q, want %q", name, got, want)
		}
	}
}

func TestHDR06HostAndForwardedHeadersPlayNoPart(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	header := http.Header{"X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Proto": {"https"}, "Forwarded": {"host=evil.example;proto=https"}}
	v := w.SignedIn(t, ada)
	for _, path := range []string{"/", "/enrol", "/auth/sign-in", "/nothing"} {
		page := v.Do(t, http.MethodGet, path, nil, header)
		if strings.Contains(string(page.Body)+page.Header.Get("Location"), "evil.example") || page.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s believes what was forwarded", path)
		}
	}
}
