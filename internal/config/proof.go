package config

import (
	"crypto/rsa"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

const (
	sessionKeyBytes = 32   // AES-256
	minRSABits      = 2048 // of the client's key, as Entra asks of uploaded certificates
)

// parseSessionKeys reads base64 keys of either alphabet (RFC 4648, sections 4 and 5), padded or not.
func parseSessionKeys(s string) (Secret[[][]byte], error) {
	var keys [][]byte
	alphabet := strings.NewReplacer("-", "+", "_", "/")
	for part := range strings.SplitSeq(s, ",") {
		text := strings.TrimRight(alphabet.Replace(strings.TrimSpace(part)), "=")
		key, err := base64.RawStdEncoding.DecodeString(text)
		if err != nil || len(key) != sessionKeyBytes {
			return Secret[[][]byte]{}, errors.New("want base64 keys of 32 bytes with commas between " +
				"(openssl rand -base64 32 makes one)")
		}
		keys = append(keys, key)
	}
	return NewSecret(keys), nil
}

// readCertificate reads the client's key and certificate. The key is RSA, for the assertions that
// are made with it are signed with PS256.
func (d *draft) readCertificate(path string) (none Secret[tls.Certificate], err error) {
	pem, err := readSome(d.read, path)
	if err != nil {
		return none, err
	}
	certificate, err := tls.X509KeyPair(pem, pem)
	if err != nil {
		return none, fmt.Errorf("want a PEM file with a key and its certificate: %w", err)
	}
	key, ok := certificate.PrivateKey.(*rsa.PrivateKey)
	if !ok || key.N.BitLen() < minRSABits {
		return none, fmt.Errorf("want an RSA key of at least %d bits", minRSABits)
	}
	return NewSecret(certificate), nil
}

// tryFile answers path after the file was read once, so that a wrong path stops the start and not
// the first sign-in.
func (d *draft) tryFile(path string) (string, error) {
	_, err := readSome(d.read, path)
	return path, err
}

// oneProof is an error unless exactly one way of proving the client to Entra was given.
func (d *draft) oneProof() error {
	ways := []string{"CLIENT_SECRET", "CLIENT_CERT_FILE", "FEDERATED_TOKEN_FILE"}
	var given []string
	for i, way := range ways {
		if ways[i] = prefix + way; d.found[way] {
			given = append(given, ways[i])
		}
	}
	if len(given) == 1 {
		return nil
	}
	got := "nothing"
	if len(given) > 0 {
		got = strings.Join(given, " and ")
	}
	return fmt.Errorf("%s: got %s, want exactly one of %s", ways[0], got, strings.Join(ways, ", "))
}
