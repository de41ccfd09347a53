package sim

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// idTokenLife is how long an ID token is good.
const idTokenLife = time.Hour

// idToken makes the ID token of a grant (Entra, "ID token claims reference"): version 2.0, with
// the optional claims login_hint, sid and auth_time, and the roles.
func (c *Cloud) idToken(g grant) string {
	person, issued := c.person(g.personID), c.now().Add(-c.switches.Backdate)
	claims := object{
		"iss":                c.issuer(),
		"aud":                c.options.ClientID,
		"exp":                c.now().Add(idTokenLife).Unix(),
		"iat":                issued.Unix(),
		"nbf":                issued.Unix(),
		"sub":                c.subject(person),
		"oid":                person.ID,
		"tid":                c.options.TenantID,
		"ver":                "2.0",
		"name":               person.Name,
		"preferred_username": person.UPN,
		"sid":                g.sid,
		"login_hint":         loginHint(person),
		"auth_time":          g.authTime.Unix(),
		"wids":               c.wids(person),
		"uti":                strings.ReplaceAll(g.sid, "-", ""),
	}
	if len(person.AppRoles) > 0 {
		claims["roles"] = person.AppRoles
	}
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	for _, name := range c.switches.OmitClaims {
		delete(claims, name)
	}
	if c.switches.TamperIDToken != nil {
		c.switches.TamperIDToken(claims)
	}
	return c.sign(claims)
}

// subject is the sub claim: the person, for this client only.
func (c *Cloud) subject(person *Person) string {
	sum := sha256.Sum256([]byte("sub " + c.options.ClientID + person.ID))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// sign makes a JWT with the current key.
func (c *Cloud) sign(claims object) string {
	key := c.signingKey()
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key.private, KeyID: key.id}},
		new(jose.SignerOptions).WithType("JWT"),
	)
	if err != nil {
		panic("sim: " + err.Error()) // the key is ours
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		panic("sim: " + err.Error()) // a TamperIDToken put in what is no JSON
	}
	return token
}
