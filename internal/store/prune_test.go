package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

// options are those of a command that works beside the test's portal.
func options(keys Keys) Options { return Options{Keys: keys, Now: func() time.Time { return noon }} }

// servedTrail returns a store that goes on serving, with n rows a minute apart up to noon.
func servedTrail(t *testing.T, db testDatabase, n int) *Store {
	t.Helper()
	s := serving(t, db.url)
	var rows []audit.Row
	for i := range n {
		rows = append(rows, audit.Row{Time: noon.Add(time.Duration(i+1-n) * time.Minute), Event: audit.EventSignIn, Actor: fmt.Sprint(i + 1)})
	}
	appendAll(t, s, rows...)
	return s
}

// mustPrune drops what is older than this many minutes before noon.
func mustPrune(t *testing.T, db testDatabase, minutes int, want int64) {
	t.Helper()
	dropped, err := Prune(t.Context(), db.retention, options(testKeys), noon.Add(-time.Duration(minutes)*time.Minute))
	if err != nil || dropped != want {
		t.Errorf("dropped %d (%v), want %d", dropped, err, want)
	}
}

// wantVerified holds the trail to being unbroken, read beside the portal, and to its first row.
func wantVerified(t *testing.T, db testDatabase, noted audit.Head, first int64) audit.Head {
	t.Helper()
	trail, err := OpenReadOnly(t.Context(), db.retention, options(testKeys))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = trail.Close() }()
	head, err := trail.VerifyAudit(t.Context(), noted)
	if err != nil {
		t.Errorf("verify: %v", err)
	}
	for row, err := range trail.ExportAudit(t.Context(), audit.Filter{}) {
		if err != nil || row.Number != first {
			t.Errorf("the first row is %d (%v), want %d", row.Number, err, first)
		}
		break
	}
	return head
}

func TestAUD08PruneLeavesAMarkThatVerifyAcceptsBesideALivePortal(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		const n = 3 * pruneAtOnce
		s := servedTrail(t, db, n)
		head := wantVerified(t, db, audit.Head{}, 1)
		mustPrune(t, db, pruneAtOnce+250, 2*pruneAtOnce-251)
		wantVerified(t, db, head, 2*pruneAtOnce-250)
		appendAll(t, s, audit.Row{Time: noon, Event: audit.EventSignIn})
		if wantVerified(t, db, head, 2*pruneAtOnce-250).Number != n+1 {
			t.Error("the portal's next row is not the next")
		}
		mustPrune(t, db, pruneAtOnce, 250)
		mustPrune(t, db, pruneAtOnce, 0)
		wantVerified(t, db, head, 2*pruneAtOnce)
		if mark, err := s.AuditMark(t.Context()); mark.Number != 2*pruneAtOnce-1 || !mark.At.Equal(noon) || err != nil {
			t.Errorf("mark %+v (%v)", mark, err)
		}
		for _, filter := range []audit.Filter{{}, {From: noon.Add(-100 * 24 * time.Hour)}, {Event: audit.EventSignIn}} {
			if got := paged(t, s, filter, 100); len(got) != n-(2*pruneAtOnce-1)+1 {
				t.Errorf("%+v finds %d rows", filter, len(got))
			}
		}
	})
}

func TestAUD08TheLastRowIsNeverDropped(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := servedTrail(t, db, 5)
		mustPrune(t, db, -1000, 4)
		wantVerified(t, db, audit.Head{}, 5)
		mustClose(t, s)
		s = mustOpen(t, db.url, testKeys) // reads its head anew
		appendAll(t, s, audit.Row{Time: noon, Event: audit.EventSignIn})
		wantVerified(t, db, audit.Head{}, 5)
		mustClose(t, s)
	})
}

func TestAUD08AnEmptyTrailHasNothingToDrop(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		servedTrail(t, db, 0)
		mustPrune(t, db, -1000, 0)
	})
}

