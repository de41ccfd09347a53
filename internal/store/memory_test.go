package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

var _ desk.Memory = (*Ledger)(nil)

func TestALostFobIsRememberedUntilItIsBoundOrMadeToWork(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		l, ctx := s.Ledger(), t.Context()
		for i, test := range []struct {
			serial string
			begun  time.Duration // after the report
			ended  outcome.Outcome
			left   int
		}{
			{"GALT9", 0, outcome.Enrolled, 1},
			{"GALT8", time.Hour, outcome.Enrolled, 1},
			{"galt9", time.Hour, outcome.Enrolled, 0},
			{"galt9", time.Hour, outcome.Activated, 0},
			{"galt9", time.Hour, outcome.Assigned, 0},
			{"galt9", time.Hour, outcome.Deactivated, 1},
			{"galt9", time.Hour, outcome.WrongCode, 1},
			{"galt9", time.Hour, outcome.OutcomeUnknown, 1},
		} {
			if err := l.ReportLost(ctx, desk.Lost{MethodID: "fob-9", Person: "nora", Serial: "GALT9", At: noon}); err != nil {
				t.Fatal(err)
			}
			act := later(enrolment(fmt.Sprint("act-", i), "nora", test.serial, fmt.Sprint(i)), test.begun)
			act.Limits = nil // it is not the only one
			mustOpenAct(t, s, act)
			mustCloseAct(t, s, act, ended(test.ended))
			if left, err := l.LostOf(ctx, "nora"); err != nil || len(left) != test.left {
				t.Errorf("%s of %s, %v after the report: %v is lost (%v), want %d", test.ended, test.serial, test.begun, left, err, test.left)
			}
		}
	})
}

func TestALostFobIsRememberedUntilItIsFound(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		l, ctx := s.Ledger(), t.Context()
		for method, report := range map[string]desk.Lost{
			"fob-1": {Person: "ada", At: noon}, "fob-2": {Person: "ada", At: noon.Add(time.Hour)}, "fob-3": {Person: "bob", At: noon},
		} {
			report.MethodID, report.Serial, report.By = method, "GALT1", desk.Party{ID: "ada", Name: "Ada"}
			for range 2 { // told again
				if err := l.ReportLost(ctx, report); err != nil {
					t.Fatal(err)
				}
			}
		}
		wantLost := func(person string, want map[string]time.Time) {
			t.Helper()
			got, err := l.LostOf(ctx, person)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Error(person, err, diff)
			}
		}
		wantLost("ada", map[string]time.Time{"fob-1": noon, "fob-2": noon.Add(time.Hour)})
		wantLost("nobody", map[string]time.Time{})
		for range 2 {
			if err := l.ClearLost(ctx, "fob-1"); err != nil {
				t.Fatal(err)
			}
		}
		wantLost("ada", map[string]time.Time{"fob-2": noon.Add(time.Hour)})
		if err := l.ReportLost(ctx, desk.Lost{MethodID: "fob-2", Person: "bob", At: noon}); err != nil { // whose it is by now
			t.Fatal(err)
		}
		wantLost("ada", map[string]time.Time{})
		wantLost("bob", map[string]time.Time{"fob-2": noon, "fob-3": noon})
		all, err := l.LostFobs(ctx, 1)
		want := []desk.Lost{{MethodID: "fob-2", Person: "bob", At: noon}}
		if diff := cmp.Diff(want, all); diff != "" || err != nil {
			t.Error(err, diff)
		}
		for _, name := range []string{"Bob", "Bob Baker", ""} {
			if err := s.AppendAudit(ctx, audit.Row{Time: noon, Event: "deactivate", Subject: "bob", SubjectName: name}); err != nil {
				t.Fatal(err)
			}
		}
		if all, err := l.LostFobs(ctx, 1); err != nil || len(all) != 1 || all[0].Name != "Bob Baker" {
			t.Errorf("%+v (%v), want the latest name that the trail has", all, err)
		}
	})
}

