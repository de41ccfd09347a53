package config

import "fobdesk/internal/secret"

// Secret is a value that cannot be printed: every verb of fmt, every slog handler and every
// encoder writes "redacted". The value lies in a closure, for that is the one thing of which fmt
// shows no more than an address where the Secret is an unexported field (a pointer to a slice or
// a struct it follows, under a verb that does not fit). The zero Secret holds nothing.
type Secret[T any] struct {
	secret.Hidden
	value func() T
}

// NewSecret hides value.
func NewSecret[T any](value T) Secret[T] { return Secret[T]{value: func() T { return value }} }

// Reveal returns the value, for the one place that uses it; T's zero value where there is none.
func (s Secret[T]) Reveal() T {
	if s.value == nil {
		var none T
		return none
	}
	return s.value()
}
