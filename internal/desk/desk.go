// Package desk holds the rules of the portal: what happens, in which order, when a person enrols,
// activates or removes a fob. Each rule reads as it is: the intent is written, the try counted,
// Graph asked, its answer doubted where it can be doubted, the outcome written.
//
// It knows neither Graph's protocol nor SQL: Fobs is Graph as one person, Ledger is what lasts.
// Its one invariant: Graph is not asked before the intent is durable, and nothing is reported as
// done that Graph has not confirmed.
package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// How long things may take.
const (
	// actLimit bounds one act with all its calls; an answer is written within the server's 30 s.
	actLimit = 25 * time.Second
	// closeLimit bounds the writing of an outcome once Graph has spoken.
	closeLimit = 5 * time.Second
	// remembered is how long a verification code counts as used for a serial number. Graph's own
	// window is two to three steps of 30 or 60 seconds.
	remembered = 5 * time.Minute
	// aheadLimit is how far the clock of another portal may be ahead of ours.
	aheadLimit = 5 * time.Second
	// repeatPause is the pause between two looks at a submission that is still under way.
	repeatPause = 100 * time.Millisecond
	// longestPause is the longest between two tries to write an outcome that is waited for.
	longestPause = 500 * time.Millisecond
)

// Fobs are one person's fobs at Microsoft Graph, as somebody may act on them: that person, or an
// admin, with their own delegated token. The writes return Graph's request id. A refusal is an
// *outcome.Error; OutcomeUnknown says that the answer to a write was lost, UpstreamUnavailable that
// nothing was sent.
type Fobs interface {
	List(ctx context.Context) ([]oath.Method, error)
	AssignAndActivate(ctx context.Context, serial oath.SerialNumber, code oath.VerificationCode, name oath.DisplayName) (string, error)
	Activate(ctx context.Context, methodID string, code oath.VerificationCode, name oath.DisplayName) (string, error)
	Remove(ctx context.Context, methodID string) (string, error)
	// By the device's id in the inventory, which is the method's id once it is bound.
	AssignAndActivateDevice(ctx context.Context, deviceID string, code oath.VerificationCode, name oath.DisplayName) (string, error)
	Assign(ctx context.Context, deviceID string) (string, error)
	Deactivate(ctx context.Context, methodID string) (string, error)
}

// Config is what a Desk is made of.
type Config struct {
	Ledger Ledger
	Memory Memory
	// MAC is a keyed hash under a key of the server's: what it hashes can't be guessed from it.
	MAC func(purpose string, parts ...[]byte) []byte
	// Attempts is how many tries of a code are allowed in Window, for a person and for a serial.
	Attempts int
	Window   time.Duration
	// ReadBack are the pauses before each look at Graph after a lost answer; nil means
	// ReadBackPauses.
	ReadBack []time.Duration
	Now      func() time.Time
	Log      *slog.Logger
}

// Desk does the acts. It is safe for concurrent use.
type Desk struct {
	Config
	// stepsOnly is set once Graph has refused the one-step call for others and taken the steps.
	stepsOnly atomic.Bool
	stopping  atomic.Bool // no new act is done
	late      late
}

// New returns a Desk.
func New(c Config) *Desk {
	if c.ReadBack == nil {
		c.ReadBack = ReadBackPauses()
	}
	return &Desk{Config: c, late: late{gone: make(chan struct{})}}
}

// By is who acts, for whom and from where.
type By struct {
	RequestID string // names the act
	Actor     oath.Person
	Subject   oath.Person
	Address   string
	Station   string // name of the station it is done at; empty where it is none
	// FreshMFA says that the access token was got with the fresh-MFA claim, and not long ago.
	FreshMFA bool
	// Challenge is the id of the claims challenge that the access token was got with; empty where
	// it was got without.
	Challenge string
	// MayAsk says that the inventory's permission was not asked for yet, and can be.
	MayAsk bool
	// Seen names how the subject's fobs stood on the page of the form; empty where it did not say.
	Seen string
	// JustBack says that the person came back from Entra less than a minute ago.
	JustBack bool
	// Whose asks who the Subject is, of whom only the ID is known; nil where the names are known.
	// NotFound says that there is no such person.
	Whose func(ctx context.Context) (oath.Person, error)
}

