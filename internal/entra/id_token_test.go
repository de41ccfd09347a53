package entra

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fobdesk/internal/outcome"
)

// refusedIDToken fails unless err refuses the sign-in for its ID token, and nothing came of it.
func refusedIDToken(t *testing.T, identity Identity, tokens Tokens, err error) {
	t.Helper()
	refusal, ok := errors.AsType[*outcome.Error](err)
	if !ok || refusal.Outcome != outcome.SignInRefused || refusal.Reason != reasonIDToken {
		t.Errorf("got %v, want sign_in_refused: id_token", err)
	}
	if identity.Person.ID != "" || tokens.AccessToken != "" || tokens.RefreshToken != "" {
		t.Error("a refused sign-in left an identity or tokens")
	}
}

func TestOIDC04AnIDTokenCountsOnlyIfEveryCheckPasses(t *testing.T) {
	now := time.Now()
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	for _, test := range []struct {
		what string
		lie  func(map[string]any)
		want bool
	}{
		{"as Entra makes it", func(map[string]any) {}, true},
		{"one audience in a list", set("aud", []string{testClient}), true},
		{"azp is the client", set("azp", testClient), true},
		{"several audiences, azp is the client", all(set("aud", []string{"other", testClient}), set("azp", testClient)), true},
		{"no ver", without("ver"), true},
		{"no nbf", without("nbf"), true},
		{"at_hash of the access token", set("at_hash", atHash(testAccess)), true},
		{"iat with a fraction", set("iat", float64(at(-time.Minute))+0.5), true},
		{"no roles", all(without("wids"), without("roles")), true},
		{"no name, username, sid or hint", all(without("name"), without("preferred_username"), without("sid"), without("login_hint")), true},
		{"nonce sent but a time of authentication too", set("auth_time", at(-time.Hour)), true},

		{"authenticated in 1970", set("auth_time", 0), true},
		{"authenticated when nobody can say", set("auth_time", maxUnixTime), true},
		{"authenticated before 1970", set("auth_time", -1), false},
		{"authenticated beyond all bounds", set("auth_time", maxUnixTime+1), false},
		{"authenticated at no time", set("auth_time", "now"), false},

		{"a claim with a name much like sub", set("\u017fub", "other"), true},
		{"another issuer, ours in a claim with a name much like iss", func(m map[string]any) { m["i\u017fs"], m["iss"] = m["iss"], "https://evil.example" }, false},
		{"aud in capitals only", all(without("aud"), set("AUD", testClient)), false},
		{"sub in capitals only", all(without("sub"), set("SUB", testSubject)), false},

		{"no iss", without("iss"), false},
		{"issuer of v1.0", set("iss", "https://sts.windows.net/"+testTenant+"/"), false},
		{"issuer with a slash at the end", func(m map[string]any) { m["iss"] = m["iss"].(string) + "/" }, false},
		{"issuer in capitals", func(m map[string]any) { m["iss"] = strings.ToUpper(m["iss"].(string)) }, false},
		{"no aud", without("aud"), false},
		{"empty aud", set("aud", []string{}), false},
		{"another client's", set("aud", "other"), false},
		{"aud of the wrong type", set("aud", 5), false},
		{"aud list of the wrong type", set("aud", []any{testClient, 5}), false},
		{"several audiences, no azp", set("aud", []string{"other", testClient}), false},
		{"several audiences, azp of another", all(set("aud", []string{"other", testClient}), set("azp", "other")), false},
		{"azp of another", set("azp", "other"), false},
		{"empty azp", set("azp", ""), false},
		{"azp of the wrong type", set("azp", 1), false},
		{"no exp", without("exp"), false},
		{"expired", set("exp", at(-6*time.Minute)), false},
		{"exp as text", set("exp", "2000000000"), false},
		{"exp beyond all bounds", set("exp", 1e300), false},
		{"no iat", without("iat"), false},
		{"iat is null", set("iat", nil), false},
		{"iat as text", set("iat", "now"), false},
		{"iat in the future", set("iat", at(6*time.Minute)), false},
		{"iat long ago", set("iat", at(-11*time.Minute)), false},
		{"iat before 1970", set("iat", -1), false},
		{"nbf in the future", set("nbf", at(6*time.Minute)), false},
		{"nbf as text", set("nbf", "now"), false},
		{"no nonce", without("nonce"), false},
		{"empty nonce", set("nonce", ""), false},
		{"nonce of another sign-in", set("nonce", "other"), false},
		{"nonce with something after it", set("nonce", testNonce+"x"), false},
		{"nonce of the wrong type", set("nonce", 7), false},
		{"no sub", without("sub"), false},
		{"empty sub", set("sub", ""), false},
		{"sub of the wrong type", set("sub", 12345), false},
		{"sub too long", set("sub", strings.Repeat("s", 256)), false},
		{"no tid", without("tid"), false},
		{"another tenant", set("tid", testOID), false},
		{"tid of the wrong type", set("tid", []string{testTenant}), false},
		{"no oid", without("oid"), false},
		{"empty oid", set("oid", ""), false},
		{"oid of the wrong type", set("oid", 42), false},
		{"oid with a path in it", set("oid", "../users/"+testOID), false},
		{"oid too long", set("oid", strings.Repeat("a", 65)), false},
		{"ver 1.0", set("ver", "1.0"), false},
		{"ver as a number", set("ver", 2.0), false},
		{"at_hash of another access token", set("at_hash", atHash("other")), false},
		{"empty at_hash", set("at_hash", ""), false},
		{"name of the wrong type", set("name", 1), false},
		{"roles of the wrong type", set("roles", "admin"), false},
		{"wids of the wrong type", set("wids", []int{1}), false},
		{"a logout token", set("events", map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}), false},
	} {
		t.Run(test.what, func(t *testing.T) {
			p := newProvider(t)
			p.claims = test.lie
			identity, tokens, err := redeem(t, p.relyingParty())
			if !test.want {
				refusedIDToken(t, identity, tokens, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if identity.Person.ID != testOID || identity.Subject != testSubject || tokens.AccessToken != testAccess {
				t.Errorf("got %+v", identity)
			}
		})
	}
}

func TestOIDC04TheIdentityIsWhatTheTokenSays(t *testing.T) {
	p := newProvider(t)
	authenticated := time.Now().Add(-time.Hour).Truncate(time.Second)
	p.claims = all(set("auth_time", authenticated.Unix()), set("name", strings.Repeat("é", 200)))
	identity, tokens, err := redeem(t, p.relyingParty())
	if err != nil {
		t.Fatal(err)
	}
	want := ann()
	want.AuthTime = authenticated
	want.Person.Name = strings.Repeat("é", 128)
	if diff := cmp.Diff(want, identity, cmpopts.IgnoreFields(Identity{}, "IssuedAt")); diff != "" {
		t.Error(diff)
	}
	if age := time.Since(identity.IssuedAt); age < 4*time.Minute || age > 6*time.Minute {
		t.Errorf("issued %v ago", age)
	}
	if life := time.Until(tokens.Expiry); life < 59*time.Minute || life > time.Hour {
		t.Errorf("the access token lives %v", life)
	}
	if tokens.RefreshToken != testRefresh {
		t.Error("the refresh token is another")
	}
}

func TestOIDC04OtherKindsOfTokenAreRefused(t *testing.T) {
	for typ, want := range map[string]bool{
		"": true, "JWT": true, "jwt": true,
		"at+jwt": false, "application/at+jwt": false, "logout+jwt": false, "dpop+jwt": false,
	} {
		t.Run("typ "+typ, func(t *testing.T) {
			p := newProvider(t)
			p.idToken = func(string) string {
				return mustSign(jose.RS256, p.signer, typ, goodClaims(p.issuer(), time.Now()))
			}
			identity, tokens, err := redeem(t, p.relyingParty())
			if want && err != nil {
				t.Error(err)
			}
			if !want {
				refusedIDToken(t, identity, tokens, err)
			}
		})
	}
}

func TestOIDC04AnAnswerWithoutAnIDTokenIsRefused(t *testing.T) {
	for what, lie := range map[string]func(map[string]any){
		"missing":      without("id_token"),
		"null":         set("id_token", nil),
		"a number":     set("id_token", 5),
		"empty":        set("id_token", ""),
		"no JWT":       set("id_token", "hello"),
		"three dots":   set("id_token", "..."),
		"not base64":   set("id_token", "é.é.é"),
		"JSON instead": set("id_token", map[string]any{"sub": testSubject}),
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			p.answer = lie
			identity, tokens, err := redeem(t, p.relyingParty())
			refusedIDToken(t, identity, tokens, err)
		})
	}
}

