package entra

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"fobdesk/internal/secret"
)

// Proof is how the portal proves itself at the token endpoint: NewSecret, NewCertificate or
// NewFederatedTokenFile. It cannot be printed.
type Proof interface {
	fmt.Formatter
	slog.LogValuer

	// params answers the parameters of one token request; its error holds nothing secret.
	params(to audience) (url.Values, error)
}

// audience is for whom a proof is made, and when.
type audience struct {
	clientID string
	tokenURL string
	now      time.Time
}

// maxFederated is the longest federated token, in bytes.
const maxFederated = 16 << 10

// assertionTypeJWT is the client_assertion_type of RFC 7523.
const assertionTypeJWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// clientSecret is hidden behind a pointer, for a verb that goes round Format prints an address.
type clientSecret struct {
	secret.Hidden
	value *string
}

// NewSecret is the proof by client secret, sent as a parameter (RFC 6749, section 2.3.1).
func NewSecret(value string) Proof { return clientSecret{value: &value} }

func (s clientSecret) params(audience) (url.Values, error) {
	return url.Values{"client_secret": {*s.value}}, nil
}

// federatedTokenFile is where the platform puts its token.
type federatedTokenFile struct {
	secret.Hidden
	path string
}

// NewFederatedTokenFile is the proof by workload identity federation: the platform's JWT is read
// from path at each use, for it is replaced while the portal runs.
func NewFederatedTokenFile(path string) Proof { return federatedTokenFile{path: path} }

func (f federatedTokenFile) params(audience) (url.Values, error) {
	text, err := readBounded(f.path, maxFederated)
	if err != nil {
		return nil, fmt.Errorf("federated token: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if !looksLikeJWT(token) {
		return nil, fmt.Errorf("federated token: %s holds no JWT", f.path)
	}
	return assertionParams(token), nil
}

// looksLikeJWT reports whether s has the three parts of a signed JWT. What it says is the
// platform's and the issuer's business.
func looksLikeJWT(s string) bool {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return false
	}
	for _, part := range parts {
		if _, err := base64.RawURLEncoding.DecodeString(part); err != nil || part == "" {
			return false
		}
	}
	return true
}

// assertionParams are the parameters of RFC 7523, section 2.2.
func assertionParams(assertion string) url.Values {
	return url.Values{
		"client_assertion_type": {assertionTypeJWT},
		"client_assertion":      {assertion},
	}
}

// readBounded reads a file of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // the operator says which file
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s is longer than %d bytes", path, limit)
	}
	return text, nil
}
