package store

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"fobdesk/internal/audit"
)

// The benchmarks' trail has a million rows of three years: a help desk of 20 and 50,000 employees,
// 30 stations, one row in fifty no everyday one.
const (
	benchRows  = 1_000_000
	benchEvery = 95 * time.Second
)

func benchRow(n int) audit.Row {
	person := func(n int) string { return fmt.Sprintf("11111111-1111-1111-1111-%012d", n) }
	row := audit.Row{
		Time: noon.Add(time.Duration(n) * benchEvery), Event: audit.EventSignIn, Outcome: "signed_in",
		Actor: person(n % 50_000), ActorName: "Adele Vance", Subject: person(n % 50_000), SubjectName: "Adele Vance",
		Address: "192.0.2.1", RequestID: fmt.Sprintf("22222222-2222-2222-2222-%012d", n),
	}
	if n%4 < 2 {
		row.Event, row.Outcome = "enrol", []string{"", "enrolled"}[n%4]
		row.Serial, row.GraphRequestID = fmt.Sprintf("GALT%08d", n/4), row.RequestID
	}
	if n%10 < 4 { // by a help desk that is busy with others
		row.Actor, row.ActorName = person(90_000+n/10%20), "Help Desk"
	}
	if n%7 == 0 {
		row.Station = fmt.Sprintf("Station %d", n/7%30)
	}
	if n%50 == 3 {
		row.Event, row.Outcome = "denied", []string{"not_allowed", "wrong_origin", "wrong_code", "throttled"}[n/50%4]
	}
	return row
}

// openBenchTrail returns a store whose trail has a million rows.
func openBenchTrail(b *testing.B, url string) *Store {
	s := serving(b, url)
	const atOnce = 5000
	for n := 0; n < benchRows; n += atOnce {
		err := s.writer.do(b.Context(), func(t *tx) error {
			for m := range atOnce {
				if _, err := t.append(benchRow(n + m)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return s
}

// BenchmarkAudit is what the audit page, an export and a verification take over a million rows.
func BenchmarkAudit(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchAudit(b, sqliteDatabase(b).url) })
	b.Run("postgres", func(b *testing.B) { benchAudit(b, benchPostgres(b)) })
}

func benchAudit(b *testing.B, url string) {
	began := time.Now()
	s := openBenchTrail(b, url)
	if s.db.shared { // as its server does by itself, within a minute
		if _, err := s.db.writer.Exec("ANALYZE"); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("wrote %d rows in %v", benchRows, time.Since(began).Round(time.Second))
	desk, old := benchRow(0).Actor, benchRow(1000)
	for _, page := range []struct {
		name   string
		filter audit.Filter
		before int64
	}{
		{"newest", audit.Filter{}, 0},
		{"far back", audit.Filter{}, 1000},
		{"actor", audit.Filter{Actor: desk}, 0},
		{"actor of few", audit.Filter{Actor: benchRow(9).Actor}, 0},
		{"actor of none", audit.Filter{Actor: "nobody"}, 0},
		{"subject", audit.Filter{Subject: old.Subject}, 0},
		{"serial", audit.Filter{Serial: "galt00000007"}, 0},
		{"outcome", audit.Filter{Outcome: "enrolled"}, 0},
		{"outcome of few", audit.Filter{Outcome: "throttled"}, 0},
		{"outcome of none", audit.Filter{Outcome: "nothing"}, 0},
		{"station", audit.Filter{Station: "Station 7"}, 0},
		{"event", audit.Filter{Event: "denied"}, 0},
		{"a day", audit.Filter{From: old.Time, To: old.Time.Add(24 * time.Hour)}, 0},
		{"actor and outcome that never met", audit.Filter{Actor: desk, Outcome: "throttled"}, 0},
		{"actor, outcome and station", audit.Filter{Actor: desk, Outcome: "enrolled", Station: "Station 7"}, 0},
		{"station and outcome, long ago", audit.Filter{Station: "Station 7", Outcome: "wrong_code", To: old.Time}, 0},
		{"subject by another", audit.Filter{Subject: old.Subject, Actor: desk}, 0},
		{"actor until long ago", audit.Filter{Actor: desk, To: old.Time}, 0},
	} {
		b.Run("page/"+page.name, func(b *testing.B) {
			rows := 0
			for b.Loop() {
				found, err := s.ListAudit(b.Context(), page.filter, page.before, 50)
				if err != nil {
					b.Fatal(err)
				}
				rows = len(found)
			}
			b.ReportMetric(float64(rows), "rows")
		})
	}
	for _, format := range []audit.Format{audit.CSV, audit.JSONLines} {
		b.Run("export/"+string(format), func(b *testing.B) {
			for b.Loop() {
				heap := peakHeap()
				if err := audit.Export(io.Discard, format, s.ExportAudit(b.Context(), audit.Filter{})); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(heap(), "peak-MB")
			}
		})
	}
	b.Run("export/of few", func(b *testing.B) {
		var out bytes.Buffer
		for b.Loop() {
			out.Reset()
			if err := audit.Export(&out, audit.CSV, s.ExportAudit(b.Context(), audit.Filter{Outcome: "throttled"})); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			trail, err := OpenReadOnly(b.Context(), url, Options{Keys: testKeys, Now: time.Now})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := trail.VerifyAudit(b.Context(), audit.Head{}); err != nil {
				b.Fatal(err)
			}
			if err := trail.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// peakHeap watches the heap until what it returns is called, which answers the most it saw, in MB.
func peakHeap() func() float64 {
	done, peak := make(chan struct{}), make(chan float64)
	go func() {
		most := 0.0
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, float64(m.HeapInuse)/1e6)
			select {
			case <-done:
				tick.Stop()
				peak <- most
				return
			case <-tick.C:
			}
		}
	}()
	return func() float64 { close(done); return <-peak }
}
