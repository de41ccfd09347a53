package session

import (
	"context"
	"errors"
	"time"
)

// ErrNoRow is what Rows answers where there is no such session.
var ErrNoRow = errors.New("no such session")

// Row is a session as the database keeps it: nothing in it opens the session or can be read
// without the cookie.
type Row struct {
	Key     string // base64url SHA-256 of the session's id
	Person  string // "tenant id:object id", to end all sessions of a person
	Station string // id of the station of a visit; empty for an ordinary session
	SID     string // base64url SHA-256 of Entra's sid claim; empty where there is none
	Sealed  []byte // the payload, AES-256-GCM
	Version int64  // counts the writes of Sealed, from 1
	Created time.Time
	Seen    time.Time // last use; may lag by a fraction of the idle limit
	Ends    time.Time // absolute end
	Ended   time.Time // zero while it lives; an ended row keeps no payload
	Agent   string    // browser and system, for its person to know it by
	Address string    // client's IP address at sign-in, likewise
	Opened  *Opened   // where the row is kept in memory; else nil
}

// Rows keeps the sessions. Every method is one durable step. What it answers is exact: a row that
// was ended by anyone reads as ended from then on.
type Rows interface {
	// InsertSession adds row and, in the same step, deletes the row with the key replaces, if any.
	InsertSession(ctx context.Context, row Row, replaces string) error
	// FindSession returns the row with this key, ended or not, or ErrNoRow.
	FindSession(ctx context.Context, key string) (Row, error)
	// UpdateSession writes Sealed of the row, moves Seen forward and adds one to its version, if
	// that is still row.Version and the row lives; it reports whether it did. It also ends a lease.
	UpdateSession(ctx context.Context, row Row) (bool, error)
	// TouchSession moves Seen forward, never back.
	TouchSession(ctx context.Context, key string, seen time.Time) error
	// LeaseSession reserves the refreshing of the row's tokens until the given time, if the row
	// lives, its version is still the given one and no other lease holds at now; it reports
	// whether it did.
	LeaseSession(ctx context.Context, key string, version int64, now, until time.Time) (bool, error)
	// EndSession marks the row ended and drops its payload; a row that is gone is no error.
	EndSession(ctx context.Context, key string, at time.Time) error
	// DeleteSession removes the row, so that nothing of it remains; a row that is gone is no error.
	DeleteSession(ctx context.Context, key string) error
	// EndSessionsOfSID ends every session with this hashed sid and answers how many.
	EndSessionsOfSID(ctx context.Context, sid string, at time.Time) (int, error)
	// SessionsOfPerson returns the person's rows that live, the last used first, without payloads.
	SessionsOfPerson(ctx context.Context, person string) ([]Row, error)
	// EndSessionsOfPerson ends every session of the person and answers how many.
	EndSessionsOfPerson(ctx context.Context, person string, at time.Time) (int, error)
	// PurgeSessions deletes rows whose absolute end was before the given time, and ends those that
	// were not used since idle: of visits, or of ordinary sessions. An ended row stays that long, so
	// that it can be told whose a form is that was open meanwhile.
	PurgeSessions(ctx context.Context, visits bool, before, idle time.Time) error
}

// UsedStates remembers which states of sign-ins were presented, so that each is good once.
type UsedStates interface {
	// UseState records the hashed state until the given time and reports whether it was new.
	UseState(ctx context.Context, hash string, until time.Time) (bool, error)
	// PurgeStates forgets those whose time is over.
	PurgeStates(ctx context.Context, now time.Time) error
}
