package portal_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fobdesk/cmd/portal"
)

// BenchmarkEnrolment is what an enrolment costs the portal itself, for 200 people over a Graph that
// takes 50 ms: from the handler's call to its return, less the time from Graph's having the request
// to its having answered. So it holds the session, the form, both durable rows of the audit trail
// and the call's way to Graph and back; not the browser's connection, which is the server's.
// Steady, each enrols, thinks for about a second and goes on; in a burst all press at one moment.
func BenchmarkEnrolment(b *testing.B) {
	portal.CollectRarely() // as the program does
	const crowd, each = 200, 5
	b.Run("steady", func(b *testing.B) {
		measure(b, crowd, func(p *person, enrol func(*person)) {
			think(0, 1500*time.Millisecond)
			for range each {
				enrol(p)
				think(500*time.Millisecond, 1500*time.Millisecond)
			}
		})
	})
	b.Run("burst", func(b *testing.B) {
		measure(b, crowd, func(p *person, enrol func(*person)) { enrol(p) })
	})
}

// think waits for a random time between the two.
func think(least, most time.Duration) { time.Sleep(least + rand.N(most-least)) }

// measure lets the crowd live at once and reports what their enrolments cost.
func measure(b *testing.B, crowd int, live func(*person, func(*person))) {
	b.Helper()
	graph := &slowGraph{answers: 50 * time.Millisecond}
	server := httptest.NewServer(graph)
	b.Cleanup(server.Close)
	p, people := open(b, server.URL, crowd)
	var costs costs
	var fobs atomic.Int64
	enrol := func(someone *person) {
		r := someone.enrolment(fobs.Add(1))
		w := httptest.NewRecorder()
		start := time.Now()
		p.Handler.ServeHTTP(w, r)
		costs.add(time.Since(start) - graph.took(someone))
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/receipts/") {
			b.Errorf("not enrolled: status %d", w.Code)
		}
	}
	for b.Loop() {
		var living sync.WaitGroup
		for _, someone := range people {
			living.Go(func() { live(someone, enrol) })
		}
		living.Wait()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(costs.percentile(50), "p50-ms")
	b.ReportMetric(costs.percentile(99), "p99-ms")
}

// enrolment is the form of a person for the fob with this number, as a browser sends it.
func (p *person) enrolment(fob int64) *http.Request {
	form := url.Values{
		"serialNumber": {fmt.Sprintf("GALT%08d", fob)}, "displayName": {"My fob"},
		"verificationCode": {fmt.Sprintf("%06d", fob)}, "csrfToken": {p.csrfToken},
	}
	r := httptest.NewRequest(http.MethodPost, "/enrol", strings.NewReader(form.Encode()))
	r.Header = p.header()
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://fobs.example.org")
	return r
}

// slowGraph takes every code and remembers, for each access token, how long its last call was
// Graph's.
type slowGraph struct {
	answers time.Duration
	last    sync.Map // time.Duration by access token
}

// ServeHTTP answers as Graph does an enrolment that it took.
func (g *slowGraph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	time.Sleep(g.answers)
	w.WriteHeader(http.StatusNoContent)
	g.last.Store(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), time.Since(start))
}

func (g *slowGraph) took(p *person) time.Duration {
	took, _ := g.last.Load(p.accessToken)
	return took.(time.Duration)
}

// costs are gathered by many.
type costs struct {
	mu  sync.Mutex
	all []time.Duration
}

func (c *costs) add(cost time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, cost)
}

// percentile is the cost in milliseconds that so many of a hundred do not exceed.
func (c *costs) percentile(percent int) float64 {
	slices.Sort(c.all)
	return c.all[(len(c.all)-1)*percent/100].Seconds() * 1000
}
