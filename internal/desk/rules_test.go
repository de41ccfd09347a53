package desk_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

const deviceID = "dddddddd-0000-4000-8000-000000000001"

// stock is the tenant's list as an actor may read it: one device, or what stands in the way.
type stock struct {
	device oath.Device
	err    error
}

func (s stock) Find(context.Context, oath.SerialNumber) (oath.Device, error) { return s.device, s.err }

func inStock(holder string, status oath.DeviceStatus) stock {
	return stock{device: oath.Device{ID: deviceID, SerialNumber: serial, Status: status, Holder: oath.Person{ID: holder}}}
}

// forAda is an admin who acts for Ada.
func (b *bench) forAda() desk.By {
	by := b.by("ada")
	by.Actor = oath.Person{TenantID: "t", ID: "grace", Name: "grace"}
	return by
}

// accepts is a Graph that takes every write, and changes nothing in what it shows.
func accepts(held ...oath.Method) *scripted {
	return &scripted{held: held, write: func(*scripted) (string, error) { return "graph-1", nil }}
}

func TestAssignBindsWhatTheListSaysIsFree(t *testing.T) {
	boom := errors.New("boom")
	for _, test := range []struct {
		name   string
		list   desk.Inventory
		mayAsk bool
		want   outcome.Outcome
		reason string
		asked  bool
	}{
		{name: "a free one", list: inStock("", oath.StatusAvailable), want: outcome.Assigned, asked: true},
		{name: "one that is assigned to the person already", list: inStock("ada", oath.StatusAssigned), want: outcome.Assigned, asked: true},
		{name: "one that is active for the person", list: inStock("ada", oath.StatusActivated), want: outcome.AlreadyActive},
		{name: "one that is active for somebody else", list: inStock("ben", oath.StatusActivated), want: outcome.AssignedToOther},
		{name: "one that is assigned to somebody else", list: inStock("ben", oath.StatusAssigned), want: outcome.AssignedToOther},
		{name: "a list that may be asked for", mayAsk: true, want: outcome.ConsentNeeded},
		{name: "a list that may not", want: outcome.NotAllowed, reason: "inventory"},
		{name: "a list that is closed", list: stock{err: outcome.New(outcome.NotAllowed)}, want: outcome.NotAllowed, reason: "inventory"},
		{name: "a fob that is not in it", list: stock{err: outcome.New(outcome.UnknownSerial)}, want: outcome.UnknownSerial},
		{name: "a fault that nobody named", list: stock{err: boom}, want: outcome.OutcomeUnknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, graph := newBench(t), accepts()
			by := b.forAda()
			by.MayAsk = test.mayAsk
			_, err := b.Assign(t.Context(), graph, test.list, by, enrolment(t, "588651").Serial)
			if got := cameTo(err, outcome.Assigned); got != test.want {
				t.Errorf("came to %s (%v), want %s", got, err, test.want)
			}
			if refusal, ok := errors.AsType[*outcome.Error](err); ok && refusal.Reason != test.reason {
				t.Errorf("reason %q, want %q", refusal.Reason, test.reason)
			}
			if asked := slices.Equal(graph.calls(), []string{"assign " + deviceID}); asked != test.asked {
				t.Errorf("Graph was asked %q", graph.calls())
			}
		})
	}
}

func TestAnActOnWhatThePageNoLongerShowsIsNotDone(t *testing.T) {
	held := []oath.Method{fob(oath.StatusAssigned, time.Time{})}
	for _, test := range []struct {
		name string
		seen string
		list error
		want outcome.Outcome
	}{
		{"as the page showed it", desk.Seen(held), nil, outcome.Assigned},
		{"otherwise", desk.Seen(nil), nil, outcome.Overtaken},
		{"it can't be read", desk.Seen(held), outcome.New(outcome.Throttled), outcome.Throttled},
		{"the page did not say", "", outcome.New(outcome.Throttled), outcome.Assigned},
	} {
		t.Run(test.name, func(t *testing.T) {
			for act, do := range map[string]func(b *bench, graph *scripted, by desk.By) (string, error){
				"assign": func(b *bench, graph *scripted, by desk.By) (string, error) {
					return b.Assign(t.Context(), graph, inStock("", oath.StatusAvailable), by, enrolment(t, "588651").Serial)
				},
				"enrol": func(b *bench, graph *scripted, by desk.By) (string, error) {
					return b.EnrolFor(t.Context(), graph, nil, by, enrolment(t, "588651"))
				},
			} {
				b, graph := newBench(t), accepts(held...)
				graph.listErr = test.list
				by := b.forAda()
				by.Seen = test.seen
				_, err := do(b, graph, by)
				if got := cameTo(err, outcome.Assigned); got != test.want {
					t.Errorf("%s: came to %s (%v), want %s", act, got, err, test.want)
				}
				if wrote := writes(graph) > 0; wrote != (test.want == outcome.Assigned) {
					t.Errorf("%s: Graph was asked %q", act, graph.calls())
				}
			}
		})
	}
}

