package store

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"fobdesk/internal/pgtest"
)

func TestTOK07TheServerProvesItselfAsTheURLSays(t *testing.T) {
	address := fmt.Sprintf("127.83.%d.%d", os.Getpid()>>8&255, os.Getpid()&255) // this machine's, and nobody else's
	server := pgtest.New(t, "fsync=off", "listen_addresses="+address)
	database := server.Database(t, nil)
	proof := certificate(t, address)
	place(t, server, "server.crt", proof.certificate)
	place(t, server, "server.key", proof.key)
	server.Exec(t, "postgres", "ALTER SYSTEM SET ssl = on")
	server.Kill()
	server.Start(t)

	right, another := filepath.Join(t.TempDir(), "ca.pem"), filepath.Join(t.TempDir(), "another.pem")
	for name, content := range map[string][]byte{right: proof.certificate, another: certificate(t, address).certificate} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	url := "postgres://" + pgtest.Owner + "@" + address + "/" + database + "?sslmode="
	s := serving(t, url+"verify-full&sslrootcert="+right)
	var encrypted bool
	const query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
	err := s.writer.do(t.Context(), func(t *tx) error { return t.row(query, nil, &encrypted) })
	if !encrypted || err != nil {
		t.Errorf("the connection is encrypted: %v (%v)", encrypted, err)
	}
	wantNoStart(t, url+"verify-full&sslrootcert="+another, testKeys, "certificate signed by unknown authority")
	server.Exec(t, "postgres", "ALTER SYSTEM SET ssl = off")
	server.Kill()
	server.Start(t)
	wantNoStart(t, url+"verify-full&sslrootcert="+right, testKeys, "refused TLS")
}

type proof struct{ certificate, key []byte }

// certificate makes a certificate for an address that signs itself.
func certificate(t *testing.T, address string) proof {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "database"}, IPAddresses: []net.IP{net.ParseIP(address)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return proof{
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
	}
}

// place writes a file among the server's data, as the server's own.
func place(t *testing.T, server *pgtest.Server, name string, content []byte) {
	t.Helper()
	path := filepath.Join(server.Folder(), "data", name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	folder, err := os.Stat(server.Folder())
	if err != nil {
		t.Fatal(err)
	}
	owner := folder.Sys().(*syscall.Stat_t)
	if err := os.Chown(path, int(owner.Uid), int(owner.Gid)); err != nil {
		t.Fatal(err)
	}
}
