package desk

import (
	"errors"

	"fobdesk/internal/outcome"
)

// ended turns a refusal into the end of its act. A fault that is no refusal is ours or Graph's
// unnamed; nothing is known then.
func ended(err error) End {
	refusal, ok := errors.AsType[*outcome.Error](err)
	if !ok {
		refusal = &outcome.Error{Outcome: outcome.OutcomeUnknown, Err: err}
	}
	return End{Outcome: refusal.Outcome, Reason: refusal.Reason, GraphRequestID: refusal.Reference, refusal: refusal}
}

// unsent ends an act of which Graph judged no code: the try does not count, and the code may be
// sent again.
func unsent(by By, err error) End {
	end := ended(onceAsked(by, err))
	end.Refund, end.Release = true, true
	return end
}

// onceAsked sees to it that a person is asked for a fresh sign-in once, never in circles. Graph's
// 403 to a write on oneself without fresh MFA asks for it first, for its body is not published. What
// is asked of a token that was got with just that is a no, and so is another challenge to somebody
// who has answered one a moment ago.
func onceAsked(by By, err error) error {
	refusal, ok := errors.AsType[*outcome.Error](err)
	if !ok {
		return err
	}
	turned := *refusal
	switch {
	case refusal.Outcome == outcome.NotAllowed && !by.FreshMFA && by.Actor.Same(by.Subject):
		turned.Outcome, turned.Reason = outcome.StepUp, ""
	case refusal.Outcome == outcome.StepUp && by.FreshMFA &&
		(refusal.ChallengeID() == by.Challenge || by.Challenge != "" && by.JustBack):
		turned.Outcome = outcome.NotAllowed
	}
	return &turned
}

// err returns nil for an act that was done, and the refusal otherwise.
func (e *End) err() error {
	switch e.Outcome {
	case outcome.Enrolled, outcome.Activated, outcome.Assigned, outcome.Deactivated, outcome.Removed:
		return nil
	}
	if e.refusal != nil {
		return e.refusal
	}
	return &outcome.Error{Outcome: e.Outcome, Reason: e.Reason, Reference: e.GraphRequestID}
}

// done reports whether the act was done.
func (e *End) done() bool { return e.err() == nil }

// behind is what lies behind the end, for the log.
func (e *End) behind() error {
	if e.refusal == nil {
		return nil
	}
	return e.refusal.Err
}
