package portal

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode"
)

// nasty has what a log must not hold raw: line breaks, an escape sequence, DEL, a C1 control,
// overrides of the writing direction, a line separator, a character past the first plane.
const nasty = "a\r\nb\x1b[31m\x7f\u0085\u202eevil\u2066\u2028\u200b\U000e0041"

func TestLOG04UnseenCharactersAreEscapedInAnyValue(t *testing.T) {
	for _, format := range []string{"json", "text"} {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			log := NewLogger(&out, slog.LevelInfo, format)
			log.With("with", nasty).WithGroup("g"+nasty).Info("message "+nasty,
				"key"+nasty, "value",
				"string", nasty,
				"error", errors.New(nasty),
				"any", struct{ Field, Other string }{nasty, nasty},
				"map", map[string][]string{nasty: {nasty}},
				"bytes", []byte(nasty),
			)
			line, ended := strings.CutSuffix(out.String(), "\n")
			if !ended {
				t.Error("the record does not end its line")
			}
			for _, r := range line {
				if !unicode.IsPrint(r) {
					t.Errorf("holds %U raw", r)
				}
			}
			if format == "json" && !json.Valid([]byte(line)) {
				t.Errorf("is not JSON: %s", line)
			}
		})
	}
}

func TestLOG04AnEscapedValueIsStillTheValue(t *testing.T) {
	var out bytes.Buffer
	NewLogger(&out, slog.LevelInfo, "json").Info("refused", "name", nasty+" Zoë 名前")
	var record struct{ Name string }
	if err := json.Unmarshal(out.Bytes(), &record); err != nil {
		t.Fatal(err)
	}
	if want := nasty + " Zoë 名前"; record.Name != want {
		t.Errorf("got %q, want %q", record.Name, want)
	}
	if !strings.Contains(out.String(), "Zoë 名前") {
		t.Errorf("letters were escaped, too: %s", out.String())
	}
}

func TestLOG01TimesAreUTC(t *testing.T) {
	var out bytes.Buffer
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("east", 3600))
	NewLogger(&out, slog.LevelInfo, "json").Info("seen", "at", at)
	var record struct{ Time, At string }
	if err := json.Unmarshal(out.Bytes(), &record); err != nil {
		t.Fatal(err)
	}
	if record.At != "2026-01-02T02:04:05Z" || !strings.HasSuffix(record.Time, "Z") {
		t.Errorf("got %+v", record)
	}
}

func TestTheLevelIsTheLeastThatIsWritten(t *testing.T) {
	var out bytes.Buffer
	log := NewLogger(&out, slog.LevelWarn, "text")
	log.Info("not written")
	log.Warn("written")
	if got := out.String(); strings.Contains(got, "not written") || !strings.Contains(got, "msg=written") {
		t.Errorf("got %q", got)
	}
}
