package entra

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"fobdesk/internal/secret"
)

// assertionLife is how long an assertion is good for.
const assertionLife = 5 * time.Minute

// certificate signs assertions.
type certificate struct {
	secret.Hidden
	signer jose.Signer
}

// NewCertificate is the proof by certificate (RFC 7523; Entra, "Microsoft identity platform
// application authentication certificate credentials"): PS256, x5t#S256, a new jti and five
// minutes for each request. The certificate comes with its RSA key; anything else is an error.
func NewCertificate(pair tls.Certificate) (Proof, error) {
	if len(pair.Certificate) == 0 {
		return nil, errors.New("the client certificate is missing")
	}
	thumbprint := sha256.Sum256(pair.Certificate[0])
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.PS256, Key: pair.PrivateKey},
		new(jose.SignerOptions).WithType("JWT").
			WithHeader("x5t#S256", base64.RawURLEncoding.EncodeToString(thumbprint[:])),
	)
	if err != nil {
		return nil, fmt.Errorf("the client certificate's key: %w", err)
	}
	return certificate{signer: signer}, nil
}

func (c certificate) params(to audience) (url.Values, error) {
	assertion, err := jwt.Signed(c.signer).Claims(jwt.Claims{
		Issuer:    to.clientID,
		Subject:   to.clientID,
		Audience:  jwt.Audience{to.tokenURL},
		ID:        rand.Text(),
		IssuedAt:  jwt.NewNumericDate(to.now),
		NotBefore: jwt.NewNumericDate(to.now),
		Expiry:    jwt.NewNumericDate(to.now.Add(assertionLife)),
	}).Serialize()
	if err != nil {
		return nil, fmt.Errorf("sign the client assertion: %w", err)
	}
	return assertionParams(assertion), nil
}
