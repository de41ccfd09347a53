// Package secret keeps what nobody may read out of prints, logs and encodings. A type that holds a
// secret embeds Hidden, or Unprinted where it is encoded on purpose, and then reads "redacted".
//
// It hides the type that embeds it, not what that lies in: fmt asks no Formatter of an unexported
// field and follows its pointers. So a secret that others keep in such fields lies behind a function
// besides, of which fmt shows no more than an address.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// word stands for every secret.
const word = "redacted"

// Unprinted makes the type that embeds it read "redacted" wherever it is printed or logged.
type Unprinted struct{}

// Format writes "redacted" for every verb that a value of its kind has; vet refuses the others, %p and %w.
func (Unprinted) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, word) }

// LogValue is "redacted".
func (Unprinted) LogValue() slog.Value { return slog.StringValue(word) }

// Hidden is Unprinted, and reads "redacted" in JSON and other encodings of text, too.
type Hidden struct{ Unprinted }

// MarshalText is "redacted".
func (Hidden) MarshalText() ([]byte, error) { return []byte(word), nil }
