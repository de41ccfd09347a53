package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

// appendAll adds the rows in one step.
func appendAll(t testing.TB, s *Store, rows ...audit.Row) {
	t.Helper()
	err := s.writer.do(t.Context(), func(t *tx) error {
		for _, row := range rows {
			if _, err := t.append(row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("append: %v", err)
	}
}

// mixedRows are rows of a few values each, in an order that says nothing, over some days of a clock
// that is set back once and set forward once.
func mixedRows(n int) []audit.Row {
	random := rand.New(rand.NewPCG(1, 2))
	one := func(of ...string) string { return of[random.IntN(len(of))] }
	var rows []audit.Row
	at := noon
	for i := range n {
		at = at.Add(time.Duration(random.IntN(240)) * time.Second)
		switch i {
		case n / 3:
			at = at.Add(-12 * time.Hour)
		case n / 2:
			at = at.Add(24 * time.Hour)
		}
		rows = append(rows, audit.Row{
			Number: int64(i + 1), Time: at, RequestID: fmt.Sprint("request-", i),
			Event: one("enrol", "enrol", "remove", "sign_in"), Outcome: one("", "enrolled", "wrong_code"),
			Actor: one("ada", "bob", "bob", ""), Subject: one("ada", "cyd", "dan", ""),
			Serial: one("", "", "GALT-1a", "galt-1A", "O'Brien"), Station: one("", "", "Lobby", "Zoë"),
		})
	}
	return rows
}

// filters are all that can be made of these values, with and without times.
func filters() []audit.Filter {
	all := []audit.Filter{{}}
	also := func(set func(*audit.Filter)) {
		for _, f := range slices.Clone(all) {
			set(&f)
			all = append(all, f)
		}
	}
	also(func(f *audit.Filter) { f.Actor = "bob" })
	also(func(f *audit.Filter) { f.Subject = "cyd" })
	also(func(f *audit.Filter) { f.Serial = "GALT-1A" })
	also(func(f *audit.Filter) { f.Outcome = "wrong_code" })
	also(func(f *audit.Filter) { f.Station = "Zoë" })
	also(func(f *audit.Filter) { f.Event = "enrol" })
	also(func(f *audit.Filter) { f.From = noon.Add(26 * time.Hour) })
	also(func(f *audit.Filter) { f.To = noon.Add(60 * time.Hour) })
	return append(all,
		audit.Filter{Actor: "nobody"}, audit.Filter{Outcome: "nothing", Actor: "bob"}, audit.Filter{Serial: "' OR 1=1 --"},
		audit.Filter{Station: "%"}, audit.Filter{From: noon.Add(1000 * time.Hour)}, audit.Filter{To: noon.Add(-time.Hour)},
		audit.Filter{From: noon.Add(40 * time.Hour), To: noon.Add(40*time.Hour + time.Second), Event: "enrol"},
	)
}

// fits says plainly what a filter means.
func fits(f audit.Filter, r audit.Row) bool {
	return (f.Actor == "" || f.Actor == r.Actor) && (f.Subject == "" || f.Subject == r.Subject) &&
		(f.Serial == "" || strings.EqualFold(f.Serial, r.Serial)) && (f.Outcome == "" || f.Outcome == r.Outcome) &&
		(f.Station == "" || f.Station == r.Station) && (f.Event == "" || f.Event == r.Event) &&
		(f.From.IsZero() || !r.Time.Before(f.From)) && (f.To.IsZero() || r.Time.Before(f.To))
}

func TestAUD05EveryFilterFindsWhatItSaysPageByPageAndExported(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		rows := mixedRows(3 * blockRows)
		appendAll(t, s, rows...)
		for _, f := range filters() {
			var want []int64
			for _, row := range rows {
				if fits(f, row) {
					want = append(want, row.Number)
				}
			}
			if got := exported(t, s, f); !slices.Equal(got, want) {
				t.Errorf("%+v: exported %d rows, want %d in order", f, len(got), len(want))
			}
			slices.Reverse(want)
			if got := paged(t, s, f, 40); !slices.Equal(got, want) {
				t.Errorf("%+v: paged %d rows, want %d in order", f, len(got), len(want))
			}
		}
	})
}

// paged returns the numbers of all rows that fit, as the pages have them.
func paged(t *testing.T, s *Store, f audit.Filter, limit int) (numbers []int64) {
	t.Helper()
	for before := int64(0); ; {
		page, err := s.ListAudit(t.Context(), f, before, limit)
		if err != nil {
			t.Fatalf("%+v: %v", f, err)
		}
		for _, row := range page {
			before = row.Number
			numbers = append(numbers, row.Number)
		}
		if len(page) < limit {
			return numbers
		}
	}
}

func exported(t *testing.T, s *Store, f audit.Filter) (numbers []int64) {
	t.Helper()
	for row, err := range s.ExportAudit(t.Context(), f) {
		if err != nil {
			t.Fatalf("%+v: %v", f, err)
		}
		numbers = append(numbers, row.Number)
	}
	return numbers
}

func TestAUD05APageAndAnExportHaveEveryField(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		want := audit.Row{
			Number: 1, Time: noon, Event: "enrol", Outcome: "enrolled", Actor: "actor", ActorName: "Ada", Subject: "subject",
			SubjectName: "Zoë", Serial: "GALT1", Station: "Lobby", Address: "2001:db8::1", RequestID: "r", GraphRequestID: "g",
		}
		appendAll(t, s, want)
		for _, f := range []audit.Filter{{}, {Actor: "actor"}, {Subject: "subject"}} {
			page, err := s.ListAudit(t.Context(), f, 0, 10)
			if diff := cmp.Diff([]audit.Row{want}, page); diff != "" || err != nil {
				t.Error(err, diff)
			}
		}
		for row, err := range s.ExportAudit(t.Context(), audit.Filter{}) {
			if diff := cmp.Diff(want, row); diff != "" || err != nil {
				t.Error(err, diff)
			}
		}
	})
}

