package session

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

var errDown = errors.New("database is down")

// memory is Rows and UsedStates as their comments say, and can be told to fail.
type memory struct {
	mu     sync.Mutex
	rows   map[string]Row
	leases map[string]time.Time
	states map[string]time.Time
	calls  map[string]int
	down   map[string]bool // by method; "" is all of them
}

func newMemory() *memory {
	return &memory{
		rows: map[string]Row{}, leases: map[string]time.Time{}, states: map[string]time.Time{},
		calls: map[string]int{}, down: map[string]bool{},
	}
}

// call counts a call and tells whether it is to fail; the caller unlocks.
func (m *memory) call(ctx context.Context, method string) error {
	m.mu.Lock()
	m.calls[method]++
	m.calls[""]++
	if m.down[""] || m.down[method] {
		return errDown
	}
	return ctx.Err()
}

func (m *memory) setDown(method string, down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down[method] = down
}

func (m *memory) count(method string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[method]
}

func (m *memory) all() []Row {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.rows))
}

func (m *memory) InsertSession(ctx context.Context, row Row, replaces string) error {
	err := m.call(ctx, "InsertSession")
	defer m.mu.Unlock()
	if err != nil {
		return err
	}
	delete(m.rows, replaces)
	row.Sealed = bytes.Clone(row.Sealed)
	m.rows[row.Key] = row
	return nil
}

func (m *memory) FindSession(ctx context.Context, key string) (Row, error) {
	err := m.call(ctx, "FindSession")
	defer m.mu.Unlock()
	if err != nil {
		return Row{}, err
	}
	row, ok := m.rows[key]
	if !ok {
		return Row{}, ErrNoRow
	}
	row.Sealed = bytes.Clone(row.Sealed)
	return row, nil
}

func (m *memory) UpdateSession(ctx context.Context, row Row) (bool, error) {
	err := m.call(ctx, "UpdateSession")
	defer m.mu.Unlock()
	if err != nil {
		return false, err
	}
	held, ok := m.rows[row.Key]
	if !ok || held.Version != row.Version || !held.Ended.IsZero() {
		return false, nil
	}
	held.Sealed, held.Seen = bytes.Clone(row.Sealed), row.Seen
	held.Version++
	m.rows[row.Key] = held
	delete(m.leases, row.Key)
	return true, nil
}

func (m *memory) TouchSession(ctx context.Context, key string, seen time.Time) error {
	err := m.call(ctx, "TouchSession")
	defer m.mu.Unlock()
	if row, ok := m.rows[key]; err == nil && ok && row.Seen.Before(seen) {
		row.Seen = seen
		m.rows[key] = row
	}
	return err
}

func (m *memory) LeaseSession(ctx context.Context, key string, version int64, now, until time.Time) (bool, error) {
	err := m.call(ctx, "LeaseSession")
	defer m.mu.Unlock()
	if err != nil {
		return false, err
	}
	row, ok := m.rows[key]
	if !ok || row.Version != version || !row.Ended.IsZero() || now.Before(m.leases[key]) {
		return false, nil
	}
	m.leases[key] = until
	return true, nil
}

func (m *memory) EndSession(ctx context.Context, key string, at time.Time) error {
	err := m.call(ctx, "EndSession")
	defer m.mu.Unlock()
	if row, ok := m.rows[key]; err == nil && ok && row.Ended.IsZero() {
		row.Ended, row.Sealed = at, nil
		m.rows[key] = row
	}
	return err
}

func (m *memory) DeleteSession(ctx context.Context, key string) error {
	err := m.call(ctx, "DeleteSession")
	defer m.mu.Unlock()
	if err == nil {
		delete(m.rows, key)
	}
	return err
}

func (m *memory) EndSessionsOfSID(ctx context.Context, sid string, at time.Time) (int, error) {
	err := m.call(ctx, "EndSessionsOfSID")
	defer m.mu.Unlock()
	n := 0
	for key, row := range m.rows {
		if err == nil && row.SID == sid && row.Ended.IsZero() {
			row.Ended, row.Sealed = at, nil
			m.rows[key] = row
			n++
		}
	}
	return n, err
}

func (m *memory) PurgeSessions(ctx context.Context, visits bool, before, idle time.Time) error {
	err := m.call(ctx, "PurgeSessions")
	defer m.mu.Unlock()
	if err == nil {
		maps.DeleteFunc(m.rows, func(_ string, row Row) bool { return row.Ends.Before(before) })
		for key, row := range m.rows {
			if row.Ended.IsZero() && row.Seen.Before(idle) && visits == (row.Station != "") {
				row.Ended, row.Sealed = row.Seen, nil
				m.rows[key] = row
			}
		}
	}
	return err
}

func (m *memory) UseState(ctx context.Context, hash string, until time.Time) (bool, error) {
	err := m.call(ctx, "UseState")
	defer m.mu.Unlock()
	if _, used := m.states[hash]; used || err != nil {
		return false, err
	}
	m.states[hash] = until
	return true, nil
}

func (m *memory) PurgeStates(ctx context.Context, now time.Time) error {
	err := m.call(ctx, "PurgeStates")
	defer m.mu.Unlock()
	if err == nil {
		maps.DeleteFunc(m.states, func(_ string, until time.Time) bool { return until.Before(now) })
	}
	return err
}

func (m *memory) SessionsOfPerson(ctx context.Context, person string) ([]Row, error) {
	err := m.call(ctx, "SessionsOfPerson")
	defer m.mu.Unlock()
	found := m.of(person)
	slices.SortFunc(found, func(a, b Row) int { return b.Seen.Compare(a.Seen) })
	return found, err
}

func (m *memory) of(person string) []Row {
	var found []Row
	for _, row := range m.rows {
		if row.Person == person && row.Ended.IsZero() {
			found = append(found, row)
		}
	}
	return found
}

func (m *memory) EndSessionsOfPerson(ctx context.Context, person string, at time.Time) (int, error) {
	err := m.call(ctx, "EndSessionsOfPerson")
	defer m.mu.Unlock()
	if err != nil {
		return 0, err
	}
	found := m.of(person)
	for _, row := range found {
		row.Ended, row.Sealed = at, nil
		m.rows[row.Key] = row
	}
	return len(found), nil
}
