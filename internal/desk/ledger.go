package desk

import (
	"context"
	"errors"
	"time"

	"fobdesk/internal/outcome"
)

// Ledger is what must last of an act. Open and Close are each one durable step, all or nothing,
// so that a crash between any two lines of this package leaves an intent without an outcome and
// nothing else.
type Ledger interface {
	// Open records the intent and, where the act carries a verification code, counts the attempt
	// against each limit and claims the code. Where it can't be done nothing is kept but what the
	// refusal itself leaves (one row a window for a limit that was hit). Answers:
	//   - nil: the act is ours to do;
	//   - *Repeat: the same person sent the same code for the same fob: Settled is that act's end,
	//     or nil while it is still under way;
	//   - *outcome.Error TooManyAttempts with RetryAfter, or WrongCode where somebody else has
	//     used the code;
	//   - any other error: the store failed, and Graph must not be called.
	Open(ctx context.Context, act Act) error
	// Claim does for an act that Open let through without a code what Open does at once for an act
	// that carries one, for the serial number may be known only then. It answers as Open, and
	// records no second intent; an act that it refuses is still to be closed.
	Claim(ctx context.Context, act Act) error
	// Close records what came of an act that Open let through, with act.Serial as it is known by
	// then, gives the counted attempt back where end.Refund is set and releases what the act
	// claimed where end.Release is set.
	Close(ctx context.Context, act Act, end End) error
	// FindReceipt returns the end of the person's act with this id, or ErrNoReceipt. An act that
	// is still under way is ErrNoReceipt too.
	FindReceipt(ctx context.Context, personID, actID string) (Receipt, error)
	// Tries returns how many tries count against the counter since the given time.
	Tries(ctx context.Context, counter string, since time.Time) (int, error)
	// MarkLost gives every act opened before the given time that has no end the end
	// outcome.OutcomeUnknown, and answers how many there were.
	MarkLost(ctx context.Context, before time.Time) (int, error)
}

// The acts, as the audit trail names them.
const (
	EventEnrol    = "enrol"
	EventActivate = "activate"
	EventRemove   = "remove"
)

// Act is one thing done for a person: what the audit trail's intent says, and what is counted.
type Act struct {
	ID          string // our request id; names the act, its two audit rows and its receipt
	Event       string // EventEnrol, EventActivate or EventRemove
	Actor       Party
	Subject     Party
	Serial      string // as typed or as Graph has it; in full
	DisplayName string // the name the fob is to have, for the receipt
	Address     string // the client's
	At          time.Time
	// Once is the keyed hash of what is done once: serial number and verification code, or the id
	// of a form; nil where there is neither. The code itself never reaches the ledger.
	Once []byte
	// Remembered is until when what Once names counts as done.
	Remembered time.Time
	// Limits are the counters this act counts against before Graph is called.
	Limits []Limit

	fob string // the counter of the fob whose code it carries; empty where it carries none
}

// Party is who an act is done by or for.
type Party struct{ ID, Name string }

// Limit is one counter of verification codes that were tried.
type Limit struct {
	Counter string        // "person:<object id>" or "serial:<canonical serial number>"
	Max     int           // tries allowed in the window
	Window  time.Duration // slides: a try ages out on its own
}

// End is what came of an act.
type End struct {
	Outcome        outcome.Outcome
	Reason         string // narrows the outcome's words; see outcome.Error
	GraphRequestID string
	At             time.Time
	Refund         bool // the try does not count: it succeeded, or Graph did not judge the code
	Release        bool // the code was not judged and may be sent again

	refusal *outcome.Error // the whole of it, which the ledger does not keep; nil where there is none
	repeats string         // the act whose submission this one was again; empty where it was the first
}

// Receipt is an act that has ended, as its person may see it again.
type Receipt struct {
	Act Act // ID, Event, Subject, Serial, DisplayName and At
	End End
}

// Repeat is Open's answer to the second submission of one code by the same person.
type Repeat struct {
	ActID   string // the first submission
	Settled *End   // nil while the first is under way
}

// Error says that the code was submitted before.
func (*Repeat) Error() string { return "the same code was submitted before" }

// ErrNoReceipt is what FindReceipt answers where this person has no such act that has ended.
var ErrNoReceipt = errors.New("no such receipt")
