package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// ReadBackPauses are the pauses before each look at Graph after a lost answer. Graph's reads lag
// its writes by up to some ten seconds, so "nothing was changed" is believed only after that.
func ReadBackPauses() []time.Duration {
	return []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second}
}

// skew is how far Graph's clock and ours may be apart.
const skew = time.Minute

// answer is what Graph said to a write, and what is needed to doubt it.
type answer struct {
	fobs      Fobs
	act       *Act
	requestID string
	err       error
	done      outcome.Outcome               // what it is when Graph says so
	find      func(method oath.Method) bool // finds the fob among the person's
}

// judge decides what came of an act. Graph publishes no error codes for these calls, so a lost
// answer and a refusal that may mean several things are held against what Graph shows of the
// person's fobs.
func (d *Desk) judge(ctx context.Context, a answer) End {
	if a.err == nil {
		return End{Outcome: a.done, GraphRequestID: a.requestID, Refund: true}
	}
	refusal, ok := errors.AsType[*outcome.Error](a.err)
	if !ok {
		return ended(a.err)
	}
	switch refusal.Outcome {
	case outcome.OutcomeUnknown:
		return d.readBack(ctx, a)
	case outcome.WrongCode, outcome.Refused, outcome.AssignedToOther:
		return d.explain(ctx, a)
	case outcome.NotAllowed, outcome.StepUp, outcome.SignedOut, outcome.Throttled, outcome.UpstreamUnavailable:
		if !refusal.Judged {
			return unsent(a.act.by, a.err)
		}
	}
	return ended(a.err)
}

// narrow ends the act with another outcome than Graph's answer alone said.
func (a answer) narrow(to outcome.Outcome, reason string) End {
	narrowed := &outcome.Error{Outcome: to, Reason: reason, Err: a.err}
	if refusal, ok := errors.AsType[*outcome.Error](a.err); ok {
		narrowed.Reference = refusal.Reference
	}
	return ended(narrowed)
}

// readBack finds out what came of a write whose answer was lost.
func (d *Desk) readBack(ctx context.Context, a answer) End {
	for _, pause := range d.ReadBack {
		if err := sleep(ctx, pause); err != nil {
			return a.narrow(outcome.OutcomeUnknown, "")
		}
		methods, err := a.fobs.List(ctx)
		if err != nil {
			d.Log.WarnContext(ctx, "read back", "act", a.act.ID, "error", err)
			return a.narrow(outcome.OutcomeUnknown, "")
		}
		if a.shows(methods) {
			end := a.narrow(a.done, "")
			end.Refund = true
			return end
		}
		if a.half(methods) {
			return a.narrow(outcome.OutcomeUnknown, reasonAssigned)
		}
		if a.blind(methods) {
			return a.narrow(outcome.OutcomeUnknown, "")
		}
	}
	end := a.narrow(outcome.UpstreamUnavailable, "")
	end.Release = true
	return end
}

// Reasons that narrow the words of an outcome.
const (
	reasonAssigned = "assigned" // the fob is bound to the person now, but not active
	reasonAct      = "act"      // what was refused carries no code
	reasonAgain    = "again"    // not the first wrong code in the window
)

// shows reports whether the person's fobs are as they are once the act is done.
func (a answer) shows(methods []oath.Method) bool {
	i := slices.IndexFunc(methods, a.find)
	switch a.done {
	case outcome.Removed:
		return i < 0
	case outcome.Assigned:
		return i >= 0
	case outcome.Deactivated:
		return i >= 0 && !methods[i].Active()
	}
	return i >= 0 && methods[i].Active()
}

// half reports whether the act bound the fob without activating it.
func (a answer) half(methods []oath.Method) bool {
	i := slices.IndexFunc(methods, a.find)
	return a.done == outcome.Enrolled && i >= 0 && methods[i].Created.After(a.act.At.Add(-skew))
}

// blind reports whether Graph left out the serial number of a fob that may be the one looked for.
func (a answer) blind(methods []oath.Method) bool {
	return (a.done == outcome.Enrolled || a.done == outcome.Assigned) &&
		slices.ContainsFunc(methods, func(m oath.Method) bool { return m.Device.SerialNumber == "" })
}

// explain looks for the reason of a refusal that may mean several things. Where Graph can't be
// read, its first word stands.
func (d *Desk) explain(ctx context.Context, a answer) End {
	if a.done == outcome.Removed || a.done == outcome.Deactivated { // neither carries a code
		return a.narrow(outcome.Refused, reasonAct)
	}
	methods, err := a.fobs.List(ctx)
	if err != nil {
		d.Log.WarnContext(ctx, "read back", "act", a.act.ID, "error", err)
		return ended(a.err)
	}
	held := slices.ContainsFunc(methods, a.find)
	switch {
	case a.shows(methods):
		return a.narrow(outcome.AlreadyActive, "")
	case !held && len(methods) >= oath.MethodLimit:
		return a.narrow(outcome.LimitReached, "")
	case held && errors.Is(a.err, outcome.AssignedToOther):
		return a.narrow(outcome.Refused, reasonAssigned)
	case !errors.Is(a.err, outcome.WrongCode):
		return ended(a.err)
	case held && a.done == outcome.Enrolled:
		return a.narrow(outcome.WrongCode, reasonAssigned)
	}
	return a.narrow(outcome.WrongCode, d.again(ctx, a.act))
}

// again tells a second wrong code for this fob in the window from the first: by then its clock may
// have drifted.
func (d *Desk) again(ctx context.Context, act *Act) string {
	tries, err := d.Ledger.Tries(ctx, act.fob, act.At.Add(-d.Window))
	if err != nil {
		d.Log.WarnContext(ctx, "count tries", "act", act.ID, "error", err)
	}
	if tries > 1 {
		return reasonAgain
	}
	return ""
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
