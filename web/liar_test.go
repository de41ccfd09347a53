package web_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/liar"
)

// deceived is a portal whose issuer lies, behind a proxy.
func deceived(t *testing.T, issuer *liar.Issuer, givens ...e2e.Given) *e2e.World {
	t.Helper()
	return e2e.NewWorld(t, append([]e2e.Given{
		e2e.Setting("FOBDESK_ISSUER_URL", issuer.ID()), e2e.Setting("FOBDESK_TENANT_ID", liar.TenantID),
		e2e.Setting("FOBDESK_CLIENT_ID", liar.ClientID), e2e.Setting("FOBDESK_CLIENT_SECRET", liar.ClientSecret),
		e2e.Setting("FOBDESK_TRUSTED_PROXIES", "127.0.0.0/8,::1/128"),
	}, givens...)...)
}

// passes goes through the issuer and answers what the callback says to it. Each visitor comes from an
// address of their own.
func passes(t *testing.T, w *e2e.World, n int) (*e2e.Visitor, *e2e.Page) {
	t.Helper()
	v := w.NewVisitor()
	v.From = "192.0.2." + strconv.Itoa(n%250)
	away := v.Get(t, "/auth/sign-in?return_to=/enrol")
	back := v.Get(t, away.Header.Get("Location"))
	if !strings.HasPrefix(back.Header.Get("Location"), w.URL+"/auth/callback?") {
		t.Fatalf("the issuer does not lead back, but answers %d", back.Status)
	}
	return v, v.Get(t, back.Header.Get("Location"))
}

// wantNobodyIn holds a sign-in that was refused to have left nothing but one row, and a calm page.
func wantNobodyIn(t *testing.T, w *e2e.World, v *e2e.Visitor, page *e2e.Page) {
	t.Helper()
	doc := page.Doc(t)
	if doc.Find("main a[href^='/auth/sign-in']").Length() == 0 || !strings.Contains(doc.Find("main").Text(), page.Header.Get("X-Request-Id")) {
		t.Errorf("the page has no way to try again or no reference:\n%s", page.Body)
	}
	if got := v.Get(t, "/enrol"); got.Status != http.StatusFound {
		t.Errorf("somebody is signed in: %d", got.Status)
	}
	if sessions := column(t, w, "SELECT COUNT(*) FROM session"); sessions[0] != "0" {
		t.Errorf("%s sessions were made", sessions[0])
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
}

// trailOf is how many rows the trail has, and what the last says.
func trailOf(t *testing.T, w *e2e.World) (rows int, last string) {
	t.Helper()
	all := column(t, w, "SELECT event || ' ' || outcome FROM audit ORDER BY number")
	if len(all) == 0 {
		return 0, ""
	}
	return len(all), all[len(all)-1]
}

func TestOIDC04ToOIDC14NobodyComesInByALieOfTheIssuer(t *testing.T) {
	t.Parallel()
	issuer := liar.New(t)
	w := deceived(t, issuer)
	for n, lie := range liar.Lies() {
		t.Run(lie.Name, func(t *testing.T) {
			issuer.Change(func(i *liar.Issuer) { i.Repent(); lie.Tell(i) })
			before, _ := trailOf(t, w)
			v, page := passes(t, w, n)
			if page.Status != http.StatusBadRequest || page.Outcome(t) != "sign_in_refused" {
				t.Errorf("answered %d %q, want 400", page.Status, page.Outcome(t))
			}
			wantNobodyIn(t, w, v, page)
			if rows, last := trailOf(t, w); rows != before+1 || last != "sign_in sign_in_refused" {
				t.Errorf("%d rows more, the last is %q", rows-before, last)
			}
		})
	}
	issuer.Change((*liar.Issuer).Repent)
	v, page := passes(t, w, 0)
	if page.Status != http.StatusSeeOther || v.Get(t, "/sessions").Status != http.StatusOK {
		t.Errorf("afterwards the truth is answered %d", page.Status)
	}
}

// breaks are issuers that can't be spoken to, and what the portal says of each.
func breaks() map[string]struct {
	tell   func(*liar.Issuer)
	status int
} {
	type broken = struct {
		tell   func(*liar.Issuer)
		status int
	}
	answers := func(path string, status int, contentType, body string) func(*liar.Issuer) {
		return func(i *liar.Issuer) {
			i.Handle(path, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", contentType)
				w.WriteHeader(status)
				_, _ = w.Write([]byte(body))
			})
		}
	}
	cut := func(path string) func(*liar.Issuer) {
		return func(i *liar.Issuer) {
			i.Handle(path, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		}
	}
	says := func(name string, value any) func(*liar.Issuer) {
		return func(i *liar.Issuer) { i.Answer = liar.Set(name, value) }
	}
	return map[string]broken{
		"a token answer of HTML":          {answers(liar.PathToken, 200, "text/html", "<h1>planted</h1>"), 502},
		"a token answer cut short":        {answers(liar.PathToken, 200, "application/json", `{"access_token":`), 502},
		"a token answer without end":      {answers(liar.PathToken, 200, "application/json", `{"access_token":"`+strings.Repeat("x", 2<<20)+`"}`), 502},
		"a token endpoint in trouble":     {answers(liar.PathToken, 503, "text/html", "planted"), 502},
		"a token endpoint that leads on":  {answers(liar.PathToken, 307, "text/html", ""), 502},
		"a token endpoint that hangs up":  {cut(liar.PathToken), 504},
		"no access token":                 {func(i *liar.Issuer) { i.Answer = liar.Without("access_token") }, 502},
		"an access token that is none":    {says("access_token", 1), 502},
		"a token of another type":         {says("token_type", "mac"), 502},
		"a token without a life":          {says("expires_in", "soon"), 502},
		"keys that are none":              {answers(liar.PathKeys, 200, "application/json", `{"keys":"planted"}`), 502},
		"keys of HTML":                    {answers(liar.PathKeys, 200, "text/html", "<h1>planted</h1>"), 502},
		"keys that are not to be had":     {answers(liar.PathKeys, 500, "text/html", "planted"), 502},
		"keys behind a door that is shut": {cut(liar.PathKeys), 504},
	}
}

func TestOIDC10AnIssuerThatIsBrokenIsNeverAFaultOfOurs(t *testing.T) {
	t.Parallel()
	for name, broken := range breaks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issuer := liar.New(t)
			broken.tell(issuer)
			w := deceived(t, issuer)
			v, page := passes(t, w, 1)
			if page.Status != broken.status || page.Outcome(t) != "upstream_unavailable" || strings.Contains(string(page.Body), "planted") {
				t.Errorf("answered %d %q, want %d", page.Status, page.Outcome(t), broken.status)
			}
			wantNobodyIn(t, w, v, page)
			wantRefusedSignIns(t, w, map[int]int{http.StatusBadGateway: 1, http.StatusGatewayTimeout: 0}[broken.status])
		})
	}
}

