package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"fobdesk/internal/session"
)

const insertSession = `INSERT INTO session (key, person, station, sid, version, created, seen, ends, ended, leased, sealed, agent, address)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, 0, $9, $10, $11)`

// InsertSession adds a session that lives and deletes the one it replaces; see session.Rows.
func (s *Store) InsertSession(ctx context.Context, row session.Row, replaces string) error {
	err := s.writer.do(ctx, func(t *tx) error {
		if replaces != "" {
			if err := t.deleteSession(replaces); err != nil {
				return err
			}
		}
		return t.soon(insertSession, row.Key, row.Person, row.Station, row.SID, row.Version,
			row.Created.UnixMilli(), row.Seen.UnixMilli(), row.Ends.UnixMilli(), row.Sealed, row.Agent, row.Address)
	})
	if err != nil {
		return fmt.Errorf("insert a session: %w", err)
	}
	return nil
}

const selectSession = `SELECT key, person, station, sid, version, created, seen, ends, ended, sealed
	FROM session WHERE key = $1`

// FindSession returns the session, from the cache where it is there, or session.ErrNoRow.
func (s *Store) FindSession(ctx context.Context, key string) (session.Row, error) {
	row, epoch, found := s.sessions.find(key)
	if found {
		return row, nil
	}
	var created, seen, ends int64
	var ended sql.NullInt64
	err := s.reads.session.QueryRowContext(ctx, key).Scan(
		&row.Key, &row.Person, &row.Station, &row.SID, &row.Version, &created, &seen, &ends, &ended, &row.Sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return session.Row{}, session.ErrNoRow
	}
	if err != nil {
		return session.Row{}, fmt.Errorf("read a session: %w", err)
	}
	row.Created, row.Seen, row.Ends = time.UnixMilli(created).UTC(), time.UnixMilli(seen).UTC(), time.UnixMilli(ends).UTC()
	if ended.Valid {
		row.Ended = time.UnixMilli(ended.Int64).UTC()
	}
	if s.db.cacheBytes > 0 {
		row.Opened = new(session.Opened)
		s.sessions.keep(row, epoch)
	}
	return row, nil
}

const updateSession = `UPDATE session SET sealed = $3, version = version + 1, leased = 0,
	seen = CASE WHEN seen < $4 THEN $4 ELSE seen END
	WHERE key = $1 AND version = $2 AND ended IS NULL`

// UpdateSession writes the payload if the version is still the row's; see session.Rows.
func (s *Store) UpdateSession(ctx context.Context, row session.Row) (bool, error) {
	return s.changeSession(ctx, row.Key, "write a session", updateSession,
		row.Key, row.Version, row.Sealed, row.Seen.UnixMilli())
}

const touchSession = "UPDATE session SET seen = $2 WHERE key = $1 AND seen < $2 AND ended IS NULL"

// TouchSession moves Seen forward.
func (s *Store) TouchSession(ctx context.Context, key string, seen time.Time) error {
	_, err := s.changeSession(ctx, key, "touch a session", touchSession, key, seen.UnixMilli())
	return err
}

const leaseSession = `UPDATE session SET leased = $4
	WHERE key = $1 AND version = $2 AND ended IS NULL AND leased <= $3`

// LeaseSession reserves the refreshing of the session's tokens; see session.Rows.
func (s *Store) LeaseSession(ctx context.Context, key string, version int64, now, until time.Time) (bool, error) {
	return s.changeSession(ctx, key, "lease a session", leaseSession, key, version, now.UnixMilli(), until.UnixMilli())
}

const endSession = "UPDATE session SET ended = $2, sealed = $3 WHERE key = $1 AND ended IS NULL"

// EndSession marks the session ended and drops its payload.
func (s *Store) EndSession(ctx context.Context, key string, at time.Time) error {
	_, err := s.changeSession(ctx, key, "end a session", endSession, key, at.UnixMilli(), []byte{})
	return err
}

