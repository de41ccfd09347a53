package config

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"
)

// pair is a PEM file with key and a certificate for the key of holder.
func pair(t *testing.T, key, holder crypto.Signer) string {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, holder.Public(), holder)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})) +
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func mustRSA(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, minRSABits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestTheClientProvesItselfInExactlyOneWay(t *testing.T) {
	key := mustRSA(t)
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	content := map[string]string{
		"/good.pem":   pair(t, key, key),
		"/ec.pem":     pair(t, elliptical, elliptical),
		"/other.pem":  pair(t, mustRSA(t), key),
		"/broken.pem": "no PEM at all",
		"/token":      "header.payload.signature",
		"/empty":      "\n",
	}
	const one = "want exactly one of FOBDESK_CLIENT_SECRET, FOBDESK_CLIENT_CERT_FILE, FOBDESK_FEDERATED_TOKEN_FILE"
	for _, test := range []struct {
		name                string
		secret, cert, token string
		want                string // of the error; empty where it is sound
	}{
		{"a secret", "s3cret", "", "", ""},
		{"a certificate", "", "/good.pem", "", ""},
		{"a federated token", "", "", "/token", ""},
		{"nothing", "", "", "", "FOBDESK_CLIENT_SECRET: got nothing, " + one},
		{
			"a secret and a certificate", "s3cret", "/good.pem", "",
			"FOBDESK_CLIENT_SECRET: got FOBDESK_CLIENT_SECRET and FOBDESK_CLIENT_CERT_FILE, " + one,
		},
		{
			"a certificate that is not there", "", "/nowhere.pem", "",
			`FOBDESK_CLIENT_CERT_FILE: got "/nowhere.pem", want a file that can be read: ` +
				"open /nowhere.pem: file does not exist",
		},
		{
			"a certificate of another key", "", "/other.pem", "",
			`FOBDESK_CLIENT_CERT_FILE: got "/other.pem", want a PEM file with a key and its certificate: ` +
				"tls: private key does not match public key",
		},
		{
			"a certificate that is none", "", "/broken.pem", "",
			`FOBDESK_CLIENT_CERT_FILE: got "/broken.pem", want a PEM file with a key and its certificate: ` +
				"tls: failed to find any PEM data in certificate input",
		},
		{
			"a key that cannot sign PS256", "", "/ec.pem", "",
			`FOBDESK_CLIENT_CERT_FILE: got "/ec.pem", want an RSA key of at least 2048 bits`,
		},
		{
			"an empty federated token", "", "", "/empty",
			`FOBDESK_FEDERATED_TOKEN_FILE: got "/empty", want a file that is not empty`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := maps.Clone(enough)
			env["FOBDESK_CLIENT_SECRET"] = test.secret
			env["FOBDESK_CLIENT_CERT_FILE"] = test.cert
			env["FOBDESK_FEDERATED_TOKEN_FILE"] = test.token
			c, err := Load(nil, lookup(env), files(content))
			if test.want != "" {
				if err == nil || err.Error() != test.want {
					t.Fatalf("got  %v\nwant %s", err, test.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if (c.ClientSecret.Reveal() != "") != (test.secret != "") || (c.ClientCert.Reveal().Certificate != nil) != (test.cert != "") ||
				c.FederatedTokenFile != test.token {
				t.Errorf("more or less than one way is set: %+v", c)
			}
		})
	}
}

func FuzzSessionKeys(f *testing.F) {
	for _, seed := range []string{someKey, someKey + "," + otherKey, "", ",", "====", strings.Repeat("A", 43), "AA\nAA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		keys, err := parseSessionKeys(s)
		if err != nil {
			if keys.Reveal() != nil {
				t.Error("keys beside an error")
			}
			return
		}
		if got, want := len(keys.Reveal()), strings.Count(s, ",")+1; got != want {
			t.Errorf("%d keys of %d parts", got, want)
		}
		for _, key := range keys.Reveal() {
			if len(key) != sessionKeyBytes {
				t.Errorf("a key of %d bytes", len(key))
			}
		}
	})
}
