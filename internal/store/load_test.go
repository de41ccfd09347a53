package store

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fobdesk/internal/audit"
)

// TestFIG02ManySessionsAndALongTrailAreServedAndNothingIsMissing is short in a run of the tests.
// Where FOBDESK_TEST_LOAD says for how many seconds rows are written, as make load does, there are
// 20,000 sessions, PostgreSQL waits for the disk, and the figures count. The million rows are
// BenchmarkAudit's.
func TestFIG02ManySessionsAndALongTrailAreServedAndNothingIsMissing(t *testing.T) {
	long, sessions := 100*time.Millisecond, 300
	bases := map[string]func() string{
		"SQLite":     func() string { return sqliteDatabase(t).url },
		"PostgreSQL": func() string { return postgresDatabase(t).url },
	}
	if n, err := strconv.Atoi(os.Getenv("FOBDESK_TEST_LOAD")); err == nil {
		long, sessions = time.Duration(n)*time.Second, 20_000
		bases["PostgreSQL"] = func() string { return benchPostgres(t) }
	}
	for _, kind := range []string{"SQLite", "PostgreSQL"} {
		t.Run(kind, func(t *testing.T) {
			s := serving(t, bases[kind]())
			manySessions(t, s, kind, sessions)
			rows, took := writeRows(t, s, long)
			t.Logf("load: %-26s %-11s %8.0f a second, durable, from %d writers", kind, "audit rows", float64(rows)/took.Seconds(), rowWriters)
			longTrail(t, s, kind, rows)
		})
	}
}

// byMany does something for each number below n, many at once.
func byMany(n int, do func(n int)) {
	var doing sync.WaitGroup
	var next atomic.Int64
	for range rowWriters {
		doing.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	doing.Wait()
}

// manySessions makes sessions and looks each of them up.
func manySessions(t *testing.T, s *Store, kind string, sessions int) {
	t.Helper()
	byMany(sessions, func(n int) {
		row := signedIn(fmt.Sprintf("%032d", n))
		row.Sealed = make([]byte, 5000) // tokens are as long
		if err := s.InsertSession(t.Context(), row, ""); err != nil {
			t.Error(err)
		}
	})
	began := time.Now()
	byMany(sessions, func(n int) {
		if row, err := s.FindSession(t.Context(), fmt.Sprintf("%032d", n)); err != nil || row.SID != fmt.Sprintf("sid-%032d", n) {
			t.Errorf("session %d: %q, %v", n, row.SID, err)
		}
	})
	t.Logf("load: %-26s %-11s %8.0f a second, among %d", kind, "sessions", float64(sessions)/time.Since(began).Seconds(), sessions)
}

// rowWriters is how many wait for their rows at once.
const rowWriters = 64

// writeRows lets writers append to the trail, each row once the one before is durable.
func writeRows(t *testing.T, s *Store, long time.Duration) (rows int, took time.Duration) {
	t.Helper()
	var written atomic.Int64
	var writing sync.WaitGroup
	began := time.Now()
	for writer := range rowWriters {
		writing.Go(func() {
			for n := writer; time.Since(began) < long; n += rowWriters {
				if err := s.AppendAudit(t.Context(), benchRow(n)); err != nil {
					t.Error(err)
					return
				}
				written.Add(1)
			}
		})
	}
	writing.Wait()
	return int(written.Load()), time.Since(began)
}

// longTrail lists, exports and verifies the trail, which has so many rows.
func longTrail(t *testing.T, s *Store, kind string, rows int) {
	t.Helper()
	began := time.Now()
	page, err := s.ListAudit(t.Context(), audit.Filter{}, 0, 50)
	if err != nil || len(page) != min(50, rows) || page[0].Number != int64(rows) {
		t.Errorf("the newest page has %d rows: %v", len(page), err)
	}
	listed := time.Since(began)
	began = time.Now()
	heap := peakHeap()
	lines := lineCounter{}
	if err := audit.Export(&lines, audit.JSONLines, s.ExportAudit(t.Context(), audit.Filter{})); err != nil || lines.n != rows {
		t.Errorf("exported %d rows of %d: %v", lines.n, rows, err)
	}
	exported, peak := time.Since(began), heap()
	began = time.Now()
	verified, err := s.VerifyAudit(t.Context(), audit.Head{})
	if err != nil || verified.Number != int64(rows) {
		t.Errorf("verified %d rows of %d: %v", verified.Number, rows, err)
	}
	t.Logf("load: %-26s %-11s %8d rows: a page %.1f ms, export %.1f s with a heap of %.0f MB (the sessions' included), verify %.1f s", kind, "trail", rows,
		listed.Seconds()*1000, exported.Seconds(), peak, time.Since(began).Seconds())
}

// lineCounter counts the lines that are written to it.
type lineCounter struct{ n int }

// Write implements io.Writer.
func (l *lineCounter) Write(p []byte) (int, error) {
	for _, b := range p {
		if b == '\n' {
			l.n++
		}
	}
	return len(p), nil
}
