package graph

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"fobdesk/internal/outcome"
)

func TestTOK08TheClaimsOfAChallengeAreFoundHoweverItIsWritten(t *testing.T) {
	// Chosen so that its base64 has both "+" and "/", and needs padding.
	const claims = `{"access_token":{"acrs":{"essential":true,"value":"c1?>~ÿ"}}}`
	std, url := base64.StdEncoding.EncodeToString([]byte(claims)), base64.URLEncoding.EncodeToString([]byte(claims))
	if !strings.ContainsAny(std, "+/") || !strings.HasSuffix(std, "=") {
		t.Fatalf("%s is too plain to show anything", std)
	}
	bearer := `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", `
	tests := map[string][]string{
		"as documented":       {bearer + `error="insufficient_claims", claims="` + std + `"`},
		"unpadded":            {bearer + `claims="` + strings.TrimRight(std, "=") + `"`},
		"URL alphabet":        {bearer + `claims="` + url + `"`},
		"URL alphabet, bare":  {bearer + `claims="` + strings.TrimRight(url, "=") + `"`},
		"claims first":        {`Bearer claims="` + std + `", realm="", error="insufficient_claims"`},
		"unquoted":            {`Bearer claims=` + std + `, realm=""`},
		"other letter case":   {`bearer Claims="` + std + `"`},
		"spaces":              {"Bearer\tclaims = \"" + std + `"`},
		"escaped quotes":      {`Bearer realm="a \"b\", claims=\"x\"", claims="` + std + `"`},
		"second header":       {`Negotiate`, `Basic realm="x"`, bearer + `claims="` + std + `"`},
		"second challenge":    {`Negotiate YII==, NTLM abc/+=, ` + bearer + `claims="` + std + `"`},
		"after another's":     {`PoP nonce="x", claims="bm90IHRoaXM=", Bearer claims="` + std + `"`},
		"unknown parameters":  {`Bearer new="1", client_id="x", claims="` + std + `", token_types="a b"`},
		"a broken one before": {`Bearer claims="%%%"`, `Bearer claims="` + std + `"`},
	}
	for what, headers := range tests {
		f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
			for _, h := range headers {
				w.Header().Add("WWW-Authenticate", h)
			}
			says(http.StatusUnauthorized, graphError("InvalidAuthenticationToken", "x"))(w, r)
		})
		for _, op := range []operation{opRead, opAssignAndActivate, opRemove} {
			refusal, ok := errors.AsType[*outcome.Error](callOnce(t, me(t, f.URL), op))
			if !ok || refusal.Outcome != outcome.StepUp || refusal.Claims != claims {
				t.Errorf("%s: %s got %v, claims %q", what, op, refusal, refusal.Claims)
			}
		}
		if got := len(f.asked()); got != 3 {
			t.Errorf("%s: asked %d times, want a step-up at once", what, got)
		}
	}
}

func TestTOK08AChallengeIsReadFrom403AndFromTheMessage(t *testing.T) {
	const claims = `{"access_token":{"capolids":{"essential":true,"values":["a}b"]}}}`
	header := `Bearer claims="` + base64.StdEncoding.EncodeToString([]byte(claims)) + `"`
	message := graphError("Unauthorized", "Additional claims required "+claims+" to go on")
	tests := map[string]http.HandlerFunc{
		"403, header": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("WWW-Authenticate", header)
			says(403, "<html>")(w, r)
		},
		"403, message": says(403, message),
		"401, message": says(401, message),
	}
	for what, answer := range tests {
		f := newFake(t, answer)
		refusal, ok := errors.AsType[*outcome.Error](callOnce(t, me(t, f.URL), opAssignAndActivate))
		if !ok || refusal.Outcome != outcome.StepUp || refusal.Claims != claims || len(f.asked()) != 1 {
			t.Errorf("%s: got %v, claims %q, asked %d times", what, refusal, refusal.Claims, len(f.asked()))
		}
	}
}

func TestWhatIsNoClaimsObjectIsNoChallenge(t *testing.T) {
	encode := base64.StdEncoding.EncodeToString
	for _, header := range []string{
		``, `Bearer`, `Bearer claims`, `Bearer claims=`, `Bearer claims="`, `Bearer claims="\`, `=`, `"`, `,,,`, `claims="e30="`,
		`Basic claims="` + encode([]byte(`{"a":1}`)) + `"`,
		`Bearer x="claims=` + encode([]byte(`{"a":1}`)) + `"`,
		`Bearer claims="` + encode([]byte(`[1]`)) + `"`,
		`Bearer claims="` + encode([]byte(`"{}"`)) + `"`,
		`Bearer claims="` + encode([]byte(`{"a":1}{}`)) + `"`,
		`Bearer claims="` + encode([]byte("{\"a\":\"\xff\"}")) + `"`,
		`Bearer claims="` + encode([]byte(`{"a":"`+strings.Repeat("x", maxClaims)+`"}`)) + `"`,
	} {
		got := answer{status: http.StatusUnauthorized, header: http.Header{"Www-Authenticate": {header}}}
		if claims := got.challenge(); claims != "" {
			t.Errorf("%.60s: claims %q", header, claims)
		}
	}
	if claims := messageClaims("Additional claims required [1] {"); claims != "" {
		t.Errorf("claims %q", claims)
	}
}

func FuzzWWWAuthenticate(f *testing.F) {
	f.Add(`Bearer realm="", claims="eyJhIjoxfQ=="`)
	f.Add(`Negotiate YII==, Bearer claims=eyJhIjoxfQ, x="\"`)
	f.Add(`,=",="`)
	f.Fuzz(func(t *testing.T, header string) {
		claims := headerClaims([]string{header})
		if claims != "" && (!json.Valid([]byte(claims)) || claims[0] != '{' || len(claims) > maxClaims) {
			t.Errorf("claims %q", claims)
		}
	})
}
