package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// Exchange names the fob that is to be replaced by another.
type Exchange struct {
	MethodID string
	// Serial is the fob's serial number as it was seen; empty where the form did not say.
	Serial string
	// Form is the id of the form, so that pressing its button twice is one act; it may be empty.
	Form string
	// Remove takes the fob off its person; otherwise it is switched off and remembered as lost, for
	// it may turn up.
	Remove bool
	// Asked says that the form asked for it, so that one that is out of use already is not passed over.
	Asked bool
}

// BeginReplacement takes the old fob out of use, which is the first half of a replacement. That the
// replacement is under way is remembered before Graph is asked, so that it can be left at any point
// and taken up again; where Graph changed nothing it is forgotten. It answers the id of the receipt,
// empty where the old fob was out of use already, or an *outcome.Error as Remove does.
func (d *Desk) BeginReplacement(ctx context.Context, fobs Fobs, by By, in Exchange) (string, error) {
	before, err := d.replacement(ctx, by.Subject.ID, in.MethodID)
	if err != nil || before != nil && before.Off != "" && !in.Asked {
		return "", err
	}
	begun := Replacement{
		Person:    Party{ID: by.Subject.ID, Name: by.Subject.Name},
		OldMethod: in.MethodID, OldSerial: in.Serial, Started: d.Now(), By: Party{ID: by.Actor.ID, Name: by.Actor.Name},
	}
	if err := d.Memory.SaveReplacement(ctx, begun); err != nil {
		return "", &outcome.Error{Outcome: outcome.Unavailable, Err: fmt.Errorf("begin the replacement: %w", err)}
	}
	receipt, err := d.takeOutOfUse(ctx, fobs, by, in)
	switch {
	case before != nil && in.Remove && errors.Is(err, outcome.NotFound): // it went when nobody could tell
		return "", d.goOn(ctx, begun, outcome.Removed)
	case errors.Is(err, outcome.OutcomeUnknown), err != nil && before != nil:
		return "", err
	case err != nil:
		return "", errors.Join(err, d.EndReplacement(ctx, by.Subject.ID, in.MethodID))
	}
	if done, err := d.Ledger.FindReceipt(ctx, by.Actor.ID, receipt); err == nil {
		begun.OldSerial = done.Act.Serial
	}
	if in.Remove {
		return receipt, d.goOn(ctx, begun, outcome.Removed)
	}
	return receipt, d.goOn(ctx, begun, outcome.Deactivated)
}

func (d *Desk) takeOutOfUse(ctx context.Context, fobs Fobs, by By, in Exchange) (string, error) {
	if in.Remove {
		return d.Remove(ctx, fobs, by, Removal{MethodID: in.MethodID, Serial: in.Serial, Form: in.Form})
	}
	return d.Deactivate(ctx, fobs, by, Deactivation{MethodID: in.MethodID, Serial: in.Serial, Form: in.Form, Lost: true})
}

// goOn remembers that the old fob is out of use.
func (d *Desk) goOn(ctx context.Context, r Replacement, off outcome.Outcome) error {
	r.Off = off
	if err := d.Memory.SaveReplacement(context.WithoutCancel(ctx), r); err != nil {
		return &outcome.Error{Outcome: outcome.Unavailable, Err: fmt.Errorf("remember the replacement: %w", err)}
	}
	return nil
}

// replacement returns the person's replacement of a fob that is under way, nil where there is none.
func (d *Desk) replacement(ctx context.Context, personID, methodID string) (*Replacement, error) {
	open, err := d.Replacements(ctx, personID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(open, func(r Replacement) bool { return r.OldMethod == methodID })
	if i < 0 {
		return nil, nil
	}
	return &open[i], nil
}

// Replacements returns the person's replacements that are under way, the newest first, or
// Unavailable.
func (d *Desk) Replacements(ctx context.Context, personID string) ([]Replacement, error) {
	open, err := d.Memory.Replacements(ctx, personID)
	if err != nil {
		return nil, &outcome.Error{Outcome: outcome.Unavailable, Err: err}
	}
	return open, nil
}

// EndReplacement forgets that a replacement is under way: the new fob is bound, or none is wanted.
func (d *Desk) EndReplacement(ctx context.Context, personID, methodID string) error {
	if err := d.Memory.FinishReplacement(context.WithoutCancel(ctx), personID, methodID); err != nil {
		return &outcome.Error{Outcome: outcome.Unavailable, Err: fmt.Errorf("end the replacement: %w", err)}
	}
	return nil
}

// Settled is how the old fob of a replacement stands: as it was remembered, or where that is not
// known, as Graph shows the person's fobs. It is empty while the fob is in use, or is so again.
func (r Replacement) Settled(methods []oath.Method) outcome.Outcome {
	i := slices.IndexFunc(methods, func(m oath.Method) bool { return m.ID == r.OldMethod })
	switch {
	case i >= 0 && methods[i].Active(): // it turned up and was made to work again
		return ""
	case r.Off != "":
		return r.Off
	case i < 0:
		return outcome.Removed
	case !methods[i].Active():
		return outcome.Deactivated
	}
	return ""
}
