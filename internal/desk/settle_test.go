package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// loses is a Graph whose answer to every write is lost, and whose reads fail.
func loses() *scripted {
	return &scripted{
		write:   func(*scripted) (string, error) { return "", lost },
		listErr: outcome.New(outcome.UpstreamUnavailable),
	}
}

func TestAUD03AnUnsettledActIsSettledByWhatGraphShows(t *testing.T) {
	nameless := fob(oath.StatusActivated, time.Time{})
	nameless.Device.SerialNumber = ""
	for _, test := range []struct {
		name  string
		after time.Duration
		shows func(b *bench) []oath.Method
		want  outcome.Outcome
	}{
		{"done", 2 * time.Minute, func(b *bench) []oath.Method {
			return []oath.Method{fob(oath.StatusActivated, b.time().Add(-2*time.Minute))}
		}, outcome.Enrolled},
		{"half done", 2 * time.Minute, func(b *bench) []oath.Method {
			return []oath.Method{fob(oath.StatusAssigned, b.time().Add(-2*time.Minute))}
		}, outcome.Assigned},
		{"nothing was changed", 2 * time.Minute, func(*bench) []oath.Method { return nil }, outcome.UpstreamUnavailable},
		{"a later act bound the fob", 10 * time.Minute, func(b *bench) []oath.Method {
			return []oath.Method{fob(oath.StatusActivated, b.time().Add(-time.Minute))}
		}, outcome.UpstreamUnavailable},
		{"too early, for Graph's reads lag", 50 * time.Second, func(*bench) []oath.Method { return nil }, outcome.OutcomeUnknown},
		{"a fob without a serial number may be the one", 2 * time.Minute, func(*bench) []oath.Method {
			return []oath.Method{nameless}
		}, outcome.OutcomeUnknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			by := b.by("ada")
			if _, err := b.Enrol(t.Context(), loses(), by, enrolment(t, "123456")); !errors.Is(err, outcome.OutcomeUnknown) {
				t.Fatal(err)
			}
			b.pass(test.after)
			if n, err := b.Settle(t.Context(), "ben", test.shows(b)); len(n) != 0 || err != nil {
				t.Errorf("somebody else's fobs settled %v, %v", n, err)
			}
			n, err := b.Settle(t.Context(), "ada", test.shows(b))
			if err != nil || (len(n) == 1) != (test.want != outcome.OutcomeUnknown) {
				t.Errorf("settled %v, %v", n, err)
			}
			receipt, err := b.Ledger.FindReceipt(t.Context(), "ada", by.RequestID)
			if err != nil || receipt.End.Outcome != test.want {
				t.Errorf("came to %q, %v, want %q", receipt.End.Outcome, err, test.want)
			}
			if n, err := b.Settle(t.Context(), "ada", test.shows(b)); len(n) != 0 || err != nil {
				t.Errorf("settled again: %v, %v", n, err)
			}
		})
	}
}

func TestASettledActEndsTheLossThatWasReportedBeforeItAlone(t *testing.T) {
	for _, test := range []struct {
		name  string
		after time.Duration // the act began, the loss was reported
		left  int
	}{{"lost before", -time.Hour, 0}, {"lost since", time.Minute, 1}} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			if _, err := b.Enrol(t.Context(), loses(), b.by("ada"), enrolment(t, "123456")); !errors.Is(err, outcome.OutcomeUnknown) {
				t.Fatal(err)
			}
			held := fob(oath.StatusActivated, b.time())
			lost := desk.Lost{MethodID: held.ID, Person: "ada", Serial: held.Device.SerialNumber, At: b.time().Add(test.after)}
			if err := b.Memory.ReportLost(t.Context(), lost); err != nil {
				t.Fatal(err)
			}
			b.pass(2 * time.Minute)
			if settled, err := b.Settle(t.Context(), "ada", []oath.Method{held}); len(settled) != 1 || err != nil {
				t.Fatalf("settled %v, %v", settled, err)
			}
			if left, err := b.Memory.LostOf(t.Context(), "ada"); err != nil || len(left) != test.left {
				t.Errorf("lost are %v (%v), want %d", left, err, test.left)
			}
		})
	}
}

