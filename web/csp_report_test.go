package web

import (
	"testing"
	"unicode/utf8"
)

func FuzzCSPReport(f *testing.F) {
	f.Fuzz(func(t *testing.T, body []byte) {
		if said := violated(body); len(said) > 512 || !utf8.ValidString(said) {
			t.Errorf("%q is told as %q", body, said)
		}
	})
}
