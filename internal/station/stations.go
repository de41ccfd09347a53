package station

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"fobdesk/internal/outcome"
)

const (
	codeLife    = 10 * time.Minute
	maxWrong    = 10 // wrong codes from one address in wrongWindow
	wrongWindow = 15 * time.Minute
	seenEvery   = time.Minute
)

// Keys are the server's keys.
type Keys interface {
	Seal(plain, binding []byte) ([]byte, error)
	Open(sealed, binding []byte) ([]byte, error)
	MAC(purpose string, parts ...[]byte) []byte
}

// Config is what Stations are made of; every field is needed.
type Config struct {
	Rows   Rows
	Keys   Keys
	Secure bool // the portal is reached over https
	Now    func() time.Time
}

// Stations makes, pairs, knows and revokes stations. It is safe for concurrent use. A database that
// fails is an *outcome.Error, outcome.Unavailable.
type Stations struct{ Config }

// New returns Stations over c.Rows.
func New(c Config) *Stations { return &Stations{c} }

// Create makes a station and its first pairing code, which PairingCode shows its maker. What was
// typed wrong is outcome.InvalidInput with the fields name, place and language; a name that another
// station has is the flaw "taken".
func (s *Stations) Create(ctx context.Context, maker, name, place, language string) (Station, error) {
	made, err := parse(name, place, language)
	if err != nil {
		return Station{}, err
	}
	made.ID, made.Maker, made.Created = uuid.NewString(), maker, s.Now()
	pairing, err := s.newPairing(made.ID, maker)
	if err != nil {
		return Station{}, err
	}
	return made, told("insert a station", s.Rows.InsertStation(ctx, made, pairing))
}

// Renew makes a new pairing code for a station, in place of the one it had, for a browser that lost
// its key or is replaced: the browser that is the station now is out once the code is used. A station
// that is revoked or not there is outcome.NotFound.
func (s *Stations) Renew(ctx context.Context, id, maker string) error {
	pairing, err := s.newPairing(id, maker)
	if err != nil {
		return err
	}
	return told("renew a pairing", s.Rows.RenewPairing(ctx, pairing, maker))
}

func (s *Stations) newPairing(id, maker string) (Pairing, error) {
	code := newCode()
	sealed, err := s.Keys.Seal([]byte(code), pairingBinding(id, maker))
	if err != nil {
		return Pairing{}, fmt.Errorf("seal a pairing code: %w", err)
	}
	return Pairing{Station: id, Code: s.hashCode(code), Sealed: sealed, Until: s.Now().Add(codeLife)}, nil
}

func (s *Stations) hashCode(code string) []byte { return s.Keys.MAC("pairing code", []byte(code)) }

func pairingBinding(id, maker string) []byte { return []byte("pairing code " + id + " " + maker) }

// PairingCode returns the station's code, grouped as it is shown, and until when it is good, for the
// admin who made it; false for anybody else, and once it was used or is late.
func (s *Stations) PairingCode(ctx context.Context, id, maker string) (code string, until time.Time, ok bool, err error) {
	pairing, err := s.Rows.FindPairing(ctx, id)
	switch {
	case errors.Is(err, ErrNone), err == nil && !s.Now().Before(pairing.Until):
		return "", time.Time{}, false, nil
	case err != nil:
		return "", time.Time{}, false, told("find a pairing", err)
	}
	plain, err := s.Keys.Open(pairing.Sealed, pairingBinding(id, maker))
	if err != nil {
		return "", time.Time{}, false, nil //nolint:nilerr // somebody else's, or sealed under a key that is gone
	}
	return grouped(string(plain)), pairing.Until, true, nil
}

