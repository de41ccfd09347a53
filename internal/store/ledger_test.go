package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

func TestAUD01AnActLeavesItsIntentAndThenItsOutcome(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		act := enrolment("act-1", "ada", "GALT1", "1")
		mustOpenAct(t, s, act)
		wantTrail(t, s, "enrol  act-1")
		act.Serial = "GALT1-known-later"
		mustCloseAct(t, s, act, ended(outcome.Enrolled))
		wantTrail(t, s, "enrol  act-1", "enrol enrolled act-1")
		rows := rowsOf(t, s)
		if rows[0].Serial != "GALT1" || rows[1].Serial != act.Serial || rows[1].GraphRequestID != "graph-1" {
			t.Errorf("rows %+v", rows)
		}
	})
}

func TestAUD02AnIntentThatFailsLeavesNothing(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		act := enrolment("act-1", "ada", "GALT1", "1")
		mustOpenAct(t, s, act)
		again := enrolment("act-1", "bob", "GALT2", "2") // the same id: the act can't be inserted
		if _, refused := outcome.Of(s.Ledger().Open(t.Context(), again)); refused {
			t.Fatal("a fault of ours is no refusal")
		}
		wantTrail(t, s, "enrol  act-1")
		if n, err := s.Ledger().Tries(t.Context(), "person:bob", noon.Add(-time.Hour)); n != 0 || err != nil {
			t.Errorf("%d tries (%v), want 0", n, err)
		}
		again.ID = "act-2"
		mustOpenAct(t, s, again) // the code is free
	})
}

func TestAUD03LostActsGetTheOutcomeUnknown(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		const lost = lostAtOnce + 5
		for n := range lost {
			id := fmt.Sprint("lost-", n)
			mustOpenAct(t, s, later(enrolment(id, id, id, id), -time.Minute))
		}
		mustOpenAct(t, s, enrolment("under-way", "ada", "GALT1", "1"))
		done := later(enrolment("done", "bob", "GALT2", "2"), -time.Minute)
		mustOpenAct(t, s, done)
		mustCloseAct(t, s, done, ended(outcome.Enrolled))

		for _, want := range []int{lost, 0} {
			if n, err := s.Ledger().MarkLost(t.Context(), noon.Add(-30*time.Second), noon); n != want || err != nil {
				t.Fatalf("marked %d (%v), want %d", n, err, want)
			}
		}
		receipt, err := s.Ledger().FindReceipt(t.Context(), "lost-7", "lost-7")
		if err != nil || receipt.End.Outcome != outcome.OutcomeUnknown || !receipt.End.At.Equal(noon) {
			t.Errorf("receipt %+v (%v)", receipt, err)
		}
		if _, err := s.Ledger().FindReceipt(t.Context(), "ada", "under-way"); !errors.Is(err, desk.ErrNoReceipt) {
			t.Errorf("the act under way: %v, want ErrNoReceipt", err)
		}
	})
}

func TestFLT09AnActOpenedBeforeTheClockWasSetBackIsFoundLostAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		mustOpenAct(t, s, later(enrolment("before", "ada", "GALT1", "1"), time.Hour))
		mustOpenAct(t, s, later(enrolment("a-portal-ahead", "bob", "GALT2", "2"), 5*time.Second))
		for _, want := range []int{1, 0} {
			if n, err := s.Ledger().MarkLost(t.Context(), noon.Add(-30*time.Second), noon.Add(5*time.Second)); n != want || err != nil {
				t.Fatalf("marked %d (%v), want %d", n, err, want)
			}
		}
		wantTrail(t, s, "enrol  before", "enrol  a-portal-ahead", "enrol outcome_unknown before")
	})
}

func TestAUD03TheTruthReplacesUnknown(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		act := later(enrolment("act-1", "ada", "GALT1", "1"), -time.Minute)
		mustOpenAct(t, s, act)
		if _, err := s.Ledger().MarkLost(t.Context(), noon, noon); err != nil {
			t.Fatal(err)
		}
		end := ended(outcome.WrongCode)
		end.Reason = "again"
		for range 2 {
			mustCloseAct(t, s, act, ended(outcome.OutcomeUnknown)) // knows nothing more
			mustCloseAct(t, s, act, end)
		}
		wantTrail(t, s, "enrol  act-1", "enrol outcome_unknown act-1", "enrol wrong_code act-1")
		receipt, err := s.Ledger().FindReceipt(t.Context(), "ada", "act-1")
		if err != nil || receipt.End.Outcome != outcome.WrongCode || receipt.End.Reason != "again" {
			t.Errorf("receipt %+v (%v)", receipt, err)
		}
		repeat := wantRepeat(t, s, later(enrolment("act-2", "ada", "GALT1", "1"), -time.Minute))
		if repeat.Settled == nil || repeat.Settled.Outcome != outcome.WrongCode {
			t.Errorf("repeat %+v", repeat)
		}
	})
}

