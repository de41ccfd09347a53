package session

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// purgeAfter is how long the row of an ended session stays, without its payload, so that
// LastPerson can tell whose draft it is.
const purgeAfter = 10 * time.Minute

// Purge removes sessions that ended ten minutes ago and states that can't be presented any more.
func (st *Store) Purge(ctx context.Context) error {
	now := st.Now()
	var errs []error
	if err := st.Rows.PurgeSessions(ctx, now.Add(-purgeAfter)); err != nil {
		errs = append(errs, fmt.Errorf("purge sessions: %w", err))
	}
	if err := st.States.PurgeStates(ctx, now); err != nil {
		errs = append(errs, fmt.Errorf("purge states: %w", err))
	}
	return errors.Join(errs...)
}
