package desk

import (
	"context"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// Enrolment is what a person types to bind a fob.
type Enrolment struct {
	Serial oath.SerialNumber
	Code   oath.VerificationCode
	Name   oath.DisplayName
}

// Enrol binds the fob to the subject and activates it, and answers the id of the receipt. Sent
// twice with the same serial number and code it is one submission with one end.
//
// It answers an *outcome.Error: WrongCode, Refused, UnknownSerial, AssignedToOther, AlreadyActive,
// LimitReached, NotAllowed, StepUp, SignedOut, TooManyAttempts, Throttled, UpstreamUnavailable
// (nothing was changed), OutcomeUnknown, or Unavailable (the store failed; Graph was not called).
func (d *Desk) Enrol(ctx context.Context, fobs Fobs, by By, in Enrolment) (string, error) {
	act := d.enrolment(by, in)
	return d.perform(ctx, act, func(ctx context.Context, act *Act) End {
		requestID, err := fobs.AssignAndActivate(ctx, in.Serial, in.Code, in.Name)
		return d.judge(ctx, answer{
			fobs: fobs, act: act, requestID: requestID, err: err, done: outcome.Enrolled,
			find: hasSerial(in.Serial),
		})
	})
}

// enrolment is the act of binding a fob with a code.
func (d *Desk) enrolment(by By, in Enrolment) Act {
	act := d.withCode(d.newAct(EventEnrol, by, in.Serial.String()), in.Serial.Canonical(), in.Code)
	act.DisplayName = in.Name.String()
	return d.withPeople(act)
}
