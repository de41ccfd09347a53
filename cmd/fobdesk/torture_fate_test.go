package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"fobdesk/internal/sim"
)

// fate is what came of an ordeal, or of several.
type fate struct {
	adding                                        sync.Mutex
	portals, servers, backends                    int // how often each was killed
	acknowledgements, cut, lost, doubled, untruth int
	refused                                       map[int]int // by status
	starts, recoveries                            []time.Duration
	settled                                       time.Duration
	rows                                          int
}

// add adds another's figures.
func (f *fate) add(other *fate) {
	f.adding.Lock()
	defer f.adding.Unlock()
	for _, sum := range []struct{ into, more *int }{
		{&f.portals, &other.portals}, {&f.servers, &other.servers}, {&f.backends, &other.backends},
		{&f.acknowledgements, &other.acknowledgements}, {&f.cut, &other.cut}, {&f.lost, &other.lost},
		{&f.doubled, &other.doubled}, {&f.untruth, &other.untruth}, {&f.rows, &other.rows},
	} {
		*sum.into += *sum.more
	}
	for status, times := range other.refused {
		f.refused[status] += times
	}
	f.starts, f.recoveries = append(f.starts, other.starts...), append(f.recoveries, other.recoveries...)
	f.settled = max(f.settled, other.settled)
}

// String is the figures on one line.
func (f *fate) String() string {
	return fmt.Sprintf("%d kills of the program, %d of the database's server, %d of one of its processes; "+
		"%d enrolments acknowledged, %d unanswered, %d lost, %d doubled, %d said not to be done and done, refused %v; "+
		"ready after a kill within %s; well after the database's return within %s; "+
		"open intents settled or marked after %v; %d rows verified",
		f.portals, f.servers, f.backends, f.acknowledgements, f.cut, f.lost, f.doubled, f.untruth, f.refused,
		spread(f.starts), spread(f.recoveries), f.settled.Round(time.Second), f.rows)
}

// spread is the middle, the 99th of a hundred and the longest.
func spread(took []time.Duration) string {
	if len(took) == 0 {
		return "–"
	}
	slices.Sort(took)
	at := func(percent int) time.Duration { return took[(len(took)-1)*percent/100].Round(time.Millisecond) }
	return fmt.Sprintf("%v (p50), %v (p99), %v (slowest)", at(50), at(99), at(100))
}

// judge holds what came of it to what is promised.
func (w *torture) judge(t *testing.T) {
	t.Helper()
	w.acknowledgements, w.cut = len(w.done), len(w.unanswered)
	if w.lost > 0 || w.doubled > 0 || w.untruth > 0 || w.acknowledgements == 0 || w.settled > time.Minute {
		t.Errorf("that is not what is promised: %s", &w.fate)
	}
	for status, times := range w.refused {
		if status < http.StatusBadRequest || status == http.StatusUnauthorized ||
			status >= http.StatusInternalServerError && !w.honest(status) {
			t.Errorf("%d enrolments were answered with %d", times, status)
		}
	}
}

// honest reports whether a status of 500 or more tells the truth: the database is away, or came back too
// late for what Graph had done, so that the portal can't vouch for it yet.
func (w *torture) honest(status int) bool {
	return status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout && w.servers+w.backends > 0
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

// countLost counts enrolments that were acknowledged and are not remembered, or were never done.
func (w *torture) countLost(t *testing.T) {
	t.Helper()
	for what, kept := range w.done {
		if page := kept.visitor.Get(t, kept.path); page.Status != http.StatusOK || page.Outcome(t) != "enrolled" || w.sent[what] == 0 {
			t.Errorf("%s was acknowledged, and its receipt is %d %q; Graph did it %d times", what, page.Status, page.Outcome(t), w.sent[what])
			w.lost++
		}
	}
}

// countDoubled counts submissions that Graph was sent more than once, and those that it was sent
// although the portal said that they were not.
func (w *torture) countDoubled(t *testing.T) {
	t.Helper()
	for _, what := range slices.Sorted(maps.Keys(w.sent)) {
		if w.sent[what] > 1 {
			t.Errorf("%s was sent to Graph %d times", what, w.sent[what])
			w.doubled++
		}
		if w.spared[what] {
			t.Errorf("%s was said not to be done, and was sent to Graph", what)
			w.untruth++
		}
	}
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
