package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

const between100 = 4 * time.Minute // tries so far apart never hit the window's limit

// locking is the n-th try of the person; a hundred in a row lock.
func locking(n int, person string) desk.Act {
	id := fmt.Sprint(person, "-", n)
	act := later(enrolment(id, person, fmt.Sprint("GALT", n%7), id), time.Duration(n)*between100)
	act.Limits[0].LockAfter = desk.LockAfter
	return act
}

func tryInARow(t *testing.T, s *Store, person string, from, to int, o outcome.Outcome) {
	t.Helper()
	for n := from; n < to; n++ {
		act := locking(n, person)
		mustOpenAct(t, s, act)
		end := ended(o)
		end.Refund = o == outcome.Enrolled || o == outcome.Throttled
		mustCloseAct(t, s, act, end)
	}
}

func wantLocked(t *testing.T, s *Store, person string, n int) {
	t.Helper()
	err := s.Ledger().Open(t.Context(), locking(n, person))
	refusal, _ := errors.AsType[*outcome.Error](err)
	if refusal == nil || refusal.Outcome != outcome.TooManyAttempts || refusal.Reason != desk.ReasonLocked || refusal.RetryAfter != 0 {
		t.Errorf("try %d: %v, want too_many_attempts, locked, with nothing to wait for", n, err)
	}
	wantLock(t, s, person, true)
}

func wantLock(t *testing.T, s *Store, person string, want bool) {
	t.Helper()
	if locked, err := s.Ledger().Locked(t.Context(), person); locked != want || err != nil {
		t.Errorf("%s is locked: %v (%v), want %v", person, locked, err, want)
	}
}

func TestLIM01AHundredInARowLockThePersonUntilAnAdminLiftsIt(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		tryInARow(t, s, "ada", 0, 99, outcome.WrongCode)
		wantLock(t, s, "ada", false)
		tryInARow(t, s, "ada", 99, 100, outcome.Refused)
		wantLocked(t, s, "ada", 100)
		wantLocked(t, s, "ada", 100_000) // nine months later
		tryInARow(t, s, "bob", 100, 101, outcome.WrongCode)
		wantLock(t, s, "nobody", false)

		if err := s.Ledger().Unlock(t.Context(), "ada"); err != nil {
			t.Fatal(err)
		}
		wantLock(t, s, "ada", false)
		if n, err := s.Ledger().Tries(t.Context(), "person:ada", noon); n != 0 || err != nil {
			t.Errorf("%d tries count (%v), want none", n, err)
		}
		tryInARow(t, s, "ada", 200, 299, outcome.WrongCode)
		wantLock(t, s, "ada", false)
		tryInARow(t, s, "ada", 299, 300, outcome.WrongCode)
		wantLocked(t, s, "ada", 300)
	})
}

func TestLIM01ASuccessBeginsTheCountAnew(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for round, done := range []outcome.Outcome{outcome.Enrolled, outcome.Enrolled} {
			tryInARow(t, s, "ada", 200*round, 200*round+99, outcome.WrongCode)
			tryInARow(t, s, "ada", 200*round+99, 200*round+100, done)
		}
		wantLock(t, s, "ada", false)
	})
}

func TestLIM03WhatGraphDidNotJudgeIsNoTryInARow(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		tryInARow(t, s, "ada", 0, 50, outcome.WrongCode)
		tryInARow(t, s, "ada", 50, 120, outcome.Throttled)
		tryInARow(t, s, "ada", 120, 169, outcome.WrongCode)
		wantLock(t, s, "ada", false)
		tryInARow(t, s, "ada", 169, 170, outcome.WrongCode)
		wantLocked(t, s, "ada", 170)
	})
}

func TestLIM01ALockHoldsWhoeverActsAndASerialOnlyWaits(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for n := range 120 {
			act := locking(n, "ada")
			act.Subject.ID, act.Limits = fmt.Sprint("person-", n), act.Limits[1:]
			act.Limits[0].Counter = "serial:GALT1"
			mustOpenAct(t, s, act)
			mustCloseAct(t, s, act, ended(outcome.WrongCode))
		}
		tryInARow(t, s, "bob", 120, 220, outcome.WrongCode)
		byAdmin := locking(221, "bob")
		byAdmin.Actor = desk.Party{ID: "admin"}
		byAdmin.Limits = append(byAdmin.Limits, desk.Limit{Counter: "actor:admin", Max: 20, Window: 15 * time.Minute})
		if refusal, _ := errors.AsType[*outcome.Error](s.Ledger().Open(t.Context(), byAdmin)); refusal == nil || refusal.Reason != desk.ReasonLocked {
			t.Errorf("an admin for bob: %v, want locked", refusal)
		}
		if n, err := s.Ledger().Tries(t.Context(), "actor:admin", noon); n != 0 || err != nil {
			t.Errorf("what was refused counted: %d (%v)", n, err)
		}
	})
}

func TestLIM01AnActorForOthersHasALimitToo(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		act := func(n int) desk.Act {
			id := fmt.Sprint("act-", n)
			a := enrolment(id, id, id, id)
			a.Actor = desk.Party{ID: "admin"}
			a.Limits = append(a.Limits, desk.Limit{Counter: "actor:admin", Max: 20, Window: 15 * time.Minute})
			return a
		}
		for n := range 20 {
			mustOpenAct(t, s, act(n))
			mustCloseAct(t, s, act(n), ended(outcome.WrongCode))
		}
		refusal, _ := errors.AsType[*outcome.Error](s.Ledger().Open(t.Context(), act(20)))
		if refusal == nil || refusal.RetryAfter != 15*time.Minute {
			t.Errorf("the 21st: %+v, want a refusal for 15 minutes", refusal)
		}
		for _, counter := range []string{"person:act-20", "serial:act-20"} {
			if n, err := s.Ledger().Tries(t.Context(), counter, noon.Add(-time.Hour)); n != 0 || err != nil {
				t.Errorf("%s: %d tries (%v), want none", counter, n, err)
			}
		}
	})
}

func TestLIM08ALockIsAuditedOnceAWindow(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		tryInARow(t, s, "ada", 0, 100, outcome.WrongCode)
		before := len(rowsOf(t, s))
		for _, n := range []int{100, 101, 102, 103} { // within 15 minutes
			wantLocked(t, s, "ada", n)
		}
		wantLocked(t, s, "ada", 105)
		rows := rowsOf(t, s)[before:]
		if len(rows) != 2 || rows[0].RequestID != "ada-100" || rows[1].RequestID != "ada-105" {
			t.Fatalf("%d rows %+v, want the first of each window", len(rows), rows)
		}
		if rows[0].Event != audit.EventLock || rows[0].Outcome != string(outcome.TooManyAttempts) || rows[0].Subject != "ada" {
			t.Errorf("row %+v", rows[0])
		}
	})
}
