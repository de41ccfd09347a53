package station

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// Station is a browser where people enrol. Times are zero for never.
type Station struct {
	ID       string
	Name     string // what the audit trail knows it by; no two that are not revoked share one
	Place    string // where it stands; may be empty
	Language string // a language tag; empty for the portal's own
	Maker    string // object id of the admin who made it or its newest code
	Created  time.Time
	Paired   time.Time // when a browser last became it
	Seen     time.Time // when it was last asked for; lags by up to a minute
	Acted    time.Time // when somebody last did something at it
	Revoked  time.Time
	// MissingAuthTime is when a visit was last refused because the ID token had no auth_time; zero
	// since one that had it.
	MissingAuthTime time.Time
}

// Pairing is a code that is to make a browser a station, as the database keeps it.
type Pairing struct {
	Station string // its id
	Code    []byte // keyed hash of the code
	Sealed  []byte // the code, for its maker
	Until   time.Time
}

// What Rows answer beside failures.
var (
	ErrNone  = errors.New("no such station")
	ErrTaken = errors.New("another station has this name")
)

// Rows keeps the stations. Every method is one durable step.
type Rows interface {
	// InsertStation adds the station with its pairing, or is ErrTaken.
	InsertStation(ctx context.Context, s Station, p Pairing) error
	// RenewPairing puts p in the place of the pairing the station has, and makes maker its Maker; a
	// station that is revoked or gone is ErrNone.
	RenewPairing(ctx context.Context, p Pairing, maker string) error
	// FindPairing returns the station's pairing, or ErrNone.
	FindPairing(ctx context.Context, station string) (Pairing, error)
	// PairStation uses up the pairing with this code, if its time is not over at the given time and
	// its station is not revoked, and gives the station the key. A try that finds none is ErrNone
	// and counts against the limit; where that has no room left, nothing is tried, and the answer is
	// how long until it has.
	PairStation(ctx context.Context, try Try) (Station, time.Duration, error)
	// RenameStation writes name, place and language; ErrNone where there is no such station that is
	// not revoked, ErrTaken.
	RenameStation(ctx context.Context, s Station) error
	// RevokeStation marks the station revoked, drops its pairing, ends the visits at it, and reports
	// whether it was not revoked before.
	RevokeStation(ctx context.Context, id string, at time.Time) (bool, error)
	// MarkStation moves Seen and Acted forward where those of s are later, and sets MissingAuthTime.
	MarkStation(ctx context.Context, s Station) error
	// Stations returns all of them, those that are not revoked first, by name.
	Stations(ctx context.Context) ([]Station, error)
	// FindStation returns the station with this id, or ErrNone.
	FindStation(ctx context.Context, id string) (Station, error)
	// StationOfKey returns the station with this hashed key, revoked or not, or ErrNone.
	StationOfKey(ctx context.Context, key string) (Station, error)
}

// Try is one try of a pairing code.
type Try struct {
	Code   []byte // keyed hash; nil where what was typed can be no code
	Key    string // hash of the key the browser is to get
	ID     string // names the try
	Limit  string // what it counts against
	Max    int    // wrong ones allowed in Window
	Window time.Duration
	At     time.Time
}

const (
	maxName  = 64 // characters
	maxPlace = 64
)

// parse cleans what was typed about a station; the flaws are named after the form's fields.
func parse(name, place, language string) (Station, error) {
	s := Station{Name: strings.TrimSpace(name), Place: strings.TrimSpace(place), Language: language}
	var wrong []outcome.Field
	for _, field := range []struct {
		name, value string
		most        int
		needed      bool
	}{{"name", s.Name, maxName, true}, {"place", s.Place, maxPlace, false}, {"language", s.Language, maxName, false}} {
		if flaw := flawOf(field.value, field.most, field.needed); flaw != nil {
			wrong = append(wrong, outcome.Field{Name: field.name, Flaw: flaw.Error()})
		}
	}
	if len(wrong) > 0 {
		return Station{}, &outcome.Error{Outcome: outcome.InvalidInput, Fields: wrong}
	}
	return s, nil
}

func flawOf(s string, most int, needed bool) error {
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, oath.Deceives):
		return oath.FlawCharacters
	case utf8.RuneCountInString(s) > most:
		return oath.FlawTooLong
	case needed && s == "":
		return oath.FlawEmpty
	}
	return nil
}
