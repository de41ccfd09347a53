package store

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

// try opens an act of the person with a code that was never used, at noon plus after, and closes
// it as a wrong code.
func try(t *testing.T, s *Store, id, person, serial string, after time.Duration) {
	t.Helper()
	act := later(enrolment(id, person, serial, id), after)
	mustOpenAct(t, s, act)
	mustCloseAct(t, s, act, ended(outcome.WrongCode))
}

// wantTooMany holds the act, at noon plus after, to being refused for this long.
func wantTooMany(t *testing.T, s *Store, id, person, serial string, after, retry time.Duration) {
	t.Helper()
	err := s.Ledger().Open(t.Context(), later(enrolment(id, person, serial, id), after))
	refusal, ok := errors.AsType[*outcome.Error](err)
	if !ok || refusal.Outcome != outcome.TooManyAttempts || refusal.RetryAfter != retry {
		t.Errorf("act %s: %v (%+v), want too_many_attempts for %v", id, err, refusal, retry)
	}
}

func TestLIM01TheWindowSlides(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for n := range 5 {
			try(t, s, fmt.Sprint("act-", n), "ada", "GALT1", time.Duration(n)*time.Minute)
		}
		wantTooMany(t, s, "early", "ada", "GALT1", 5*time.Minute, 10*time.Minute)
		wantTooMany(t, s, "last-moment", "ada", "GALT1", 15*time.Minute-time.Millisecond, time.Second)
		try(t, s, "one-aged-out", "ada", "GALT1", 15*time.Minute)
		wantTooMany(t, s, "full-again", "ada", "GALT1", 15*time.Minute, time.Minute)
	})
}

func TestLIM01ALimitMadeLowerWaitsForEnoughToAgeOut(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for n := range 5 {
			try(t, s, fmt.Sprint("act-", n), "ada", "GALT1", time.Duration(n)*time.Minute)
		}
		act := later(enrolment("lower", "ada", "GALT1", "lower"), 5*time.Minute)
		act.Limits[0].Max = 2
		refusal, _ := errors.AsType[*outcome.Error](s.Ledger().Open(t.Context(), act))
		if refusal == nil || refusal.RetryAfter != 13*time.Minute {
			t.Errorf("refusal %+v, want 13 minutes, when the fourth ages out", refusal)
		}
	})
}

func TestLIM01ManyAtOnceGetNoMore(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		var opened atomic.Int32
		var wg sync.WaitGroup
		for n := range 50 {
			wg.Go(func() {
				id := fmt.Sprint("act-", n)
				if s.Ledger().Open(t.Context(), enrolment(id, "ada", id, id)) == nil {
					opened.Add(1)
				}
			})
		}
		wg.Wait()
		if opened.Load() != 5 {
			t.Errorf("%d acts were let through, want 5", opened.Load())
		}
	})
}

func TestLIM02ThePersonAndTheSerialEachCount(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for n := range 5 {
			try(t, s, fmt.Sprint("ada-", n), "ada", fmt.Sprint("GALT", n), 0)
			try(t, s, fmt.Sprint("any-", n), fmt.Sprint("person-", n), "GALT9", 0)
		}
		wantTooMany(t, s, "same-person", "ada", "GALT7", time.Minute, 14*time.Minute)
		wantTooMany(t, s, "same-serial", "bob", "GALT9", time.Minute, 14*time.Minute)
		try(t, s, "neither", "bob", "GALT7", time.Minute) // and what was refused did not count
		for counter, want := range map[string]int{"person:ada": 5, "serial:GALT9": 5, "serial:GALT7": 1, "person:bob": 1} {
			if n, err := s.Ledger().Tries(t.Context(), counter, noon.Add(-time.Hour)); n != want || err != nil {
				t.Errorf("%s has %d tries (%v), want %d", counter, n, err, want)
			}
		}
	})
}

func TestLIM02ARestartForgetsNoTry(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := mustOpen(t, db.url, testKeys)
		for n := range 5 {
			try(t, s, fmt.Sprint("act-", n), "ada", "GALT1", 0)
		}
		mustClose(t, s)
		wantTooMany(t, serving(t, db.url), "after", "ada", "GALT1", 0, 15*time.Minute)
	})
}

func TestFLT09AClockSetBackOpensNoLimitAndFreesNoCode(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for n := range 5 {
			try(t, s, fmt.Sprint("act-", n), "ada", "GALT1", 0)
		}
		wantTooMany(t, s, "back", "ada", "GALT1", -24*time.Hour, 15*time.Minute)
		_ = wantRepeat(t, s, later(enrolment("again", "ada", "GALT1", "act-0"), -24*time.Hour))
	})
}

func TestLIM03WhatIsRefundedDoesNotCount(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for n := range 12 {
			act := enrolment(fmt.Sprint("act-", n), "ada", "GALT1", fmt.Sprint(n))
			mustOpenAct(t, s, act)
			end := ended(outcome.Throttled)
			end.Refund, end.Release = true, true
			mustCloseAct(t, s, act, end)
		}
		for n, o := range []outcome.Outcome{outcome.WrongCode, outcome.Refused, outcome.OutcomeUnknown, outcome.UpstreamUnavailable} {
			act := enrolment(fmt.Sprint("counts-", n), "ada", "GALT1", fmt.Sprint("counts-", n))
			mustOpenAct(t, s, act)
			mustCloseAct(t, s, act, ended(o))
		}
		mustOpenAct(t, s, enrolment("under-way-counts-too", "ada", "GALT1", "x"))
		wantTooMany(t, s, "sixth", "ada", "GALT1", 0, 15*time.Minute)
	})
}

func TestLIM08ALimitIsAuditedOnceAWindow(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for n := range 5 {
			mustOpenAct(t, s, enrolment(fmt.Sprint("act-", n), "ada", "GALT1", fmt.Sprint(n)))
		}
		limits := func() (ids []string) {
			for _, r := range rowsOf(t, s) {
				if r.Event == "limit" && r.Outcome == string(outcome.TooManyAttempts) {
					ids = append(ids, r.RequestID)
				}
			}
			return ids
		}
		for n := range 10 {
			wantTooMany(t, s, fmt.Sprint("both-", n), "ada", "GALT1", time.Minute, 14*time.Minute)
		}
		wantTooMany(t, s, "person-only", "ada", "GALT2", time.Minute, 14*time.Minute)
		if got := fmt.Sprint(limits()); got != "[both-0]" {
			t.Errorf("audited %s, want the first alone", got)
		}
		for n := range 5 {
			mustOpenAct(t, s, later(enrolment(fmt.Sprint("next-", n), "ada", "GALT1", fmt.Sprint("next-", n)), 16*time.Minute))
		}
		wantTooMany(t, s, "next-window", "ada", "GALT1", 17*time.Minute, 14*time.Minute)
		if got := fmt.Sprint(limits()); got != "[both-0 next-window]" {
			t.Errorf("audited %s, want one more in the next window", got)
		}
	})
}

func TestLIM07ALimiterWithoutItsStoreRefuses(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := mustOpen(t, db.url, testKeys)
		mustClose(t, s)
		err := s.Ledger().Open(t.Context(), enrolment("act-1", "ada", "GALT1", "1"))
		if _, repeat := errors.AsType[*desk.Repeat](err); err == nil || repeat {
			t.Errorf("got %v, want an error", err)
		}
	})
}
