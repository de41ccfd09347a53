package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fobdesk/internal/e2e"
)

// pollEvery is how often the welcome of a station asks how things stand (static/js/kiosk-welcome.js).
const pollEvery = 15 * time.Second

// BenchmarkStationPoll is what a station's poll costs the portal, and from that what 500 stations do
// of one core. The clock moves on as they poll, so that each is marked as seen once a minute and what is
// found out is believed for three seconds, no longer.
func BenchmarkStationPoll(b *testing.B) {
	const stations, paired = 500, 50
	w := e2e.NewWorld(b)
	handler := w.Handler()
	var cookies []string
	for i := range paired {
		k := newKiosk(b, w, "Station "+itoa(i))
		for name, value := range k.Cookies() {
			cookies = append(cookies, name+"="+value)
		}
	}
	n := 0
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, w.URL+"/kiosk/pulse", nil)
		r.Header.Set("Cookie", cookies[n%len(cookies)])
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if answer.Code != http.StatusNoContent {
			b.Fatalf("answered %d", answer.Code)
		}
		n++
		w.Clock.Pass(pollEvery / paired)
	}
	each := b.Elapsed() / time.Duration(n)
	b.ReportMetric(100*stations*each.Seconds()/pollEvery.Seconds(), "%-of-a-core-for-500")
}

// BenchmarkVisits is how many visits a minute 50 stations make at one portal, each as fast as it can:
// start, sign in, the page of the fobs, finish. The simulated Entra and Graph run in the same process.
func BenchmarkVisits(b *testing.B) {
	const stations = 50
	w := e2e.NewWorld(b, e2e.Setting("FOBDESK_TRUSTED_PROXIES", "127.0.0.0/8,::1/128"))
	kiosks := make([]kiosk, stations)
	for i := range kiosks {
		kiosks[i] = newKiosk(b, w, "Station "+itoa(i))
		kiosks[i].From = "192.0.2." + itoa(i) // each has its own limits
	}
	var made atomic.Int64
	began := time.Now()
	for b.Loop() {
		var all sync.WaitGroup
		for _, k := range kiosks {
			all.Go(func() {
				page := k.Follow(b, k.visit(b, "/kiosk/start", ada))
				if page.Status != http.StatusOK || !strings.Contains(string(page.Body), "Ada") {
					b.Errorf("a visit began with %d at %s", page.Status, page.URL)
					return
				}
				k.finishes(b)
				made.Add(1)
			})
		}
		all.Wait()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(made.Load())/time.Since(began).Minutes(), "visits/min")
}
