package entra

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fobdesk/internal/liar"
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

// refusesToBelieve fails unless a sign-in at which the issuer lies so is refused.
func refusesToBelieve(t *testing.T, lie liar.Lie) {
	t.Helper()
	p := newProvider(t)
	lie.Tell(p.Issuer)
	identity, tokens, err := redeem(t, p.relyingParty())
	refusedIDToken(t, identity, tokens, err)
}

func TestOIDC04AnIDTokenCountsOnlyIfEveryCheckPasses(t *testing.T) {
	now := time.Now()
	for what, odd := range map[string]func(map[string]any){
		"as Entra makes it":              func(map[string]any) {},
		"one audience in a list":         liar.Set("aud", []string{testClient}),
		"azp is the client":              liar.Set("azp", testClient),
		"several audiences, our azp":     liar.All(liar.Set("aud", []string{"other", testClient}), liar.Set("azp", testClient)),
		"no ver":                         liar.Without("ver"),
		"no nbf":                         liar.Without("nbf"),
		"at_hash of the access token":    liar.Set("at_hash", liar.AtHash(testAccess)),
		"iat with a fraction":            liar.Set("iat", float64(now.Add(-time.Minute).Unix())+0.5),
		"no roles":                       liar.All(liar.Without("wids"), liar.Without("roles")),
		"no name, username, sid or hint": liar.All(liar.Without("name"), liar.Without("preferred_username"), liar.Without("sid"), liar.Without("login_hint")),
		"nonce sent but a time of authentication too": liar.Set("auth_time", now.Add(-time.Hour).Unix()),
		"a claim with a name much like sub":           liar.Set("\u017fub", "other"),
		"authenticated in 1970":                       liar.Set("auth_time", 0),
		"authenticated when nobody can say":           liar.Set("auth_time", maxUnixTime),
	} {
		t.Run(what, func(t *testing.T) {
			p := newProvider(t)
			p.Claims = odd
			identity, tokens, err := redeem(t, p.relyingParty())
			if err != nil {
				t.Fatal(err)
			}
			if identity.Person.ID != testOID || identity.Subject != testSubject || tokens.AccessToken != testAccess {
				t.Errorf("got %+v", identity)
			}
		})
	}
	for what, when := range map[string]any{"before 1970": -1, "beyond all bounds": maxUnixTime + 1, "at no time": "now"} {
		lie := liar.Lie{Name: "authenticated " + what, Tell: func(i *liar.Issuer) { i.Claims = liar.Set("auth_time", when) }}
		t.Run(lie.Name, func(t *testing.T) { refusesToBelieve(t, lie) })
	}
	for _, lie := range liar.FalseClaims() {
		t.Run(lie.Name, func(t *testing.T) { refusesToBelieve(t, lie) })
	}
}

func TestOIDC04TheIdentityIsWhatTheTokenSays(t *testing.T) {
	p := newProvider(t)
	authenticated := time.Now().Add(-time.Hour).Truncate(time.Second)
	p.Claims = liar.All(liar.Set("auth_time", authenticated.Unix()), liar.Set("name", strings.Repeat("é", 200)))
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
			p.IDToken = func(string) string {
				return liar.Sign(jose.RS256, p.Signer(), typ, p.TrueClaims())
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
	for _, lie := range liar.Omissions() {
		t.Run(lie.Name, func(t *testing.T) { refusesToBelieve(t, lie) })
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
		{"ours is 4:30 ahead, a token about to end", 4*time.Minute + 30*time.Second, liar.Set("exp", time.Now().Add(time.Second).Unix()), true},
		{"ours is 6 ahead, a token about to end", 6 * time.Minute, liar.All(dated(0), liar.Set("exp", time.Now().Add(time.Second).Unix())), false},
	} {
		t.Run(test.what, func(t *testing.T) {
			p := newProvider(t)
			p.Claims = test.token
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
