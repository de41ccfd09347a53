package liar

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Lie is something that an issuer says at a sign-in and that is not so. No session may come of it.
type Lie struct {
	Name string
	Tell func(*Issuer) // makes the issuer tell it from now on
}

// Lies are all lies about who signed in.
func Lies() []Lie { return slices.Concat(FalseClaims(), Forgeries(), Omissions()) }

// FalseClaims are wrong claims under a good signature.
func FalseClaims() []Lie {
	var all []Lie
	for name, lie := range falseClaims() {
		all = append(all, Lie{name, func(i *Issuer) { i.Claims = lie }})
	}
	return all
}

// Forgeries are good claims in a token that the issuer did not sign, or not so, or not for this. The
// issuer publishes a key of another kind, too.
func Forgeries() []Lie {
	var all []Lie
	ec := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	for name, forge := range forgeries(ec) {
		all = append(all, Lie{name, func(i *Issuer) {
			i.Publish(jose.JSONWebKey{KeyID: "ec", Key: ec.Public()})
			i.IDToken = func(honest string) string { return forge(i, honest) }
		}})
	}
	return all
}

// Omissions are token answers without an ID token that can be one.
func Omissions() []Lie {
	var all []Lie
	for name, lie := range omissions() {
		all = append(all, Lie{name, func(i *Issuer) { i.Answer = lie }})
	}
	return all
}

// falseClaims break OpenID Connect Core, sections 2 and 3.1.3.7, and what Entra says of its own claims.
// They are dated when they are told.
func falseClaims() map[string]func(map[string]any) {
	at := func(name string, d time.Duration) func(map[string]any) {
		return func(m map[string]any) { m[name] = time.Now().Add(d).Unix() }
	}
	return map[string]func(map[string]any){
		"another issuer, ours in a claim with a name much like iss": func(m map[string]any) {
			m["i\u017fs"], m["iss"] = m["iss"], "https://evil.example"
		},
		"aud in capitals only":                All(Without("aud"), Set("AUD", ClientID)),
		"sub in capitals only":                All(Without("sub"), Set("SUB", Subject)),
		"no iss":                              Without("iss"),
		"another issuer":                      Set("iss", "https://invalid.example/v2.0"),
		"issuer of v1.0":                      Set("iss", "https://sts.windows.net/"+TenantID+"/"),
		"issuer with a slash at the end":      func(m map[string]any) { m["iss"] = m["iss"].(string) + "/" },
		"issuer in capitals":                  func(m map[string]any) { m["iss"] = strings.ToUpper(m["iss"].(string)) },
		"no aud":                              Without("aud"),
		"empty aud":                           Set("aud", []string{}),
		"another client's":                    Set("aud", "other"),
		"aud of the wrong type":               Set("aud", 5),
		"aud list of the wrong type":          Set("aud", []any{ClientID, 5}),
		"several audiences, no azp":           Set("aud", []string{"other", ClientID}),
		"several audiences, azp of another":   All(Set("aud", []string{"other", ClientID}), Set("azp", "other")),
		"azp of another":                      Set("azp", "other"),
		"empty azp":                           Set("azp", ""),
		"azp of the wrong type":               Set("azp", 1),
		"no exp":                              Without("exp"),
		"expired":                             at("exp", -6*time.Minute),
		"exp as text":                         Set("exp", "2000000000"),
		"exp beyond all bounds":               Set("exp", 1e300),
		"no iat":                              Without("iat"),
		"iat is null":                         Set("iat", nil),
		"iat as text":                         Set("iat", "now"),
		"iat in the future":                   at("iat", 6*time.Minute),
		"iat long ago":                        at("iat", -11*time.Minute),
		"iat before 1970":                     Set("iat", -1),
		"nbf in the future":                   at("nbf", 6*time.Minute),
		"nbf as text":                         Set("nbf", "now"),
		"no nonce":                            Without("nonce"),
		"empty nonce":                         Set("nonce", ""),
		"nonce of another sign-in":            Set("nonce", "other"),
		"nonce with something after it":       func(m map[string]any) { m["nonce"] = m["nonce"].(string) + "x" },
		"nonce of the wrong type":             Set("nonce", 7),
		"no sub":                              Without("sub"),
		"empty sub":                           Set("sub", ""),
		"sub of the wrong type":               Set("sub", 12345),
		"sub too long":                        Set("sub", strings.Repeat("s", 256)),
		"no tid":                              Without("tid"),
		"another tenant":                      Set("tid", ObjectID),
		"tid of the wrong type":               Set("tid", []string{TenantID}),
		"no oid":                              Without("oid"),
		"empty oid":                           Set("oid", ""),
		"oid of the wrong type":               Set("oid", 42),
		"oid with a path in it":               Set("oid", "../users/"+ObjectID),
		"oid too long":                        Set("oid", strings.Repeat("a", 65)),
		"ver 1.0":                             Set("ver", "1.0"),
		"ver as a number":                     Set("ver", 2.0),
		"at_hash of another access token":     Set("at_hash", AtHash("other")),
		"empty at_hash":                       Set("at_hash", ""),
		"name of the wrong type":              Set("name", 1),
		"roles of the wrong type":             Set("roles", "admin"),
		"wids of the wrong type":              Set("wids", []int{1}),
		"auth_time as text":                   Set("auth_time", "now"),
		"a logout token":                      Set("events", map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}),
		"a personal account's tenant":         Set("tid", "9188040d-6c67-4c5b-b112-36a304b66dad"),
		"a tenant with something after it":    Set("tid", TenantID+" "),
		"an audience with something after it": Set("aud", ClientID+" "),
	}
}