// Pair makes the browser the station whose code was typed, once, and sets its key in a cookie. Case,
// spaces and hyphens are forgiven. A code that is none is outcome.WrongCode with the reason
// "pairing"; after ten of an address in 15 minutes any is outcome.TooManyAttempts with RetryAfter and
// that reason.
func (s *Stations) Pair(ctx context.Context, w http.ResponseWriter, typed, address, tryID string) (Station, error) {
	key := newKey()
	try := Try{
		Key: key.hash(), ID: tryID, Limit: "pairing:" + address, Max: maxWrong, Window: wrongWindow, At: s.Now(),
	}
	if code, ok := parseCode(typed); ok {
		try.Code = s.hashCode(code)
	}
	paired, wait, err := s.Rows.PairStation(ctx, try)
	switch {
	case wait > 0:
		return Station{}, &outcome.Error{Outcome: outcome.TooManyAttempts, Reason: reasonPairing, RetryAfter: wait}
	case errors.Is(err, ErrNone):
		return Station{}, &outcome.Error{Outcome: outcome.WrongCode, Reason: reasonPairing}
	case err != nil:
		return Station{}, told("pair a station", err)
	}
	s.setKey(w, key)
	return paired, nil
}

const reasonPairing = "pairing"

// Rename gives the station what was typed anew. Errors are those of Create and Renew.
func (s *Stations) Rename(ctx context.Context, id, name, place, language string) error {
	renamed, err := parse(name, place, language)
	if err != nil {
		return err
	}
	renamed.ID = id
	return told("rename a station", s.Rows.RenameStation(ctx, renamed))
}

// Revoke ends a station: its browser is out at its next request, and so is whoever visits it. It
// reports whether it was not revoked before.
func (s *Stations) Revoke(ctx context.Context, id string) (bool, error) {
	revoked, err := s.Rows.RevokeStation(ctx, id, s.Now())
	return revoked, told("revoke a station", err)
}

// List returns all stations, those that are not revoked first, by name.
func (s *Stations) List(ctx context.Context) ([]Station, error) {
	all, err := s.Rows.Stations(ctx)
	return all, told("list the stations", err)
}

// Find returns the station with this id, or outcome.NotFound.
func (s *Stations) Find(ctx context.Context, id string) (Station, error) {
	found, err := s.Rows.FindStation(ctx, id)
	return found, told("find a station", err)
}

// Known returns the station that the request's browser is, or was until it was revoked (its Revoked
// is set then); nil where it never was one.
func (s *Stations) Known(r *http.Request) (*Station, error) {
	key, ok := s.keyOf(r)
	if !ok {
		return nil, nil
	}
	found, err := s.Rows.StationOfKey(r.Context(), key.hash())
	switch {
	case errors.Is(err, ErrNone):
		return nil, nil
	case err != nil:
		return nil, told("find the station of a key", err)
	}
	return &found, nil
}

// MarkSeen remembers that the station was asked for, to the minute.
func (s *Stations) MarkSeen(ctx context.Context, st Station) error {
	now := s.Now()
	if now.Sub(st.Seen) < seenEvery {
		return nil
	}
	st.Seen = now
	return told("mark a station", s.Rows.MarkStation(ctx, st))
}

// MarkActed remembers that somebody did something at the station.
func (s *Stations) MarkActed(ctx context.Context, st Station) error {
	st.Acted = s.Now()
	return told("mark a station", s.Rows.MarkStation(ctx, st))
}

// MarkAuthTime remembers whether the newest sign-in at the station said when its person
// authenticated.
func (s *Stations) MarkAuthTime(ctx context.Context, st Station, missing bool) error {
	if !missing && st.MissingAuthTime.IsZero() {
		return nil
	}
	st.MissingAuthTime = time.Time{}
	if missing {
		st.MissingAuthTime = s.Now()
	}
	return told("mark a station", s.Rows.MarkStation(ctx, st))
}

// told turns what Rows answer into what is told to a person.
func told(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNone):
		return outcome.New(outcome.NotFound)
	case errors.Is(err, ErrTaken):
		return &outcome.Error{Outcome: outcome.InvalidInput, Fields: []outcome.Field{{Name: "name", Flaw: "taken"}}}
	}
	return &outcome.Error{Outcome: outcome.Unavailable, Err: fmt.Errorf("%s: %w", what, err)}
}

// hashed is how a key is kept: SHA-256 in base64url. It is long and random, so that a plain hash
// can't be turned round.
func hashed(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
