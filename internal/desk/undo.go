package desk

import (
	"context"
	"slices"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// Undo takes back what an act of the actor did for the subject: the fob that it bound is removed.
// Asked twice it is one removal. It answers the id of the receipt, or an *outcome.Error as Remove
// does: NotFound where the act bound no fob, or the fob is no longer the subject's.
func (d *Desk) Undo(ctx context.Context, fobs Fobs, by By, done Receipt) (string, error) {
	act := d.newAct(EventRemove, by, done.Act.Serial)
	act = d.once(act, "undo", done.Act.ID)
	return d.perform(ctx, act, func(ctx context.Context, act *Act) End {
		serial, err := oath.ParseSerialNumber(done.Act.Serial)
		if err != nil || !done.Bound() {
			return unsent(by, outcome.New(outcome.NotFound))
		}
		methods, err := fobs.List(ctx)
		if err != nil {
			return unsent(by, err)
		}
		i := slices.IndexFunc(methods, func(m oath.Method) bool {
			return m.Is(serial) && !m.Created.After(done.End.At.Add(skew)) // else somebody bound it anew since
		})
		if i < 0 {
			return unsent(by, outcome.New(outcome.NotFound))
		}
		bound := methods[i]
		act.Serial, act.DisplayName = bound.Device.SerialNumber, bound.Device.DisplayName
		requestID, err := fobs.Remove(ctx, bound.ID)
		return d.judge(ctx, answer{
			fobs: fobs, act: act, requestID: requestID, err: err, done: outcome.Removed,
			find: func(m oath.Method) bool { return m.ID == bound.ID },
		})
	})
}

// Bound reports whether the act bound a fob to its subject.
func (r Receipt) Bound() bool {
	return r.End.Outcome == outcome.Enrolled || r.End.Outcome == outcome.Assigned
}