func TestHowFobsStandIsNamedWhateverTheirOrder(t *testing.T) {
	one, two := fob(oath.StatusAssigned, time.Time{}), fob(oath.StatusActivated, time.Time{})
	two.ID = "22222222-0000-4000-8000-000000000002"
	if desk.Seen([]oath.Method{one, two}) != desk.Seen([]oath.Method{two, one}) {
		t.Error("in another order it has another name")
	}
	if desk.Seen([]oath.Method{one}) == desk.Seen([]oath.Method{fob(oath.StatusActivated, time.Time{})}) {
		t.Error("in another state it has the same name")
	}
}

func TestADeactivatedFobIsLostWhereThatWasSaidAndGraphDidIt(t *testing.T) {
	for _, test := range []struct {
		name   string
		held   []oath.Method
		write  func(*scripted) (string, error)
		lost   bool
		want   outcome.Outcome
		calls  int
		remain int // fobs that are remembered as lost
	}{
		{"lost", []oath.Method{fob(oath.StatusActivated, time.Time{})}, nil, true, outcome.Deactivated, 1, 1},
		{"not lost", []oath.Method{fob(oath.StatusActivated, time.Time{})}, nil, false, outcome.Deactivated, 1, 0},
		{"off already, and lost", []oath.Method{fob(oath.StatusAssigned, time.Time{})}, nil, true, outcome.Deactivated, 0, 1},
		{"lost, but Graph would not", []oath.Method{fob(oath.StatusActivated, time.Time{})}, refuses(outcome.NotAllowed), true, outcome.NotAllowed, 1, 0},
		{"not the person's", nil, nil, true, outcome.NotFound, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, graph := newBench(t), accepts(test.held...)
			if test.write != nil {
				graph.write = test.write
			}
			_, err := b.Deactivate(t.Context(), graph, b.forAda(), desk.Deactivation{MethodID: fobID, Serial: serial, Lost: test.lost})
			if got := cameTo(err, outcome.Deactivated); got != test.want {
				t.Errorf("came to %s (%v), want %s", got, err, test.want)
			}
			if n := writes(graph); n != test.calls {
				t.Errorf("Graph was asked %q", graph.calls())
			}
			if lost, err := b.Memory.LostOf(t.Context(), "ada"); err != nil || len(lost) != test.remain {
				t.Errorf("lost are %v (%v), want %d", lost, err, test.remain)
			}
		})
	}
}

func TestAFormIsOneActHoweverOftenItsButtonIsPressed(t *testing.T) {
	for form, want := range map[string]int{"a form": 1, "": 2} {
		for name, act := range map[string]func(b *bench, graph *scripted) (string, error){
			"deactivate": func(b *bench, graph *scripted) (string, error) {
				return b.Deactivate(t.Context(), graph, b.forAda(), desk.Deactivation{MethodID: fobID, Form: form})
			},
			"remove": func(b *bench, graph *scripted) (string, error) {
				return b.Remove(t.Context(), graph, b.forAda(), desk.Removal{MethodID: fobID, Form: form})
			},
		} {
			b, graph := newBench(t), accepts(fob(oath.StatusActivated, time.Time{}))
			first, err := act(b, graph)
			if err != nil {
				t.Fatal(err)
			}
			again, err := act(b, graph)
			if n := writes(graph); err != nil || n != want || (again == first) != (want == 1) {
				t.Errorf("%s with form %q twice: %d writes, receipts %q and %q (%v), want %d", name, form, n, first, again, err, want)
			}
		}
	}
}

// forgetful is a memory that fails in some of what it does.
type forgetful struct {
	desk.Memory
	fails map[string]bool
}

var errForgot = errors.New("the memory fails")