func TestAUD08AnActUnderWayStays(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := servedTrail(t, db, 5)
		act := desk.Act{ID: "act-1", Event: desk.EventRemove, At: noon}
		mustOpenAct(t, s, act)
		appendAll(t, s, audit.Row{Time: noon, Event: audit.EventSignIn}, audit.Row{Time: noon, Event: audit.EventSignIn})
		mustPrune(t, db, -1000, 5)
		mustCloseAct(t, s, act, ended(outcome.Removed))
		mustPrune(t, db, -1000, 3) // the act's end is the last row
	})
}

func TestAUD08ACodeThatIsRememberedStays(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := servedTrail(t, db, 5)
		act := enrolment("act-1", "ada", "GALT1", "1")
		mustOpenAct(t, s, act)
		mustCloseAct(t, s, act, ended(outcome.WrongCode))
		mustPrune(t, db, -1000, 5)
		_ = wantRepeat(t, s, enrolment("act-2", "ada", "GALT1", "1"))
	})
}

func TestAUD08ARowThatIsNotOlderStaysAndWhatCameAfterIt(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := servedTrail(t, db, 5)
		appendAll(t, s, audit.Row{Time: noon.Add(-100 * time.Hour), Event: audit.EventSignIn}) // a clock set back
		mustPrune(t, db, 60, 0)
		mustPrune(t, db, 2, 2)
	})
}

func TestAUD08WithItsRowsAnActIsForgotten(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := servedTrail(t, db, 0)
		for n, after := range []time.Duration{-48 * time.Hour, -time.Hour} {
			act := later(enrolment(fmt.Sprint("act-", n), "ada", "GALT1", fmt.Sprint(n)), after)
			mustOpenAct(t, s, act)
			end := ended(outcome.Enrolled)
			end.At, end.Refund = act.At, true
			mustCloseAct(t, s, act, end)
		}
		mustPrune(t, db, 24*60, 2)
		for id, want := range map[string]error{"act-0": desk.ErrNoReceipt, "act-1": nil} {
			if _, err := s.Ledger().FindReceipt(t.Context(), "ada", id); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", id, err, want)
			}
		}
		var acts int
		if err := s.db.readers.QueryRow("SELECT COUNT(*) FROM act").Scan(&acts); acts != 1 || err != nil {
			t.Errorf("%d acts (%v), want 1", acts, err)
		}
	})
}

func TestAUD08AFalseMarkIsFound(t *testing.T) {
	for _, test := range []struct {
		name    string
		changes []string
		at      int64
	}{
		{"rows are taken out from the beginning", []string{"DELETE FROM audit WHERE number <= 4"}, 4},
		{"and the mark is moved up", []string{
			"UPDATE audit_mark SET number = 4, hash = (SELECT hash FROM audit WHERE number = 4)", "DELETE FROM audit WHERE number <= 4",
		}, 4},
		{"the mark is taken out", []string{"DELETE FROM audit_mark"}, 1},
		{"the mark's date is another", []string{"UPDATE audit_mark SET at = at + 1"}, 3},
		{"a mark is laid where none was", []string{
			"DELETE FROM audit_mark", "INSERT INTO audit_mark SELECT 1, number, hash, 0, hash FROM audit WHERE number = 4",
			"DELETE FROM audit WHERE number <= 4",
		}, 4},
	} {
		eachKind(t, func(t *testing.T, db testDatabase) {
			s := servedTrail(t, db, 6)
			mustPrune(t, db, 2, 3)
			for _, statement := range test.changes {
				db.change(statement)
			}
			for what, err := range map[string]error{
				"verify": func() error { _, err := s.VerifyAudit(t.Context(), audit.Head{}); return err }(),
				"prune":  func() error { _, err := Prune(t.Context(), db.retention, options(testKeys), noon); return err }(),
			} {
				if broken, ok := errors.AsType[*audit.Break](err); !ok || broken.Number != test.at {
					t.Errorf("%s, %s: %v, want a break at row %d", test.name, what, err, test.at)
				}
			}
		})
	}
}

