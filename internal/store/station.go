package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/station"
)

const insertStation = `INSERT INTO station
	(id, name, place, language, maker, key, created, paired, seen, acted, revoked, auth_time)
	VALUES ($1, $2, $3, $4, $5, '', $6, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING`

// InsertStation adds a station that is yet to be paired; see station.Rows.
func (s *Store) InsertStation(ctx context.Context, st station.Station, p station.Pairing) error {
	return s.stationStep(ctx, "insert a station", func(t *tx) error {
		n, err := t.exec(insertStation, st.ID, st.Name, st.Place, st.Language, st.Maker, st.Created.UnixMilli())
		if err != nil {
			return err
		}
		if n == 0 {
			return station.ErrTaken
		}
		return t.pairing(p)
	})
}

// stationStep runs a step on one station.
func (s *Store) stationStep(ctx context.Context, what string, step func(*tx) error) error {
	if err := s.writer.do(ctx, step); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

const upsertPairing = `INSERT INTO pairing (station, code, sealed, until) VALUES ($1, $2, $3, $4)
	ON CONFLICT (station) DO UPDATE SET code = excluded.code, sealed = excluded.sealed, until = excluded.until`

func (t *tx) pairing(p station.Pairing) error {
	return t.soon(upsertPairing, p.Station, p.Code, p.Sealed, p.Until.UnixMilli())
}

// RenewPairing gives a station another code; see station.Rows.
func (s *Store) RenewPairing(ctx context.Context, p station.Pairing, maker string) error {
	return s.stationStep(ctx, "renew a pairing", func(t *tx) error {
		n, err := t.exec("UPDATE station SET maker = $2 WHERE id = $1 AND revoked = 0", p.Station, maker)
		if err != nil {
			return err
		}
		if n == 0 {
			return station.ErrNone
		}
		return t.pairing(p)
	})
}

// FindPairing returns the station's pairing, or station.ErrNone.
func (s *Store) FindPairing(ctx context.Context, id string) (station.Pairing, error) {
	p, until := station.Pairing{Station: id}, int64(0)
	const query = "SELECT code, sealed, until FROM pairing WHERE station = $1"
	err := s.db.readers.QueryRowContext(ctx, query, id).Scan(&p.Code, &p.Sealed, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return station.Pairing{}, station.ErrNone
	}
	if err != nil {
		return station.Pairing{}, fmt.Errorf("read a pairing: %w", err)
	}
	p.Until = time.UnixMilli(until).UTC()
	return p, nil
}

// PairStation uses up a pairing code; see station.Rows. A try is counted before it is made, and
// taken back where it was right.
func (s *Store) PairStation(ctx context.Context, try station.Try) (paired station.Station, wait time.Duration, err error) {
	limit := desk.Limit{Counter: try.Limit, Max: try.Max, Window: try.Window}
	found := false
	err = s.stationStep(ctx, "pair a station", func(t *tx) error {
		wait, found = 0, false
		n, err := t.exec(insertAttempt, limit.Counter, try.At.UnixMilli(), try.ID,
			try.At.Add(limit.Window).UnixMilli(), try.At.Add(-limit.Window).UnixMilli(), limit.Max)
		if err != nil {
			return err
		}
		if n == 0 {
			wait, err = t.wait(limit, try.At)
			wait = max(wait, time.Second)
			return err
		}
		paired, found, err = t.pair(try)
		if err == nil && found {
			_, err = t.exec("DELETE FROM attempt WHERE counted = $1 AND act = $2", limit.Counter, try.ID)
		}
		return err
	})
	if err == nil && wait == 0 && !found {
		err = station.ErrNone
	}
	return paired, wait, err
}

const takePairing = "DELETE FROM pairing WHERE code = $1 AND until > $2 RETURNING station"

const pairStation = `UPDATE station SET key = $2, paired = $3, seen = $3 WHERE id = $1 AND revoked = 0`

// pair gives the key to the station whose code was tried; false where there is none, or it is late.
func (t *tx) pair(try station.Try) (paired station.Station, found bool, err error) {
	var id string
	err = t.row(takePairing, []any{try.Code, try.At.UnixMilli()}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return station.Station{}, false, nil
	}
	if err != nil {
		return station.Station{}, false, err
	}
	n, err := t.exec(pairStation, id, try.Key, try.At.UnixMilli())
	if err != nil || n == 0 {
		return station.Station{}, false, err
	}
	// Whoever visits at the browser that was the station until now is out with it.
	if _, err := t.endVisits(id, try.At); err != nil {
		return station.Station{}, false, err
	}
	paired, err = scanStation(func(into ...any) error { return t.row(selectStation+" WHERE id = $1", []any{id}, into...) })
	return paired, true, err
}

const renameStation = `UPDATE station SET name = $2, place = $3, language = $4 WHERE id = $1 AND revoked = 0
	AND NOT EXISTS (SELECT 1 FROM station AS other WHERE other.name = $2 AND other.revoked = 0 AND other.id <> $1)`

// RenameStation writes what an admin says of the station; see station.Rows.
func (s *Store) RenameStation(ctx context.Context, st station.Station) error {
	return s.stationStep(ctx, "rename a station", func(t *tx) error {
		n, err := t.exec(renameStation, st.ID, st.Name, st.Place, st.Language)
		if err != nil || n == 1 {
			return err
		}
		var one int
		err = t.row("SELECT 1 FROM station WHERE id = $1 AND revoked = 0", []any{st.ID}, &one)
		if errors.Is(err, sql.ErrNoRows) {
			return station.ErrNone
		}
		if err != nil {
			return err
		}
		return station.ErrTaken
	})
}

// RevokeStation ends a station and the visits at it; see station.Rows.
func (s *Store) RevokeStation(ctx context.Context, id string, at time.Time) (revoked bool, err error) {
	err = s.stationStep(ctx, "revoke a station", func(t *tx) error {
		n, err := t.exec("UPDATE station SET revoked = $2 WHERE id = $1 AND revoked = 0", id, at.UnixMilli())
		if err != nil {
			return err
		}
		revoked = n == 1
		if _, err := t.exec("DELETE FROM pairing WHERE station = $1", id); err != nil {
			return err
		}
		_, err = t.endVisits(id, at)
		return err
	})
	return revoked, err
}

const markStation = `UPDATE station SET seen = CASE WHEN seen < $2 THEN $2 ELSE seen END,
	acted = CASE WHEN acted < $3 THEN $3 ELSE acted END, auth_time = $4 WHERE id = $1`

// MarkStation remembers what happened at the station; see station.Rows.
func (s *Store) MarkStation(ctx context.Context, st station.Station) error {
	return s.stationStep(ctx, "mark a station", func(t *tx) error {
		return t.soon(markStation, st.ID, milli(st.Seen), milli(st.Acted), milli(st.MissingAuthTime))
	})
}

const selectStation = `SELECT id, name, place, language, maker, created, paired, seen, acted, revoked, auth_time
	FROM station`

// Stations returns all stations; see station.Rows.
func (s *Store) Stations(ctx context.Context) ([]station.Station, error) {
	const order = " ORDER BY CASE WHEN revoked = 0 THEN 0 ELSE 1 END, name, created"
	rows, err := s.db.readers.QueryContext(ctx, selectStation+order)
	if err != nil {
		return nil, fmt.Errorf("read the stations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []station.Station
	for rows.Next() {
		one, err := scanStation(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("read a station: %w", err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the stations: %w", err)
	}
	return all, nil
}

// FindStation returns the station with this id; see station.Rows.
func (s *Store) FindStation(ctx context.Context, id string) (station.Station, error) {
	return s.oneStation(ctx, " WHERE id = $1", id)
}

// StationOfKey returns the station with this hashed key; see station.Rows.
func (s *Store) StationOfKey(ctx context.Context, key string) (station.Station, error) {
	return s.oneStation(ctx, " WHERE key = $1 AND key <> ''", key)
}

func (s *Store) oneStation(ctx context.Context, where, value string) (station.Station, error) {
	found, err := scanStation(s.db.readers.QueryRowContext(ctx, selectStation+where, value).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return station.Station{}, station.ErrNone
	}
	if err != nil {
		return station.Station{}, fmt.Errorf("read a station: %w", err)
	}
	return found, nil
}

func scanStation(scan func(into ...any) error) (station.Station, error) {
	var st station.Station
	var created, paired, seen, acted, revoked, authTime int64
	err := scan(&st.ID, &st.Name, &st.Place, &st.Language, &st.Maker, &created, &paired, &seen, &acted, &revoked, &authTime)
	for _, at := range []struct {
		into  *time.Time
		milli int64
	}{
		{&st.Created, created}, {&st.Paired, paired}, {&st.Seen, seen},
		{&st.Acted, acted}, {&st.Revoked, revoked}, {&st.MissingAuthTime, authTime},
	} {
		if at.milli != 0 {
			*at.into = time.UnixMilli(at.milli).UTC()
		}
	}
	return st, err
}

// milli is a time as a station's row has it: 0 for never.
func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