func (d *Desk) newAct(event string, by By, serial string) Act {
	return Act{
		ID: by.RequestID, Event: event, Serial: serial, Address: by.Address, Station: by.Station, At: d.Now(),
		Actor:   Party{ID: by.Actor.ID, Name: by.Actor.Name},
		Subject: Party{ID: by.Subject.ID, Name: by.Subject.Name}, by: by,
	}
}

// actorFactor is how much wider the limit of somebody who acts for others is.
const actorFactor = 4

// withPeople makes the act count for the person it is done for, and for an actor who helps others.
// A person is locked in the end; an actor or a fob only waits.
func (d *Desk) withPeople(act Act) Act {
	person := d.limit(PersonCounter(act.Subject.ID))
	person.LockAfter = LockAfter
	act.Limits = append(act.Limits, person)
	if act.Actor.ID != act.Subject.ID {
		actor := d.limit("actor:" + act.Actor.ID)
		actor.Max *= actorFactor
		act.Limits = append(act.Limits, actor)
	}
	return act
}

// withCode makes the act claim the code, and count for the fob with this canonical serial number.
func (d *Desk) withCode(act Act, fob string, code oath.VerificationCode) Act {
	act = d.once(act, "verification code", fob, code.Reveal())
	act.fob = serialCounter(fob)
	act.Limits = []Limit{d.limit(act.fob)}
	return act
}

func (d *Desk) limit(counter string) Limit {
	return Limit{Counter: counter, Max: d.Attempts, Window: d.Window}
}

// once makes what the parts name be done once: a second submission is answered as the first.
func (d *Desk) once(act Act, what string, parts ...string) Act {
	secret := make([][]byte, len(parts))
	for i, part := range parts {
		secret[i] = []byte(part)
	}
	act.Once, act.Remembered = d.MAC(what, secret...), act.At.Add(remembered)
	return act
}

// PersonCounter is the counter of the tries that count for the person with this object id.
func PersonCounter(personID string) string { return "person:" + personID }

func serialCounter(canonical string) string { return "serial:" + canonical }

// perform opens the act, does it and closes it; it answers the id of the act whose receipt tells
// the end. An act is not cut by a browser that leaves: do gets a context of its own.
func (d *Desk) perform(ctx context.Context, act Act, do func(context.Context, *Act) End) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), actLimit)
	defer cancel()
	if err := settled(ctx, func() error { return d.Ledger.Open(ctx, act) }); err != nil {
		if repeat, ok := errors.AsType[*Repeat](err); ok {
			return repeat.ActID, repeat.Settled.err()
		}
		return "", err
	}
	end, begun := d.begin(ctx, &act)
	if begun {
		end = do(ctx, &act)
	}
	end.At = d.Now()
	written := d.close(ctx, act, end)
	d.Log.InfoContext(ctx, "act", "event", act.Event, "act", act.ID, "outcome", end.Outcome,
		"reason", end.Reason, "graph_request_id", end.GraphRequestID, "behind", end.behind())
	if end.repeats != "" {
		return end.repeats, end.err()
	}
	if end.done() && !written {
		return act.ID, &outcome.Error{Outcome: outcome.OutcomeUnknown, Reference: end.GraphRequestID, Err: errNotWritten}
	}
	return act.ID, end.err()
}

// errNotWritten is why what was done is not said to be: it could be lost with this process.
var errNotWritten = errors.New("the outcome was not written yet")

