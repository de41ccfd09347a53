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
	times atomic.Int32 // how often
}

func (*downLedger) Open(context.Context, desk.Act) error { return nil }

func (l *downLedger) Close(_ context.Context, _ desk.Act, end desk.End) error {
	if l.down.Load() {
		return errors.New("the store is down")
	}
	l.ended.Store(end.Outcome)
	l.times.Add(1)
	return nil
}

func TestFLT08WhatGraphDidIsWrittenOnceTheStoreIsBackHoweverLongItWasAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := &downLedger{}
		d := desk.New(desk.Config{
			Ledger: ledger, Attempts: 5, Window: time.Minute, Now: time.Now, Log: slog.New(slog.DiscardHandler),
			MAC: func(string, ...[]byte) []byte { return nil },
		})
		defer d.Leave()
		ledger.down.Store(true)
		ada := oath.Person{ID: "ada"}
		graph := &scripted{write: binds(oath.StatusActivated, time.Now(), nil)}
		_, err := d.Enrol(t.Context(), graph, desk.By{RequestID: "act-1", Actor: ada, Subject: ada}, enrolment(t, "123456"))
		if !errors.Is(err, outcome.OutcomeUnknown) {
			t.Errorf("what could still be lost with the process is acknowledged (%v)", err)
		}
		time.Sleep(time.Hour)
		ledger.down.Store(false)
		time.Sleep(2 * time.Second)
		if got := ledger.ended.Load(); got != outcome.Enrolled {
			t.Errorf("the outcome written is %v", got)
		}
		time.Sleep(time.Minute)
		if got := ledger.times.Load(); got != 1 {
			t.Errorf("it was written %d times", got)
		}
	})
}

func TestFLT08ADeskThatIsLeftWaitsForNoStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ledger := &downLedger{}
		ledger.down.Store(true)
		d := desk.New(desk.Config{
			Ledger: ledger, Attempts: 5, Window: time.Minute, Now: time.Now, Log: slog.New(slog.DiscardHandler),
			MAC: func(string, ...[]byte) []byte { return nil },
		})
		ada := oath.Person{ID: "ada"}
		graph := &scripted{write: binds(oath.StatusActivated, time.Now(), nil)}
		if _, err := d.Enrol(t.Context(), graph, desk.By{RequestID: "act-1", Actor: ada, Subject: ada}, enrolment(t, "123456")); !errors.Is(err, outcome.OutcomeUnknown) {
			t.Fatal(err)
		}
		left := time.Now()
		d.Leave()
		if took := time.Since(left); took > time.Second {
			t.Errorf("leaving took %v", took)
		}
	})
}
