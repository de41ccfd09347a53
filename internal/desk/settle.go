package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// SettleAfter is how old an act is before what Graph shows is taken for what came of it: by then it
// is not under way, and Graph's reads have caught up with its writes.
const SettleAfter = time.Minute

// settledAtOnce is how many acts of a person are settled by one look.
const settledAtOnce = 20

// Settle ends the person's acts of which it is not known what came of them by what Graph shows of
// the person's fobs, which were read just now. It answers those that it ended; where Graph does not
// show it, as of a fob without a serial number, an act stays as it is.
func (d *Desk) Settle(ctx context.Context, personID string, methods []oath.Method) ([]Receipt, error) {
	if personID == "" {
		return nil, nil
	}
	unsettled, err := d.Memory.Unsettled(ctx, personID, settledAtOnce)
	if err != nil {
		return nil, fmt.Errorf("read the unsettled acts of %s: %w", personID, err)
	}
	var settled []Receipt
	for _, receipt := range unsettled {
		end, known := d.settle(receipt.Act, methods)
		if !known {
			continue
		}
		if err := d.Ledger.Close(ctx, d.counted(receipt.Act), end); err != nil {
			return settled, fmt.Errorf("settle act %s: %w", receipt.Act.ID, err)
		}
		d.Log.InfoContext(ctx, "act settled", "event", receipt.Act.Event, "act", receipt.Act.ID, "outcome", end.Outcome)
		settled = append(settled, Receipt{Act: receipt.Act, End: end})
	}
	return settled, nil
}

// doneOf is what each act comes to when it is done.
var doneOf = map[string]outcome.Outcome{
	EventEnrol: outcome.Enrolled, EventActivate: outcome.Activated, EventRemove: outcome.Removed,
	EventAssign: outcome.Assigned, EventDeactivate: outcome.Deactivated,
}

// settle says what came of an act, where the person's fobs show it.
func (d *Desk) settle(act Act, methods []oath.Method) (End, bool) {
	serial, err := oath.ParseSerialNumber(act.Serial)
	if err != nil || doneOf[act.Event] == "" || d.Now().Sub(act.At) < SettleAfter {
		return End{}, false
	}
	a := answer{act: &act, done: doneOf[act.Event], find: hasSerial(serial)}
	unnamed := slices.ContainsFunc(methods, func(m oath.Method) bool { return m.Device.SerialNumber == "" })
	end := End{At: d.Now(), Outcome: a.done, Refund: true}
	switch {
	case unnamed && (!slices.ContainsFunc(methods, a.find) || a.done == outcome.Removed):
		return End{}, false
	case a.shows(methods) && a.ours(methods):
	case a.half(methods) && a.ours(methods):
		end.Outcome, end.Refund = outcome.Assigned, false
	default:
		end.Outcome, end.Refund, end.Release = outcome.UpstreamUnavailable, false, true
	}
	return end, true
}

// ours reports whether the fob can have been bound by this act: one that was bound earlier or later
// was bound by another.
func (a answer) ours(methods []oath.Method) bool {
	if a.done != outcome.Enrolled && a.done != outcome.Assigned {
		return true
	}
	return slices.ContainsFunc(methods, func(m oath.Method) bool {
		return a.find(m) && m.Created.After(a.act.At.Add(-skew)) && m.Created.Before(a.act.At.Add(actLimit+skew))
	})
}

// counted is the act with the counters that its try counts against, which the ledger does not keep.
func (d *Desk) counted(act Act) Act {
	act = d.withPeople(act)
	if serial, err := oath.ParseSerialNumber(act.Serial); err == nil {
		act.Limits = append(act.Limits, d.limit(serialCounter(serial.Canonical())))
	}
	return act
}
