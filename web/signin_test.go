package web_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// asked is the authorization request that a redirect to Entra carries.
func asked(t *testing.T, page *e2e.Page) url.Values {
	t.Helper()
	to, err := url.Parse(page.Header.Get("Location"))
	if err != nil || !strings.HasSuffix(to.Path, "/oauth2/v2.0/authorize") {
		t.Fatalf("%d leads to %q, want Entra", page.Status, page.Header.Get("Location"))
	}
	return to.Query()
}

func TestOIDC03TheAuthorizationRequestIsComplete(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	query := asked(t, w.NewVisitor().Get(t, "/auth/sign-in?return_to=/enrol"))
	for name, want := range map[string]string{
		"response_type": "code", "response_mode": "query", "code_challenge_method": "S256",
		"redirect_uri": w.URL + "/auth/callback", "prompt": "",
		"scope": "openid profile offline_access https://graph.microsoft.com/UserAuthenticationMethod.ReadWrite",
	} {
		if got := query.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(query.Get(name)) < 22 {
			t.Errorf("%s is %q", name, query.Get(name))
		}
	}
	if !strings.Contains(query.Get("claims"), "ngcmfa") || !strings.Contains(query.Get("claims"), "cp1") {
		t.Errorf("claims are %s", query.Get("claims"))
	}
	if got := asked(t, w.NewVisitor().Get(t, "/auth/sign-in?switch=1")).Get("prompt"); got != "select_account" {
		t.Errorf("switching asks for prompt %q", got)
	}
	if page := w.NewVisitor().Post(t, "/auth/callback", url.Values{"code": {"x"}, "state": {"x"}}); page.Status != http.StatusMethodNotAllowed {
		t.Errorf("a posted callback answered %d", page.Status)
	}
}