func TestAUD06TheFileHoldsTheSerialAndNoCode(t *testing.T) {
	s := openTestStore(t)
	act := enrolment("act-1", "ada", "GALT1", "1")
	act.Once = []byte("only-the-hash-of-287082")
	mustOpenAct(t, s, act)
	file := s.path(t)
	found := ""
	for _, name := range []string{file, file + "-wal"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found += string(content)
	}
	for text, want := range map[string]bool{"GALT1": true, "only-the-hash-of-": true, string(s.key): false} {
		if strings.Contains(found, text) != want {
			t.Errorf("%q stands in the database: %v, want %v", text, !want, want)
		}
	}
}

// path returns where the store's file is.
func (s *Store) path(t *testing.T) string {
	t.Helper()
	var path string
	const query = "SELECT file FROM pragma_database_list WHERE name = 'main'"
	if err := s.db.readers.QueryRow(query).Scan(&path); err != nil {
		t.Fatal(err)
	}
	return filepath.Clean(path)
}

func wantRepeat(t *testing.T, s *Store, act desk.Act) *desk.Repeat {
	t.Helper()
	err := s.Ledger().Open(t.Context(), act)
	repeat, ok := errors.AsType[*desk.Repeat](err)
	if !ok {
		t.Fatalf("open act %s: %v, want a repeat", act.ID, err)
	}
	return repeat
}

// kept leaves out what an End carries and the ledger does not keep.
var kept = cmpopts.IgnoreUnexported(desk.Act{}, desk.End{})

func TestLIM04ACodeIsClaimedOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		first := enrolment("act-1", "ada", "GALT1", "1")
		mustOpenAct(t, s, first)
		repeat := wantRepeat(t, s, enrolment("act-2", "ada", "GALT1", "1"))
		if diff := cmp.Diff(&desk.Repeat{ActID: "act-1"}, repeat, kept); diff != "" {
			t.Errorf("while the first is under way: %s", diff)
		}
		end := ended(outcome.WrongCode)
		end.Reason = "again"
		mustCloseAct(t, s, first, end)
		repeat = wantRepeat(t, s, enrolment("act-3", "ada", "GALT1", "1"))
		if diff := cmp.Diff(&desk.Repeat{ActID: "act-1", Settled: &end}, repeat, kept); diff != "" {
			t.Errorf("once the first has ended: %s", diff)
		}
		wantTrail(t, s, "enrol  act-1", "enrol wrong_code act-1")
		if n, err := s.Ledger().Tries(t.Context(), "person:ada", noon.Add(-time.Hour)); n != 1 || err != nil {
			t.Errorf("%d tries (%v), want 1", n, err)
		}
		mustOpenAct(t, s, later(enrolment("act-4", "ada", "GALT1", "1"), 5*time.Minute)) // forgotten by then
	})
}

func TestLIM04AnotherPersonsCodeIsAWrongOne(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		mustOpenAct(t, s, enrolment("act-1", "ada", "GALT1", "1"))
		if err := s.Ledger().Open(t.Context(), enrolment("act-2", "bob", "GALT1", "1")); !errors.Is(err, outcome.WrongCode) {
			t.Errorf("got %v, want wrong_code", err)
		}
		forBob := enrolment("act-3", "ada", "GALT1", "1")
		forBob.Subject = desk.Party{ID: "bob"}
		if err := s.Ledger().Open(t.Context(), forBob); !errors.Is(err, outcome.WrongCode) {
			t.Errorf("the same actor for somebody else: %v, want wrong_code", err)
		}
		wantTrail(t, s, "enrol  act-1", "enrol wrong_code act-2", "enrol wrong_code act-3")
	})
}

func TestLIM04AReleasedCodeIsFree(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		first := enrolment("act-1", "ada", "GALT1", "1")
		mustOpenAct(t, s, first)
		end := ended(outcome.Throttled)
		end.Release = true
		mustCloseAct(t, s, first, end)
		second := enrolment("act-2", "ada", "GALT1", "1")
		mustOpenAct(t, s, second)
		mustCloseAct(t, s, first, end) // told again, it must not free the second's claim
		if repeat := wantRepeat(t, s, enrolment("act-3", "ada", "GALT1", "1")); repeat.ActID != "act-2" {
			t.Errorf("repeat of %s, want act-2", repeat.ActID)
		}
	})
}

