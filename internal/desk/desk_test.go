package desk_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

func TestFLT03EveryAnswerToAnEnrolmentComesToTheTruth(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name     string
		graph    *scripted
		staleMFA bool
		want     outcome.Outcome
		reason   string
		calls    int
	}{
		{name: "Graph's yes is believed, and nothing is read", graph: &scripted{write: binds(oath.StatusActivated, now, nil)}, want: outcome.Enrolled, calls: 1},
		{name: "a lost answer after the effect is found", graph: &scripted{write: binds(oath.StatusActivated, now, lost)}, want: outcome.Enrolled, calls: 2},
		{name: "a lost answer is found though the reads lag", graph: &scripted{write: binds(oath.StatusActivated, now, lost), lag: 2}, want: outcome.Enrolled, calls: 4},
		{name: "a lost answer without effect changed nothing", graph: &scripted{write: refuses(outcome.OutcomeUnknown)}, want: outcome.UpstreamUnavailable, calls: 4},
		{name: "a lost answer that can't be read back stays unknown", graph: &scripted{write: refuses(outcome.OutcomeUnknown), listErr: outcome.New(outcome.UpstreamUnavailable)}, want: outcome.OutcomeUnknown, calls: 2},
		{name: "a lost answer that left the fob half bound is not called unchanged", graph: &scripted{write: binds(oath.StatusAssigned, now, lost)}, want: outcome.OutcomeUnknown, reason: "assigned", calls: 2},
		{name: "a fob that was assigned long before is no half-done act", graph: &scripted{write: binds(oath.StatusAssigned, now.Add(-24*time.Hour), lost)}, want: outcome.UpstreamUnavailable, calls: 4},
		{name: "a wrong code is a wrong code", graph: &scripted{write: refuses(outcome.WrongCode)}, want: outcome.WrongCode, calls: 2},
		{name: "a wrong code that left the fob assigned says so", graph: &scripted{write: binds(oath.StatusAssigned, now, outcome.New(outcome.WrongCode))}, want: outcome.WrongCode, reason: "assigned", calls: 2},
		{name: "a refusal of a fob that is active already says that", graph: &scripted{write: refuses(outcome.Refused), held: []oath.Method{fob(oath.StatusActivated, now)}}, want: outcome.AlreadyActive, calls: 2},
		{name: "a conflict over one's own fob names no other", graph: &scripted{write: refuses(outcome.AssignedToOther), held: []oath.Method{fob(oath.StatusActivated, now)}}, want: outcome.AlreadyActive, calls: 2},
		{name: "a refusal of somebody who holds five is the limit", graph: &scripted{write: refuses(outcome.WrongCode), held: five("X")}, want: outcome.LimitReached, calls: 2},
		{name: "a refusal that can't be looked into keeps Graph's word", graph: &scripted{write: refuses(outcome.WrongCode), listErr: outcome.New(outcome.Throttled)}, want: outcome.WrongCode, calls: 2},
		{name: "what can't be looked into is not held against what was shown", graph: &scripted{write: refuses(outcome.WrongCode), held: five("X"), listErr: outcome.New(outcome.Throttled)}, want: outcome.WrongCode, calls: 2},
		{name: "an unknown refusal stays one", graph: &scripted{write: refuses(outcome.Refused)}, want: outcome.Refused, calls: 2},
		{name: "somebody else's fob", graph: &scripted{write: refuses(outcome.AssignedToOther)}, want: outcome.AssignedToOther, calls: 2},
		{name: "a serial that is not in the tenant is not looked for", graph: &scripted{write: refuses(outcome.UnknownSerial)}, want: outcome.UnknownSerial, calls: 1},
		{name: "a no to a token with fresh MFA is final", graph: &scripted{write: refuses(outcome.NotAllowed)}, want: outcome.NotAllowed, calls: 1},
		{name: "a no to a token without fresh MFA asks for it first", graph: &scripted{write: refuses(outcome.NotAllowed)}, staleMFA: true, want: outcome.StepUp, calls: 1},
		{name: "a no to what the token was got with is a no and not asked for again", graph: &scripted{write: refuses(outcome.StepUp)}, want: outcome.NotAllowed, calls: 1},
		{name: "a step-up that the token was not got with is asked for", graph: &scripted{write: refuses(outcome.StepUp)}, staleMFA: true, want: outcome.StepUp, calls: 1},
		{name: "a conflict over a fob that is assigned to oneself says so", graph: &scripted{write: refuses(outcome.AssignedToOther), held: []oath.Method{fob(oath.StatusAssigned, now)}}, want: outcome.Refused, reason: "assigned", calls: 2},
		{name: "a fob without a serial number may be the one", graph: &scripted{write: refuses(outcome.OutcomeUnknown), held: []oath.Method{{ID: "x"}}}, want: outcome.OutcomeUnknown, calls: 2},
		{name: "a throttled call is not tried again", graph: &scripted{write: refuses(outcome.Throttled)}, want: outcome.Throttled, calls: 1},
		{name: "a call that never left is no lost answer", graph: &scripted{write: refuses(outcome.UpstreamUnavailable)}, want: outcome.UpstreamUnavailable, calls: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			by := b.by("ada")
			by.FreshMFA = !test.staleMFA
			receipt, err := b.Enrol(t.Context(), test.graph, by, enrolment(t, "588651"))
			if got := cameTo(err, outcome.Enrolled); got != test.want {
				t.Fatalf("came to %s (%v), want %s", got, err, test.want)
			}
			if refusal, ok := errors.AsType[*outcome.Error](err); ok && refusal.Reason != test.reason {
				t.Errorf("reason %q, want %q", refusal.Reason, test.reason)
			}
			if calls := test.graph.calls(); len(calls) != test.calls {
				t.Errorf("Graph was asked %q, want %d calls", calls, test.calls)
			}
			got, err := b.store.Ledger().FindReceipt(t.Context(), by.Subject.ID, receipt)
			if err != nil || got.End.Outcome != test.want || got.Act.Serial != serial {
				t.Errorf("the receipt says %v, %v; want %s of %s", got, err, test.want, serial)
			}
		})
	}
}

