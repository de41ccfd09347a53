package desk

import (
	"context"
	"fmt"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// Deactivation names the fob that is to be switched off and kept assigned.
type Deactivation struct {
	MethodID string
	// Serial is the fob's serial number as it was seen; empty where the form did not say.
	Serial string
	// Form is the id of the form, so that pressing its button twice is one act; it may be empty.
	Form string
	// Lost says that it was reported lost, which the portal remembers.
	Lost bool
}

// Deactivate switches a fob off; it stays assigned, for it may turn up. A lost one is remembered as
// lost. It answers the id of the receipt, or an *outcome.Error as Remove does.
func (d *Desk) Deactivate(ctx context.Context, fobs Fobs, by By, in Deactivation) (string, error) {
	act := d.onceAForm(d.newAct(EventDeactivate, by, in.Serial), in.MethodID, in.Form)
	return d.performOn(ctx, fobs, act, in.MethodID, func(ctx context.Context, act *Act, method oath.Method) End {
		a := answer{fobs: fobs, act: act, done: outcome.Deactivated, find: hasID(in.MethodID)}
		if method.Active() {
			a.requestID, a.err = fobs.Deactivate(ctx, in.MethodID)
		}
		end := d.judge(ctx, a)
		if end.err() == nil && in.Lost {
			d.remember(ctx, act, in.MethodID)
		}
		return end
	})
}

// remember keeps that the fob was reported lost. Graph has switched it off by then, so a store that
// fails is logged and not told as a failure.
func (d *Desk) remember(ctx context.Context, act *Act, methodID string) {
	lost := Lost{MethodID: methodID, Person: act.Subject.ID, Serial: act.Serial, At: d.Now(), By: act.Actor}
	if err := d.Memory.ReportLost(ctx, lost); err != nil {
		d.Log.ErrorContext(ctx, "the lost fob was not remembered", "act", act.ID, "error", err)
	}
}

// Found forgets that a fob of the person was reported lost, as when it turned up. It is not active
// by that: its code is asked for.
func (d *Desk) Found(ctx context.Context, by By, methodID string) error {
	lost, err := d.Memory.LostOf(ctx, by.Subject.ID)
	if err == nil && lost[methodID].IsZero() {
		return outcome.New(outcome.NotFound)
	}
	if err == nil {
		err = d.Memory.ClearLost(ctx, methodID)
	}
	if err != nil {
		return &outcome.Error{Outcome: outcome.Unavailable, Err: fmt.Errorf("forget the lost fob: %w", err)}
	}
	return nil
}
