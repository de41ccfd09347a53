package desk

import (
	"context"
	"errors"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// EnrolFor binds the fob to another person and activates it; it answers what Enrol does. inventory
// is nil where the actor's tokens can't read it.
//
// Where Graph refuses the one-step call for others, as the first revision of its page said it
// would, the fob is looked up in the inventory and bound by its id, and where that is refused
// likewise, assigned and then activated; each step is in the trail. Without the inventory that
// ends as ConsentNeeded where by.MayAsk, for the permission can be asked for now. Where the steps
// are refused too, Graph's first refusal is the answer.
func (d *Desk) EnrolFor(ctx context.Context, fobs Fobs, inventory Inventory, by By, in Enrolment) (string, error) {
	act := d.enrolment(by, in)
	return d.perform(ctx, act, func(ctx context.Context, act *Act) End {
		a := answer{
			fobs: fobs, act: act, done: outcome.Enrolled,
			find: hasSerial(in.Serial),
		}
		if end := d.overtaken(ctx, a); end != nil {
			return *end
		}
		if !d.stepsOnly.Load() {
			a.requestID, a.err = fobs.AssignAndActivate(ctx, in.Serial, in.Code, in.Name)
			if !notThisWay(a.err) {
				return d.judge(ctx, a)
			}
		}
		return d.bySteps(ctx, inventory, a, in)
	})
}

// notThisWay reports whether Graph refuses the kind of call rather than what it carries. A plain 400
// is no such refusal: it is most likely a wrong code.
func notThisWay(err error) bool {
	refusal, ok := errors.AsType[*outcome.Error](err)
	return ok && refusal.Outcome == outcome.NotAllowed && (!refusal.Judged || refusal.Reason == outcome.ReasonNotSupported)
}

// bySteps binds the fob by its id in the inventory. a holds Graph's first refusal, if there was one.
func (d *Desk) bySteps(ctx context.Context, inventory Inventory, a answer, in Enrolment) End {
	first := a.err
	refused := func(err error) End {
		if first != nil {
			err = first
		}
		return unsent(a.act.by, err)
	}
	if inventory == nil {
		// Whom Graph does not even show to this actor it will not let them act on in another way.
		if _, err := a.fobs.List(ctx); errors.Is(err, outcome.NotAllowed) {
			return refused(err)
		}
		if a.act.by.MayAsk {
			return unsent(a.act.by, outcome.New(outcome.ConsentNeeded))
		}
		return refused(outcome.New(outcome.NotAllowed))
	}
	device, err := inventory.Find(ctx, in.Serial)
	switch {
	case errors.Is(err, outcome.NotAllowed):
		return refused(err)
	case err != nil:
		return unsent(a.act.by, err)
	case device.Holder.ID != "" && device.Holder.ID != a.act.by.Subject.ID:
		return unsent(a.act.by, outcome.New(outcome.AssignedToOther))
	}
	a.requestID, a.err = a.fobs.AssignAndActivateDevice(ctx, device.ID, in.Code, in.Name)
	var end End
	if notThisWay(a.err) {
		if end, err = d.assignThenActivate(ctx, a, device, in); err != nil {
			return refused(err)
		}
	} else {
		end = d.judge(ctx, a)
	}
	if end.done() && first != nil {
		d.stepsOnly.Store(true) // learnt only now that the steps worked
	}
	return end
}

// assignThenActivate does in two steps what Graph takes in no other way; each is in the trail. It
// answers an error where Graph refuses the first step too.
func (d *Desk) assignThenActivate(ctx context.Context, a answer, device oath.Device, in Enrolment) (End, error) {
	assigned := device.Holder.ID == a.act.by.Subject.ID
	if !assigned {
		requestID, err := a.fobs.Assign(ctx, device.ID)
		if notThisWay(err) {
			return End{}, err
		}
		step := a
		step.requestID, step.err, step.done = requestID, err, outcome.Assigned
		end := d.judge(ctx, step)
		d.step(ctx, a.act, EventAssign, end)
		if !end.done() {
			return end, nil
		}
	}
	a.requestID, a.err = d.activateSoon(ctx, a.fobs, device.ID, in)
	end := d.judge(ctx, a)
	d.step(ctx, a.act, EventActivate, end)
	if !end.done() {
		end.Reason = reasonAssigned // the page offers the activation
		if end.refusal != nil {
			end.refusal.Reason = reasonAssigned
		}
	}
	return end, nil
}

// activateSoon activates a fob that was assigned a moment ago: for some seconds Graph may answer
// that there is none, which proves that the code was not judged.
func (d *Desk) activateSoon(ctx context.Context, fobs Fobs, methodID string, in Enrolment) (string, error) {
	for _, pause := range d.ReadBack {
		if err := sleep(ctx, pause); err != nil {
			break
		}
		requestID, err := fobs.Activate(ctx, methodID, in.Code, in.Name)
		if !errors.Is(err, outcome.NotFound) {
			return requestID, err
		}
	}
	return fobs.Activate(ctx, methodID, in.Code, in.Name)
}

// step records one step of an act. The act goes on where it can't be written: its own outcome
// still will be.
func (d *Desk) step(ctx context.Context, act *Act, event string, end End) {
	end.At = d.Now()
	if err := d.Ledger.Step(ctx, *act, event, end); err != nil {
		d.Log.ErrorContext(ctx, "a step was not written", "act", act.ID, "step", event, "error", err)
	}
}
