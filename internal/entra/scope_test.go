package entra

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"fobdesk/internal/liar"
	"fobdesk/internal/outcome"
)

const widerScope = "https://graph.microsoft.com/User.ReadBasic.All"

func TestOIDC03EachRequestAsksForItsOwnScopes(t *testing.T) {
	p := newProvider(t)
	rp := p.relyingParty()
	for _, scopes := range [][]string{{graphScope}, {graphScope, widerScope}} {
		want := "openid profile offline_access " + strings.Join(scopes, " ")
		a := trip()
		a.Scopes = scopes
		address, err := rp.AuthorizationURL(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		if got := parameter(t, address, "scope"); got != want {
			t.Errorf("the authorization asks for %q, want %q", got, want)
		}
		if _, _, err := rp.Refresh(t.Context(), testRefresh, ann(), scopes); err != nil {
			t.Fatal(err)
		}
		if got := p.LastForm().Get("scope"); got != want {
			t.Errorf("the refresh asks for %q, want %q", got, want)
		}
	}
}

func TestWhatWasGrantedIsWhatTheIssuerSays(t *testing.T) {
	for name, test := range map[string]struct {
		answer func(map[string]any)
		want   []string
	}{
		"as asked":   {liar.Set("scope", "openid "+graphScope), []string{"openid", graphScope}},
		"no word":    {liar.Without("scope"), nil},
		"an oddity":  {liar.Set("scope", 7), nil},
		"empty":      {liar.Set("scope", ""), nil},
		"many space": {liar.Set("scope", " a  b "), []string{"a", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			p.Answer = test.answer
			_, tokens, err := redeem(t, p.relyingParty())
			if err != nil || !slices.Equal(tokens.Scope, test.want) {
				t.Errorf("granted %q, %v, want %q", tokens.Scope, err, test.want)
			}
		})
	}
}

func TestMissingIsWhatAConsentLeftOut(t *testing.T) {
	asked := []string{graphScope, widerScope}
	for name, test := range map[string]struct{ granted, want []string }{
		"all, in full":           {[]string{widerScope, "openid", graphScope}, nil},
		"all, short":             {[]string{"UserAuthenticationMethod.ReadWrite", "User.ReadBasic.All"}, nil},
		"all, in another case":   {[]string{strings.ToUpper(graphScope), "user.readbasic.all"}, nil},
		"one":                    {[]string{graphScope}, []string{widerScope}},
		"one that is its prefix": {[]string{graphScope, "User.ReadBasic"}, []string{widerScope}},
		"others":                 {[]string{"openid", "User.Read"}, asked},
		"the issuer is silent":   {nil, nil},
	} {
		if got := notGranted(asked, test.granted); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q is missing, want %q", name, got, test.want)
		}
	}
}

func TestTheAdminConsentIsAskedOfTheIssuersTenant(t *testing.T) {
	const tenant = "https://login.microsoftonline.com/" + testTenant
	rp := New(Config{Issuer: tenant + "/v2.0", ClientID: testClient, PostLogoutURI: "https://fobdesk.example/"})
	address, err := url.Parse(rp.AdminConsentURL([]string{graphScope, widerScope}))
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"client_id": {testClient}, "scope": {graphScope + " " + widerScope}, "redirect_uri": {"https://fobdesk.example/"},
	}
	if got := address.Query(); got.Encode() != want.Encode() {
		t.Errorf("asks %v, want %v", got, want)
	}
	address.RawQuery = ""
	if address.String() != tenant+"/v2.0/adminconsent" {
		t.Errorf("goes to %s", address)
	}
}

func TestAConsentGivenInPartOrNotAtAllIsToldApart(t *testing.T) {
	asked := []string{graphScope, widerScope}
	if err := WantScopes(asked, Tokens{Scope: asked}); err != nil {
		t.Errorf("all of it: %v", err)
	}
	partly, ok := errors.AsType[*outcome.Error](WantScopes(asked, Tokens{Scope: asked[:1]}))
	if !ok || !Unconsented(partly) {
		t.Errorf("a part of it: %v", partly)
	}
	for number, want := range map[int]bool{65001: true, 65004: true, 90094: true, 90095: true, 50105: false, 50076: false, 650057: false} {
		p := newProvider(t)
		refusal := p.relyingParty().Refusal(Callback{Error: "access_denied", ErrorDescription: reference(number) + ": x"})
		if Unconsented(refusal) != want {
			t.Errorf("AADSTS%d: %v, want %v", number, !want, want)
		}
	}
	if Unconsented(&outcome.Error{Outcome: outcome.SignedOut, Reason: reasonConsentMissing}) {
		t.Error("a session that ended counts as a sign-in that was refused")
	}
}