func (f forgetful) fail(method string) error {
	if f.fails[method] {
		return errForgot
	}
	return nil
}

func (f forgetful) ReportLost(ctx context.Context, lost desk.Lost) error {
	return errors.Join(f.fail("ReportLost"), f.Memory.ReportLost(ctx, lost))
}

func (f forgetful) ClearLost(ctx context.Context, methodID string) error {
	return errors.Join(f.fail("ClearLost"), f.Memory.ClearLost(ctx, methodID))
}

func (f forgetful) LostOf(ctx context.Context, personID string) (map[string]time.Time, error) {
	if err := f.fail("LostOf"); err != nil {
		return nil, err
	}
	return f.Memory.LostOf(ctx, personID)
}

func (f forgetful) SaveReplacement(ctx context.Context, r desk.Replacement) error {
	if f.fails["SaveReplacement "+string(r.Off)] {
		return errForgot
	}
	return f.Memory.SaveReplacement(ctx, r)
}

func (f forgetful) FinishReplacement(ctx context.Context, personID, methodID string) error {
	return errors.Join(f.fail("FinishReplacement"), f.Memory.FinishReplacement(ctx, personID, methodID))
}

func (f forgetful) Replacements(ctx context.Context, personID string) ([]desk.Replacement, error) {
	open, err := f.Memory.Replacements(ctx, personID)
	return open, errors.Join(f.fail("Replacements"), err)
}

func (f forgetful) Unsettled(ctx context.Context, personID string, limit int) ([]desk.Receipt, error) {
	open, err := f.Memory.Unsettled(ctx, personID, limit)
	return open, errors.Join(f.fail("Unsettled"), err)
}

// forget makes the desk's memory fail in these methods.
func (b *bench) forget(methods ...string) {
	fails := map[string]bool{}
	for _, method := range methods {
		fails[method] = true
	}
	b.Memory = forgetful{b.store.Ledger(), fails}
}

func TestWhatIsNotRememberedAfterGraphSpokeIsLoggedAndNotToldAsAFailure(t *testing.T) {
	for _, test := range []struct {
		method string
		act    func(b *bench) error
	}{
		{"ReportLost", func(b *bench) error {
			_, err := b.Deactivate(t.Context(), accepts(fob(oath.StatusActivated, time.Time{})), b.forAda(), desk.Deactivation{MethodID: fobID, Lost: true})
			return err
		}},
		{"ClearLost", func(b *bench) error {
			_, err := b.Remove(t.Context(), accepts(fob(oath.StatusActivated, time.Time{})), b.forAda(), desk.Removal{MethodID: fobID})
			return err
		}},
	} {
		for _, fails := range []bool{true, false} {
			b := newBench(t)
			var log bytes.Buffer
			b.Log = slog.New(slog.NewTextHandler(&log, nil))
			if fails {
				b.forget(test.method)
			}
			if err := test.act(b); err != nil {
				t.Errorf("%s fails: %t: %v", test.method, fails, err)
			}
			if logged := strings.Contains(log.String(), "level=ERROR"); logged != fails {
				t.Errorf("%s fails: %t, and the log says %s", test.method, fails, log.String())
			}
		}
	}
}

func TestALostFobThatTurnedUpIsForgotten(t *testing.T) {
	b := newBench(t)
	by := b.forAda()
	if err := b.Found(t.Context(), by, fobID); !errors.Is(err, outcome.NotFound) {
		t.Errorf("what was not lost: %v", err)
	}
	report := desk.Lost{MethodID: fobID, Person: "ada", Serial: serial, At: b.time()}
	if err := b.Memory.ReportLost(t.Context(), report); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"LostOf", "ClearLost"} {
		b.forget(method)
		if err := b.Found(t.Context(), by, fobID); !errors.Is(err, outcome.Unavailable) || !errors.Is(err, errForgot) {
			t.Errorf("%s fails: %v", method, err)
		}
		if err := b.Memory.ReportLost(t.Context(), report); err != nil {
			t.Fatal(err)
		}
	}
	b.forget()
	if err := b.Found(t.Context(), by, fobID); err != nil {
		t.Error(err)
	}
	if lost, err := b.Memory.LostOf(t.Context(), "ada"); err != nil || len(lost) != 0 {
		t.Errorf("lost are %v (%v)", lost, err)
	}
}