// callback goes through Entra as Ada up to the callback, and answers its URL without asking it.
func callback(t *testing.T, v *e2e.Visitor) string {
	t.Helper()
	page := v.Get(t, "/auth/sign-in?return_to=/enrol")
	for range 10 {
		next, err := page.URL.Parse(page.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		if next.Path == "/auth/callback" {
			return next.String()
		}
		if page.Header.Get("Location") != "" {
			page = v.Get(t, next.String())
			continue
		}
		page = v.Press(t, page, ada)
	}
	t.Fatal("Entra did not lead back")
	return ""
}

func TestOIDC01AStateIsGoodOnceInItsBrowserForTenMinutes(t *testing.T) {
	t.Parallel()
	refused := func(t *testing.T, v *e2e.Visitor, url string) {
		t.Helper()
		page := v.Get(t, url)
		if page.Status != http.StatusBadRequest || page.Outcome(t) != "sign_in_refused" {
			t.Errorf("answered %d %q, want 400", page.Status, page.Outcome(t))
		}
		if got := v.Get(t, "/enrol").Status; got != http.StatusFound {
			t.Errorf("somebody is signed in: %d", got)
		}
	}
	t.Run("an unknown one", func(t *testing.T) {
		t.Parallel()
		refused(t, e2e.NewWorld(t).NewVisitor(), "/auth/callback?code=x&state=unknown")
	})
	t.Run("another browser's", func(t *testing.T) {
		t.Parallel()
		w := e2e.NewWorld(t)
		refused(t, w.NewVisitor(), callback(t, w.NewVisitor()))
	})
	t.Run("one that is too old", func(t *testing.T) {
		t.Parallel()
		w := e2e.NewWorld(t)
		v := w.NewVisitor()
		url := callback(t, v)
		w.Clock.Pass(10*time.Minute + time.Second)
		refused(t, v, url)
	})
	t.Run("one that was used, also where its cookie is put back", func(t *testing.T) {
		t.Parallel()
		w := e2e.NewWorld(t)
		v := w.NewVisitor()
		url := callback(t, v)
		cookies := v.Cookies()
		if page := v.Get(t, url); page.Header.Get("Location") != "/enrol" {
			t.Fatalf("the first answered %d to %q", page.Status, page.Header.Get("Location"))
		}
		again := w.NewVisitor()
		for name, value := range cookies {
			again.SetCookie(name, value)
		}
		refused(t, again, url)
	})
	t.Run("one that was spent on an error", func(t *testing.T) {
		t.Parallel()
		w := e2e.NewWorld(t)
		v := w.NewVisitor()
		good := callback(t, v)
		parsed, _ := url.Parse(good)
		v.Get(t, "/auth/callback?error=access_denied&state="+url.QueryEscape(parsed.Query().Get("state")))
		refused(t, v, good)
	})
}

func TestOIDC06AnotherIssuerInTheCallbackIsRefused(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	url := callback(t, v) + "&iss=https%3A%2F%2Fevil.example"
	w.Cloud.ResetCalls()
	if page := v.Get(t, url); page.Status != http.StatusBadRequest {
		t.Errorf("answered %d", page.Status)
	}
	for _, call := range w.Cloud.Calls() {
		t.Errorf("%s %s was called", call.Method, call.Path)
	}
}

func TestOIDC08EntrasNumbersBecomePlainWords(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	for number, want := range map[int]string{
		50072: "Temporary Access Pass", 50079: "Temporary Access Pass", 500121: "Temporary Access Pass",
		53003: "rule", 50105: "not among them", 65001: "approve", 90094: "administrator", 50057: "switched off",
		7777777: "reason that we do not know",
	} {
		w.Cloud.FailNextSignIn(number, "access_denied")
		page := w.NewVisitor().SignIn(t, "/auth/sign-in", ada)
		text := page.Doc(t).Find("main").Text()
		if page.Status != http.StatusBadRequest || !strings.Contains(text, want) || !strings.Contains(text, "AADSTS"+itoa(number)) {
			t.Errorf("AADSTS%d: %d, %q", number, page.Status, text)
		}
	}
}

func TestOIDC12TwoSignInsInTwoTabsBothFinish(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	first, second := callback(t, v), callback(t, v)
	for _, url := range []string{second, first} {
		if page := v.Get(t, url); page.Header.Get("Location") != "/enrol" {
			t.Errorf("%d to %q", page.Status, page.Header.Get("Location"))
		}
	}
}

func TestOIDC16AFormWantsAStepUpOfEightMinutes(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Clock.Pass(7 * time.Minute)
	if page := v.Get(t, "/enrol"); page.Status != http.StatusOK {
		t.Fatalf("after 7 minutes: %d", page.Status)
	}
	w.Clock.Pass(2 * time.Minute)
	page := v.Get(t, "/enrol?serial=GALT1")
	if claims := asked(t, page).Get("claims"); !strings.Contains(claims, "ngcmfa") {
		t.Errorf("after 9 minutes the claims are %s", claims)
	}
	back := v.Choose(t, v.Follow(t, page), ada)
	if back.Status != http.StatusOK || back.URL.RequestURI() != "/enrol?serial=GALT1" || !strings.Contains(string(back.Body), `value="GALT1"`) {
		t.Errorf("back at %s with %d", back.URL, back.Status)
	}
	if !strings.Contains(back.Doc(t).Find("main").Text(), "prove once more") {
		t.Error("the form does not say why")
	}
	w.Clock.Pass(9 * time.Minute)
	if page := v.Get(t, "/"); page.Status != http.StatusOK {
		t.Errorf("home answered %d; it never steps up by itself", page.Status)
	}
}

func TestOIDC16WhereGraphDoesNotAskTheSignInIsTwentyMinutesOldAtMost(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_STEP_UP", "when-asked"), e2e.Setting("FOBDESK_SESSION_IDLE", "2h"))
	w.Cloud.Update(func(s *sim.Switches) { s.NoFreshMFA = true })
	v := w.NewVisitor()
	if claims := asked(t, v.Get(t, "/auth/sign-in")).Get("claims"); strings.Contains(claims, "ngcmfa") {
		t.Errorf("claims are %s", claims)
	}
	v = w.SignedIn(t, ada)
	w.Clock.Pass(19 * time.Minute)
	if page := v.Get(t, "/enrol"); page.Status != http.StatusOK {
		t.Fatalf("after 19 minutes: %d", page.Status)
	}
	w.Clock.Pass(2 * time.Minute)
	if query := asked(t, v.Get(t, "/enrol")); query.Get("prompt") != "login" || strings.Contains(query.Get("claims"), "ngcmfa") {
		t.Errorf("after 21 minutes prompt is %q, claims %s", query.Get("prompt"), query.Get("claims"))
	}
}

func TestAfterAStepUpTheFormIsAsItWasAndNeverALoop(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_STEP_UP", "when-asked"))
	v := w.SignedIn(t, ada)
	w.Clock.Pass(time.Minute)
	page := v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))
	if page.Status != http.StatusSeeOther || !strings.Contains(asked(t, page).Get("claims"), "ngcmfa") {
		t.Fatalf("Graph's 403 led to %d %q", page.Status, page.Header.Get("Location"))
	}
	form := v.Choose(t, v.Follow(t, page), ada)
	doc := form.Doc(t)
	for field, want := range map[string]string{"#serialNumber": goodFob, "#displayName": "Key ring", "#verificationCode": ""} {
		if got := doc.Find(field).AttrOr("value", ""); got != want {
			t.Errorf("%s holds %q, want %q", field, got, want)
		}
	}
	if !strings.Contains(doc.Find("main").Text(), "fresh sign-in") {
		t.Error("the form does not say why")
	}
	if page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("after the step-up: %d %q", page.Status, page.Outcome(t))
	}
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "POST", Status: 403, ContentType: "application/json", Body: `{"error":{"code":"accessDenied","message":"no"}}`})
	if page := v.Post(t, "/enrol", enrolment(secondFob, w.Cloud.Code(secondFob))); page.Status != http.StatusForbidden || page.Outcome(t) != "not_allowed" {
		t.Errorf("a 403 on a fresh token: %d %q, want not_allowed", page.Status, page.Outcome(t))
	}
}

