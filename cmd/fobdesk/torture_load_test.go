package main

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/pgtest"
	"fobdesk/internal/sim"
)

// torture is the program under load, killed again and again.
type torture struct {
	*e2e.Program
	database string
	server   *pgtest.Server // nil where the database is SQLite
	people   []*e2e.Visitor
	stop     chan struct{}
	next     chan int // numbers of fobs from the box

	clock    string        // the file of the program's clock, where it can be set
	ahead    time.Duration // of the machine's clock, until it is set back
	gone     *e2e.Visitor  // whose session ran out before that
	stranger *e2e.Visitor  // who tried too many pairing codes before that

	mu         sync.Mutex
	done       map[string]receipt // by what was typed: what was acknowledged
	spared     map[string]bool    // what the portal said it had not sent to Graph
	unanswered []submission
	sent       map[string]int // by what was typed: how often Graph was sent it and did not refuse it
	fate
}

// receipt is an enrolment that was acknowledged.
type receipt struct {
	visitor *e2e.Visitor
	path    string
}

// submission is a form that got no answer.
type submission struct {
	visitor *e2e.Visitor
	form    url.Values
}

// load lets each person enrol one fob after the other, and take it off again.
func (w *torture) load() *sync.WaitGroup {
	var load sync.WaitGroup
	load.Go(func() {
		defer close(w.next)
		for i := 0; ; i++ {
			select {
			case w.next <- i:
			case <-w.stop:
				return
			}
		}
	})
	for _, v := range w.people {
		load.Go(func() {
			for i := range w.next {
				w.enrol(v, sim.BoxSerial(i%1000)) // a thousand are nobody's; round again they show other codes
			}
		})
	}
	return &load
}

// enrol enrols the fob and takes it off again, and notes what was acknowledged.
func (w *torture) enrol(v *e2e.Visitor, serial string) {
	form := url.Values{"serialNumber": {serial}, "verificationCode": {w.Cloud.Code(serial)}}
	w.note(v, form, w.post(v, "/enrol", form))
	for range 5 { // or the fifth fob would be the last; a removal may be killed too
		if device, _ := w.Cloud.Device(serial); device.HolderID != "" {
			w.post(v, "/fobs/"+device.ID+"/remove", url.Values{})
		}
	}
}

// note remembers what was said of an enrolment; a nil answer is none.
func (w *torture) note(v *e2e.Visitor, form url.Values, answer *http.Response) {
	what := typed(form.Get("serialNumber"), form.Get("verificationCode"))
	w.mu.Lock()
	defer w.mu.Unlock()
	if answer == nil {
		w.unanswered = append(w.unanswered, submission{v, form})
		return
	}
	if path := answer.Header.Get("Location"); strings.HasPrefix(path, "/receipts/") {
		w.done[what] = receipt{v, path}
		return
	}
	w.refused[answer.StatusCode]++
	if answer.StatusCode == http.StatusServiceUnavailable {
		w.spared[what] = true
	}
}

// acknowledged is how many enrolments were.
func (w *torture) acknowledged() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.done)
}

// typed names a submission: a fob and the code that it showed.
func typed(serial, code string) string { return serial + " " + code }

// post sends a form that may get no answer, and answers nil then. Who is told that the portal can't
// serve waits a moment.
func (w *torture) post(v *e2e.Visitor, path string, form url.Values) *http.Response {
	for range 200 { // a connection that is refused was not tried: the program is down
		r, err := http.NewRequest(http.MethodPost, w.URL+path, strings.NewReader(form.Encode()))
		if err != nil {
			return nil
		}
		r.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Origin": {w.URL}}
		for name, value := range v.Cookies() {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		r.Close = true
		answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
		switch {
		case err == nil:
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusServiceUnavailable {
				time.Sleep(100 * time.Millisecond)
			}
			return answer
		case !strings.Contains(err.Error(), "connection refused"):
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}
