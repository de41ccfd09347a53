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
func servedTrail(t *testing.T, n int) (s *Store, url string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fobdesk.db")
	s = mustOpen(t, path, testKeys)
	t.Cleanup(func() { mustClose(t, s) })
	var rows []audit.Row
	for i := range n {
		rows = append(rows, audit.Row{Time: noon.Add(time.Duration(i+1-n) * time.Minute), Event: audit.EventSignIn, Actor: fmt.Sprint(i + 1)})
	}
	appendAll(t, s, rows...)
	return s, "sqlite:" + path
}

// mustPrune drops what is older than this many minutes before noon.
func mustPrune(t *testing.T, url string, minutes int, want int64) {
	t.Helper()
	dropped, err := Prune(t.Context(), url, options(testKeys), noon.Add(-time.Duration(minutes)*time.Minute))
	if err != nil || dropped != want {
		t.Errorf("dropped %d (%v), want %d", dropped, err, want)
	}
}

// wantVerified holds the trail to being unbroken, read beside the portal, and to its first row.
func wantVerified(t *testing.T, url string, noted audit.Head, first int64) audit.Head {
	t.Helper()
	trail, err := OpenReadOnly(t.Context(), url, options(testKeys))
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
	const n = 3 * pruneAtOnce
	s, url := servedTrail(t, n)
	head := wantVerified(t, url, audit.Head{}, 1)
	mustPrune(t, url, pruneAtOnce+250, 2*pruneAtOnce-251)
	wantVerified(t, url, head, 2*pruneAtOnce-250)
	appendAll(t, s, audit.Row{Time: noon, Event: audit.EventSignIn})
	if wantVerified(t, url, head, 2*pruneAtOnce-250).Number != n+1 {
		t.Error("the portal's next row is not the next")
	}
	mustPrune(t, url, pruneAtOnce, 250)
	mustPrune(t, url, pruneAtOnce, 0)
	wantVerified(t, url, head, 2*pruneAtOnce)
	if mark, err := s.AuditMark(t.Context()); mark.Number != 2*pruneAtOnce-1 || !mark.At.Equal(noon) || err != nil {
		t.Errorf("mark %+v (%v)", mark, err)
	}
	for _, filter := range []audit.Filter{{}, {From: noon.Add(-100 * 24 * time.Hour)}, {Event: audit.EventSignIn}} {
		if got := paged(t, s, filter, 100); len(got) != n-(2*pruneAtOnce-1)+1 {
			t.Errorf("%+v finds %d rows", filter, len(got))
		}
	}
}

func TestAUD08TheLastRowIsNeverDropped(t *testing.T) {
	s, url := servedTrail(t, 5)
	mustPrune(t, url, -1000, 4)
	wantVerified(t, url, audit.Head{}, 5)
	mustClose(t, s)
	s = mustOpen(t, strings.TrimPrefix(url, "sqlite:"), testKeys) // reads its head anew
	appendAll(t, s, audit.Row{Time: noon, Event: audit.EventSignIn})
	wantVerified(t, url, audit.Head{}, 5)
	mustClose(t, s)
}

func TestAUD08AnEmptyTrailHasNothingToDrop(t *testing.T) {
	_, url := servedTrail(t, 0)
	mustPrune(t, url, -1000, 0)
}

func TestAUD08WhatIsStillNeededStays(t *testing.T) {
	t.Run("an act under way", func(t *testing.T) {
		s, url := servedTrail(t, 5)
		act := desk.Act{ID: "act-1", Event: desk.EventRemove, At: noon}
		mustOpenAct(t, s, act)
		appendAll(t, s, audit.Row{Time: noon, Event: audit.EventSignIn}, audit.Row{Time: noon, Event: audit.EventSignIn})
		mustPrune(t, url, -1000, 5)
		mustCloseAct(t, s, act, ended(outcome.Removed))
		mustPrune(t, url, -1000, 3) // the act's end is the last row
	})
	t.Run("a code that is remembered", func(t *testing.T) {
		s, url := servedTrail(t, 5)
		act := enrolment("act-1", "ada", "GALT1", "1")
		mustOpenAct(t, s, act)
		mustCloseAct(t, s, act, ended(outcome.WrongCode))
		mustPrune(t, url, -1000, 5)
		_ = wantRepeat(t, s, enrolment("act-2", "ada", "GALT1", "1"))
	})
	t.Run("a row that is not older, and what came after it", func(t *testing.T) {
		s, url := servedTrail(t, 5)
		appendAll(t, s, audit.Row{Time: noon.Add(-100 * time.Hour), Event: audit.EventSignIn}) // a clock set back
		mustPrune(t, url, 60, 0)
		mustPrune(t, url, 2, 2)
	})
}