func TestLIM04ManyAtOnceAreOneSubmission(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		var opened, repeats atomic.Int32
		var wg sync.WaitGroup
		for n := range 50 {
			wg.Go(func() {
				err := s.Ledger().Open(t.Context(), enrolment(fmt.Sprint("act-", n), "ada", "GALT1", "1"))
				if _, repeat := errors.AsType[*desk.Repeat](err); repeat {
					repeats.Add(1)
				} else if err == nil {
					opened.Add(1)
				}
			})
		}
		wg.Wait()
		if opened.Load() != 1 || repeats.Load() != 49 {
			t.Errorf("%d opened and %d repeats, want 1 and 49", opened.Load(), repeats.Load())
		}
	})
}

func TestLIM04ALostActHasSettledItsCode(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		mustOpenAct(t, s, later(enrolment("act-1", "ada", "GALT1", "1"), -time.Minute))
		if _, err := s.Ledger().MarkLost(t.Context(), noon, noon); err != nil {
			t.Fatal(err)
		}
		repeat := wantRepeat(t, s, enrolment("act-2", "ada", "GALT1", "1"))
		if repeat.Settled == nil || repeat.Settled.Outcome != outcome.OutcomeUnknown {
			t.Errorf("repeat %+v, want it settled as outcome_unknown", repeat)
		}
	})
}

func TestLIM04AnActWithoutACodeClaimsNothing(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		for _, id := range []string{"act-1", "act-2"} {
			mustOpenAct(t, s, desk.Act{ID: id, Event: desk.EventRemove, At: noon})
			mustCloseAct(t, s, desk.Act{ID: id, Event: desk.EventRemove, At: noon}, desk.End{Outcome: outcome.Removed, At: noon, Refund: true, Release: true})
		}
		wantTrail(t, s, "remove  act-1", "remove removed act-1", "remove  act-2", "remove removed act-2")
	})
}

func TestReceiptTellsTheWholeActToItsPersonAlone(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		act := enrolment("act-1", "ada", "", "1")
		mustOpenAct(t, s, act)
		act.Serial, act.DisplayName = "GALT1", "Known later"
		end := ended(outcome.AlreadyActive)
		end.Reason = "why"
		mustCloseAct(t, s, act, end)
		got, err := s.Ledger().FindReceipt(t.Context(), "ada", "act-1")
		if err != nil {
			t.Fatal(err)
		}
		want := desk.Receipt{Act: act, End: end}
		want.Act.Once, want.Act.Limits, want.Act.Remembered = nil, nil, time.Time{}
		if diff := cmp.Diff(want, got, kept); diff != "" {
			t.Error(diff)
		}
		for _, ask := range [][2]string{{"bob", "act-1"}, {"", "act-1"}, {"ada", "act-2"}} {
			if _, err := s.Ledger().FindReceipt(t.Context(), ask[0], ask[1]); !errors.Is(err, desk.ErrNoReceipt) {
				t.Errorf("person %q, act %q: %v, want ErrNoReceipt", ask[0], ask[1], err)
			}
		}
	})
}

func TestFLT04AnEndToldTwiceIsKeptOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		act := enrolment("act-1", "ada", "GALT1", "1")
		mustOpenAct(t, s, act)
		for _, o := range []outcome.Outcome{outcome.Enrolled, outcome.Enrolled, outcome.OutcomeUnknown, outcome.WrongCode} {
			mustCloseAct(t, s, act, ended(o))
		}
		wantTrail(t, s, "enrol  act-1", "enrol enrolled act-1")
		if err := s.Ledger().Close(t.Context(), enrolment("never", "ada", "GALT1", "1"), ended(outcome.Enrolled)); err == nil {
			t.Error("an act that was never opened was closed")
		}
	})
}

func TestPurgeLedgerLeavesWhatCounts(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		const over = purgeAtOnce + 5
		for n := range over {
			id := fmt.Sprint("over-", n)
			mustOpenAct(t, s, later(enrolment(id, id, id, id), -15*time.Minute))
		}
		mustOpenAct(t, s, enrolment("act-1", "ada", "GALT1", "1"))
		if err := s.PurgeLedger(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
		for table, want := range map[string]int{"attempt": 2, "code_claim": 1, "act": over + 1, "audit": over + 1} {
			var n int
			if err := s.db.readers.QueryRow("SELECT COUNT(*) FROM " + table).Scan(&n); n != want || err != nil {
				t.Errorf("%s has %d rows (%v), want %d", table, n, err, want)
			}
		}
		_ = wantRepeat(t, s, enrolment("act-2", "ada", "GALT1", "1"))
	})
}
