package portal

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf16"
)

// NewLogger makes the program's logger: one line for each event, times in UTC, format "json" or
// else text. Whatever a value holds, no line break, escape sequence or mark of the writing
// direction reaches w raw, so that a log read in a terminal shows what was logged and no more.
func NewLogger(w io.Writer, level slog.Level, format string) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: inUTC}
	w = escaper{w}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

func inUTC(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindTime {
		a.Value = slog.TimeValue(a.Value.Time().UTC())
	}
	return a
}

// escaper escapes what slog's handlers let through: JSON may hold DEL, C1 controls and marks of
// the writing direction as they are (RFC 8259, section 7). They stand only inside its strings, so
// that the escape means the same. Each Write is a whole record, which ends in the one line break.
type escaper struct{ w io.Writer }

// Write writes p, escaped, and answers len(p) where all of it was written.
func (e escaper) Write(p []byte) (int, error) {
	line := p
	if bytes.IndexFunc(p, isUnseen) >= 0 {
		line = []byte(escape(string(p)))
	}
	if _, err := e.w.Write(line); err != nil {
		return 0, err
	}
	return len(p), nil
}

// escape writes the characters that are not seen as JSON does: \u202e, a surrogate pair past the
// first plane.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case !isUnseen(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func isUnseen(r rune) bool {
	if r < 0x7f {
		return r < ' ' && r != '\n'
	}
	return !unicode.IsPrint(r)
}
