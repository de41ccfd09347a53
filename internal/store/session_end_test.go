package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fobdesk/internal/session"
)

func TestSES05AnEndedSessionIsNeverFoundAlive(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for round := range 20 {
			key := fmt.Sprint("session-", round)
			mustInsert(t, s, signedIn(key), "")
			var ended atomic.Bool
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for last := false; !last; {
						last = ended.Load()
						row, err := s.FindSession(t.Context(), key)
						if err != nil {
							t.Error(err)
							return
						}
						if last && row.Ended.IsZero() {
							t.Error("found alive after its end")
						}
					}
				})
			}
			wg.Go(func() {
				for n := range 5 {
					if err := s.TouchSession(t.Context(), key, noon.Add(time.Duration(n)*time.Minute)); err != nil {
						t.Error(err)
					}
				}
				if err := s.EndSession(t.Context(), key, noon); err != nil {
					t.Error(err)
				}
				ended.Store(true)
			})
			wg.Wait()
		}
	})
}

func TestSES08ASIDEndsAllItsSessions(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for _, row := range []struct{ key, sid string }{{"a", "x"}, {"b", "x"}, {"c", "y"}, {"d", ""}} {
			session := signedIn(row.key)
			session.SID = row.sid
			mustInsert(t, s, session, "")
			wantRow(t, s, session)
		}
		for _, test := range []struct {
			sid  string
			want int
		}{{"x", 2}, {"x", 0}, {"", 0}, {"none", 0}} {
			if n, err := s.EndSessionsOfSID(t.Context(), test.sid, noon); n != test.want || err != nil {
				t.Errorf("sid %q ended %d (%v), want %d", test.sid, n, err, test.want)
			}
		}
		for key, want := range map[string]bool{"a": true, "b": true, "c": false, "d": false} {
			if row, err := s.FindSession(t.Context(), key); err != nil || row.Ended.IsZero() == want {
				t.Errorf("%s ended at %v (%v), want ended %v", key, row.Ended, err, want)
			}
		}
	})
}

func TestSES08ThePersonsSessionsAreListedAndEndedTogether(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for i, person := range []string{"t:a", "t:a", "t:a", "t:b"} {
			row := signedIn(string(rune('k' + i)))
			row.Person, row.Agent, row.Address = person, "Firefox · Linux", "192.0.2.7"
			row.Seen = row.Seen.Add(time.Duration(i) * time.Minute)
			mustInsert(t, s, row, "")
		}
		if err := s.EndSession(t.Context(), "k", noon); err != nil {
			t.Fatal(err)
		}
		rows, err := s.SessionsOfPerson(t.Context(), "t:a")
		if err != nil || len(rows) != 2 || rows[0].Key != "m" || rows[1].Key != "l" {
			t.Fatalf("%+v, %v: want m, then l", rows, err)
		}
		if rows[0].Agent != "Firefox · Linux" || rows[0].Address != "192.0.2.7" || rows[0].Sealed != nil {
			t.Errorf("%+v", rows[0])
		}
		if n, err := s.EndSessionsOfPerson(t.Context(), "t:a", noon); n != 2 || err != nil {
			t.Errorf("%d ended, %v, want 2", n, err)
		}
		for key, ended := range map[string]bool{"l": true, "m": true, "n": false} {
			if row, err := s.FindSession(t.Context(), key); err != nil || row.Ended.IsZero() == ended {
				t.Errorf("%s ended at %v (%v), want ended %v", key, row.Ended, err, ended)
			}
		}
	})
}

func TestSES10PurgesForgetOnlyTheDead(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		mustInsert(t, s, signedIn("lives"), "")
		idle := signedIn("idle")
		idle.Seen = noon.Add(-time.Hour)
		mustInsert(t, s, idle, "")
		wantRow(t, s, idle)
		const flood = purgeAtOnce + 5
		var wg sync.WaitGroup
		for n := range flood {
			wg.Go(func() {
				over := signedIn(fmt.Sprint("over-", n))
				over.Ends = noon.Add(-time.Second)
				if err := s.InsertSession(t.Context(), over, ""); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if err := s.PurgeSessions(t.Context(), false, noon, noon.Add(-time.Minute)); err != nil {
			t.Fatal(err)
		}
		wantRow(t, s, signedIn("lives"))
		wantNoRow(t, s, "over-0")
		if row, err := s.FindSession(t.Context(), "idle"); err != nil || row.Ended.IsZero() || len(row.Sealed) > 0 || row.Person != idle.Person {
			t.Errorf("the idle one is %+v (%v), want it ended and empty", row, err)
		}
		var left int
		if err := s.db.readers.QueryRow("SELECT COUNT(*) FROM session").Scan(&left); left != 2 || err != nil {
			t.Errorf("%d sessions are left (%v), want 2", left, err)
		}
	})
}

func TestSES10TheCacheKeepsItsBound(t *testing.T) {
	row := func(n int) session.Row { return session.Row{Key: fmt.Sprintf("%04d", n), Sealed: make([]byte, 1000)} }
	c := newSessionCache(10 * sizeOf(row(0)))
	for n := range 100 {
		c.keep(row(n), 0)
		c.find("0000") // is used all along, so it stays
	}
	if len(c.byKey) != 10 || c.used.Len() != 10 || c.size != 10*sizeOf(row(0)) {
		t.Errorf("%d sessions in %d bytes", len(c.byKey), c.size)
	}
	for key, want := range map[string]bool{"0000": true, "0001": false, "0099": true} {
		if _, _, found := c.find(key); found != want {
			t.Errorf("%s is there: %v, want %v", key, found, want)
		}
	}
	c.forget([]string{"0000", "0001", "0099"})
	if len(c.byKey) != 8 || c.size != 8*sizeOf(row(0)) {
		t.Errorf("%d sessions in %d bytes after two were dropped", len(c.byKey), c.size)
	}
	c.keep(session.Row{Key: "huge", Sealed: make([]byte, 100_000)}, 1)
	if _, _, found := c.find("huge"); found {
		t.Error("one larger than the bound was kept")
	}
}

func TestSES05WhatWasReadBeforeAChangeIsNotKeptAfterIt(t *testing.T) {
	c := newSessionCache(sessionCacheBytes)
	_, epoch, _ := c.find("a")
	c.forget([]string{"a"}) // ended by another request, between the look and the read's answer
	c.keep(session.Row{Key: "a"}, epoch)
	if _, _, found := c.find("a"); found {
		t.Error("a row of before the change is in the cache")
	}
}

func TestWhatWasOpenedGoesWithTheRow(t *testing.T) {
	s := openTestStore(t)
	mustInsert(t, s, signedIn("a"), "")
	find := func() session.Row {
		row, err := s.FindSession(context.Background(), "a")
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	first := find()
	if first.Opened == nil || find().Opened != first.Opened {
		t.Error("a row that did not change has another place for what was opened")
	}
	if err := s.TouchSession(context.Background(), "a", first.Seen.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if find().Opened == first.Opened {
		t.Error("a row that changed kept what was opened")
	}
}
