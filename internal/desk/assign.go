package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// reasonInventory is why a fob can't be assigned by an actor to whom the tenant's list is closed.
const reasonInventory = "inventory"

// Assign binds the fob to another person without activating it: that person does so later, with
// the code. It needs the inventory, for Graph takes the device's id here; without it the answer is
// ConsentNeeded where by.MayAsk, else NotAllowed. Otherwise it answers as Enrol does.
func (d *Desk) Assign(ctx context.Context, fobs Fobs, inventory Inventory, by By, serial oath.SerialNumber) (string, error) {
	act := d.newAct(EventAssign, by, serial.String())
	return d.perform(ctx, act, func(ctx context.Context, act *Act) End {
		a := answer{
			fobs: fobs, act: act, done: outcome.Assigned,
			find: hasSerial(serial),
		}
		if end := d.overtaken(ctx, a); end != nil {
			return *end
		}
		if inventory == nil {
			if by.MayAsk {
				return unsent(by, outcome.New(outcome.ConsentNeeded))
			}
			return unsent(by, &outcome.Error{Outcome: outcome.NotAllowed, Reason: reasonInventory})
		}
		device, err := inventory.Find(ctx, serial)
		if refusal, ok := errors.AsType[*outcome.Error](err); ok && refusal.Outcome == outcome.NotAllowed {
			worded := *refusal // it is the list that is closed, whatever the admin's role is for the person
			worded.Reason, err = reasonInventory, &worded
		}
		switch {
		case err != nil:
			return unsent(by, err)
		case device.Holder.ID == by.Subject.ID && device.Status == oath.StatusActivated:
			return unsent(by, outcome.New(outcome.AlreadyActive))
		case device.Holder.ID != "" && device.Holder.ID != by.Subject.ID:
			return unsent(by, outcome.New(outcome.AssignedToOther))
		}
		a.requestID, a.err = fobs.Assign(ctx, device.ID)
		return d.judge(ctx, a)
	})
}

// Inventory is the tenant's list of devices as the actor may read it.
type Inventory interface {
	// Find returns the device with this serial number; UnknownSerial where there is none, NotAllowed
	// where the actor has no right to look.
	Find(ctx context.Context, serial oath.SerialNumber) (oath.Device, error)
}

// overtaken ends an act whose form showed the person's fobs otherwise than they are by now: another
// admin was at work meanwhile. It answers nil where the form did not say what it showed.
func (d *Desk) overtaken(ctx context.Context, a answer) *End {
	if a.act.by.Seen == "" {
		return nil
	}
	methods, err := a.fobs.List(ctx)
	if err == nil && Seen(methods) == a.act.by.Seen {
		return nil
	}
	if err == nil {
		err = outcome.New(outcome.Overtaken)
	}
	end := unsent(a.act.by, err)
	return &end
}

// Seen is a short name of how a person's fobs stand, for a form to say what its page showed.
func Seen(methods []oath.Method) string {
	states := make([]string, 0, len(methods))
	for _, m := range methods {
		states = append(states, m.ID+" "+string(m.Device.Status))
	}
	slices.Sort(states)
	sum := sha256.Sum256([]byte(strings.Join(states, "\n")))
	return hex.EncodeToString(sum[:8])
}
