package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
)

func signedIn(key string) session.Row {
	return session.Row{
		Key: key, Person: "tenant:ada", SID: "sid-" + key, Sealed: []byte("sealed " + key), Version: 1,
		Created: noon, Seen: noon, Ends: noon.Add(8 * time.Hour),
	}
}

func mustInsert(t testing.TB, s *Store, row session.Row, replaces string) {
	t.Helper()
	if err := s.InsertSession(t.Context(), row, replaces); err != nil {
		t.Fatal(err)
	}
}

// wantRow holds the session to the row, twice, so that the cache has answered too.
func wantRow(t testing.TB, s *Store, want session.Row) {
	t.Helper()
	for range 2 {
		got, err := s.FindSession(t.Context(), want.Key)
		if err != nil {
			t.Fatalf("find %s: %v", want.Key, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(session.Row{}, "Opened")); diff != "" {
			t.Error(diff)
		}
	}
}

func wantNoRow(t testing.TB, s *Store, key string) {
	t.Helper()
	if row, err := s.FindSession(t.Context(), key); !errors.Is(err, session.ErrNoRow) {
		t.Errorf("find %s: %+v, %v, want ErrNoRow", key, row, err)
	}
}

func TestSES02ASessionIsKeptAsItIs(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		row := signedIn("a")
		wantNoRow(t, s, "a")
		mustInsert(t, s, row, "")
		wantRow(t, s, row)
		if err := s.InsertSession(t.Context(), row, ""); err == nil {
			t.Error("a key was inserted twice")
		}
	})
}

func TestSES03TheSessionBeforeIsGoneInTheSameStep(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		mustInsert(t, s, signedIn("before"), "")
		wantRow(t, s, signedIn("before"))
		mustInsert(t, s, signedIn("after"), "before")
		wantNoRow(t, s, "before")
		wantRow(t, s, signedIn("after"))
		mustInsert(t, s, signedIn("before"), "")
		if err := s.InsertSession(t.Context(), signedIn("after"), "before"); err == nil {
			t.Error("a key was inserted twice")
		}
		wantRow(t, s, signedIn("before")) // all or nothing
	})
}

func TestTOK02AnEndedSessionKeepsNoPayload(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		row := signedIn("a")
		mustInsert(t, s, row, "")
		wantRow(t, s, row)
		for _, at := range []time.Time{noon.Add(time.Minute), noon.Add(time.Hour)} {
			if err := s.EndSession(t.Context(), "a", at); err != nil {
				t.Fatal(err)
			}
		}
		row.Sealed, row.Ended = nil, noon.Add(time.Minute) // the first end stands
		wantRow(t, s, row)
		if updated, err := s.UpdateSession(t.Context(), row); updated || err != nil {
			t.Errorf("an ended session was written: %v, %v", updated, err)
		}
		if err := s.TouchSession(t.Context(), "a", noon.Add(time.Hour)); err != nil {
			t.Error(err)
		}
		wantRow(t, s, row)
		for range 2 {
			if err := s.DeleteSession(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
		}
		wantNoRow(t, s, "a")
		if err := s.EndSession(t.Context(), "a", noon); err != nil {
			t.Errorf("ending what is gone: %v", err)
		}
	})
}

func TestSES04TouchMovesSeenForwardOnly(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		row := signedIn("a")
		mustInsert(t, s, row, "")
		for _, after := range []time.Duration{2 * time.Minute, time.Minute, -time.Minute} {
			if err := s.TouchSession(t.Context(), "a", noon.Add(after)); err != nil {
				t.Fatal(err)
			}
		}
		row.Seen = noon.Add(2 * time.Minute)
		wantRow(t, s, row)
		if err := s.TouchSession(t.Context(), "none", noon); err != nil {
			t.Error(err)
		}
	})
}

func TestTOK05OnlyTheCurrentVersionIsWritten(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		row := signedIn("a")
		mustInsert(t, s, row, "")
		wantRow(t, s, row)
		refreshed := row
		refreshed.Sealed, refreshed.Seen = []byte("refreshed"), noon.Add(time.Minute)
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if updated, err := s.UpdateSession(t.Context(), refreshed); err != nil {
					t.Error(err)
				} else if updated {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d writes of one version, want 1", won.Load())
		}
		refreshed.Version = 2
		wantRow(t, s, refreshed)
	})
}

func TestTOK04OnlyOneLeasesTheRefresh(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		row := signedIn("a")
		mustInsert(t, s, row, "")
		var leases atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if leased, err := s.LeaseSession(t.Context(), "a", 1, noon, noon.Add(time.Minute)); err != nil {
					t.Error(err)
				} else if leased {
					leases.Add(1)
				}
			})
		}
		wg.Wait()
		if leases.Load() != 1 {
			t.Errorf("%d leases, want 1", leases.Load())
		}
		lease := func(version int64, now time.Time) bool {
			leased, err := s.LeaseSession(t.Context(), "a", version, now, now.Add(time.Minute))
			if err != nil {
				t.Error(err)
			}
			return leased
		}
		if !lease(1, noon.Add(time.Minute)) {
			t.Error("a lease whose time is over still holds")
		}
		if updated, err := s.UpdateSession(t.Context(), row); !updated || err != nil {
			t.Fatal(updated, err)
		}
		if lease(1, noon.Add(time.Hour)) {
			t.Error("an old version was leased")
		}
		if !lease(2, noon.Add(time.Minute)) {
			t.Error("the write did not end the lease")
		}
	})
}

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

func TestOIDC01AStateIsGoodOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		var fresh atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if isNew, err := s.UseState(t.Context(), "state", noon.Add(10*time.Minute)); err != nil {
					t.Error(err)
				} else if isNew {
					fresh.Add(1)
				}
			})
		}
		wg.Wait()
		if fresh.Load() != 1 {
			t.Errorf("new %d times, want once", fresh.Load())
		}
		for after, want := range map[time.Duration]bool{10*time.Minute - time.Millisecond: false, 10 * time.Minute: true} {
			if err := s.PurgeStates(t.Context(), noon.Add(after)); err != nil {
				t.Fatal(err)
			}
			if isNew, err := s.UseState(t.Context(), "state", noon.Add(10*time.Minute)); isNew != want || err != nil {
				t.Errorf("after %v new is %v (%v), want %v", after, isNew, err, want)
			}
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

func TestINP05TextIsNeverPartOfAQuery(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		const hostile = `' OR '1'='1'; DROP TABLE session; -- $1 ? "x"`
		mustInsert(t, s, signedIn("a"), "")
		row := signedIn(hostile)
		mustInsert(t, s, row, "")
		wantRow(t, s, row)
		if err := s.DeleteSession(t.Context(), hostile); err != nil {
			t.Fatal(err)
		}
		wantNoRow(t, s, hostile)
		wantRow(t, s, signedIn("a"))
		act := enrolment(hostile, hostile, hostile, "1")
		mustOpenAct(t, s, act)
		mustCloseAct(t, s, act, ended(outcome.Enrolled))
		if got, err := s.Ledger().FindReceipt(t.Context(), hostile, hostile); err != nil || got.Act.Serial != hostile {
			t.Errorf("the receipt says %q (%v)", got.Act.Serial, err)
		}
		for _, id := range []string{"a\x00", "\xff"} {
			if _, err := s.Ledger().FindReceipt(t.Context(), "ada", id); !errors.Is(err, desk.ErrNoReceipt) {
				t.Errorf("the receipt of %q: %v, want none", id, err)
			}
		}
	})
}
