package store

import (
	"context"
	"fmt"
	"time"
)

// Figures are what an operator wants to know of the database at one moment.
type Figures struct {
	OpenIntents int           // acts without an outcome
	Bytes       int64         // size, without the journal
	Connections int           // open
	InUse       int           // of those
	Waits       int64         // for a connection, since Open
	Waited      time.Duration // all of them together
	Queue       int           // writes that wait for their turn
}

const countOpen = "SELECT COUNT(*) FROM act WHERE outcome IS NULL"

// Figures reads the figures. It waits for a connection that reads, never for the writer.
func (s *Store) Figures(ctx context.Context) (Figures, error) {
	reading, writing := s.db.readers.Stats(), s.db.writer.Stats()
	f := Figures{
		Connections: reading.OpenConnections + writing.OpenConnections,
		InUse:       reading.InUse + writing.InUse,
		Waits:       reading.WaitCount + writing.WaitCount,
		Waited:      reading.WaitDuration + writing.WaitDuration,
		Queue:       len(s.writer.queue),
	}
	if err := s.db.readers.QueryRowContext(ctx, countOpen).Scan(&f.OpenIntents); err != nil {
		return Figures{}, fmt.Errorf("count the open acts: %w", err)
	}
	if err := s.db.readers.QueryRowContext(ctx, s.db.size).Scan(&f.Bytes); err != nil {
		return Figures{}, fmt.Errorf("read the database's size: %w", err)
	}
	return f, nil
}
