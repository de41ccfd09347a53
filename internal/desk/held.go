package desk

import (
	"context"
	"slices"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// performOn performs an act on one of the fobs that the subject holds, which is looked up first. It
// ends as NotFound where the method is not among theirs, or is not the fob with the act's serial
// number; an act without one is on whatever fob it is.
func (d *Desk) performOn(
	ctx context.Context, fobs Fobs, act Act, methodID string, do func(context.Context, *Act, oath.Method) End,
) (string, error) {
	return d.perform(ctx, act, func(ctx context.Context, act *Act) End {
		method, err := seek(ctx, fobs, methodID, act.Serial)
		if err != nil {
			return unsent(act.by, err)
		}
		act.Serial, act.DisplayName = method.Device.SerialNumber, method.Device.DisplayName
		return do(ctx, act, method)
	})
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

// hasID finds the method with this id.
func hasID(methodID string) func(oath.Method) bool {
	return func(m oath.Method) bool { return m.ID == methodID }
}

// hasSerial finds the method of the fob with this serial number.
func hasSerial(serial oath.SerialNumber) func(oath.Method) bool {
	return func(m oath.Method) bool { return m.Is(serial) }
}

// onceAForm makes what a form asks of a fob be done once, however often its button is pressed; a form
// without an id may ask again.
func (d *Desk) onceAForm(act Act, methodID, form string) Act {
	if form == "" {
		return act
	}
	return d.once(act, "form", methodID, form)
}