func TestASettledSuccessGivesTheTryBack(t *testing.T) {
	b := newBench(t)
	if _, err := b.Enrol(t.Context(), loses(), b.by("ada"), enrolment(t, "123456")); !errors.Is(err, outcome.OutcomeUnknown) {
		t.Fatal(err)
	}
	opened := b.time()
	tries := func(counter string) int {
		t.Helper()
		n, err := b.Ledger.Tries(context.Background(), counter, opened.Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if tries("person:ada") != 1 || tries("serial:"+serial) != 1 {
		t.Fatal("the try was not counted")
	}
	b.pass(2 * time.Minute)
	if _, err := b.Settle(t.Context(), "ada", []oath.Method{fob(oath.StatusActivated, opened)}); err != nil {
		t.Fatal(err)
	}
	if tries("person:ada") != 0 || tries("serial:"+serial) != 0 {
		t.Error("the try counts although it succeeded")
	}
}

func TestSettleTellsEachActByItsOwnEffect(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(b *bench, graph *scripted) error
		left []oath.Method
		want outcome.Outcome
	}{
		{"a removal", func(b *bench, graph *scripted) error {
			_, err := b.Remove(t.Context(), graph, b.by("ada"), desk.Removal{MethodID: fobID, Serial: serial})
			return err
		}, nil, outcome.Removed},
		{"a fob that was switched off", func(b *bench, graph *scripted) error {
			_, err := b.Deactivate(t.Context(), graph, b.by("ada"), desk.Deactivation{MethodID: fobID, Serial: serial})
			return err
		}, []oath.Method{fob(oath.StatusAssigned, time.Time{})}, outcome.Deactivated},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			graph := &scripted{held: []oath.Method{fob(oath.StatusActivated, time.Time{})}}
			graph.write = func(s *scripted) (string, error) {
				s.listErr = outcome.New(outcome.UpstreamUnavailable)
				return "", lost
			}
			if err := test.do(b, graph); !errors.Is(err, outcome.OutcomeUnknown) {
				t.Fatal(err)
			}
			b.pass(2 * time.Minute)
			if n, err := b.Settle(t.Context(), "ada", test.left); len(n) != 1 || err != nil {
				t.Fatalf("settled %v, %v", n, err)
			}
			receipt, err := b.Ledger.FindReceipt(t.Context(), "ada", "act-1")
			if err != nil || receipt.End.Outcome != test.want {
				t.Errorf("came to %q, %v, want %q", receipt.End.Outcome, err, test.want)
			}
		})
	}
}