// cameTo is the outcome of an act: done where there was no error.
func cameTo(err error, done outcome.Outcome) outcome.Outcome {
	if err == nil {
		return done
	}
	got, _ := outcome.Of(err)
	return got
}

func TestAUD01IntentIsDurableBeforeGraphIsAsked(t *testing.T) {
	b := newBench(t)
	graph := &scripted{write: binds(oath.StatusActivated, b.time(), nil)}
	var seen []string
	graph.asking = func(string) {
		for row, err := range b.store.ExportAudit(t.Context(), audit.Filter{}) {
			if err != nil {
				t.Error(err)
			}
			seen = append(seen, row.Event+row.Outcome+row.Serial+row.Actor)
		}
	}
	if _, err := b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, "588651")); err != nil {
		t.Fatal(err)
	}
	if want := []string{"enrol" + serial + "ada"}; !slices.Equal(seen, want) {
		t.Errorf("when Graph was asked the trail held %q, want %q", seen, want)
	}
}

func TestAUD02WithoutAnIntentGraphIsNotAsked(t *testing.T) {
	b := newBench(t)
	if err := b.store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	graph := &scripted{write: binds(oath.StatusActivated, b.time(), nil)}
	for name, act := range map[string]func() (string, error){
		"enrol": func() (string, error) { return b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, "588651")) },
		"activate": func() (string, error) {
			return b.Activate(t.Context(), graph, b.by("ada"), desk.Activation{MethodID: fobID, Code: enrolment(t, "588651").Code})
		},
		"remove": func() (string, error) {
			return b.Remove(t.Context(), graph, b.by("ada"), desk.Removal{MethodID: fobID})
		},
	} {
		if _, err := act(); !errors.Is(err, outcome.Unavailable) {
			t.Errorf("%s: %v, want unavailable", name, err)
		}
	}
	if calls := graph.calls(); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
}

