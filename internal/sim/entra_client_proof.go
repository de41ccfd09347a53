package sim

import (
	"crypto/sha1" //nolint:gosec // the older x5t header is the SHA-1 of a certificate
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// assertionType is the one kind of client assertion (RFC 7523, section 2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionSkew is how far the client's clock may be off.
const assertionSkew = 5 * time.Minute

// proveClient checks who asks for tokens, by the one way that the request uses.
func (c *Cloud) proveClient(r *http.Request) *oauthError {
	form := r.PostForm
	id, secret, basic := r.BasicAuth()
	if basic { // RFC 6749, section 2.3.1: both are form-encoded
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if !strings.EqualFold(id, c.options.ClientID) {
		return aadsts(700016, "unauthorized_client", "Application with identifier '%s' was not found in the directory.", id)
	}
	switch {
	case form.Has("client_assertion") && (secret != "" || basic):
		return aadsts(90023, "invalid_request", "Both a client secret and a client assertion were presented.")
	case form.Has("client_assertion"):
		if form.Get("client_assertion_type") != assertionType {
			return aadsts(90023, "invalid_request", "'client_assertion_type' must be '%s'.", assertionType)
		}
		return c.checkAssertion(form.Get("client_assertion"))
	case secret != "":
		if c.options.ClientSecret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(c.options.ClientSecret)) != 1 {
			return aadsts(7000215, "invalid_client", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.")
		}
		return nil
	}
	return aadsts(7000218, "invalid_client", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
}

// checkAssertion takes a JWT that the client signed, or one of the federated issuer.
func (c *Cloud) checkAssertion(raw string) *oauthError {
	token, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.PS256, jose.RS256, jose.ES256})
	var claims jwt.Claims
	if err != nil || token.UnsafeClaimsWithoutVerification(&claims) != nil {
		return badAssertion("it is not a signed JWT")
	}
	if claims.Issuer == c.options.ClientID {
		return c.checkCertificateAssertion(token)
	}
	return c.checkFederated(token)
}

func badAssertion(why string) *oauthError {
	return aadsts(700027, "invalid_client", "Client assertion failed signature validation: %s.", why)
}

// checkCertificateAssertion is the rule of Entra, "Microsoft identity platform application
// authentication certificate credentials".
func (c *Cloud) checkCertificateAssertion(token *jwt.JSONWebToken) *oauthError {
	certificate := c.thumbprinted(token.Headers[0])
	if certificate == nil {
		return badAssertion("the key was not found by its thumbprint")
	}
	if token.Headers[0].Algorithm == string(jose.ES256) {
		return badAssertion("the algorithm is neither PS256 nor RS256")
	}
	if typ, present := token.Headers[0].ExtraHeaders[jose.HeaderType]; present && typ != "JWT" {
		return badAssertion("typ is not JWT")
	}
	var claims jwt.Claims
	if token.Claims(certificate.PublicKey, &claims) != nil {
		return badAssertion("the key was found, but the signature is not its own")
	}
	if refused := c.checkTimes(claims); refused != nil {
		return refused
	}
	if now := c.now(); now.Before(certificate.NotBefore) || now.After(certificate.NotAfter) {
		return badAssertion("the certificate is not valid now")
	}
	switch {
	case claims.Subject != c.options.ClientID:
		return badAssertion("the subject is not the client")
	case !claims.Audience.Contains(c.tokenURL()):
		return aadsts(700021, "invalid_client", "Client assertion audience claim does not match Realm issuer.")
	case claims.ID == "":
		return badAssertion("it has no jti")
	}
	return c.takeJTI(claims)
}

func (c *Cloud) tokenURL() string {
	return c.options.EntraURL + "/" + c.options.TenantID + "/oauth2/v2.0/token"
}

// takeJTI refuses an assertion that was presented before.
func (c *Cloud) takeJTI(claims jwt.Claims) *oauthError {
	for id, over := range c.entra.seenJTI {
		if c.now().After(over) {
			delete(c.entra.seenJTI, id)
		}
	}
	if _, seen := c.entra.seenJTI[claims.ID]; seen {
		return badAssertion("it was presented before")
	}
	c.entra.seenJTI[claims.ID] = claims.Expiry.Time().Add(assertionSkew)
	return nil
}

// thumbprinted answers the certificate that the header names: x5t#S256, base64url or, as some
// libraries have it, padded standard base64; or the older x5t.
func (c *Cloud) thumbprinted(header jose.Header) *x509.Certificate {
	for _, certificate := range c.options.Certificates {
		long := sha256.Sum256(certificate.Raw)
		short := sha1.Sum(certificate.Raw) //nolint:gosec // as above
		named := func(name string, sum []byte) bool {
			given, _ := header.ExtraHeaders[jose.HeaderKey(name)].(string)
			return given == base64.RawURLEncoding.EncodeToString(sum) || given == base64.StdEncoding.EncodeToString(sum)
		}
		if named("x5t#S256", long[:]) || named("x5t", short[:]) {
			return certificate
		}
	}
	return nil
}

// checkFederated is the rule of Entra, "Workload identity federation": issuer, subject and
// audience are met exactly.
func (c *Cloud) checkFederated(token *jwt.JSONWebToken) *oauthError {
	trusted := c.options.Federated
	if trusted == nil {
		return aadsts(70021, "invalid_client", "No matching federated identity record found for presented assertion.")
	}
	var claims jwt.Claims
	if token.Claims(trusted.Key, &claims) != nil {
		return badAssertion("the signature is not the federated issuer's")
	}
	if claims.Issuer != trusted.Issuer || claims.Subject != trusted.Subject || !claims.Audience.Contains(AzureADTokenExchange) {
		return aadsts(70021, "invalid_client", "No matching federated identity record found for presented assertion issuer '%s', subject '%s'.", claims.Issuer, claims.Subject)
	}
	return c.checkTimes(claims)
}

// checkTimes checks exp and nbf.
func (c *Cloud) checkTimes(claims jwt.Claims) *oauthError {
	now := c.now()
	if claims.Expiry == nil || now.After(claims.Expiry.Time().Add(assertionSkew)) ||
		claims.NotBefore != nil && now.Add(assertionSkew).Before(claims.NotBefore.Time()) {
		return aadsts(700024, "invalid_client", "Client assertion is not within its valid time range.")
	}
	return nil
}
