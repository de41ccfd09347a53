package audit

import (
	"strings"
	"time"
	"unicode/utf8"

	"fobdesk/internal/oath"
)

// MaxLength is how many characters (runes) a text field of a row may have.
const MaxLength = 256

// Bounded returns the row as it is kept: its time in UTC to the millisecond, and each text as inert
// data of at most MaxLength characters. What is not UTF-8, control characters, line separators and
// marks that turn the writing direction become U+FFFD: they could break a log line or show another
// text than is there. Bounded of a bounded row is that row.
func (r Row) Bounded() Row {
	r.Time = time.UnixMilli(r.Time.UnixMilli()).UTC()
	for _, text := range r.texts() {
		*text = bounded(*text)
	}
	return r
}

// texts are the row's text fields in the order in which the chain's hash takes them. A new field
// goes to the end and needs a new version of the chain.
func (r *Row) texts() [11]*string {
	return [...]*string{
		&r.Event, &r.Outcome, &r.Actor, &r.ActorName, &r.Subject, &r.SubjectName,
		&r.Serial, &r.Station, &r.Address, &r.RequestID, &r.GraphRequestID,
	}
}

func bounded(s string) string {
	s = strings.Map(func(r rune) rune {
		if oath.Deceives(r) {
			return utf8.RuneError
		}
		return r // of a byte that is not UTF-8 this is the replacement character already
	}, s)
	count := 0
	for i := range s {
		if count == MaxLength {
			return s[:i]
		}
		count++
	}
	return s
}