func TestAReplacementCanBeLeftAndTakenUpAgain(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		l, ctx := s.Ledger(), t.Context()
		first := desk.Replacement{
			Person: desk.Party{ID: "ada", Name: "Ada"}, OldMethod: "fob-1", OldSerial: "GALT1", Started: noon,
			By: desk.Party{ID: "admin", Name: "Help Desk"},
		}
		second := first
		second.OldMethod, second.Started = "fob-2", noon.Add(time.Minute)
		others := first
		others.Person.ID = "bob"
		off := first
		off.Off, off.By.ID = outcome.Removed, "another admin"
		for _, r := range []desk.Replacement{first, second, others, off} {
			if err := l.SaveReplacement(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		wantOpen := func(person string, want ...desk.Replacement) {
			t.Helper()
			got, err := l.Replacements(ctx, person)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Error(person, err, diff)
			}
		}
		wantOpen("ada", second, off)
		for range 2 {
			if err := l.FinishReplacement(ctx, "ada", "fob-1"); err != nil {
				t.Fatal(err)
			}
		}
		wantOpen("ada", second)
		wantOpen("bob", others)
		wantOpen("nobody")
	})
}

func TestRecentSubjectsAreThoseTheActorHandledLast(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		handle := func(actor, subject, name string) {
			act := desk.Act{ID: fmt.Sprint(actor, subject, name), Event: desk.EventRemove, At: noon,
				Actor: desk.Party{ID: actor}, Subject: desk.Party{ID: subject, Name: name}}
			mustOpenAct(t, s, act)
			mustCloseAct(t, s, act, ended(outcome.Removed))
		}
		handle("admin", "ada", "Ada")
		handle("admin", "bob", "Bob")
		handle("other", "eve", "Eve")
		handle("admin", "admin", "Myself")
		handle("admin", "ada", "Ada, since married")
		handle("admin", "cyd", "Cyd")
		for limit, want := range map[int][]desk.Party{
			5: {{ID: "cyd", Name: "Cyd"}, {ID: "ada", Name: "Ada, since married"}, {ID: "bob", Name: "Bob"}},
			2: {{ID: "cyd", Name: "Cyd"}, {ID: "ada", Name: "Ada, since married"}},
		} {
			got, err := s.Ledger().RecentSubjects(t.Context(), "admin", limit)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
		}
		if got, err := s.Ledger().RecentSubjects(t.Context(), "", 5); len(got) > 0 || err != nil {
			t.Errorf("nobody handled %v (%v)", got, err)
		}
	})
}

func TestAUD01EachStepOfAnActIsRecorded(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		act := enrolment("act-1", "ada", "GALT1", "1")
		mustOpenAct(t, s, act)
		if err := s.Ledger().Step(t.Context(), act, "assign", ended("assigned")); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Ledger().FindReceipt(t.Context(), "ada", "act-1"); err == nil {
			t.Error("a step has ended the act")
		}
		mustCloseAct(t, s, act, ended(outcome.WrongCode))
		wantTrail(t, s, "enrol  act-1", "assign assigned act-1", "enrol wrong_code act-1")
		if step := rowsOf(t, s)[1]; step.Subject != "ada" || step.Serial != "GALT1" || step.GraphRequestID != "graph-1" {
			t.Errorf("step %+v", step)
		}
	})
}

func TestAUD03UnsettledActsAreFoundUntilTheirEndIsKnown(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		lost := later(enrolment("lost", "ada", "GALT1", "1"), -time.Minute)
		mustOpenAct(t, s, lost)
		if _, err := s.Ledger().MarkLost(t.Context(), noon, noon); err != nil {
			t.Fatal(err)
		}
		mustOpenAct(t, s, enrolment("under-way", "bob", "GALT2", "2"))
		done := enrolment("done", "ada", "GALT3", "3")
		mustOpenAct(t, s, done)
		mustCloseAct(t, s, done, ended(outcome.Enrolled))
		unknown := enrolment("unknown", "ada", "", "4")
		mustOpenAct(t, s, unknown)
		unknown.Serial = "GALT4"
		mustCloseAct(t, s, unknown, ended(outcome.OutcomeUnknown))

		want := func(subject string, limit int, ids ...string) (found []desk.Receipt) {
			t.Helper()
			found, err := s.Ledger().Unsettled(t.Context(), subject, limit)
			var got []string
			for _, r := range found {
				got = append(got, r.Act.ID)
			}
			if diff := cmp.Diff(ids, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
			return found
		}
		all := want("", 10, "unknown", "under-way", "lost")
		if all[0].End.Outcome != outcome.OutcomeUnknown || all[0].Act.Serial != "GALT4" || all[1].End != (desk.End{}) || all[2].Act.Serial != "GALT1" {
			t.Errorf("unsettled %+v", all)
		}
		want("ada", 10, "unknown", "lost")
		want("", 1, "unknown")
		mustCloseAct(t, s, all[2].Act, ended(outcome.WrongCode))
		mustCloseAct(t, s, all[0].Act, ended(outcome.Enrolled))
		want("ada", 10)
		want("", 10, "under-way")
	})
}
