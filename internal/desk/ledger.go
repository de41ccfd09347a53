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
	// Open records the intent, claims what the act names as done once (a code, or a form) and counts
	// the try against each of the act's limits. Where it can't be done nothing is kept but what the
	// refusal itself leaves (one row a window for a limit that was hit). Answers:
	//   - nil: the act is ours to do;
	//   - *Repeat: the same person sent the same code for the same fob, or the same form: Settled is
	//     that act's end, or nil while it is still under way;
	//   - *outcome.Error TooManyAttempts with RetryAfter, or with ReasonLocked and no RetryAfter, or
	//     where somebody else has used it, or its fob was changed since: WrongCode for a code,
	//     Overtaken with ReasonSpent for a form;
	//   - any other error: the store failed, and Graph must not be called.
	Open(ctx context.Context, act Act) error
	// Claim does for an act that Open let through without a code what Open does at once for an act
	// that carries one, for the serial number may be known only then. It answers as Open, and
	// records no second intent; an act that it refuses is still to be closed.
	Claim(ctx context.Context, act Act) error
	// Close records what came of an act that Open let through, with act.Serial and the subject's name
	// as they are known by then, gives the counted attempt back where end.Refund is set and releases
	// what the act claimed where end.Release is set. Where the act bound the fob or made it work, it
	// forgets that the fob was reported lost before the act: somebody had it in their hand.
	Close(ctx context.Context, act Act, end End) error
	// Step records what came of one step of an act that asks several things of Graph, such as
	// assigning and then activating: a row of its own in the trail, with the step as its event and
	// the act's request id. It ends nothing; that is left to Close.
	Step(ctx context.Context, act Act, step string, end End) error
	// FindReceipt returns the end of the person's act with this id, or ErrNoReceipt. An act that
	// is still under way is ErrNoReceipt too.
	FindReceipt(ctx context.Context, personID, actID string) (Receipt, error)
	// Tries returns how many tries count against the counter since the given time.
	Tries(ctx context.Context, counter string, since time.Time) (int, error)
	// MarkLost gives every act that has no end and was opened before from or after to the end
	// outcome.OutcomeUnknown, and answers how many there were.
	MarkLost(ctx context.Context, from, to time.Time) (int, error)
}

// The acts, as the audit trail names them.
const (
	EventEnrol      = "enrol"
	EventActivate   = "activate"
	EventRemove     = "remove"
	EventAssign     = "assign"
	EventDeactivate = "deactivate"
)

// Act is one thing done for a person: what the audit trail's intent says, and what is counted.
type Act struct {
	ID          string // our request id; names the act, its two audit rows and its receipt
	Event       string // one of the Event constants
	Actor       Party
	Subject     Party
	Serial      string // as typed or as Graph has it; in full
	DisplayName string // the name the fob is to have, for the receipt
	Address     string // the client's
	Station     string // name of the station it is done at, if any
	At          time.Time
	// Once is the keyed hash of what is done once: serial number and verification code, or the id
	// of a form; nil where there is neither. The code itself never reaches the ledger.
	Once []byte
	// Remembered is until when what Once names counts as done.
	Remembered time.Time
	// Limits are the counters this act counts against before Graph is called.
	Limits []Limit

	fob string // the counter of the fob whose code it carries; empty where it carries none
	by  By
}

// Party is who an act is done by or for.
type Party struct{ ID, Name string }

// Limit is one counter of tries, and how many it allows.
type Limit struct {
	// Counter is "person:<object id>", "serial:<canonical serial number>" or "actor:<object id>".
	Counter string
	Max     int           // tries allowed in the window
	Window  time.Duration // slides: a try ages out on its own
	// LockAfter is how many tries in a row without success lock the counter until Memory.Unlock;
	// 0 means that it only waits.
	LockAfter int
}

// LockAfter is how many tries in a row without success lock a person.
const LockAfter = 100

// ReasonLocked narrows TooManyAttempts: waiting is not the cure, an admin is.
const ReasonLocked = "locked"

