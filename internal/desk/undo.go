package desk

import (
	"context"

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
		if err != nil || !done.bound() {
			return unsent(by, outcome.New(outcome.NotFound))
		}
		methods, err := fobs.List(ctx)
		if err != nil {
			return unsent(by, err)
		}
		bound, ok := boundBy(done, methods, serial)
		if !ok {
			return unsent(by, outcome.New(outcome.NotFound))
		}
		act.Serial, act.DisplayName = bound.Device.SerialNumber, bound.Device.DisplayName
		requestID, err := fobs.Remove(ctx, bound.ID)
		return d.judge(ctx, answer{
			fobs: fobs, act: act, requestID: requestID, err: err, done: outcome.Removed,
			find: hasID(bound.ID),
		})
	})
}

// boundBy finds what the act bound: the newest binding of that fob, for a legacy one may stand beside
// it. One that is newer than the act is somebody else's.
func boundBy(done Receipt, methods []oath.Method, serial oath.SerialNumber) (newest oath.Method, ok bool) {
	for _, m := range methods {
		if m.Is(serial) && (!ok || m.Created.After(newest.Created)) {
			newest, ok = m, true
		}
	}
	return newest, ok && !newest.Created.After(done.End.At.Add(skew))
}

// bound reports whether the act bound a fob to its subject.
func (r Receipt) bound() bool {
	return r.End.Outcome == outcome.Enrolled || r.End.Outcome == outcome.Assigned
}
