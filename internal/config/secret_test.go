package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestLOG02ASecretCannotBePrinted(t *testing.T) {
	c, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	hidden := struct{ c Config }{*c}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X"} {
		fmt.Fprintf(&out, verb+"\n", c)
		fmt.Fprintf(&out, verb+"\n", *c)
		fmt.Fprintf(&out, verb+"\n", hidden)
		fmt.Fprintf(&out, verb+"\n", c.ClientSecret)
		fmt.Fprintf(&out, verb+"\n", &c.SessionKeys)
	}
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(handler).Info("started", "config", c, "secret", c.ClientSecret, "keys", c.SessionKeys)
	}
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	shown := strings.ToLower(out.String())
	for _, form := range []string{plantedWord, fmt.Sprintf("%x", plantedWord), "[0 1 2 3 4 5", "0001020304", "aaecaw"} {
		if strings.Contains(shown, form) {
			at := strings.Index(shown, form)
			t.Errorf("shows %q: %s", form, shown[max(0, at-200):at+60])
		}
	}
	if !strings.Contains(shown, "redacted") {
		t.Error("says nowhere that something is left out")
	}
}