func TestNothingIsDoneForSomebodyWhoIsNotKnown(t *testing.T) {
	b, graph := newBench(t), accepts()
	by := b.forAda()
	by.Whose = func(context.Context) (oath.Person, error) { return oath.Person{}, outcome.New(outcome.NotFound) }
	if _, err := b.EnrolFor(t.Context(), graph, nil, by, enrolment(t, "588651")); !errors.Is(err, outcome.NotFound) {
		t.Errorf("came to %v", err)
	}
	if calls := graph.calls(); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
	by = b.forAda()
	by.Whose = func(context.Context) (oath.Person, error) { return oath.Person{ID: "ada", Name: "Ada L."}, nil }
	id, err := b.EnrolFor(t.Context(), graph, nil, by, enrolment(t, "588651"))
	if err != nil {
		t.Fatal(err)
	}
	if receipt, err := b.Receipt(t.Context(), by.Actor, id); err != nil || receipt.Act.Subject.Name != "Ada L." {
		t.Errorf("the receipt is for %q (%v)", receipt.Act.Subject.Name, err)
	}
}

func TestACodeThatWasSentToActivateIsAnsweredAsItWas(t *testing.T) {
	b, graph := newBench(t), accepts(fob(oath.StatusAssigned, time.Time{}))
	in := desk.Activation{MethodID: fobID, Serial: serial, Code: enrolment(t, "588651").Code}
	first, err := b.Activate(t.Context(), graph, b.by("ada"), in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Activate(t.Context(), graph, b.by("ada"), in)
	if err != nil || again != first || writes(graph) != 1 {
		t.Errorf("the second is %q (%v) after %d writes, want %q", again, err, writes(graph), first)
	}
}

func TestWhyAnActCameToNothingIsToldItsPersonAlone(t *testing.T) {
	b := newBench(t)
	refused, done := b.by("ada"), b.by("ada")
	if _, err := b.Enrol(t.Context(), &scripted{write: refuses(outcome.WrongCode)}, refused, enrolment(t, "111111")); err == nil {
		t.Fatal("not refused")
	}
	if _, err := b.Enrol(t.Context(), accepts(), done, enrolment(t, "222222")); err != nil {
		t.Fatal(err)
	}
	ada, ben := oath.Person{ID: "ada"}, oath.Person{ID: "ben"}
	if err := b.Refusal(t.Context(), ada, refused.RequestID); !errors.Is(err, outcome.WrongCode) {
		t.Errorf("a refused act: %v", err)
	}
	for name, err := range map[string]error{
		"one that was done": b.Refusal(t.Context(), ada, done.RequestID), "none": b.Refusal(t.Context(), ada, "none"),
		"another person's": b.Refusal(t.Context(), ben, refused.RequestID),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.Refusal(t.Context(), ada, done.RequestID); !errors.Is(err, outcome.Unavailable) {
		t.Errorf("with the store closed: %v", err)
	}
}

func TestOnlyWhatWasDoneHasAReceipt(t *testing.T) {
	b := newBench(t)
	ada := oath.Person{ID: "ada"}
	refused := b.by("ada")
	if _, err := b.Enrol(t.Context(), &scripted{write: refuses(outcome.WrongCode)}, refused, enrolment(t, "588651")); err == nil {
		t.Fatal("it was done")
	}
	done, err := b.Enrol(t.Context(), accepts(), b.by("ada"), enrolment(t, "588652"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Receipt(t.Context(), ada, "none"); !errors.Is(err, desk.ErrNoReceipt) || errors.Is(err, outcome.Unavailable) {
		t.Errorf("of no act: %v", err)
	}
	if _, err := b.Receipt(t.Context(), ada, refused.RequestID); !errors.Is(err, desk.ErrNoReceipt) {
		t.Errorf("of a refused act: %v", err)
	}
	if _, err := b.Receipt(t.Context(), oath.Person{ID: "ben"}, done); !errors.Is(err, desk.ErrNoReceipt) {
		t.Errorf("of somebody else's: %v", err)
	}
	if receipt, err := b.Receipt(t.Context(), ada, done); err != nil || receipt.End.Outcome != outcome.Enrolled {
		t.Errorf("of one's own: %v, %v", receipt.End.Outcome, err)
	}
	if err := b.store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Receipt(t.Context(), ada, done); !errors.Is(err, outcome.Unavailable) {
		t.Errorf("from a store that is down: %v", err)
	}
	if _, err := b.Sweep(t.Context()); err == nil {
		t.Error("a store that is down was swept")
	}
	if settled, err := b.Settle(t.Context(), "ada", nil); err == nil || len(settled) > 0 {
		t.Errorf("from a store that is down %v were settled (%v)", settled, err)
	}
	if settled, err := b.Settle(t.Context(), "", nil); err != nil || len(settled) > 0 {
		t.Errorf("nobody's acts: %v, %v", settled, err)
	}
}

func TestAFobIsNotTouchedWhereThePersonsCannotBeRead(t *testing.T) {
	for name, act := range map[string]func(b *bench, graph *scripted) (string, error){
		"activate": func(b *bench, graph *scripted) (string, error) {
			return b.Activate(t.Context(), graph, b.by("ada"), desk.Activation{MethodID: fobID, Code: enrolment(t, "588651").Code})
		},
		"remove": func(b *bench, graph *scripted) (string, error) {
			return b.Remove(t.Context(), graph, b.by("ada"), desk.Removal{MethodID: fobID})
		},
		"deactivate": func(b *bench, graph *scripted) (string, error) {
			return b.Deactivate(t.Context(), graph, b.forAda(), desk.Deactivation{MethodID: fobID})
		},
	} {
		b, graph := newBench(t), accepts(fob(oath.StatusAssigned, time.Time{}))
		graph.listErr = outcome.New(outcome.Throttled)
		if _, err := act(b, graph); !errors.Is(err, outcome.Throttled) || writes(graph) > 0 {
			t.Errorf("%s: %v after %q", name, err, graph.calls())
		}
	}
}

func TestLIM01AWrongCodeToActivateCountsForTheFob(t *testing.T) {
	for _, test := range []struct{ name, serial, counter string }{
		{"by its serial number", strings.ToLower(serial), "serial:" + serial}, {"or by its id, where Graph leaves that out", "", "serial:" + fobID},
	} {
		b := newBench(t)
		held := fob(oath.StatusAssigned, time.Time{})
		held.Device.SerialNumber = test.serial
		graph := &scripted{held: []oath.Method{held}, write: refuses(outcome.WrongCode)}
		_, err := b.Activate(t.Context(), graph, b.by("ada"), desk.Activation{MethodID: fobID, Code: enrolment(t, "588651").Code})
		if !errors.Is(err, outcome.WrongCode) {
			t.Fatal(err)
		}
		if n, err := b.Ledger.Tries(t.Context(), test.counter, b.time().Add(-time.Hour)); err != nil || n != 1 {
			t.Errorf("%s: %d tries (%v), want one", test.name, n, err)
		}
	}
}

func TestAUD03AnIntentIsTakenForLostOnceItsActMustHaveEnded(t *testing.T) {
	b := newBench(t)
	if err := b.Ledger.Open(t.Context(), desk.Act{ID: "open", Event: desk.EventEnrol, Serial: serial, At: b.time()}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		passes time.Duration
		lost   int
	}{{29 * time.Second, 0}, {2 * time.Second, 1}, {time.Minute, 0}} {
		b.pass(step.passes)
		if n, err := b.Sweep(t.Context()); err != nil || n != step.lost {
			t.Errorf("after %v more %d are lost (%v), want %d", step.passes, n, err, step.lost)
		}
	}
}

// slow is a ledger that fails to write the first outcomes.
type slow struct {
	desk.Ledger
	fails int
}

func (s *slow) Close(ctx context.Context, act desk.Act, end desk.End) error {
	if s.fails > 0 {
		s.fails--
		return errForgot
	}
	return s.Ledger.Close(ctx, act, end)
}

func TestAUD03AnOutcomeThatCannotBeWrittenAtOnceIsWrittenSoon(t *testing.T) {
	b := newBench(t)
	b.Ledger = &slow{b.store.Ledger(), 2}
	id, err := b.Enrol(t.Context(), accepts(), b.by("ada"), enrolment(t, "588651"))
	if err != nil {
		t.Fatal(err)
	}
	if receipt, err := b.Receipt(t.Context(), oath.Person{ID: "ada"}, id); err != nil || receipt.End.Outcome != outcome.Enrolled {
		t.Errorf("the receipt says %q (%v)", receipt.End.Outcome, err)
	}
}
