package desk

import (
	"context"
	"slices"

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
	act := d.withCode(d.newAct(EventActivate, by, in.Serial), in.fob(), in.Code)
	return d.perform(ctx, act, func(ctx context.Context, act *Act) (End, error) {
		method, err := seek(ctx, fobs, in.MethodID, in.Serial)
		if err != nil {
			return unsent(by, err)
		}
		act.Serial, act.DisplayName = method.Device.SerialNumber, method.Device.DisplayName
		if method.Active() {
			return unsent(by, outcome.New(outcome.AlreadyActive))
		}
		requestID, err := fobs.Activate(ctx, in.MethodID, in.Code, oath.DisplayName{})
		return d.judge(ctx, answer{
			fobs: fobs, act: act, by: by, requestID: requestID, err: err, done: outcome.Activated,
			find: func(m oath.Method) bool { return m.ID == in.MethodID },
		})
	})
}

// fob names the fob for the counters: by its serial number as everywhere else, where it is known.
func (a Activation) fob() string {
	if serial, err := oath.ParseSerialNumber(a.Serial); err == nil {
		return serial.Canonical()
	}
	return a.MethodID
}

// seek finds one of the person's methods. Where a serial number was seen it must still be that
// fob's; otherwise the page was overtaken, and NotFound is the answer.
func seek(ctx context.Context, fobs Fobs, methodID, seen string) (oath.Method, error) {
	methods, err := fobs.List(ctx)
	if err != nil {
		return oath.Method{}, err
	}
	i := slices.IndexFunc(methods, func(m oath.Method) bool {
		return m.ID == methodID && (seen == "" || seen == m.Device.SerialNumber)
	})
	if i < 0 {
		return oath.Method{}, outcome.New(outcome.NotFound)
	}
	return methods[i], nil
}
