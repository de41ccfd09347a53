package store

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
	"fobdesk/internal/pgtest"
	"fobdesk/internal/session"
)

// replicas opens three stores on one PostgreSQL database, and holds them to one unbroken trail
// afterwards.
func replicas(t *testing.T, test func(t *testing.T, stores []*Store)) {
	t.Helper()
	db := postgresDatabase(t)
	stores := []*Store{serving(t, db.url), serving(t, db.url), serving(t, db.url)}
	test(t, stores)
	for _, s := range stores {
		if _, err := s.VerifyAudit(t.Context(), audit.Head{}); err != nil {
			t.Errorf("verify: %v", err)
		}
	}
}

// atOnce runs do for n numbers at once, the replicas in turn, and returns how often it was true.
func atOnce(stores []*Store, n int, do func(n int, s *Store) bool) int {
	var times atomic.Int64
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if do(i, stores[i%len(stores)]) {
				times.Add(1)
			}
		})
	}
	wg.Wait()
	return int(times.Load())
}

func TestFLT11OneSuiteRunsOnBothDatabases(t *testing.T) {
	var ran []string
	eachDatabase(t, func(t *testing.T, s *Store) {
		const version = "SELECT version()"
		var name string
		if err := s.db.readers.QueryRow("SELECT sqlite_version()").Scan(&name); err == nil {
			ran = append(ran, "sqlite")
		} else if err := s.db.readers.QueryRow(version).Scan(&name); err == nil {
			ran = append(ran, "postgres")
		}
	})
	if !slices.Equal(ran, []string{"sqlite", "postgres"}) {
		t.Errorf("the suite runs on %v", ran)
	}
}

func TestAUD04ReplicasWriteOneChain(t *testing.T) {
	replicas(t, func(t *testing.T, stores []*Store) {
		const rows = 300
		atOnce(stores, rows, func(n int, s *Store) bool {
			err := s.AppendAudit(t.Context(), audit.Row{Time: noon, Event: audit.EventSignIn, RequestID: fmt.Sprint(n)})
			if err != nil {
				t.Error(err)
			}
			return true
		})
		for _, s := range stores {
			head, err := s.AuditHead(t.Context())
			if err != nil || head.Number != rows {
				t.Errorf("head %v (%v), want %d rows", head, err, rows)
			}
		}
		counts, err := stores[0].DailyCounts(t.Context(), noon, noon.Add(time.Hour))
		if err != nil || len(counts) != 1 || counts[0].Rows != rows {
			t.Errorf("counted %v (%v), want %d", counts, err, rows)
		}
	})
}

func TestLIM02ReplicasCountEachTryOnce(t *testing.T) {
	replicas(t, func(t *testing.T, stores []*Store) {
		opened := atOnce(stores, 60, func(n int, s *Store) bool {
			id := fmt.Sprint("act-", n)
			err := s.Ledger().Open(t.Context(), enrolment(id, "ada", id, id))
			if err != nil && !errors.Is(err, outcome.TooManyAttempts) {
				t.Error(err)
			}
			return err == nil
		})
		if opened != 5 {
			t.Errorf("%d tries were let through, want 5", opened)
		}
		for _, s := range stores {
			wantTooMany(t, s, "one-more", "ada", "GALT1", time.Minute, 14*time.Minute)
		}
	})
}

func TestLIM01ReplicasLockTogether(t *testing.T) {
	replicas(t, func(t *testing.T, stores []*Store) {
		for n := range 100 {
			tryInARow(t, stores[n%len(stores)], "ada", n, n+1, outcome.WrongCode)
		}
		for _, s := range stores {
			wantLocked(t, s, "ada", 100)
		}
		if err := stores[1].Ledger().Unlock(t.Context(), "ada"); err != nil {
			t.Fatal(err)
		}
		for _, s := range stores {
			wantLock(t, s, "ada", false)
		}
	})
}

func TestLIM04ReplicasTakeACodeOnce(t *testing.T) {
	replicas(t, func(t *testing.T, stores []*Store) {
		opened := atOnce(stores, 30, func(n int, s *Store) bool {
			err := s.Ledger().Open(t.Context(), enrolment(fmt.Sprint("act-", n), "ada", "GALT1", "1"))
			if _, repeat := errors.AsType[*desk.Repeat](err); err != nil && !repeat {
				t.Error(err)
			}
			return err == nil
		})
		if opened != 1 {
			t.Errorf("%d acts took the code, want 1", opened)
		}
	})
}