func TestINP05ACursorIsANumberAndNoMore(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		appendAll(t, s, mixedRows(10)...)
		for before, want := range map[int64]int{1: 0, 2: 1, 5: 4, 1 << 62: 10, 0: 10} {
			for _, f := range []audit.Filter{{}, {From: noon.Add(-24 * time.Hour)}} {
				page, err := s.ListAudit(t.Context(), f, before, 100)
				if err != nil || len(page) != want {
					t.Errorf("before %d: %d rows (%v), want %d", before, len(page), err, want)
				}
			}
		}
	})
}

func TestAnExportEndsWithTheTrailAsItWasWhenItBegan(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		appendAll(t, s, mixedRows(2*exportAtOnce)...)
		count := 0
		for _, err := range s.ExportAudit(t.Context(), audit.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			if count++; count%exportAtOnce == 0 {
				appendAll(t, s, mixedRows(exportAtOnce)...) // nothing is held that would keep it out
			}
		}
		if count != 2*exportAtOnce {
			t.Errorf("%d rows, want %d", count, 2*exportAtOnce)
		}
	})
}

func TestAnExportThatFailsSaysSo(t *testing.T) {
	s := openTestStore(t)
	appendAll(t, s, mixedRows(2*exportAtOnce)...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rows, failed := 0, error(nil)
	for _, err := range s.ExportAudit(ctx, audit.Filter{}) {
		if err != nil {
			failed = err
			continue
		}
		rows++
		cancel() // while the first portion is read out
	}
	if !errors.Is(failed, context.Canceled) || rows != exportAtOnce {
		t.Errorf("%d rows and then %v, want a portion and the error", rows, failed)
	}
}

func TestDailyCountsAreThoseOfTheRows(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		rows := mixedRows(2000)
		appendAll(t, s, rows...)
		act := enrolment("undone", "ada", "GALT1", "1") // a step that is undone counts nothing
		mustOpenAct(t, s, act)
		if err := s.Ledger().Close(t.Context(), enrolment("never", "ada", "GALT1", "1"), ended(outcome.Enrolled)); err == nil {
			t.Fatal("an act that was never opened was closed")
		}
		want := map[audit.Count]int{{Day: noon.Truncate(24 * time.Hour), Event: desk.EventEnrol}: 1}
		for _, row := range rows {
			want[audit.Count{Day: row.Time.Truncate(24 * time.Hour), Event: row.Event, Outcome: row.Outcome}]++
		}
		got := map[audit.Count]int{}
		counts, err := s.DailyCounts(t.Context(), noon.AddDate(-1, 0, 0), noon.AddDate(1, 0, 0))
		for _, c := range counts {
			got[audit.Count{Day: c.Day, Event: c.Event, Outcome: c.Outcome}] = c.Rows
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
		midnight := noon.Truncate(24*time.Hour).AddDate(0, 0, 1)
		counts, err = s.DailyCounts(t.Context(), midnight, midnight.AddDate(0, 0, 1))
		for _, c := range counts {
			if !c.Day.Equal(midnight) {
				t.Errorf("a count of %v, want one of %v alone", c.Day, midnight)
			}
		}
		if len(counts) == 0 || err != nil {
			t.Errorf("%d counts (%v)", len(counts), err)
		}
	})
}
