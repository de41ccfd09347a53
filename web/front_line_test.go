package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

const form = "application/x-www-form-urlencoded"

// path fills in what a route leaves open.
func path(route string) string {
	const id = "11111111-0000-4000-8000-000000000001"
	return strings.NewReplacer(":id", id, ":fob", id, "*", "x.css").Replace(route)
}

func TestROL01EachRouteLetsInWhomItMay(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	employee := w.SignedIn(t, ada)
	for _, route := range web.AllRoutes() {
		anonymous := w.NewVisitor()
		ask := func(v *e2e.Visitor) int {
			if route.Method == http.MethodPost {
				return v.Post(t, path(route.Path), url.Values{}).Status
			}
			return v.Get(t, path(route.Path)).Status
		}
		got := ask(anonymous)
		switch {
		case route.SignedIn && route.Method == http.MethodGet && got != http.StatusFound:
			t.Errorf("anonymous: %s %s answered %d, want 302", route.Method, route.Path, got)
		case route.SignedIn && route.Method == http.MethodPost && got != http.StatusUnauthorized:
			t.Errorf("anonymous: %s %s answered %d, want 401", route.Method, route.Path, got)
		case !route.SignedIn && (got == http.StatusFound || got == http.StatusUnauthorized || got == http.StatusForbidden):
			t.Errorf("anonymous: %s %s answered %d", route.Method, route.Path, got)
		}
		if route.Admin {
			continue // see TestROL01TheAdminPagesLetInAdmins
		}
		if got = ask(employee); strings.HasPrefix(route.Path, "/auth/") {
			employee = w.SignedIn(t, ada)
		}
		if got == http.StatusFound || got == http.StatusUnauthorized || got == http.StatusForbidden || got >= 500 {
			t.Errorf("employee: %s %s answered %d", route.Method, route.Path, got)
		}
	}
}

func TestROL07OnlyThePlainPathReachesAHandler(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	for _, path := range []string{"/enrol/", "//enrol", "/%65nrol", "/ENROL", "/enrol%2f", "/./enrol", "/x/../enrol", "/admin/", "/ADMIN", "/%61dmin", "//admin", "/admin/nothing", "/nothing"} {
		if page := v.Get(t, path); page.Status != http.StatusNotFound {
			t.Errorf("%s answered %d, want 404", path, page.Status)
		}
	}
}

func TestSRV07NoDebugRouteAndNoMetricsStandHere(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/vars", "/debug", "/static/", "/static/../go.mod", "/.git/config"} {
		if page := w.NewVisitor().Get(t, path); page.Status != http.StatusNotFound {
			t.Errorf("%s answered %d, want 404", path, page.Status)
		}
	}
}

func TestROL08NoHeaderNamesAPerson(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	header := http.Header{}
	for _, name := range []string{"X-Forwarded-User", "X-Ms-Client-Principal-Id", "X-Remote-User", "Remote-User", "Authorization"} {
		header.Set(name, ada)
	}
	if page := w.NewVisitor().Do(t, http.MethodGet, "/enrol", nil, header); page.Status != http.StatusFound {
		t.Errorf("answered %d, want the way to sign in", page.Status)
	}
}

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

func TestCSRF06OnlyFormsAreRead(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.ResetCalls()
	for _, kind := range []string{"application/json", "text/plain", "multipart/form-data; boundary=x", "", form + "; charset"} {
		page := v.Do(t, http.MethodPost, "/enrol", strings.NewReader(`{"serialNumber":"1"}`),
			http.Header{"Content-Type": {kind}, "Sec-Fetch-Site": {"same-origin"}})
		if page.Status != http.StatusUnsupportedMediaType {
			t.Errorf("%q answered %d, want 415", kind, page.Status)
		}
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
}

func TestSRV01BodiesAndHeadersAreBounded(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	big := enrolment(strings.Repeat("A", 3<<20), "123456")
	if page := v.Post(t, "/enrol", big); page.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 3 MB answered %d, want 413", page.Status)
	}
	many := url.Values{}
	for i := range 101 {
		many.Set(strings.Repeat("f", i+1), "")
	}
	if page := v.Post(t, "/enrol", many); page.Status != http.StatusBadRequest {
		t.Errorf("101 fields answered %d, want 400", page.Status)
	}
	if page := v.Post(t, "/enrol", url.Values{"x": slices.Repeat([]string{"1"}, 101)}); page.Status != http.StatusBadRequest {
		t.Errorf("one field 101 times answered %d, want 400", page.Status)
	}
	if page := v.Do(t, http.MethodGet, "/enrol", nil, http.Header{"X-Big": {strings.Repeat("x", 64<<10)}}); page.Status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("headers of 64 kB answered %d, want 431", page.Status)
	}
}