func forgeries(ec *ecdsa.PrivateKey) map[string]func(i *Issuer, honest string) string {
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(Key(0).Public()))})
	publicJWK := must(json.Marshal(jose.JSONWebKey{KeyID: "key-0", Key: Key(0).Public(), Use: "sig"}))
	unsigned := func(header string) func(*Issuer, string) string {
		return func(i *Issuer, _ string) string { return Unsigned(header, i.TrueClaims()) }
	}
	signed := func(alg jose.SignatureAlgorithm, key any, typ string) func(*Issuer, string) string {
		return func(i *Issuer, _ string) string { return Sign(alg, key, typ, i.TrueClaims()) }
	}
	known := jose.JSONWebKey{KeyID: "key-0", Key: Key(0)}
	return map[string]func(*Issuer, string) string{
		"alg none":                   unsigned(`{"alg":"none"}`),
		"alg None":                   unsigned(`{"alg":"None","kid":"key-0"}`),
		"alg RS256, no signature":    unsigned(`{"alg":"RS256","kid":"key-0"}`),
		"alg missing":                unsigned(`{"kid":"key-0"}`),
		"a signature that is off":    corrupt,
		"HS256 by the client secret": signed(jose.HS256, []byte(ClientSecret), "JWT"),
		"HS256 by some key":          signed(jose.HS256, []byte(strings.Repeat("k", 32)), "JWT"),
		"HS256 by public key":        signed(jose.HS256, publicPEM, "JWT"),
		"HS256 by the JWK":           signed(jose.HS256, publicJWK, "JWT"),
		"PS256 by the right key":     signed(jose.PS256, known, "JWT"),
		"RS512 by the right key":     signed(jose.RS512, known, "JWT"),
		"ES256 by a published key":   signed(jose.ES256, jose.JSONWebKey{KeyID: "ec", Key: ec}, "JWT"),
		"RS256 by another key":       signed(jose.RS256, jose.JSONWebKey{KeyID: "key-0", Key: Key(1)}, "JWT"),
		"by a key nobody knows":      signed(jose.RS256, jose.JSONWebKey{KeyID: "stranger", Key: Key(1)}, "JWT"),
		"by a key it brings along": func(i *Issuer, _ string) string {
			signer := must(jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: Key(1)}, &jose.SignerOptions{EmbedJWK: true}))
			return must(must(signer.Sign(must(json.Marshal(i.TrueClaims())))).CompactSerialize())
		},
		"an access token":                 signed(jose.RS256, known, "at+jwt"),
		"an access token, in full":        signed(jose.RS256, known, "application/at+jwt"),
		"a logout token by its typ":       signed(jose.RS256, known, "logout+jwt"),
		"a proof of possession":           signed(jose.RS256, known, "dpop+jwt"),
		"claims changed after signing":    swapped,
		"something after the signature":   func(_ *Issuer, honest string) string { return honest + ".x" },
		"a token cut in the middle":       func(_ *Issuer, honest string) string { return honest[:len(honest)/2] },
		"claims that are no object":       func(i *Issuer, _ string) string { return Sign(jose.RS256, i.Signer(), "JWT", []int{1}) },
		"claims twenty thousand deep":     deep,
		"a token without its first point": func(_ *Issuer, honest string) string { return strings.Replace(honest, ".", "", 1) },
	}
}

func omissions() map[string]func(map[string]any) {
	return map[string]func(map[string]any){
		"no ID token":                     Without("id_token"),
		"an ID token that is null":        Set("id_token", nil),
		"an ID token that is a number":    Set("id_token", 5),
		"an ID token that is empty":       Set("id_token", ""),
		"an ID token that is no JWT":      Set("id_token", "hello"),
		"an ID token of dots":             Set("id_token", "..."),
		"an ID token that is no base64":   Set("id_token", "é.é.é"),
		"an ID token that is an object":   Set("id_token", map[string]any{"sub": Subject}),
		"an ID token of another encoding": Set("id_token", `{"payload":"e30","signatures":[]}`),
	}
}

// corrupt changes the first character of the signature.
func corrupt(_ *Issuer, token string) string {
	at := strings.LastIndex(token, ".") + 1
	other := "A"
	if token[at] == 'A' {
		other = "B"
	}
	return token[:at] + other + token[at+1:]
}

// swapped puts other claims between the header and the signature of an honest token.
func swapped(i *Issuer, honest string) string {
	claims := i.TrueClaims()
	claims["oid"] = TenantID
	parts := strings.Split(honest, ".")
	parts[1] = strings.Split(Unsigned("{}", claims), ".")[1]
	return strings.Join(parts, ".")
}

// deep makes a token whose claims hold lists within lists, deeper than encoding/json reads or writes.
func deep(i *Issuer, _ string) string {
	const levels = 20_000
	honest := must(json.Marshal(i.TrueClaims()))
	lists := `{"groups":` + strings.Repeat("[", levels) + strings.Repeat("]", levels) + ","
	return signPayload(jose.RS256, i.Signer(), "JWT", append([]byte(lists), honest[1:]...))
}
