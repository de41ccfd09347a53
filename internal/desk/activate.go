package desk

import (
	"context"
	"errors"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// Activation is the code for a fob that is assigned to its person already.
type Activation struct {
	MethodID string
	// Serial is the fob's serial number as the person saw it; empty where the form did not say.
	Serial string
	Code   oath.VerificationCode
}

// Activate activates a fob that is assigned to the subject, and answers the id of the receipt. It
// answers what Enrol does, and NotFound where the method is not among the subject's or is not the
// fob that was seen.
func (d *Desk) Activate(ctx context.Context, fobs Fobs, by By, in Activation) (string, error) {
	act := d.withPeople(d.newAct(EventActivate, by, in.Serial))
	return d.performOn(ctx, fobs, act, in.MethodID, func(ctx context.Context, act *Act, method oath.Method) End {
		if method.Active() {
			return unsent(by, outcome.New(outcome.AlreadyActive))
		}
		if end := d.claim(ctx, act, method, in.Code); end != nil {
			return *end
		}
		requestID, err := fobs.Activate(ctx, in.MethodID, in.Code, oath.DisplayName{})
		return d.judge(ctx, answer{
			fobs: fobs, act: act, requestID: requestID, err: err, done: outcome.Activated,
			find: hasID(in.MethodID),
		})
	})
}

// claim claims the act's code and counts it for the fob, now that Graph has said which serial number
// it has. It answers the act's end where the code is not to be sent, else nil.
func (d *Desk) claim(ctx context.Context, act *Act, method oath.Method, code oath.VerificationCode) *End {
	fob := method.ID
	if serial, err := oath.ParseSerialNumber(method.Device.SerialNumber); err == nil {
		fob = serial.Canonical()
	}
	claimed := d.withCode(*act, fob, code)
	err := settled(ctx, func() error { return d.Ledger.Claim(ctx, claimed) })
	if err == nil {
		claimed.Limits = append(claimed.Limits, act.Limits...)
		*act = claimed
		return nil
	}
	end := ended(err)
	if repeat, ok := errors.AsType[*Repeat](err); ok {
		end = *repeat.Settled
		end.repeats = repeat.ActID
	}
	end.Refund = true
	return &end
}