func TestINP03DoubledFieldsAreRefusedAndUnknownOnesIgnored(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.ResetCalls()
	for _, field := range []string{"serialNumber", "verificationCode", "displayName"} {
		doubled := enrolment(goodFob, w.Cloud.Code(goodFob))
		doubled.Add(field, doubled.Get(field))
		page := v.Post(t, "/enrol", doubled)
		if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "invalid_input" {
			t.Errorf("%s twice: %d %q", field, page.Status, page.Outcome(t))
		}
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Fatalf("Graph was asked %q", calls)
	}
	unknown := enrolment(goodFob, w.Cloud.Code(goodFob))
	unknown.Set("userId", ben)
	unknown.Set("subject", ben)
	if page := v.Follow(t, v.Post(t, "/enrol", unknown)); page.Outcome(t) != "enrolled" {
		t.Errorf("unknown fields: %d %q", page.Status, page.Outcome(t))
	}
	if device, _ := w.Cloud.Device(goodFob); device.HolderID != ada {
		t.Errorf("the fob went to %s", device.HolderID)
	}
}

func TestINP04TextOfOthersIsShownAsText(t *testing.T) {
	t.Parallel()
	const markup = `<img src=x onerror=alert(1)>"'`
	w := e2e.NewWorld(t, e2e.Tenant(func(o *sim.Options) {
		for i := range o.People {
			if o.People[i].ID == ada {
				o.People[i].Name = markup
			}
		}
		o.Devices = append(o.Devices, sim.Device{
			Serial: "MARKUP-1", Manufacturer: "x", Model: "x", DisplayName: markup, HolderID: ada,
			Status: sim.StatusActivated, Secret: []byte("12345678901234567890"), Interval: 30e9,
		})
	}))
	v := w.SignedIn(t, ada)
	for _, path := range []string{"/", "/enrol", "/enrol?serial=" + url.QueryEscape(markup), "/auth/callback?error=" + url.QueryEscape(markup) + "&error_description=" + url.QueryEscape(markup)} {
		page := v.Get(t, path)
		htmltest.Page(t, strings.NewReader(string(page.Body)))
		if strings.Contains(string(page.Body), "<img src=x") {
			t.Errorf("%s shows markup as markup", path)
		}
	}
}

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

func TestSRV06HealthAndReadinessSayNoMore(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	becomesReady(t, v)
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if page := v.Get(t, path); page.Status != http.StatusOK || string(page.Body) != want {
			t.Errorf("%s answered %d %q", path, page.Status, page.Body)
		}
	}
}

func TestLIM06OneAddressCannotFloodTheSignIn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	for range 400 {
		page := v.Get(t, "/auth/callback?state=x")
		if page.Status == http.StatusTooManyRequests {
			if page.Header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After is %q", page.Header.Get("Retry-After"))
			}
			return
		}
	}
	t.Error("400 callbacks in a row were answered")
}

// An office behind one address has a hundred at once, and whoever floods is in nobody else's way.
func TestLIM06AndLIM08AndSES10AFloodOfUnfinishedSignInsBlocksNobodyAndFillsNothing(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/auth/sign-in", "/auth/callback?state=x", "/auth/front-channel-logout?sid=x"} {
		w := e2e.NewWorld(t, e2e.Setting("FOBDESK_TRUSTED_PROXIES", "127.0.0.0/8,::1/128"))
		refused := 0
		for n := range 400 {
			v := w.NewVisitor() // who throws each cookie away
			v.From = "203.0.113.7"
			switch page := v.Get(t, path); {
			case page.Status == http.StatusTooManyRequests:
				refused++
			case page.Status >= 500:
				t.Errorf("%s: request %d of a flood is answered %d", path, n, page.Status)
			}
			if n == 99 && refused > 0 {
				t.Errorf("%s: of an office's first hundred %d were refused", path, refused)
			}
		}
		if refused == 0 {
			t.Errorf("%s: 400 in a row were let in", path)
		}
		person := w.NewVisitor()
		person.From = "198.51.100.9"
		if page := person.SignIn(t, "/auth/sign-in?return_to=/enrol", ada); page.Status != http.StatusOK || page.URL.Path != "/enrol" {
			t.Errorf("%s: a real person ends at %s with %d", path, page.URL, page.Status)
		}
		if sessions := column(t, w, "SELECT COUNT(*) FROM session"); sessions[0] != "1" {
			t.Errorf("%s: %s sessions are kept", path, sessions[0])
		}
		if rows, _ := trailOf(t, w); rows > 400-refused+2 {
			t.Errorf("%s: the trail has %d rows of %d that were let in", path, rows, 400-refused)
		}
		if hits := column(t, w, "SELECT COUNT(*) FROM audit WHERE event = 'limit'"); hits[0] != "1" {
			t.Errorf("%s: the limit stands in %s rows, want one", path, hits[0])
		}
	}
}