func TestAUD08WhatWasTamperedWithIsNotDropped(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := servedTrail(t, db, 2*pruneAtOnce)
		db.change("UPDATE audit SET actor = 'somebody else' WHERE number = 700")
		dropped, err := Prune(t.Context(), db.retention, options(testKeys), noon.Add(time.Hour))
		if broken, ok := errors.AsType[*audit.Break](err); !ok || broken.Number != 700 || dropped != pruneAtOnce {
			t.Errorf("dropped %d (%v), want %d and a break at row 700", dropped, err, pruneAtOnce)
		}
		if _, err := s.VerifyAudit(t.Context(), audit.Head{}); err == nil {
			t.Error("the trail verifies")
		}
	})
}

func TestAUD08PruneAndAPortalInFullWorkLeaveOneChain(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		const n = 4 * pruneAtOnce
		s := servedTrail(t, db, n)
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for worker := range 4 {
			wg.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					id := fmt.Sprint(worker, "-", i)
					mustOpenAct(t, s, enrolment(id, id, id, id))
					mustCloseAct(t, s, enrolment(id, id, id, id), ended(outcome.Enrolled))
				}
			})
		}
		mustPrune(t, db, 100, n-101)
		head := wantVerified(t, db, audit.Head{}, n-100)
		stop()
		wg.Wait()
		wantVerified(t, db, head, n-100)
	})
}

func TestAUD04ACutTailShowsAgainstTheNotedHead(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := servedTrail(t, db, 6)
		noted := wantVerified(t, db, audit.Head{}, 1)
		db.change("DELETE FROM audit WHERE number = 6")
		_, err := s.VerifyAudit(t.Context(), noted)
		if broken, ok := errors.AsType[*audit.Break](err); !ok || broken.Number != 6 {
			t.Errorf("got %v, want a break at row 6", err)
		}
	})
}

func TestOpenReadOnlyChangesNothingAndKeepsNobodyOut(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := servedTrail(t, db, 3)
		trail, err := OpenReadOnly(t.Context(), db.retention, options(testKeys))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := trail.db.Exec("DELETE FROM audit"); err == nil {
			t.Error("it deleted the trail")
		}
		appendAll(t, s, audit.Row{Time: noon, Event: audit.EventSignIn})
		if head, err := trail.AuditHead(t.Context()); head.Number != 4 || err != nil {
			t.Errorf("head %v (%v), want row 4, written meanwhile", head, err)
		}
		mustClose(t, s)
		again := mustOpen(t, db.url, testKeys)
		mustClose(t, again)
		if err := trail.Close(); err != nil {
			t.Error(err)
		}
		wantVerified(t, db, audit.Head{}, 1) // where nobody serves
	})
}

func TestOpenReadOnlyRefusesWhatItCantRead(t *testing.T) {
	wantNoTrail(t, "sqlite:"+filepath.Join(t.TempDir(), "none.db"), testKeys, "unable to open")
	wantNoTrail(t, "mysql://fobdesk:hunter2@db/fobdesk", testKeys, "sqlite:PATH")
	eachKind(t, func(t *testing.T, db testDatabase) {
		servedTrail(t, db, 1)
		wantNoTrail(t, db.retention, gcmKeys{"the key of somebody else"}, "FOBDESK_SESSION_KEYS")
		db.change("DELETE FROM schema_version WHERE version > 3")
		wantNoTrail(t, db.retention, testKeys, "its schema is version 3 and this fobdesk's is")
	})
}

// wantNoTrail holds what works beside a portal to an error that says this.
func wantNoTrail(t *testing.T, url string, keys Keys, says string) {
	t.Helper()
	_, err := OpenReadOnly(t.Context(), url, options(keys))
	_, pruneErr := Prune(t.Context(), url, options(keys), noon)
	for _, err := range []error{err, pruneErr} {
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v, want %q", err, says)
		}
	}
}
