package store

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
	"fobdesk/internal/pgtest"
)

// BenchmarkLedgerOpenClose is what an act waits for the store, both durable steps together, alone
// and with 200 people at once over a Graph that takes 50 ms.
func BenchmarkLedgerOpenClose(b *testing.B) {
	for _, people := range []int{1, 200} {
		b.Run("sqlite/"+strconv.Itoa(people), func(b *testing.B) { benchLedger(b, sqliteDatabase(b).url, people) })
		b.Run("postgres/"+strconv.Itoa(people), func(b *testing.B) { benchLedger(b, benchPostgres(b), people) })
	}
}

// benchPostgres is a database of a server that waits for the disk.
func benchPostgres(b testing.TB) string {
	server := pgtest.New(b)
	return server.URL(pgtest.Owner, server.Database(b, nil))
}

func benchLedger(b *testing.B, url string, people int) {
	const graph = 50 * time.Millisecond
	ledger := serving(b, url).Ledger()
	var mu sync.Mutex
	var waits []time.Duration
	var wg sync.WaitGroup
	next := make(chan int)
	for range people {
		wg.Go(func() {
			for n := range next {
				act := benchAct(n)
				start := time.Now()
				if err := ledger.Open(b.Context(), act); err != nil {
					b.Error(err)
					return
				}
				wait := time.Since(start)
				if people > 1 {
					time.Sleep(graph)
				}
				start = time.Now()
				if err := ledger.Close(b.Context(), act, desk.End{Outcome: outcome.Enrolled, At: act.At, Refund: true}); err != nil {
					b.Error(err)
					return
				}
				wait += time.Since(start)
				mu.Lock()
				waits = append(waits, wait)
				mu.Unlock()
			}
		})
	}
	for n := 0; b.Loop(); n++ {
		next <- n
	}
	close(next)
	wg.Wait()
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds()), "p99-µs")
}

func benchAct(n int) desk.Act {
	person := fmt.Sprintf("11111111-1111-1111-1111-%012d", n)
	serial := fmt.Sprintf("GALT%08d", n)
	at := time.Now()
	return desk.Act{
		ID: fmt.Sprintf("22222222-2222-2222-2222-%012d", n), Event: desk.EventEnrol, Serial: serial,
		Actor: desk.Party{ID: person, Name: "Adele Vance"}, Subject: desk.Party{ID: person, Name: "Adele Vance"},
		DisplayName: "My fob", Address: "192.0.2.1", At: at, Once: fmt.Appendf(nil, "%032d", n), Remembered: at.Add(5 * time.Minute),
		Limits: []desk.Limit{
			{Counter: "person:" + person, Max: 5, Window: 15 * time.Minute},
			{Counter: "serial:" + serial, Max: 5, Window: 15 * time.Minute},
		},
	}
}
