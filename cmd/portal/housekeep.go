package portal

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/session"
	"fobdesk/internal/store"
)

// housekeeping is what is done by itself while the portal serves.
type housekeeping struct {
	desk     *desk.Desk
	sessions *session.Store
	visits   *session.Store
	store    *store.Store
	now      func() time.Time
	log      *slog.Logger
}

// run looks for intents without an outcome now and every twenty seconds until ctx ends, so that each
// is found within a minute of its act. It does the other chores every minute, and writes the head of
// the audit trail to the log now and each hour: a trail that was cut or built anew no longer fits it.
func (h housekeeping) run(ctx context.Context) {
	const pause, everyChore, everyHead = 20 * time.Second, 3, 180 // rounds
	for round := 0; ; round++ {
		lost, err := h.desk.Sweep(ctx)
		h.report(ctx, err)
		if lost > 0 {
			h.log.WarnContext(ctx, "intents without an outcome", "count", lost)
		}
		if round%everyChore == 0 {
			h.report(ctx, errors.Join(h.sessions.Purge(ctx), h.visits.Purge(ctx)))
			h.report(ctx, h.store.PurgeLedger(ctx, h.now()))
		}
		if round%everyHead == 0 {
			head, err := h.store.AuditHead(ctx)
			h.report(ctx, err)
			h.log.InfoContext(ctx, "audit head", "head", head.String())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// report logs what kept a chore from being done; it is tried again.
func (h housekeeping) report(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		h.log.ErrorContext(ctx, "housekeeping", "error", err)
	}
}