func TestFLT09FiveMinutesOfSkewAreToleratedAndMoreIsRefusedWithAHint(t *testing.T) {
	for _, test := range []struct {
		what  string
		ours  time.Duration // how far our clock is ahead
		token func(map[string]any)
		want  bool
	}{
		{"ours is 4:30 ahead", 4*time.Minute + 30*time.Second, func(map[string]any) {}, true},
		{"ours is 4:30 behind, the issuer does not date back", -4*time.Minute - 30*time.Second, dated(0), true},
		{"ours is 6 ahead", 6 * time.Minute, func(map[string]any) {}, false},
		{"ours is 6 behind, the issuer does not date back", -6 * time.Minute, dated(0), false},
		{"ours is 4:30 ahead, a token about to end", 4*time.Minute + 30*time.Second, set("exp", time.Now().Add(time.Second).Unix()), true},
		{"ours is 6 ahead, a token about to end", 6 * time.Minute, all(dated(0), set("exp", time.Now().Add(time.Second).Unix())), false},
	} {
		t.Run(test.what, func(t *testing.T) {
			p := newProvider(t)
			p.claims = test.token
			var log syncBuffer
			rp := p.relyingParty(logTo(&log), func(c *Config) {
				c.Now = func() time.Time { return time.Now().Add(test.ours) }
			})
			identity, tokens, err := redeem(t, rp)
			hinted := strings.Contains(log.text(), "clock")
			if test.want {
				if err != nil || hinted {
					t.Errorf("got %v, hint %v", err, hinted)
				}
				return
			}
			refusedIDToken(t, identity, tokens, err)
			if !hinted {
				t.Errorf("no hint in the log: %s", log.text())
			}
		})
	}
}