func TestTOK08AClaimsChallengeLeadsToEntraWithItsClaims(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.Challenge(ada, `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`)
	page := v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))
	claims := asked(t, page).Get("claims")
	for _, want := range []string{`"c1"`, "ngcmfa", "cp1"} {
		if !strings.Contains(claims, want) {
			t.Errorf("claims lack %s: %s", want, claims)
		}
	}
	if form := v.Choose(t, v.Follow(t, page), ada); form.URL.Path != "/enrol" || !strings.Contains(string(form.Body), goodFob) {
		t.Errorf("back at %s", form.URL)
	}
	if page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("after the challenge: %d %q", page.Status, page.Outcome(t))
	}
}

func TestSomebodyWithoutAnyMethodIsToldOfTheTemporaryAccessPass(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	if text := v.Get(t, "/").Doc(t).Find("main").Text(); !strings.Contains(text, "Temporary Access Pass") || !strings.Contains(text, "help desk") {
		t.Error("the welcome does not say so")
	}
	page := v.SignIn(t, "/auth/sign-in", eve)
	if text := page.Doc(t).Find("main").Text(); page.Status != http.StatusBadRequest || !strings.Contains(text, "Temporary Access Pass") {
		t.Errorf("%d: %q", page.Status, text)
	}
}

func TestOIDC07NamesAndAddressesDecideNothing(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	receipt := v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob))).Header.Get("Location")
	if page := v.Get(t, receipt); page.Status != http.StatusOK {
		t.Fatalf("%s answered %d", receipt, page.Status)
	}
	w.Cloud.Update(func(s *sim.Switches) {
		s.TamperIDToken = func(claims map[string]any) {
			claims["name"], claims["preferred_username"], claims["email"] = "Ada Fischer", "ada.fischer@contoso.example", "ada.fischer@contoso.example"
		}
	})
	other := w.SignedIn(t, ben)
	if page := other.Get(t, receipt); page.Status != http.StatusNotFound {
		t.Errorf("somebody with her name and address opens Ada's receipt: %d", page.Status)
	}
	if page := other.Get(t, "/"); !strings.Contains(string(page.Body), bensActiveFob) {
		t.Error("the list is not that of the person who signed in")
	}
}