// name asks who the subject is, where only the id was known when the intent was written. It answers
// the act's end and false where that can't be known.
func (a *Act) name(ctx context.Context) (End, bool) {
	if a.by.Whose == nil {
		return End{}, true
	}
	subject, err := a.by.Whose(ctx)
	if err != nil {
		return unsent(a.by, err), false
	}
	a.Subject.Name = subject.Name
	return End{}, true
}

// settled asks the ledger, and asks again while the same submission is under way already: where
// that ends without the code having been judged, this one takes its place. What is neither a
// refusal nor a Repeat is the store's failure.
func settled(ctx context.Context, ask func() error) error {
	for {
		err := ask()
		repeat, repeats := errors.AsType[*Repeat](err)
		_, refused := outcome.Of(err)
		switch {
		case err == nil, refused, repeats && repeat.Settled != nil:
			return err
		case !repeats:
			return &outcome.Error{Outcome: outcome.Unavailable, Err: err}
		}
		select {
		case <-ctx.Done():
			return outcome.New(outcome.OutcomeUnknown)
		case <-time.After(repeatPause):
		}
	}
}

// close writes the outcome and reports whether it did. Graph has spoken by now, so a store that fails
// for a moment is tried again. Where it stays down, nothing is acknowledged that would have no receipt,
// and the outcome is written once the store is back.
func (d *Desk) close(ctx context.Context, act Act, end End) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	for pause := repeatPause; ; pause = min(2*pause, longestPause) {
		err := d.Ledger.Close(ctx, act, end)
		if err == nil {
			return true
		}
		select {
		case <-ctx.Done():
			d.Log.ErrorContext(ctx, "the outcome was not written", "act", act.ID, "outcome", end.Outcome, "error", err)
			d.closeLate(context.WithoutCancel(ctx), act, end)
			return false
		case <-time.After(pause):
		}
	}
}

// Receipt returns the end of an act of this person that was done, or ErrNoReceipt.
func (d *Desk) Receipt(ctx context.Context, person oath.Person, actID string) (Receipt, error) {
	receipt, err := d.Ledger.FindReceipt(ctx, person.ID, actID)
	switch {
	case errors.Is(err, ErrNoReceipt), err == nil && receipt.End.err() != nil:
		return Receipt{}, ErrNoReceipt
	case err != nil:
		return Receipt{}, &outcome.Error{Outcome: outcome.Unavailable, Err: err}
	}
	return receipt, nil
}

// Refusal returns why an act of this person came to nothing, or what is not known of it; nil where it
// was done, and where there is no such act that has ended.
func (d *Desk) Refusal(ctx context.Context, person oath.Person, actID string) error {
	receipt, err := d.Ledger.FindReceipt(ctx, person.ID, actID)
	switch {
	case errors.Is(err, ErrNoReceipt):
		return nil
	case err != nil:
		return &outcome.Error{Outcome: outcome.Unavailable, Err: err}
	}
	return receipt.End.err()
}

// Sweep finds the intents that a crash left without an outcome, and gives them the outcome that is
// true of them: unknown. It answers how many there were. An intent that is dated ahead of our clock was
// written before the clock was set back, and would be looked for when it is an hour later: it counts as
// left, too. Were its act under way, the end that comes of it takes the place of unknown.
func (d *Desk) Sweep(ctx context.Context) (int, error) {
	now := d.Now()
	lost, err := d.Ledger.MarkLost(ctx, now.Add(-actLimit-closeLimit), now.Add(aheadLimit))
	if err != nil {
		return lost, fmt.Errorf("look for open intents: %w", err)
	}
	return lost, nil
}

// List returns the person's fobs. What Graph asks of a token that was got with just that is a no.
func (d *Desk) List(ctx context.Context, fobs Fobs, by By) ([]oath.Method, error) {
	methods, err := fobs.List(ctx)
	if errors.Is(err, outcome.StepUp) {
		return nil, onceAsked(by, err)
	}
	return methods, err
}
