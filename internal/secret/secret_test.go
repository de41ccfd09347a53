package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"fobdesk/internal/secret"
)

// planted must not be seen anywhere.
const planted = "pl4nted"

type hidden struct {
	secret.Hidden
	Value string
}

type unprinted struct {
	secret.Unprinted
	Value string
}

func TestWhatIsHiddenReadsRedacted(t *testing.T) {
	for _, value := range []any{
		hidden{Value: planted}, &hidden{Value: planted}, unprinted{Value: planted}, &unprinted{Value: planted},
		[]hidden{{Value: planted}}, map[string]unprinted{"key": {Value: planted}}, struct{ Field hidden }{hidden{Value: planted}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			told(t, fmt.Sprintf("%T as %s", value, verb), fmt.Sprintf(verb, value))
		}
	}
	for _, value := range []any{hidden{Value: planted}, unprinted{Value: planted}} {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("look", "value", value)
		slog.New(slog.NewTextHandler(&log, nil)).Info("look", "value", value)
		told(t, fmt.Sprintf("%T in the log", value), log.String())
	}
	encoded, err := json.Marshal(map[string]hidden{"value": {Value: planted}})
	if err != nil {
		t.Fatal(err)
	}
	told(t, "JSON", string(encoded))
}

func told(t *testing.T, where, said string) {
	t.Helper()
	if strings.Contains(said, planted) || strings.Contains(said, fmt.Sprintf("%x", planted)) || !strings.Contains(said, "redacted") {
		t.Errorf("%s: %s", where, said)
	}
}

func TestWhatIsOnlyUnprintedCanBeEncodedAndReadAgain(t *testing.T) {
	encoded, err := json.Marshal(unprinted{Value: planted})
	if err != nil {
		t.Fatal(err)
	}
	var read unprinted
	if err := json.Unmarshal(encoded, &read); err != nil || read.Value != planted {
		t.Errorf("%s was read as %q, %v", encoded, read.Value, err)
	}
}
