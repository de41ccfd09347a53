package session

import (
	"errors"
	"testing"
	"time"
)

func TestSES10DeadSessionsAndUsedStatesArePurged(t *testing.T) {
	clock := newClock()
	m, b := newMemory(), newBrowser()
	st := newStore(t, m, clock.Now)
	b.signIn(t, st, sessionOf(anna, clock.Now().Add(time.Hour)))
	in := b.begin(t, st, SignIn{})
	if _, err := b.take(st, in.State); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		pass         time.Duration
		rows, states int
	}{{time.Minute, 1, 1}, {8*time.Hour - time.Minute, 1, 0}, {11 * time.Minute, 0, 0}} {
		clock.advance(step.pass)
		if err := st.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(m.all()) != step.rows || len(m.states) != step.states {
			t.Errorf("%v later: %d rows, %d states, want %d and %d", step.pass, len(m.all()), len(m.states), step.rows, step.states)
		}
	}
}

func TestOnePurgeThatFailsDoesNotStopTheOther(t *testing.T) {
	m := newMemory()
	m.setDown("PurgeSessions", true)
	st := newStore(t, m, newClock().Now)
	if err := st.Purge(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("got %v", err)
	}
	if m.count("PurgeStates") != 1 {
		t.Error("states were not purged")
	}
}

func TestSES10WhatNobodyUsedForTooLongLosesItsPayloadAndNoOther(t *testing.T) {
	clock := newClock()
	m, b := newMemory(), newBrowser()
	st := newStore(t, m, clock.Now)
	b.signIn(t, st, sessionOf(anna, clock.Now().Add(time.Hour)))
	for _, step := range []struct {
		pass time.Duration
		kept bool
	}{{14 * time.Minute, true}, {2 * time.Minute, false}} {
		clock.advance(step.pass)
		if err := st.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, row := range m.all() {
			if kept := row.Sealed != nil; kept != step.kept {
				t.Errorf("%v later its payload is kept: %v", step.pass, kept)
			}
		}
	}
}