// ReasonSpent narrows Overtaken: what the form asked for was done once, and undone since.
const ReasonSpent = "spent"

// End is what came of an act.
type End struct {
	Outcome        outcome.Outcome
	Reason         string // narrows the outcome's words; see outcome.Error
	GraphRequestID string
	At             time.Time
	Refund         bool // the try does not count: it succeeded, or Graph did not judge the code
	Release        bool // what the act claimed was not judged and may be sent again

	refusal *outcome.Error // the whole of it, which the ledger does not keep; nil where there is none
	repeats string         // the act whose submission this one was again; empty where it was the first
}

// Receipt is an act that has ended, as its person may see it again.
type Receipt struct {
	Act Act // ID, Event, Subject, Serial, DisplayName and At
	End End
}

// Repeat is Open's answer to the second submission of one code, or one form, by the same person.
type Repeat struct {
	ActID   string // the first submission
	Settled *End   // nil while the first is under way
}

// Error says that it was submitted before.
func (*Repeat) Error() string { return "the same was submitted before" }

// ErrNoReceipt is what FindReceipt answers where this person has no such act that has ended.
var ErrNoReceipt = errors.New("no such receipt")

// Memory is what the portal remembers of people beyond their acts, for those who help them. Each
// method is one durable step or one read; an error is always the store's.
type Memory interface {
	// Locked reports whether the person's tries are locked.
	Locked(ctx context.Context, personID string) (bool, error)
	// Unlock lifts the person's lock and forgets the tries that count against the person. The
	// serial numbers' tries and the actors' stay.
	Unlock(ctx context.Context, personID string) error

	// ReportLost remembers that the fob was reported lost; a new report takes the earlier one's place.
	ReportLost(ctx context.Context, lost Lost) error
	// ClearLost forgets it, as when the fob was found or is no longer the person's.
	ClearLost(ctx context.Context, methodID string) error
	// LostOf returns when each of the person's lost fobs was reported, by the method's id.
	LostOf(ctx context.Context, personID string) (map[string]time.Time, error)
	// LostFobs returns everybody's fobs that were reported lost, at most limit, the latest first.
	LostFobs(ctx context.Context, limit int) ([]Lost, error)

	// SaveReplacement remembers a replacement that is under way, so that it can be left and taken
	// up again. A person's replacement of the same old fob takes the place of the earlier one.
	SaveReplacement(ctx context.Context, r Replacement) error
	// Replacements returns the person's replacements under way, the newest first.
	Replacements(ctx context.Context, personID string) ([]Replacement, error)
	// FinishReplacement forgets it: it is done or given up, and the trail has what happened.
	FinishReplacement(ctx context.Context, personID, oldMethod string) error

	// RecentSubjects returns the people for whom the actor did something lately, without the actor,
	// the latest first, with the name of that time. It looks at the actor's newest 200 rows.
	RecentSubjects(ctx context.Context, actorID string, limit int) ([]Party, error)
	// Unsettled returns acts of which it is not known what came of them, for this subject or, where
	// subjectID is empty, for anybody, the newest first: those that ended as OutcomeUnknown, and
	// those that have no end yet (a zero End), which may be under way. Close settles them.
	Unsettled(ctx context.Context, subjectID string, limit int) ([]Receipt, error)
}

// Lost is a fob that was reported lost. Graph shows it as assigned like any other.
type Lost struct {
	MethodID string
	Person   string // object id of whose it is
	Name     string // of whose it is, as the trail has it when it is read; empty where it does not
	Serial   string // in full, as Graph has it
	At       time.Time
	By       Party // who reported it
}

// Replacement is the exchange of a fob for another in two steps, the old one off and the new one
// on, while it is under way.
type Replacement struct {
	Person    Party
	OldMethod string
	OldSerial string          // in full, as Graph has it
	Off       outcome.Outcome // what came of the old one; empty while it is not off
	Started   time.Time
	By        Party // who began it
}