// wantRefusedSignIns holds the trail to the refused sign-ins and nothing else.
func wantRefusedSignIns(t *testing.T, w *e2e.World, want int) {
	t.Helper()
	got := column(t, w, "SELECT event || ' ' || outcome FROM audit ORDER BY number")
	if len(got) != want || slices.ContainsFunc(got, func(row string) bool { return row != "sign_in sign_in_refused" }) {
		t.Errorf("the trail has %q, want %d refused sign-ins", got, want)
	}
}

func TestOIDC06AndOIDC14AndAUD05NoSignInBeginsWithMetadataThatLies(t *testing.T) {
	t.Parallel()
	for name, lie := range map[string]func(map[string]any){
		"another issuer":                liar.Set("issuer", "https://evil.example/v2.0"),
		"no issuer":                     liar.Without("issuer"),
		"an issuer that is a list":      liar.Set("issuer", []string{"x"}),
		"a token endpoint elsewhere":    liar.Set("token_endpoint", "https://evil.example/token"),
		"keys elsewhere":                liar.Set("jwks_uri", "https://evil.example/keys"),
		"a sign-in page that is script": liar.Set("authorization_endpoint", "javascript:alert(1)"),
		"a sign-in page without TLS":    liar.Set("authorization_endpoint", "http://evil.example/authorize"),
		"a sign-out page of data":       liar.Set("end_session_endpoint", "data:text/html,x"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issuer := liar.New(t)
			issuer.Metadata = lie
			w := deceived(t, issuer)
			v := w.NewVisitor()
			page := v.Get(t, "/auth/sign-in")
			if page.Status != http.StatusBadGateway || page.Header.Get("Location") != "" {
				t.Errorf("answered %d to %q, want 502", page.Status, page.Header.Get("Location"))
			}
			wantNobodyIn(t, w, v, page)
			if asked := issuer.Called(liar.PathToken) + issuer.Called(liar.PathKeys); asked != 0 {
				t.Errorf("it was asked %d times more", asked)
			}
			wantRefusedSignIns(t, w, 1)
		})
	}
}

func TestOIDC14ARefreshForAnotherPersonOrByAnotherIssuerOpensNothing(t *testing.T) {
	t.Parallel()
	for name, lie := range map[string]func(map[string]any){
		"refresh-token-invalid-issuer": liar.Set("iss", "https://invalid.example/v2.0"),
		"refresh-token-invalid-sub":    liar.Set("sub", "invalid"),
		"another person":               liar.Set("oid", "00000000-bbbb-cccc-dddd-eeeeeeeeeeee"),
		"another tenant":               liar.Set("tid", liar.ObjectID),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			issuer := liar.New(t)
			issuer.Answer = liar.Set("expires_in", 30)
			w := deceived(t, issuer)
			v, page := passes(t, w, 1)
			if page.Status != http.StatusSeeOther {
				t.Fatalf("signing in answered %d", page.Status)
			}
			w.Clock.Pass(time.Minute)
			issuer.Change(func(i *liar.Issuer) { i.Claims = lie })
			if page := v.Get(t, "/"); page.Status != http.StatusFound {
				t.Errorf("home answers %d, want the way to sign in", page.Status)
			}
			if page := v.Post(t, "/enrol", enrolment(goodFob, "123456")); page.Status != http.StatusUnauthorized {
				t.Errorf("a form answers %d", page.Status)
			}
			if open := column(t, w, "SELECT COUNT(*) FROM session WHERE ended IS NULL"); open[0] != "0" {
				t.Errorf("%s sessions live", open[0])
			}
			if calls := graphCalls(w); len(calls) > 0 {
				t.Errorf("Graph was asked %q", calls)
			}
		})
	}
}
