package liar

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// Key answers one of the keys there are, the same for the same number; making one takes a while.
var Key = func() func(n int) *rsa.PrivateKey {
	keys := map[int]*rsa.PrivateKey{}
	var mu sync.Mutex
	return func(n int) *rsa.PrivateKey {
		mu.Lock()
		defer mu.Unlock()
		if keys[n] == nil {
			keys[n] = must(rsa.GenerateKey(rand.Reader, 2048))
		}
		return keys[n]
	}
}()

// Sign makes a JWT of claims, with this typ in its header where it has one.
func Sign(alg jose.SignatureAlgorithm, key any, typ string, claims any) string {
	return signPayload(alg, key, typ, must(json.Marshal(claims)))
}

func signPayload(alg jose.SignatureAlgorithm, key any, typ string, payload []byte) string {
	options := new(jose.SignerOptions)
	if typ != "" {
		options.WithType(jose.ContentType(typ))
	}
	signer := must(jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options))
	signed := must(signer.Sign(payload))
	return must(signed.CompactSerialize())
}

// Unsigned makes a token with any header and no signature.
func Unsigned(header string, claims map[string]any) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(header)) + "." + enc(must(json.Marshal(claims))) + "."
}

// AtHash is at_hash for RS256 (OpenID Connect Core, section 3.1.3.6).
func AtHash(accessToken string) string {
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// Set answers a change that sets a member.
func Set(name string, value any) func(map[string]any) {
	return func(m map[string]any) { m[name] = value }
}

// Without answers a change that removes a member.
func Without(name string) func(map[string]any) {
	return func(m map[string]any) { delete(m, name) }
}

// All makes changes in order.
func All(changes ...func(map[string]any)) func(map[string]any) {
	return func(m map[string]any) {
		for _, change := range changes {
			change(m)
		}
	}
}

// must ends a test that can't even make its lie.
func must[T any](made T, err error) T {
	if err != nil {
		panic(err)
	}
	return made
}
