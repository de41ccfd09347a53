package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"fobdesk/internal/audit"
	"fobdesk/internal/outcome"
)

// change runs SQL on the connection that writes.
func change(t testing.TB, s *Store, statement string) {
	t.Helper()
	err := s.writer.do(t.Context(), func(t *tx) error {
		_, err := t.exec(statement)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// wantFault holds an act to an error that is no refusal and says this.
func wantFault(t *testing.T, s *Store, says string) {
	t.Helper()
	err := s.Ledger().Open(t.Context(), enrolment("fails", "ada", "GALT1", "fails"))
	if _, refused := outcome.Of(err); err == nil || refused || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, want a fault with %q", err, says)
	}
}

func TestFLT08AFullDiskFailsActsUntilThereIsRoom(t *testing.T) {
	folder := smallDisk(t)
	s := mustOpen(t, "sqlite:"+filepath.Join(folder, "fobdesk.db"), testKeys)
	defer mustClose(t, s)
	mustOpenAct(t, s, enrolment("before", "ada", "GALT1", "before"))
	mustInsert(t, s, signedIn("a"), "")

	filler := filepath.Join(folder, "filler")
	if err := os.WriteFile(filler, bytes.Repeat([]byte{1}, 16<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("fill the disk: %v", err)
	}
	trail := []string{"enrol  before"}
	for n, faults := 0, 0; faults < 3; n++ { // the journal's own room is used up first, and is free again once it is folded
		id := fmt.Sprint("more-", n)
		switch err := s.Ledger().Open(t.Context(), enrolment(id, id, id, "1")); {
		case err == nil && n < 10_000:
			trail = append(trail, "enrol  "+id)
		case err == nil || !strings.Contains(err.Error(), "full"):
			t.Fatalf("got %v, want that the disk is full", err)
		default:
			faults++
		}
	}
	wantRow(t, s, signedIn("a")) // reading goes on
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	mustOpenAct(t, s, enrolment("after", "ada", "GALT1", "after"))
	wantTrail(t, s, append(trail, "enrol  after")...)
	if _, err := s.VerifyAudit(t.Context(), audit.Head{}); err != nil {
		t.Error(err)
	}
}

// smallDisk mounts a file system of 4 MiB for the test.
func smallDisk(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=4m")
	if errors.Is(err, syscall.EPERM) {
		t.Skip("mounting a small file system takes the rights of root")
	}
	if err != nil {
		t.Fatalf("mount a small file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return folder
}

func TestFLT08AReadOnlyDatabaseFailsActsUntilItCanBeWritten(t *testing.T) {
	s := openTestStore(t)
	mustOpenAct(t, s, enrolment("before", "ada", "GALT1", "before"))
	change(t, s, "PRAGMA query_only = 1")
	wantFault(t, s, "readonly")
	change(t, s, "PRAGMA query_only = 0")
	mustOpenAct(t, s, enrolment("after", "ada", "GALT1", "after"))
	wantTrail(t, s, "enrol  before", "enrol  after")
}

func TestFLT08ALockedDatabaseFailsActsUntilItIsFree(t *testing.T) {
	s := openTestStore(t)
	mustOpenAct(t, s, enrolment("before", "ada", "GALT1", "before"))
	raw := openRaw(t, s.path(t))
	change(t, s, "PRAGMA busy_timeout = 20") // for the next transaction; the portal waits 5 s
	if _, err := raw.Exec("BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	wantFault(t, s, "locked")
	if _, err := raw.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	mustOpenAct(t, s, enrolment("after", "ada", "GALT1", "after"))
	wantTrail(t, s, "enrol  before", "enrol  after")
}

func TestFLT08WhoWaitsBehindALockHearsOfItWithTheFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fobdesk.db")
	locker := openRaw(t, path)
	for _, statement := range []string{"PRAGMA journal_mode = WAL", "BEGIN EXCLUSIVE"} {
		if _, err := locker.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(20)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	w := newWriter(&database{dialect: sqlite(), writer: db}, nil, func([]string) {})
	var jobs []*job
	for range 100 {
		j, err := w.submit(t.Context(), func(*tx) error {
			t.Error("a step was run")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	answered, err := w.transact(t.Context(), <-w.queue)
	if err == nil || len(answered) != len(jobs) {
		t.Errorf("%d were answered with %v, want all %d with the lock's error", len(answered), err, len(jobs))
	}
}

func TestFLT08AFailedCommitLeavesNoGapInTheTrail(t *testing.T) {
	s := openTestStore(t)
	for n := range 3 {
		if err := s.AppendAudit(t.Context(), audit.Row{Time: noon, Event: audit.EventSignIn, RequestID: fmt.Sprint(n)}); err != nil {
			t.Fatal(err)
		}
		// The step ends the transaction under the others' feet, so that the batch fails with it.
		err := s.writer.do(t.Context(), func(tx *tx) error {
			if _, err := tx.append(audit.Row{Time: noon, Event: audit.EventDenied}); err != nil {
				return err
			}
			_, err := tx.exec("ROLLBACK")
			return err
		})
		if err == nil {
			t.Fatal("the batch was acknowledged")
		}
	}
	wantTrail(t, s, "sign_in  0", "sign_in  1", "sign_in  2")
	if _, err := s.VerifyAudit(t.Context(), audit.Head{}); err != nil {
		t.Error(err)
	}
}
