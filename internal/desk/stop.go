package desk

import (
	"context"
	"time"

	"fobdesk/internal/outcome"
)

// reasonStopping narrows Unavailable: the portal is about to end, and soon to be back.
const reasonStopping = "stopping"

// backSoon is when it makes sense to try again after a restart.
const backSoon = 30 * time.Second

// Stop turns away each act that begins after it: its intent is written, Graph is not asked, and its
// outcome is Unavailable. What is under way goes on, and a form that was sent before is answered as
// it was.
func (d *Desk) Stop() { d.stopping.Store(true) }

// begin makes the act ready to be done. It answers the act's end and false where it can't be: the
// portal stops, or it is not known whom the act is for.
func (d *Desk) begin(ctx context.Context, act *Act) (End, bool) {
	if d.stopping.Load() {
		late := &outcome.Error{Outcome: outcome.Unavailable, Reason: reasonStopping, RetryAfter: backSoon}
		return unsent(act.by, late), false
	}
	return act.name(ctx)
}
