package main

import (
	"database/sql"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// torture is the program under load, killed again and again.
type torture struct {
	*e2e.Program
	people []*e2e.Visitor
	stop   chan struct{}
	next   chan int // numbers of fobs from the box

	mu         sync.Mutex
	done       map[string]receipt // by what was typed: what was acknowledged
	sent       map[string]int     // by what was typed: how often Graph was sent it and did not refuse it
	unanswered []submission
	refused    map[int]int // by status
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

// kills is how often the program is killed: a few in a run of the tests, more where
// FOBDESK_TEST_KILLS says so.
func kills(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("FOBDESK_TEST_KILLS"))
	if err != nil {
		return 5
	}
	return n
}

// TestFIG04AndRST02KilledUnderLoadNothingIsLostOrDoneTwice is make torture: the program is killed at
// random moments while people enrol and remove fobs.
func TestFIG04AndRST02KilledUnderLoadNothingIsLostOrDoneTwice(t *testing.T) {
	t.Parallel()
	p := e2e.NewProgram(t, program(t), e2e.Setting("FOBDESK_STEP_UP", "when-asked"), e2e.Setting("FOBDESK_LOG_LEVEL", "error"),
		e2e.Setting("FOBDESK_ATTEMPTS", "1000"), // what is unknown counts as a try
		e2e.Tenant(func(o *sim.Options) { o.Switches.NoFreshMFA = true }))
	w := &torture{Program: p, stop: make(chan struct{}), next: make(chan int), done: map[string]receipt{}, sent: map[string]int{}, refused: map[int]int{}}
	for _, id := range []string{sim.AdaID, sim.HanakoID, sim.JonasID, sim.HenrikID} {
		w.people = append(w.people, p.SignedIn(t, id))
	}
	// Acts are under way at nearly any moment, done at Graph already or not yet.
	p.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodPost, AfterEffect: true, Delay: 150 * time.Millisecond})
	p.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodDelete, Delay: 150 * time.Millisecond})
	load := w.load()
	slowest, n := time.Duration(0), kills(t)
	for range n {
		time.Sleep(100*time.Millisecond + rand.N(600*time.Millisecond)) // a moment that nobody chose
		p.Signal(os.Kill)
		p.Wait(t)
		time.Sleep(20 * time.Millisecond) // what was cut off at Graph is in its log by then
		w.tally()
		slowest = max(slowest, p.Start(t))
		for i, v := range w.people {
			if page := v.Get(t, "/enrol"); page.Status != http.StatusOK {
				t.Errorf("after a kill the session of person %d answers %d", i, page.Status)
			}
		}
	}
	close(w.stop)
	load.Wait()
	settled := w.awaitSettled(t)
	w.sendAgain(t)
	lost := w.lost(t)
	doubled := w.doubled()
	p.Signal(syscall.SIGTERM)
	p.Wait(t)
	rows := len(acts(t, p)) // and the trail verifies
	t.Logf("torture: %d kills, %d enrolments acknowledged, %d unanswered, %d lost, %d doubled, refused %v, "+
		"slowest start %v, open intents settled or marked after %v, %d rows verified",
		n, len(w.done), len(w.unanswered), lost, doubled, w.refused, slowest.Round(time.Millisecond), settled.Round(time.Second), rows)
	if lost > 0 || doubled > 0 || len(w.done) == 0 || settled > time.Minute {
		t.Error("that is not what is promised")
	}
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
	answer := w.post(v, "/enrol", form)
	path := ""
	if answer != nil {
		path = answer.Header.Get("Location")
	}
	w.mu.Lock()
	switch {
	case answer == nil:
		w.unanswered = append(w.unanswered, submission{v, form})
	case strings.HasPrefix(path, "/receipts/"):
		w.done[typed(serial, form.Get("verificationCode"))] = receipt{v, path}
	default:
		w.refused[answer.StatusCode]++
	}
	w.mu.Unlock()
	for range 5 { // or the fifth fob would be the last; a removal may be killed too
		if device, _ := w.Cloud.Device(serial); device.HolderID != "" {
			w.post(v, "/fobs/"+device.ID+"/remove", url.Values{})
		}
	}
}

// typed names a submission: a fob and the code that it showed.
func typed(serial, code string) string { return serial + " " + code }

// post sends a form that may get no answer, and answers nil then.
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
			return answer
		case !strings.Contains(err.Error(), "connection refused"):
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// awaitSettled waits until no intent is open, and answers how long that took. Each intent is of an
// act before.
func (w *torture) awaitSettled(t *testing.T) time.Duration {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.Folder(), "fobdesk.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	began := time.Now()
	for {
		var open int
		if err := db.QueryRow("SELECT count(*) FROM act WHERE outcome IS NULL").Scan(&open); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); open == 0 || waited > 2*time.Minute {
			return waited
		}
		time.Sleep(500 * time.Millisecond)
	}
}

// sendAgain sends the latest forms again that got no answer.
func (w *torture) sendAgain(t *testing.T) {
	t.Helper()
	for _, s := range w.unanswered[max(0, len(w.unanswered)-20):] {
		if w.post(s.visitor, "/enrol", s.form) == nil {
			t.Error("a form that was sent again got no answer")
		}
	}
}

// lost counts enrolments that were acknowledged and are not remembered, or were never done.
func (w *torture) lost(t *testing.T) int {
	t.Helper()
	w.tally()
	lost := 0
	for serial, kept := range w.done {
		if page := kept.visitor.Get(t, kept.path); page.Status != http.StatusOK || page.Outcome(t) != "enrolled" || w.sent[serial] == 0 {
			t.Errorf("%s was acknowledged, and its receipt is %d %q; Graph did it %d times", serial, page.Status, page.Outcome(t), w.sent[serial])
			lost++
		}
	}
	return lost
}

// doubled counts submissions that Graph was sent more than once.
func (w *torture) doubled() int {
	doubled := 0
	for _, times := range w.sent {
		if times > 1 {
			doubled++
		}
	}
	return doubled
}

// tally counts what Graph was sent, while nobody sends anything: it keeps the last calls only.
func (w *torture) tally() {
	for _, call := range w.Cloud.Calls() {
		if serial, ok := call.Body["serialNumber"].(string); ok && call.Side == sim.SideGraph && call.Status != http.StatusBadRequest {
			code, _ := call.Body["verificationCode"].(string)
			w.sent[typed(serial, code)]++
		}
	}
	w.Cloud.ResetCalls()
}
