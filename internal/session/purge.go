package session

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// purgeAfter is how long after its absolute end the row of a session stays, so that LastPerson can
// tell whose draft it is.
const purgeAfter = 10 * time.Minute

// Purge drops the payload of this store's kind of sessions that nobody used for too long, and removes
// those whose absolute end is ten minutes past and states that can't be presented any more.
func (st *Store) Purge(ctx context.Context) error {
	now := st.Now()
	var errs []error
	if err := st.Rows.PurgeSessions(ctx, st.Visits, now.Add(-purgeAfter), now.Add(-st.Idle)); err != nil {
		errs = append(errs, fmt.Errorf("purge sessions: %w", err))
	}
	if err := st.States.PurgeStates(ctx, now); err != nil {
		errs = append(errs, fmt.Errorf("purge states: %w", err))
	}
	return errors.Join(errs...)
}