func TestOIDC04WhoItIsIsReadWithinBounds(t *testing.T) {
	good := claims{Subject: testSubject, TenantID: testTenant, ObjectID: testOID}
	rp := New(Config{TenantID: testTenant})
	for name, test := range map[string]struct {
		change func(*claims)
		want   bool
	}{
		"the longest subject":   {func(c *claims) { c.Subject = strings.Repeat("s", maxSubject) }, true},
		"a longer one":          {func(c *claims) { c.Subject = strings.Repeat("s", maxSubject+1) }, false},
		"the longest object id": {func(c *claims) { c.ObjectID = strings.Repeat("a", maxID) }, true},
		"a longer object id":    {func(c *claims) { c.ObjectID = strings.Repeat("a", maxID+1) }, false},
	} {
		c := good
		test.change(&c)
		if err := rp.checkPerson(c); (err == nil) != test.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	good.TenantID = ""
	if New(Config{}).checkPerson(good) == nil {
		t.Error("of no tenant at all is taken where none is configured")
	}
	nothing := ""
	if (idToken{nonce: &nothing}).check(nil, claims{}) == nil {
		t.Error("no nonce is the nonce that was not sent")
	}
}

// dated dates a token as issued ago before now.
func dated(ago time.Duration) func(map[string]any) {
	return func(m map[string]any) {
		issued := time.Now().Add(-ago).Unix()
		m["iat"], m["nbf"], m["exp"] = issued, issued, issued+3600
	}
}
