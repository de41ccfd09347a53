package desk_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// downLedger is a ledger whose store goes down once an act was opened.
type downLedger struct {
	desk.Ledger
	down  atomic.Bool
	ended atomic.Value // the outcome that was written
}

func (*downLedger) Open(context.Context, desk.Act) error { return nil }

func (l *downLedger) Close(_ context.Context, _ desk.Act, end desk.End) error {
	if l.down.Load() {
		return errors.New("the store is down")
	}
	l.ended.Store(end.Outcome)
	return nil
}

func (*downLedger) FindReceipt(context.Context, string, string) (desk.Receipt, error) {
	return desk.Receipt{}, desk.ErrNoReceipt
}

// noMemory forgets everything.
type noMemory struct{ desk.Memory }

func (noMemory) ClearLostSerial(context.Context, string, time.Time) error { return nil }

func TestFLT08WhatGraphDidIsWrittenOnceTheStoreIsBackHoweverLongItWasAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := &downLedger{}
		d := desk.New(desk.Config{
			Ledger: ledger, Memory: noMemory{}, Attempts: 5, Window: time.Minute, Now: time.Now, Log: slog.New(slog.DiscardHandler),
			MAC: func(string, ...[]byte) []byte { return nil },
		})
		defer d.Leave()
		ledger.down.Store(true)
		ada := oath.Person{ID: "ada"}
		graph := &scripted{write: binds(oath.StatusActivated, time.Now(), nil)}
		id, err := d.Enrol(t.Context(), graph, desk.By{RequestID: "act-1", Actor: ada, Subject: ada}, enrolment(t, "123456"))
		if err != nil {
			t.Fatalf("Graph said yes, and the person hears %v", err)
		}
		if receipt, err := d.Receipt(t.Context(), ada, id); err != nil || receipt.End.Outcome != outcome.Enrolled {
			t.Errorf("meanwhile the receipt is %q (%v)", receipt.End.Outcome, err)
		}
		if _, err := d.Receipt(t.Context(), oath.Person{ID: "ben"}, id); !errors.Is(err, desk.ErrNoReceipt) {
			t.Errorf("somebody else's look: %v, want ErrNoReceipt", err)
		}
		time.Sleep(time.Hour)
		ledger.down.Store(false)
		time.Sleep(2 * time.Second)
		if got := ledger.ended.Load(); got != outcome.Enrolled {
			t.Errorf("the outcome written is %v", got)
		}
	})
}

func TestFLT08ADeskThatIsLeftWaitsForNoStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := &downLedger{}
		ledger.down.Store(true)
		d := desk.New(desk.Config{
			Ledger: ledger, Memory: noMemory{}, Attempts: 5, Window: time.Minute, Now: time.Now, Log: slog.New(slog.DiscardHandler),
			MAC: func(string, ...[]byte) []byte { return nil },
		})
		ada := oath.Person{ID: "ada"}
		graph := &scripted{write: binds(oath.StatusActivated, time.Now(), nil)}
		if _, err := d.Enrol(t.Context(), graph, desk.By{RequestID: "act-1", Actor: ada, Subject: ada}, enrolment(t, "123456")); err != nil {
			t.Fatal(err)
		}
		left := time.Now()
		d.Leave()
		if took := time.Since(left); took > time.Second {
			t.Errorf("leaving took %v", took)
		}
	})
}
