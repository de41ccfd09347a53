package sim

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// signingKey signs ID tokens.
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

// firstKey is the key that every tenant begins with: making one takes a tenth of a second, and
// tests make tenants by the hundred.
var firstKey = sync.OnceValue(newSigningKey)

func newSigningKey() signingKey {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("sim: " + err.Error()) // crypto/rand does not fail
	}
	thumbprint, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		panic("sim: " + err.Error()) // an RSA key has one
	}
	return signingKey{id: base64.RawURLEncoding.EncodeToString(thumbprint), private: private}
}

// RotateKeys makes a new signing key. The one before stays published until the next rotation.
func (c *Cloud) RotateKeys() {
	key := newSigningKey()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entra.keys = []signingKey{c.signingKey(), key}
}

// signingKey answers the key that signs.
func (c *Cloud) signingKey() signingKey {
	if len(c.entra.keys) == 0 {
		c.entra.keys = []signingKey{firstKey()}
	}
	return c.entra.keys[len(c.entra.keys)-1]
}

// getKeys is the JWKS.
func (c *Cloud) getKeys(w http.ResponseWriter, r *http.Request) {
	if !c.ourTenant(w, r) {
		return
	}
	c.mu.Lock()
	c.signingKey() // so that there is one
	var published jose.JSONWebKeySet
	for _, key := range c.entra.keys {
		published.Keys = append(published.Keys, jose.JSONWebKey{Key: key.private.Public(), KeyID: key.id, Use: "sig"})
	}
	c.mu.Unlock()
	writeJSON(w, http.StatusOK, published)
}