func TestLOG03TheCallbacksQueryIsNeverLogged(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	to, err := url.Parse(callback(t, v))
	if err != nil {
		t.Fatal(err)
	}
	v.Get(t, to.String())
	v.Get(t, "/auth/callback?error=planted_error&error_description=planted%20description&state=planted_state")
	log := w.Log.String()
	for name, values := range to.Query() {
		if strings.Contains(log, values[0]) {
			t.Errorf("the log holds %s", name)
		}
	}
	if strings.Contains(log, "planted_") || strings.Contains(log, "planted description") || !strings.Contains(log, `"route":"/auth/callback"`) {
		t.Errorf("the log holds the query of a callback, or not its route")
	}
}

func TestNoAnswerOfGraphSendsAPersonInCircles(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	challenge := http.Header{"WWW-Authenticate": {`Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxIn19fQ=="`}}
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Status: 401, Header: challenge})
	remove := "/fobs/" + w.Cloud.Held(ben)[0].ID + "/remove"
	page := v.Choose(t, v.Follow(t, v.Get(t, remove)), ben)
	if page.Status != http.StatusForbidden || page.Outcome(t) != "not_allowed" {
		t.Errorf("asking for a page ends at %s with %d %q", page.URL, page.Status, page.Outcome(t))
	}
	if page := v.Post(t, "/enrol", enrolment(goodFob, "123456")); page.Status != http.StatusForbidden || page.Outcome(t) != "not_allowed" {
		t.Errorf("a form that was asked for the same again answers %d %q", page.Status, page.Outcome(t))
	}
}

func TestTheClientProvesItselfInEachOfTheThreeWays(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	certificate, pem := selfSigned(t, key)
	file := filepath.Join(t.TempDir(), "proof")
	for name, givens := range map[string][]e2e.Given{
		"secret": nil,
		"certificate": {
			e2e.Setting("FOBDESK_CLIENT_SECRET", ""), e2e.Setting("FOBDESK_CLIENT_CERT_FILE", file+".pem"),
			e2e.Tenant(func(o *sim.Options) { o.ClientSecret, o.Certificates = "", []*x509.Certificate{certificate} }),
		},
		"federated token": {
			e2e.Setting("FOBDESK_CLIENT_SECRET", ""), e2e.Setting("FOBDESK_FEDERATED_TOKEN_FILE", file+".jwt"),
			e2e.Tenant(func(o *sim.Options) {
				o.ClientSecret = ""
				o.Federated = &sim.FederatedCredential{Issuer: "https://platform.example", Subject: "fobdesk", Key: &key.PublicKey}
			}),
		},
	} {
		writeFile(t, file+".pem", pem)
		writeFile(t, file+".jwt", platformToken(t, key))
		w := e2e.NewWorld(t, givens...)
		v := w.SignedIn(t, ada)
		if page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
			t.Errorf("%s: %d %q", name, page.Status, page.Outcome(t))
		}
	}
}

