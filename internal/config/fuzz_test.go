package config

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"
)

// FuzzLogo reads the logo's file: what is taken as a PNG looks like nothing else to a browser, which
// would be told so, and an SVG is held to drawing by FuzzPlainSVG.
func FuzzLogo(f *testing.F) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 4, 4))); err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{picture.Bytes(), picture.Bytes()[:20], []byte(plain), nil, []byte("GIF89a"), bytes.Repeat([]byte("a"), maxLogo+1)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := &draft{read: func(string) ([]byte, error) { return body, nil }}
		logo, err := d.readLogo("logo")
		if err != nil {
			if len(logo.Body) > 0 || strings.ContainsRune(err.Error(), '\n') || len(err.Error()) > 1000 {
				t.Errorf("%.40q: %v", body, err)
			}
			return
		}
		sniffed := http.DetectContentType(logo.Body)
		if len(logo.Body) > maxLogo || (logo.MediaType == "image/png") != (sniffed == "image/png") {
			t.Errorf("%.40q, which looks like %s, is taken as %s", body, sniffed, logo.MediaType)
		}
	})
}

// FuzzCertificate reads the client's key and certificate: no error tells what is in the file.
func FuzzCertificate(f *testing.F) {
	for _, seed := range []string{
		"", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "not PEM",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := &draft{read: func(string) ([]byte, error) { return body, nil }}
		_, err := d.readCertificate("cert.pem")
		if err != nil && len(body) > 60 && strings.Contains(err.Error(), string(body)) {
			t.Errorf("the error tells the file: %v", err)
		}
	})
}