func TestAUD03AnActIsSettledFromAMinuteOnByWhatCanBeItsEffect(t *testing.T) {
	bound := func(status oath.DeviceStatus, after time.Duration) func(at time.Time) []oath.Method {
		return func(at time.Time) []oath.Method { return []oath.Method{fob(status, at.Add(after))} }
	}
	beside := func(methods ...oath.Method) func(time.Time) []oath.Method {
		return func(time.Time) []oath.Method { return methods }
	}
	nameless := oath.Method{ID: "nameless"}
	for _, test := range []struct {
		name  string
		act   desk.Act
		after time.Duration
		shows func(at time.Time) []oath.Method
		want  outcome.Outcome // "" where it can't be known
	}{
		{"a minute later", desk.Act{Event: desk.EventEnrol, Serial: serial}, time.Minute, bound(oath.StatusActivated, 0), outcome.Enrolled},
		{"a moment before", desk.Act{Event: desk.EventEnrol, Serial: serial}, time.Minute - time.Millisecond, bound(oath.StatusActivated, 0), ""},
		{"of no serial number", desk.Act{Event: desk.EventEnrol, Serial: "<none>"}, time.Hour, beside(), ""},
		{"of a kind that is not known", desk.Act{Event: "other", Serial: serial}, time.Hour, beside(), ""},
		{"bound a minute before it", desk.Act{Event: desk.EventEnrol, Serial: serial}, time.Hour, bound(oath.StatusActivated, -time.Minute), outcome.UpstreamUnavailable},
		{"bound a little less before it", desk.Act{Event: desk.EventEnrol, Serial: serial}, time.Hour, bound(oath.StatusActivated, -59*time.Second), outcome.Enrolled},
		{"bound as late as it can have", desk.Act{Event: desk.EventEnrol, Serial: serial}, time.Hour, bound(oath.StatusActivated, 84*time.Second), outcome.Enrolled},
		{"bound later", desk.Act{Event: desk.EventEnrol, Serial: serial}, time.Hour, bound(oath.StatusActivated, 85*time.Second), outcome.UpstreamUnavailable},
		{"bound long before, beside another that was bound by then", desk.Act{Event: desk.EventEnrol, Serial: serial}, time.Hour, func(at time.Time) []oath.Method {
			another := fob(oath.StatusActivated, at)
			another.Device.SerialNumber = "OTHER"
			return []oath.Method{fob(oath.StatusActivated, at.Add(-time.Hour)), another}
		}, outcome.UpstreamUnavailable},
		{"half bound later", desk.Act{Event: desk.EventEnrol, Serial: serial}, time.Hour, bound(oath.StatusAssigned, 85*time.Second), outcome.UpstreamUnavailable},
		{"assigned", desk.Act{Event: desk.EventAssign, Serial: serial}, time.Hour, bound(oath.StatusAssigned, 0), outcome.Assigned},
		{"assigned by another later", desk.Act{Event: desk.EventAssign, Serial: serial}, time.Hour, bound(oath.StatusAssigned, 85*time.Second), outcome.UpstreamUnavailable},
		{"activated, bound long ago", desk.Act{Event: desk.EventActivate, Serial: serial}, time.Hour, bound(oath.StatusActivated, -time.Hour), outcome.Activated},
		{"not activated", desk.Act{Event: desk.EventActivate, Serial: serial}, time.Hour, bound(oath.StatusAssigned, -time.Hour), outcome.UpstreamUnavailable},
		{"removed", desk.Act{Event: desk.EventRemove, Serial: serial}, time.Hour, beside(), outcome.Removed},
		{"removed, or the one without a serial number", desk.Act{Event: desk.EventRemove, Serial: serial}, time.Hour, beside(nameless), ""},
		{"not removed, or twice there", desk.Act{Event: desk.EventRemove, Serial: serial}, time.Hour, beside(fob(oath.StatusActivated, time.Time{}), nameless), ""},
		{"activated, beside one without a serial number", desk.Act{Event: desk.EventActivate, Serial: serial}, time.Hour,
			beside(fob(oath.StatusActivated, time.Time{}), nameless), outcome.Activated},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			by := b.by("ada")
			act := test.act
			act.ID, act.At = by.RequestID, b.time()
			act.Actor, act.Subject = desk.Party{ID: "ada"}, desk.Party{ID: "ada"}
			if err := b.Ledger.Open(t.Context(), act); err != nil {
				t.Fatal(err)
			}
			b.pass(test.after)
			settled, err := b.Settle(t.Context(), "ada", test.shows(act.At))
			if err != nil || (len(settled) == 1) != (test.want != "") {
				t.Fatalf("settled %v, %v", settled, err)
			}
			if len(settled) == 1 && settled[0].End.Outcome != test.want {
				t.Errorf("came to %s, want %s", settled[0].End.Outcome, test.want)
			}
		})
	}
}

func TestAUD03WhatCannotBeSettledNowIsSettledLater(t *testing.T) {
	b := newBench(t)
	if _, err := b.Enrol(t.Context(), loses(), b.by("ada"), enrolment(t, "123456")); !errors.Is(err, outcome.OutcomeUnknown) {
		t.Fatal(err)
	}
	b.pass(2 * time.Minute)
	b.forget("Unsettled")
	if settled, err := b.Settle(t.Context(), "ada", nil); !errors.Is(err, errForgot) || len(settled) != 0 {
		t.Errorf("settled %v, %v", settled, err)
	}
	b.forget()
	b.Ledger = &slow{b.store.Ledger(), 1}
	if settled, err := b.Settle(t.Context(), "ada", nil); !errors.Is(err, errForgot) || len(settled) != 0 {
		t.Errorf("settled %v, %v", settled, err)
	}
	if settled, err := b.Settle(t.Context(), "ada", nil); err != nil || len(settled) != 1 {
		t.Errorf("settled %v, %v", settled, err)
	}
}
