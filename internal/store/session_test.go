package store

import (
	"errors"
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