func TestFLT04SubmittedManyTimesItIsOneActWithOneReceipt(t *testing.T) {
	b := newBench(t)
	release := make(chan struct{})
	graph := &scripted{write: binds(oath.StatusActivated, b.time(), nil)}
	graph.asking = func(string) { <-release }
	var wg sync.WaitGroup
	receipts := make([]string, 8)
	for i := range receipts {
		by := b.by("ada")
		wg.Go(func() {
			receipt, err := b.Enrol(t.Context(), graph, by, enrolment(t, "588651"))
			if err != nil {
				t.Error(err)
			}
			receipts[i] = receipt
		})
	}
	close(release)
	wg.Wait()
	if calls := graph.calls(); len(calls) != 1 {
		t.Errorf("Graph was asked %q", calls)
	}
	if different := slices.Compact(receipts); len(different) != 1 {
		t.Errorf("receipts %q, want one", different)
	}
}

func TestActivateAsksOnlyForAFobOfOnesOwnThatIsNotActive(t *testing.T) {
	for _, test := range []struct {
		name  string
		held  []oath.Method
		seen  string
		want  outcome.Outcome
		calls []string
	}{
		{"an assigned one is activated", []oath.Method{fob(oath.StatusAssigned, time.Time{})}, serial, outcome.Activated, []string{"list", "activate " + fobID + " 588651"}},
		{"also where the form did not say which serial", []oath.Method{fob(oath.StatusAssigned, time.Time{})}, "", outcome.Activated, []string{"list", "activate " + fobID + " 588651"}},
		{"an active one is told so", []oath.Method{fob(oath.StatusActivated, time.Time{})}, serial, outcome.AlreadyActive, []string{"list"}},
		{"one that is not the person's is not found", nil, serial, outcome.NotFound, []string{"list"}},
		{"one that is not what was seen is not found", []oath.Method{fob(oath.StatusAssigned, time.Time{})}, "OTHER", outcome.NotFound, []string{"list"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			graph := &scripted{held: test.held, write: func(*scripted) (string, error) { return "graph-1", nil }}
			_, err := b.Activate(t.Context(), graph, b.by("ada"), desk.Activation{MethodID: fobID, Serial: test.seen, Code: enrolment(t, "588651").Code})
			if got := cameTo(err, outcome.Activated); got != test.want {
				t.Errorf("came to %s (%v), want %s", got, err, test.want)
			}
			if calls := graph.calls(); !slices.Equal(calls, test.calls) {
				t.Errorf("Graph was asked %q, want %q", calls, test.calls)
			}
		})
	}
}

func TestRemoveIsDoneWhenGraphShowsIt(t *testing.T) {
	for _, test := range []struct {
		name  string
		write func(*scripted) (string, error)
		want  outcome.Outcome
	}{
		{"Graph says so", func(s *scripted) (string, error) { s.held = nil; return "graph-1", nil }, outcome.Removed},
		{"the answer is lost after the effect", func(s *scripted) (string, error) { s.held = nil; return "", lost }, outcome.Removed},
		{"the answer is lost before the effect", func(*scripted) (string, error) { return "", lost }, outcome.UpstreamUnavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			graph := &scripted{held: []oath.Method{fob(oath.StatusActivated, time.Time{})}, write: test.write}
			_, err := b.Remove(t.Context(), graph, b.by("ada"), desk.Removal{MethodID: fobID, Serial: serial})
			if got := cameTo(err, outcome.Removed); got != test.want {
				t.Errorf("came to %s (%v), want %s", got, err, test.want)
			}
		})
	}
}

func TestAnActIsNotCutByABrowserThatLeaves(t *testing.T) {
	b := newBench(t)
	ctx, leave := context.WithCancel(t.Context())
	graph := &scripted{write: binds(oath.StatusActivated, b.time(), nil)}
	graph.asking = func(string) { leave() }
	by := b.by("ada")
	receipt, err := b.Enrol(ctx, graph, by, enrolment(t, "588651"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.Receipt(t.Context(), by.Subject, receipt); err != nil || got.End.Outcome != outcome.Enrolled {
		t.Errorf("the receipt says %v, %v", got, err)
	}
}

func TestAReceiptIsItsPersonsOwn(t *testing.T) {
	b := newBench(t)
	receipt, err := b.Enrol(t.Context(), &scripted{write: binds(oath.StatusActivated, b.time(), nil)}, b.by("ada"), enrolment(t, "588651"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Receipt(t.Context(), oath.Person{TenantID: "t", ID: "ben"}, receipt); !errors.Is(err, desk.ErrNoReceipt) {
		t.Errorf("somebody else's receipt: %v, want none", err)
	}
}