func TestINP03ADoubledHiddenFieldIsRefusedToo(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	device, _ := w.Cloud.Device(bensAssignedFob)
	w.Cloud.ResetCalls()
	for _, act := range []string{"activate", "remove"} {
		page := v.Post(t, "/fobs/"+device.ID+"/"+act, url.Values{
			"serialNumber": {bensAssignedFob, "OTHER"}, "verificationCode": {w.Cloud.Code(bensAssignedFob)},
		})
		if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "invalid_input" {
			t.Errorf("%s: %d %q", act, page.Status, page.Outcome(t))
		}
	}
	for _, call := range graphCalls(w) {
		if !strings.HasPrefix(call, "GET") {
			t.Errorf("Graph was asked %s", call)
		}
	}
}

func TestINP07WhatDeceivesDoesNotReachTheTrailThroughAHiddenField(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	device, _ := w.Cloud.Device(bensAssignedFob)
	for _, serial := range []string{"a\x00b", "a\u202eb", "\xff\xfe", strings.Repeat("z", 3000)} {
		page := v.Post(t, "/fobs/"+device.ID+"/remove", url.Values{"serialNumber": {serial}})
		if page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%.10q answered %d, want 422", serial, page.Status)
		}
	}
	if len(w.Cloud.Held(ben)) != 2 {
		t.Error("a fob was removed")
	}
}

func TestROL03AndROL06OthersThingsAnswerLikeThingsThatAreNot(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	receipt := w.SignedIn(t, dmitri).Post(t, "/fobs/"+w.Cloud.Held(dmitri)[0].ID+"/remove", url.Values{}).Header.Get("Location")
	others, _ := w.Cloud.Device(bensAssignedFob)
	for theirs, none := range map[string]string{
		receipt:                          "/receipts/11111111-0000-4000-8000-000000000001",
		"/fobs/" + others.ID + "/remove": "/fobs/11111111-0000-4000-8000-000000000001/remove",
	} {
		a, b := v.Get(t, theirs), v.Get(t, none)
		if a.Status != http.StatusNotFound || b.Status != a.Status || a.Doc(t).Find("main h1").Text() != b.Doc(t).Find("main h1").Text() {
			t.Errorf("%s answers %d, %s %d", theirs, a.Status, none, b.Status)
		}
	}
	code := url.Values{"verificationCode": {w.Cloud.Code(bensAssignedFob)}, "userId": {ben}, "id": {ben}}
	if page := v.Post(t, "/fobs/"+others.ID+"/activate?user="+ben, code); page.Status != http.StatusNotFound {
		t.Errorf("activating somebody else's fob answers %d", page.Status)
	}
	if device, _ := w.Cloud.Device(bensAssignedFob); device.Status != sim.StatusAssigned {
		t.Errorf("it is %s now", device.Status)
	}
}

func TestAUD05WhoSignsInAndOutAndIsDeniedStandsInTheTrail(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	v.Do(t, http.MethodPost, "/enrol", nil, http.Header{"Origin": {"https://evil.example"}})
	v.Get(t, "/auth/callback?state=x")
	v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob))))
	v.Post(t, "/auth/sign-out", url.Values{})
	rows := trail(t, w)
	for _, want := range []string{
		"sign_in signed_in " + ada, "denied wrong_origin ", "sign_in sign_in_refused " + ada,
		"enrol  " + ada, "enrol enrolled " + ada, "sign_out signed_out " + ada,
	} {
		if !slices.Contains(rows, want) {
			t.Errorf("the trail lacks %q: %q", want, rows)
		}
	}
}
