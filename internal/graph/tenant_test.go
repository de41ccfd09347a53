package graph_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"fobdesk/internal/graph"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/sim"
)

// The scopes that an admin's token has.
const (
	adminScopes     = "UserAuthenticationMethod.ReadWrite.All User.ReadBasic.All"
	inventoryScopes = adminScopes + " Policy.Read.All"
	redirectURI     = "https://portal.example/auth/callback"
)

// tenant is the demo's tenant on two ports, and the client that is shown.
type tenant struct {
	*sim.Cloud
	t      *testing.T
	client *graph.Client
	clock  *clock
}

// clock is the tenant's, on a whole minute at first.
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

func newTenant(t *testing.T, changes ...func(*sim.Options)) *tenant {
	t.Helper()
	clock := &clock{at: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)}
	o := sim.Demo(clock.now())
	o.Now, o.RedirectURIs = clock.now, []string{redirectURI}
	for _, change := range changes {
		change(&o)
	}
	cloud := sim.New(o)
	stop, err := cloud.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return &tenant{Cloud: cloud, t: t, clock: clock, client: graph.New(graph.Config{BaseURL: cloud.GraphBase(), Now: clock.now})}
}

// signedIn is a token source of one access token.
type signedIn string

func (s signedIn) AccessToken(context.Context) (string, error) { return string(s), nil }

func (s signedIn) Replace(context.Context, string) (string, error) {
	return "", outcome.New(outcome.SignedOut)
}

var flowField = regexp.MustCompile(`name="flow" value="([^"]+)"`)

// as signs somebody in at the simulated Entra and answers their access token.
func (w *tenant) as(personID, scopes string) signedIn {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	send := func(r *http.Request, err error) (*http.Response, []byte) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
		if r.Method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		response, err := browser.Do(r)
		if err != nil {
			w.t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			w.t.Fatal(err)
		}
		return response, body
	}
	const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge := sha256.Sum256([]byte(verifier))
	entra := strings.TrimSuffix(w.Issuer(), "/v2.0")
	_, page := send(http.NewRequestWithContext(w.t.Context(), http.MethodGet, entra+"/oauth2/v2.0/authorize?"+url.Values{
		"client_id": {sim.DemoClientID}, "response_type": {"code"}, "redirect_uri": {redirectURI}, "scope": {scopes},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}.Encode(), nil))
	flow := flowField.FindSubmatch(page)
	if flow == nil {
		w.t.Fatalf("no sign-in page: %s", page)
	}
	callback, _ := send(http.NewRequestWithContext(w.t.Context(), http.MethodPost, entra+"/login",
		strings.NewReader(url.Values{"flow": {string(flow[1])}, "person": {personID}}.Encode())))
	back, err := callback.Location()
	if err != nil {
		w.t.Fatal(err)
	}
	_, answer := send(http.NewRequestWithContext(w.t.Context(), http.MethodPost, entra+"/oauth2/v2.0/token", strings.NewReader(url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {redirectURI}, "code_verifier": {verifier},
		"client_id": {sim.DemoClientID}, "client_secret": {sim.DemoClientSecret},
	}.Encode())))
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	if json.Unmarshal(answer, &tokens) != nil || tokens.AccessToken == "" {
		w.t.Fatalf("no access token for %s: %s", personID, answer)
	}
	return signedIn(tokens.AccessToken)
}

// typed are a serial number and the code that its fob shows now.
func (w *tenant) typed(serial string) (oath.SerialNumber, oath.VerificationCode) {
	w.t.Helper()
	number, err := oath.ParseSerialNumber(serial)
	if err != nil {
		w.t.Fatal(err)
	}
	return number, w.code(w.Code(serial))
}

func (w *tenant) code(digits string) oath.VerificationCode {
	w.t.Helper()
	if digits == "" {
		digits = "123456" // of a fob that nobody has
	}
	code, err := oath.ParseVerificationCode(digits)
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

func (w *tenant) deviceID(serial string) string {
	w.t.Helper()
	device, ok := w.Device(serial)
	if !ok {
		w.t.Fatalf("no device %s", serial)
	}
	return device.ID
}
