package session

import (
	"context"
	"encoding/base64"
	"slices"
	"time"

	"fobdesk/internal/oath"
)

// Signed is a place where a person is signed in, as the person may see it.
type Signed struct {
	ID      string // names it to this person; leads to nothing else
	Agent   string // browser and system; empty where it did not say
	Address string // client's IP address at sign-in
	Began   time.Time
	Seen    time.Time // last use; may lag by a fraction of the idle limit
	Station string    // id of the station of a visit; empty for an ordinary session
	Here    bool      // it is the session that asks
}

// SignedIn returns where the session's person is signed in, the last used first, or Unavailable.
func (st *Store) SignedIn(ctx context.Context, sess *Session) ([]Signed, error) {
	rows, err := st.rowsOf(ctx, sess.Person)
	if err != nil {
		return nil, err
	}
	all := make([]Signed, 0, len(rows))
	for _, row := range rows {
		all = append(all, Signed{
			ID: st.signedID(row), Agent: row.Agent, Address: row.Address, Began: row.Created, Seen: row.Seen,
			Station: row.Station, Here: row.Key == sess.place.row.Key,
		})
	}
	return all, nil
}

// EndSigned ends one of the person's sessions and reports whether there was one of this id.
func (st *Store) EndSigned(ctx context.Context, person oath.Person, id string) (bool, error) {
	rows, err := st.rowsOf(ctx, person)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(rows, func(row Row) bool { return st.signedID(row) == id })
	if i < 0 {
		return false, nil
	}
	if err := st.Rows.EndSession(ctx, rows[i].Key, st.Now()); err != nil {
		return false, unavailable("end a session of a person", err)
	}
	return true, nil
}

// EndAll ends every session of the person, those at stations too, and answers how many there were.
func (st *Store) EndAll(ctx context.Context, person oath.Person) (int, error) {
	n, err := st.Rows.EndSessionsOfPerson(ctx, PersonKey(person), st.Now())
	if err != nil {
		return 0, unavailable("end the sessions of a person", err)
	}
	return n, nil
}

// rowsOf returns the person's rows that live. A visit is short: that one is over is seen a little
// later than its idle limit.
func (st *Store) rowsOf(ctx context.Context, person oath.Person) ([]Row, error) {
	rows, err := st.Rows.SessionsOfPerson(ctx, PersonKey(person))
	if err != nil {
		return nil, unavailable("find the sessions of a person", err)
	}
	now := st.Now()
	return slices.DeleteFunc(rows, func(row Row) bool { return st.expired(row, now) }), nil
}

// signedID names a row in a page. Its key is no secret, but nobody's business.
func (st *Store) signedID(row Row) string {
	return base64.RawURLEncoding.EncodeToString(st.Keys.MAC("session of a person", []byte(row.Key))[:16])
}