// DeleteSession removes the session.
func (s *Store) DeleteSession(ctx context.Context, key string) error {
	if err := s.writer.do(ctx, func(t *tx) error { return t.deleteSession(key) }); err != nil {
		return fmt.Errorf("delete a session: %w", err)
	}
	return nil
}

func (t *tx) deleteSession(key string) error {
	t.touched = append(t.touched, key)
	return t.soon("DELETE FROM session WHERE key = $1", key)
}

// changeSession runs one statement on one session and reports whether it changed it.
func (s *Store) changeSession(ctx context.Context, key, what, statement string, args ...any) (changed bool, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		changed, err = t.one(statement, args...)
		if changed {
			t.touched = append(t.touched, key)
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("%s: %w", what, err)
	}
	return changed, nil
}

const endSessionsOfSID = `UPDATE session SET ended = $2, sealed = $3
	WHERE sid = $1 AND sid <> '' AND ended IS NULL RETURNING key`

// EndSessionsOfSID ends every session with this hashed sid and answers how many. An empty sid is
// nobody's.
func (s *Store) EndSessionsOfSID(ctx context.Context, sid string, at time.Time) (int, error) {
	var ended []string
	err := s.writer.do(ctx, func(t *tx) (err error) {
		ended, err = t.column(endSessionsOfSID, sid, at.UnixMilli(), []byte{})
		t.touched = append(t.touched, ended...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("end the sessions of a sid: %w", err)
	}
	return len(ended), nil
}

const endVisits = `UPDATE session SET ended = $2, sealed = $3
	WHERE station = $1 AND station <> '' AND ended IS NULL RETURNING key`

// endVisits ends every visit at the station and answers how many.
func (t *tx) endVisits(station string, at time.Time) (int, error) {
	ended, err := t.column(endVisits, station, at.UnixMilli(), []byte{})
	t.touched = append(t.touched, ended...)
	return len(ended), err
}

const selectSessionsOfPerson = `SELECT key, person, station, created, seen, ends, agent, address
	FROM session WHERE person = $1 AND ended IS NULL ORDER BY seen DESC, key`

// SessionsOfPerson returns the person's sessions that live; see session.Rows.
func (s *Store) SessionsOfPerson(ctx context.Context, person string) ([]session.Row, error) {
	rows, err := s.db.readers.QueryContext(ctx, selectSessionsOfPerson, person)
	if err != nil {
		return nil, fmt.Errorf("read the sessions of a person: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []session.Row
	for rows.Next() {
		var row session.Row
		var created, seen, ends int64
		err := rows.Scan(&row.Key, &row.Person, &row.Station, &created, &seen, &ends, &row.Agent, &row.Address)
		if err != nil {
			return nil, fmt.Errorf("read a session of a person: %w", err)
		}
		row.Created, row.Seen, row.Ends = time.UnixMilli(created).UTC(), time.UnixMilli(seen).UTC(), time.UnixMilli(ends).UTC()
		all = append(all, row)
	}
	return all, rows.Err()
}

const endSessionsOfPerson = `UPDATE session SET ended = $2, sealed = $3
	WHERE person = $1 AND ended IS NULL RETURNING key`

// EndSessionsOfPerson ends every session of the person and answers how many.
func (s *Store) EndSessionsOfPerson(ctx context.Context, person string, at time.Time) (int, error) {
	var ended []string
	err := s.writer.do(ctx, func(t *tx) (err error) {
		ended, err = t.column(endSessionsOfPerson, person, at.UnixMilli(), []byte{})
		t.touched = append(t.touched, ended...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("end the sessions of a person: %w", err)
	}
	return len(ended), nil
}

const useState = "INSERT INTO used_state (hash, until) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING"

// UseState records the state and reports whether it was new; see session.UsedStates.
func (s *Store) UseState(ctx context.Context, hash string, until time.Time) (bool, error) {
	var fresh bool
	err := s.writer.do(ctx, func(t *tx) (err error) {
		fresh, err = t.one(useState, hash, until.UnixMilli())
		return err
	})
	if err != nil {
		return false, fmt.Errorf("use a state: %w", err)
	}
	return fresh, nil
}