func TestAUD08WithItsRowsAnActIsForgotten(t *testing.T) {
	s, url := servedTrail(t, 0)
	for n, after := range []time.Duration{-48 * time.Hour, -time.Hour} {
		act := later(enrolment(fmt.Sprint("act-", n), "ada", "GALT1", fmt.Sprint(n)), after)
		mustOpenAct(t, s, act)
		end := ended(outcome.Enrolled)
		end.At, end.Refund = act.At, true
		mustCloseAct(t, s, act, end)
	}
	mustPrune(t, url, 24*60, 2)
	for id, want := range map[string]error{"act-0": desk.ErrNoReceipt, "act-1": nil} {
		if _, err := s.Ledger().FindReceipt(t.Context(), "ada", id); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", id, err, want)
		}
	}
	var acts int
	if err := s.db.readers.QueryRow("SELECT COUNT(*) FROM act").Scan(&acts); acts != 1 || err != nil {
		t.Errorf("%d acts (%v), want 1", acts, err)
	}
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
		t.Run(test.name, func(t *testing.T) {
			s, url := servedTrail(t, 6)
			mustPrune(t, url, 2, 3)
			for _, statement := range test.changes {
				change(t, s, statement)
			}
			for what, err := range map[string]error{
				"verify": func() error { _, err := s.VerifyAudit(t.Context(), audit.Head{}); return err }(),
				"prune":  func() error { _, err := Prune(t.Context(), url, options(testKeys), noon); return err }(),
			} {
				if broken, ok := errors.AsType[*audit.Break](err); !ok || broken.Number != test.at {
					t.Errorf("%s: %v, want a break at row %d", what, err, test.at)
				}
			}
		})
	}
}

func TestAUD08WhatWasTamperedWithIsNotDropped(t *testing.T) {
	s, url := servedTrail(t, 2*pruneAtOnce)
	change(t, s, "UPDATE audit SET actor = 'somebody else' WHERE number = 700")
	dropped, err := Prune(t.Context(), url, options(testKeys), noon.Add(time.Hour))
	if broken, ok := errors.AsType[*audit.Break](err); !ok || broken.Number != 700 || dropped != pruneAtOnce {
		t.Errorf("dropped %d (%v), want %d and a break at row 700", dropped, err, pruneAtOnce)
	}
	if _, err := s.VerifyAudit(t.Context(), audit.Head{}); err == nil {
		t.Error("the trail verifies")
	}
}

func TestAUD08PruneAndAPortalInFullWorkLeaveOneChain(t *testing.T) {
	const n = 4 * pruneAtOnce
	s, url := servedTrail(t, n)
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
	mustPrune(t, url, 100, n-101)
	head := wantVerified(t, url, audit.Head{}, n-100)
	stop()
	wg.Wait()
	wantVerified(t, url, head, n-100)
}

func TestAUD04ACutTailShowsAgainstTheNotedHead(t *testing.T) {
	s, url := servedTrail(t, 6)
	noted := wantVerified(t, url, audit.Head{}, 1)
	change(t, s, "DELETE FROM audit WHERE number = 6")
	_, err := s.VerifyAudit(t.Context(), noted)
	if broken, ok := errors.AsType[*audit.Break](err); !ok || broken.Number != 6 {
		t.Errorf("got %v, want a break at row 6", err)
	}
}

func TestOpenReadOnlyChangesNothingAndKeepsNobodyOut(t *testing.T) {
	s, url := servedTrail(t, 3)
	trail, err := OpenReadOnly(t.Context(), url, options(testKeys))
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
	again := mustOpen(t, strings.TrimPrefix(url, "sqlite:"), testKeys)
	mustClose(t, again)
	if err := trail.Close(); err != nil {
		t.Error(err)
	}
	wantVerified(t, url, audit.Head{}, 1) // where nobody serves
}

func TestOpenReadOnlyRefusesWhatItCantRead(t *testing.T) {
	_, url := servedTrail(t, 1)
	older, olderURL := servedTrail(t, 1)
	change(t, older, "DELETE FROM schema_version WHERE version > 3")
	for _, test := range []struct {
		name, url string
		keys      Keys
		says      string
	}{
		{"no database", "sqlite:" + filepath.Join(t.TempDir(), "none.db"), testKeys, "unable to open"},
		{"another URL", "postgres://fobdesk:hunter2@db/fobdesk", testKeys, "sqlite:PATH"},
		{"another key", url, gcmKeys{"the key of somebody else"}, "FOBDESK_SESSION_KEYS"},
		{"another schema", olderURL, testKeys, "its schema is version 3 and this fobdesk's is"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := OpenReadOnly(t.Context(), test.url, options(test.keys))
			_, pruneErr := Prune(t.Context(), test.url, options(test.keys), noon)
			for _, err := range []error{err, pruneErr} {
				if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("got %v, want %q", err, test.says)
				}
			}
		})
	}
}
