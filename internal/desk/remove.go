package desk

import (
	"context"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// Removal names the fob to be taken off its person.
type Removal struct {
	MethodID string
	// Serial is the fob's serial number as the person saw it; empty where the form did not say.
	Serial string
	// Form is the id of the form, so that pressing its button twice removes once; it may be empty.
	Form string
}

// Remove unassigns a fob from the subject: it goes back to the tenant's stock. It answers the id of
// the receipt, or an *outcome.Error: NotFound where the method is not among the subject's or is not
// the fob that was seen, and NotAllowed, StepUp, SignedOut, Throttled, UpstreamUnavailable,
// OutcomeUnknown and Unavailable as Enrol.
func (d *Desk) Remove(ctx context.Context, fobs Fobs, by By, in Removal) (string, error) {
	act := d.onceAForm(d.newAct(EventRemove, by, in.Serial), in.MethodID, in.Form)
	return d.performOn(ctx, fobs, act, in.MethodID, func(ctx context.Context, act *Act, _ oath.Method) End {
		requestID, err := fobs.Remove(ctx, in.MethodID)
		end := d.judge(ctx, answer{
			fobs: fobs, act: act, requestID: requestID, err: err, done: outcome.Removed,
			find: hasID(in.MethodID),
		})
		if end.done() {
			d.forgetLost(ctx, act, in.MethodID)
		}
		return end
	})
}

// forgetLost forgets that the fob was reported lost: it is no longer the person's. Graph has spoken
// by then, so a store that fails is logged and not told as a failure.
func (d *Desk) forgetLost(ctx context.Context, act *Act, methodID string) {
	if err := d.Memory.ClearLost(ctx, methodID); err != nil {
		d.Log.ErrorContext(ctx, "the lost fob was not forgotten", "act", act.ID, "error", err)
	}
}
