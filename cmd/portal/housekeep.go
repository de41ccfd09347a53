package portal

import (
	"context"
	"log/slog"
	"time"

	"fobdesk/internal/store"
)

// housekeep forgets, each minute until ctx ends, the tries and codes whose time is over, and
// writes the head of the audit trail to the log, now and each hour: a trail that was cut or built
// anew no longer fits it.
func housekeep(db *store.Store, now func() time.Time, log *slog.Logger) func(context.Context) {
	return func(ctx context.Context) {
		const everyHead = 60 // minutes
		for minute := 0; ; minute++ {
			if err := db.PurgeLedger(ctx, now()); err != nil && ctx.Err() == nil {
				log.ErrorContext(ctx, "forget old tries", "error", err)
			}
			if minute%everyHead == 0 {
				head, err := db.AuditHead(ctx)
				log.InfoContext(ctx, "audit head", "head", head.String(), "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Minute):
			}
		}
	}
}
