package sim_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fobdesk/internal/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	redirectURI = "https://portal.example/auth/callback"
	homeURI     = "https://portal.example/"
	verifier    = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636, appendix B

	freshMFA     = `{"access_token":{"amr":{"essential":true,"values":["ngcmfa"]}}}`
	capabilities = `{"access_token":{"xms_cc":{"values":["cp1"]}}}`

	selfScope   = "UserAuthenticationMethod.ReadWrite"
	othersScope = "UserAuthenticationMethod.ReadWrite.All"
	bySerial    = "/me/authentication/hardwareOathMethods/assignAndActivateBySerialNumber"
	methods     = "/me/authentication/hardwareOathMethods"
	inventory   = "/directory/authenticationMethodDevices/hardwareOathDevices"
)

// start is a whole minute, so that codes of 30 and 60 seconds begin together.
var start = time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is the demo's tenant on two ports, a clock, and one browser.
type world struct {
	*sim.Cloud
	t       *testing.T
	clock   *clock
	browser *http.Client
}

func newWorld(t *testing.T, changes ...func(*sim.Options)) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{at: start}}
	o := sim.Demo(start)
	o.Now = w.clock.now
	o.RedirectURIs = []string{redirectURI, homeURI}
	for _, change := range changes {
		change(&o)
	}
	w.Cloud = sim.New(o)
	stop, err := w.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	w.newBrowser()
	return w
}

// newBrowser forgets all cookies.
func (w *world) newBrowser() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	w.browser = &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// answer is a response, read.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any // where it is a JSON object
}

func (a answer) code() string {
	e, _ := a.body["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

// aadsts is the number in an answer of the token endpoint; 0 where there is none.
func (a answer) aadsts() int {
	codes, _ := a.body["error_codes"].([]any)
	if len(codes) == 0 {
		return 0
	}
	number, _ := codes[0].(float64)
	return int(number)
}

func (a answer) string(name string) string { s, _ := a.body[name].(string); return s }

func (w *world) do(r *http.Request) answer {
	w.t.Helper()
	response, err := w.browser.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	if json.Unmarshal(text, &a.body) != nil {
		a.body = nil
	}
	return a
}

func (w *world) request(method, to, body string, header map[string]string) *http.Request {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, to, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	return r
}

// endpoint is a URL below {entra}/{tenant id}.
func (w *world) endpoint(path string) string {
	return strings.TrimSuffix(w.Issuer(), "/v2.0") + path
}

// authorization is an authorization request, which changes may bend.
func authorization(changes ...url.Values) url.Values {
	challenge := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"client_id": {sim.DemoClientID}, "response_type": {"code"}, "response_mode": {"query"},
		"redirect_uri": {redirectURI}, "state": {"the state"}, "nonce": {"the nonce"},
		"scope":          {"openid profile offline_access https://graph.microsoft.com/" + selfScope},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
	for _, change := range changes {
		maps.Copy(query, change)
	}
	return query
}

func (w *world) authorize(query url.Values) answer {
	w.t.Helper()
	return w.do(w.request(http.MethodGet, w.endpoint("/oauth2/v2.0/authorize?"+query.Encode()), "", nil))
}

var flowField = regexp.MustCompile(`name="flow" value="([^"]+)"`)

// press sends the sign-in page's form.
func (w *world) press(page answer, name, value string) answer {
	w.t.Helper()
	flow := flowField.FindStringSubmatch(page.text)
	if page.status != http.StatusOK || flow == nil {
		w.t.Fatalf("not the sign-in page: %d %s %s", page.status, page.header.Get("Location"), page.text)
	}
	return w.post(w.endpoint("/login"), url.Values{"flow": {flow[1]}, name: {value}})
}

func (w *world) post(to string, form url.Values) answer {
	w.t.Helper()
	return w.do(w.request(http.MethodPost, to, form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}))
}

// callback is what Entra sends to the redirect URI.
func (w *world) callback(a answer) url.Values {
	w.t.Helper()
	location := a.header.Get("Location")
	if a.status != http.StatusFound || !strings.HasPrefix(location, redirectURI+"?") {
		w.t.Fatalf("no redirect to the callback: %d %s %s", a.status, location, a.text)
	}
	u, err := url.Parse(location)
	if err != nil {
		w.t.Fatal(err)
	}
	return u.Query()
}

// code signs somebody in on the page and answers the authorization code.
func (w *world) code(personID string, changes ...url.Values) string {
	w.t.Helper()
	query := w.callback(w.press(w.authorize(authorization(changes...)), "person", personID))
	if query.Get("code") == "" {
		w.t.Fatalf("no code: %v", query)
	}
	return query.Get("code")
}

func (w *world) token(form url.Values) answer {
	w.t.Helper()
	return w.post(w.endpoint("/oauth2/v2.0/token"), form)
}

// redemption is a token request for a code, proved by the secret, which changes may bend.
func redemption(code string, changes ...url.Values) url.Values {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI},
		"code_verifier": {verifier}, "client_id": {sim.DemoClientID}, "client_secret": {sim.DemoClientSecret},
	}
	for _, change := range changes {
		maps.Copy(form, change)
	}
	return form
}

func refreshing(token string, changes ...url.Values) url.Values {
	return redemption("", append([]url.Values{{
		"grant_type": {"refresh_token"}, "refresh_token": {token}, "code": nil, "code_verifier": nil, "redirect_uri": nil,
	}}, changes...)...)
}

// signIn answers somebody's tokens, got in a fresh browser with fresh MFA, or as changes say.
func (w *world) signIn(personID string, changes ...url.Values) answer {
	w.t.Helper()
	w.newBrowser()
	tokens := w.token(redemption(w.code(personID, append([]url.Values{{"claims": {freshMFA}}}, changes...)...)))
	if tokens.status != http.StatusOK {
		w.t.Fatalf("no tokens: %d %s", tokens.status, tokens.text)
	}
	return tokens
}

// as answers an access token of somebody with these scopes and fresh MFA.
func (w *world) as(personID string, scopes ...string) string {
	w.t.Helper()
	return w.signIn(personID, url.Values{"scope": {"openid " + strings.Join(scopes, " ")}}).string("access_token")
}

// graph calls Graph. The body is JSON, or nil for none.
func (w *world) graph(token, method, path string, body any) answer {
	w.t.Helper()
	var text bytes.Buffer
	header := map[string]string{"Authorization": "Bearer " + token, "ConsistencyLevel": "eventual"}
	if body != nil {
		header["Content-Type"] = "application/json"
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			w.t.Fatal(err)
		}
	}
	return w.do(w.request(method, w.GraphBase()+path, text.String(), header))
}

// enrolment is the body of assignAndActivateBySerialNumber.
func enrolment(serial, code string) map[string]any {
	return map[string]any{"serialNumber": serial, "verificationCode": code}
}

// enrol enrols a fob with the code that it shows.
func (w *world) enrol(token, serial string) answer {
	w.t.Helper()
	return w.graph(token, http.MethodPost, bySerial, enrolment(serial, w.Code(serial)))
}

// value is a collection's list.
func (a answer) value() []map[string]any {
	list, _ := a.body["value"].([]any)
	var objects []map[string]any
	for _, item := range list {
		o, _ := item.(map[string]any)
		objects = append(objects, o)
	}
	return objects
}

// want checks status and error code.
func (w *world) want(a answer, status int, code string) {
	w.t.Helper()
	if a.status != status || a.code() != code {
		w.t.Errorf("got %d %q, want %d %q: %s", a.status, a.code(), status, code, a.text)
	}
}