// selfSigned makes a certificate, and the file with its key that an operator has.
func selfSigned(t *testing.T, key *rsa.PrivateKey) (*x509.Certificate, []byte) {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	file := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	return certificate, append(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
}

// platformToken is what a platform such as Kubernetes leaves in a file.
func platformToken(t *testing.T, key *rsa.PrivateKey) []byte {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(jwt.Claims{
		Issuer: "https://platform.example", Subject: "fobdesk", Audience: jwt.Audience{sim.AzureADTokenExchange},
		IssuedAt: jwt.NewNumericDate(time.Now()), Expiry: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return []byte(token)
}

func writeFile(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheStepUpComesBackToActivateAndToRemove(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"at-sign-in", "when-asked"} {
		for _, act := range []string{"activate", "remove"} {
			w := e2e.NewWorld(t, e2e.Setting("FOBDESK_STEP_UP", mode), e2e.Setting("FOBDESK_SESSION_IDLE", "1h"))
			v := w.SignedIn(t, ben)
			device, _ := w.Cloud.Device(bensAssignedFob)
			form := url.Values{"verificationCode": {w.Cloud.Code(bensAssignedFob)}}
			path := "/fobs/" + device.ID + "/" + act
			w.Clock.Pass(11 * time.Minute)
			page := v.Post(t, path, form)
			if claims := asked(t, page).Get("claims"); !strings.Contains(claims, "ngcmfa") {
				t.Errorf("%s %s: claims are %s", mode, act, claims)
			}
			back := v.Choose(t, v.Follow(t, page), ben)
			want := map[string]string{"activate": "/?fob=" + device.ID, "remove": path}[act]
			if back.Status != http.StatusOK || back.URL.RequestURI() != want || back.Doc(t).Find("main .notice").Length() != 1 {
				t.Errorf("%s %s: back at %s with %d", mode, act, back.URL, back.Status)
			}
			form.Set("verificationCode", w.Cloud.Code(bensAssignedFob))
			if done := v.Follow(t, v.Post(t, path, form)); done.Outcome(t) != act+"d" {
				t.Errorf("%s %s: %d %q", mode, act, done.Status, done.Outcome(t))
			}
		}
	}
}

func TestASignInThatFailedOnTheWayToAFormCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Clock.Pass(9 * time.Minute)
	w.Cloud.FailNextSignIn(500121, "access_denied")
	page := v.Choose(t, v.Follow(t, v.Get(t, "/enrol")), ada)
	link := page.Doc(t).Find("main a[href^='/auth/sign-in']").AttrOr("href", "")
	if page.Status != http.StatusBadRequest || !strings.Contains(link, "return_to=%2Fenrol") {
		t.Fatalf("%d leads to %q", page.Status, link)
	}
	if v.Get(t, "/").Status != http.StatusOK {
		t.Error("the session did not outlive it")
	}
	if form := v.SignIn(t, link, ada); form.Status != http.StatusOK || form.URL.Path != "/enrol" {
		t.Errorf("trying again ends at %s with %d", form.URL, form.Status)
	}
}

func TestWhoseFobsNeedAFreshSignInGetsAButtonForIt(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	w.Cloud.Challenge(ben, `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`)
	page := v.Get(t, "/")
	link := page.Doc(t).Find("main .unread a").First().AttrOr("href", "")
	if page.Status != http.StatusForbidden || link != "/auth/step-up" {
		t.Fatalf("home answers %d with a button to %q", page.Status, link)
	}
	back := v.Choose(t, v.Follow(t, v.Get(t, link)), ben)
	if back.Status != http.StatusOK || back.URL.Path != "/" || !strings.Contains(string(back.Body), bensActiveFob) {
		t.Errorf("back at %s with %d", back.URL, back.Status)
	}
}

func TestFLT07ReadinessTellsThatEntraIsDownAndSignedInPeopleWorkOn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideEntra, Status: 503})
	w.Restart(t)
	if page := v.Get(t, "/readyz"); page.Status != http.StatusServiceUnavailable {
		t.Errorf("readiness answers %d", page.Status)
	}
	if page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("a signed-in person: %d %q", page.Status, page.Outcome(t))
	}
}

func TestTOK08AGraphThatRefusesEveryTokenEndsOnAPage(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Status: 401})
	if page := v.Follow(t, v.Get(t, "/")); page.Status != http.StatusUnauthorized || page.Outcome(t) != "signed_out" {
		t.Errorf("ends at %s with %d %q", page.URL, page.Status, page.Outcome(t))
	}
}

func TestASignInWithoutTheClaimAsksForItWhenGraphDoes(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_STEP_UP", "when-asked"))
	v := w.SignedIn(t, ada)
	v.Choose(t, v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))), ada)
	v.SignIn(t, "/auth/sign-in?switch=1", ada)
	if page := v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob))); page.Status != http.StatusSeeOther {
		t.Errorf("answered %d %q, want the way to Entra", page.Status, page.Outcome(t))
	}
}