func TestTOK04ReplicasLeaseARefreshOnce(t *testing.T) {
	replicas(t, func(t *testing.T, stores []*Store) {
		row := signedIn("a")
		mustInsert(t, stores[0], row, "")
		leased := atOnce(stores, 30, func(_ int, s *Store) bool {
			leased, err := s.LeaseSession(t.Context(), "a", 1, noon, noon.Add(time.Minute))
			if err != nil {
				t.Error(err)
			}
			return leased
		})
		if leased != 1 {
			t.Errorf("%d leases, want 1", leased)
		}
		row.Sealed = []byte("refreshed")
		written := atOnce(stores, 30, func(_ int, s *Store) bool {
			written, err := s.UpdateSession(t.Context(), row)
			if err != nil {
				t.Error(err)
			}
			return written
		})
		if written != 1 {
			t.Errorf("%d wrote over one version, want 1", written)
		}
		row.Version++
		for _, s := range stores {
			wantRow(t, s, row)
		}
	})
}

func TestSES08WhatEndsAtOneReplicaIsEndedAtAll(t *testing.T) {
	replicas(t, func(t *testing.T, stores []*Store) {
		here, there := stores[0], stores[1]
		for way, end := range map[string]func(key string) error{
			"ended":   func(key string) error { return here.EndSession(t.Context(), key, noon) },
			"deleted": func(key string) error { return here.DeleteSession(t.Context(), key) },
			"by Entra": func(key string) error {
				_, err := here.EndSessionsOfSID(t.Context(), "sid-"+key, noon)
				return err
			},
			"replaced": func(key string) error {
				return here.InsertSession(t.Context(), signedIn("after "+key), key)
			},
		} {
			mustInsert(t, here, signedIn(way), "")
			wantRow(t, there, signedIn(way)) // and would be remembered there, were anything
			if err := end(way); err != nil {
				t.Fatal(err)
			}
			row, err := there.FindSession(t.Context(), way)
			if !errors.Is(err, session.ErrNoRow) && (err != nil || row.Ended.IsZero()) {
				t.Errorf("%s here, it is %+v there (%v)", way, row, err)
			}
		}
	})
}

func TestOIDC01ReplicasTakeAStateOnce(t *testing.T) {
	replicas(t, func(t *testing.T, stores []*Store) {
		fresh := atOnce(stores, 30, func(_ int, s *Store) bool {
			fresh, err := s.UseState(t.Context(), "state", noon.Add(time.Minute))
			if err != nil {
				t.Error(err)
			}
			return fresh
		})
		if fresh != 1 {
			t.Errorf("the state was new %d times, want once", fresh)
		}
	})
}

func TestAUD03ReplicasMarkALostActOnce(t *testing.T) {
	replicas(t, func(t *testing.T, stores []*Store) {
		const lost = 40
		for n := range lost {
			id := fmt.Sprint("lost-", n)
			mustOpenAct(t, stores[n%len(stores)], later(enrolment(id, id, id, id), -time.Minute))
		}
		var marked atomic.Int64
		atOnce(stores, len(stores), func(_ int, s *Store) bool {
			n, err := s.Ledger().MarkLost(t.Context(), noon, noon)
			if err != nil {
				t.Error(err)
			}
			marked.Add(int64(n))
			return true
		})
		if rows := rowsOf(t, stores[0]); marked.Load() != lost || len(rows) != 2*lost {
			t.Errorf("marked %d in %d rows, want %d in %d", marked.Load(), len(rows), lost, 2*lost)
		}
	})
}

func TestRST04MigrationsRunOnceWhenReplicasStartTogether(t *testing.T) {
	server := pgtest.Shared(t)
	url := server.URL(pgtest.Owner, server.Database(t, nil))
	const starts = 6
	stores := make([]*Store, starts)
	var wg sync.WaitGroup
	for n := range starts {
		wg.Go(func() {
			s, err := Open(t.Context(), url, options(testKeys))
			if err != nil {
				t.Error(err)
				return
			}
			stores[n] = s
		})
	}
	wg.Wait()
	for n, s := range stores {
		if s == nil {
			t.FailNow()
		}
		mustOpenAct(t, s, enrolment(fmt.Sprint("act-", n), fmt.Sprint(n), fmt.Sprint(n), "1"))
	}
	for _, s := range stores { // one key of the chain, whoever made it
		if head, err := s.VerifyAudit(t.Context(), audit.Head{}); err != nil || head.Number != starts {
			t.Errorf("head %v (%v), want %d rows", head, err, starts)
		}
		mustClose(t, s)
	}
}
