package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// inTurn follows a form that may stand in line to its answer, as a browser without JavaScript does,
// and tells whether it stood in line.
func inTurn(t *testing.T, v *e2e.Visitor, page *e2e.Page) (answer *e2e.Page, stood bool) {
	t.Helper()
	page = v.Follow(t, page)
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for limit := time.After(2 * time.Minute); strings.HasPrefix(page.URL.Path, "/waiting/") && page.Outcome(t) == ""; {
		stood = true
		if again := page.Doc(t).Find("noscript").Text(); !strings.Contains(again, `http-equiv="refresh"`) {
			t.Errorf("the page of the line does not load itself again: %d %s", page.Status, again)
		}
		select {
		case <-look.C:
			page = v.Follow(t, v.Get(t, page.URL.Path))
		case <-limit:
			t.Fatal("its turn does not come")
		}
	}
	return page, stood
}

func TestFLT05OnAHandOutDayActsStandInLineInsteadOfBeingRefused(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	people := []string{ada, sim.HanakoID, jonas, henrik, sim.IsabelID, sim.LiamID, sim.NoorID, sim.ChloeID}
	visitors := make([]*e2e.Visitor, len(people))
	for i, id := range people {
		visitors[i] = w.SignedIn(t, id)
	}
	w.Cloud.Update(func(s *sim.Switches) { s.ThrottleAfter = 5 })
	w.Cloud.ResetCalls()
	var all sync.WaitGroup
	var mu sync.Mutex
	var whose *e2e.Visitor
	var late func() *e2e.Page // sends a form of theirs again that stood in line
	inLine, receipt := 0, ""
	for i, v := range visitors {
		all.Go(func() {
			serial := sim.BoxSerial(i)
			form := enrolment(serial, w.Cloud.Code(serial))
			page, stood := inTurn(t, v, v.Post(t, "/enrol", form))
			if page.Status != http.StatusOK || page.Outcome(t) != "enrolled" {
				t.Errorf("%s: %d %q\n%s", people[i], page.Status, page.Outcome(t), page.Body)
			}
			mu.Lock()
			defer mu.Unlock()
			if stood {
				inLine++
				whose, receipt = v, page.URL.Path
				late = func() *e2e.Page { return v.Post(t, "/enrol", form) }
			}
		})
	}
	all.Wait()
	if inLine == 0 {
		t.Fatal("nobody stood in line")
	}
	if again, _ := inTurn(t, whose, late()); again.URL.Path != receipt {
		t.Errorf("sent again it leads to %s, want %s", again.URL, receipt)
	}
	done := 0
	for _, call := range w.Cloud.Calls() {
		if call.Side == sim.SideGraph && call.Method == http.MethodPost && call.Status == http.StatusNoContent {
			done++
		}
	}
	if done != len(people) {
		t.Errorf("%d writes were done, want %d", done, len(people))
	}
	for _, row := range column(t, w, "SELECT serial FROM audit WHERE outcome = 'enrolled' GROUP BY serial HAVING count(*) > 1") {
		t.Errorf("%s was enrolled twice", row)
	}
}

// crowdOf makes Graph say 429 to as many calls as make its limit show; the acts after it stand in line.
func crowdOf(t *testing.T, w *e2e.World, v *e2e.Visitor, retryAfter string) {
	t.Helper()
	w.Cloud.AddFault(sim.Fault{
		Side: sim.SideGraph, Method: http.MethodGet, Times: 4,
		Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {retryAfter}},
	})
	for range 4 {
		v.Get(t, "/")
	}
	w.Cloud.ClearFaults() // earlier calls may have made the crowd with it
}

func TestFLT05APlaceInLineIsItsPersonsAndEndsWithTheForm(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v, other := w.SignedIn(t, ada), w.SignedIn(t, ben)
	crowdOf(t, w, v, "3")
	w.Cloud.ResetCalls()
	form := enrolment(unknownFob, "123456")
	answer := v.Post(t, "/enrol", form)
	place := answer.Header.Get("Location")
	if answer.Status != http.StatusSeeOther || !strings.HasPrefix(place, "/waiting/") {
		t.Fatalf("answered %d to %q, want the page of the line", answer.Status, place)
	}
	if page := v.Get(t, place); !strings.Contains(string(page.Body), "You are next in line") || len(graphCalls(w)) > 0 {
		t.Errorf("Graph was asked %q, and the page says:\n%s", graphCalls(w), page.Body)
	}
	if again := v.Post(t, "/enrol", form); again.Header.Get("Location") != place {
		t.Errorf("the same form sent again leads to %q, want its place %q", again.Header.Get("Location"), place)
	}
	if page := other.Get(t, place); strings.Contains(string(page.Body), unknownFob) || strings.Contains(string(page.Body), "You are next") {
		t.Error("somebody else sees the place")
	}
	if page := v.Get(t, "/waiting/made-up"); page.Status != http.StatusNotFound {
		t.Errorf("a made-up place answers %d", page.Status)
	}
	page, _ := inTurn(t, v, answer)
	doc := page.Doc(t)
	if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "unknown_serial" ||
		doc.Find("#serialNumber").AttrOr("value", "") != unknownFob || doc.Find("#verificationCode").AttrOr("value", "") != "" {
		t.Errorf("the form came back as %d %q\n%s", page.Status, page.Outcome(t), page.Body)
	}
	if calls := graphCalls(w); len(calls) != 1 {
		t.Errorf("Graph was asked %q, want once", calls)
	}
}

func TestFLT05BehindThirtySecondsOfWaitingAnActIsThrottled(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	crowdOf(t, w, v, "45")
	w.Cloud.ResetCalls()
	page := v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))
	if page.Status != http.StatusServiceUnavailable || page.Outcome(t) != "throttled" || page.Header.Get("Retry-After") == "" {
		t.Errorf("%d %q, Retry-After %q", page.Status, page.Outcome(t), page.Header.Get("Retry-After"))
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
	w.Clock.Pass(4 * time.Minute)
	if page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("minutes later: %d %q", page.Status, page.Outcome(t))
	}
}

func TestFLT05APersonHoldsOnePlaceInLine(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v, phone := w.SignedIn(t, ada), w.SignedIn(t, ada)
	crowdOf(t, w, w.SignedIn(t, henrik), "8")
	w.Cloud.ResetCalls()
	place := standsInLine(t, v, "/enrol", enrolment(goodFob, "123456"))
	for name, at := range map[string]*e2e.Visitor{"in the same browser": v, "at her phone": phone} {
		page := at.Post(t, "/enrol", enrolment(sim.BoxSerial(0), "123456"))
		if page.Status != http.StatusServiceUnavailable || page.Outcome(t) != "throttled" || page.Header.Get("Retry-After") == "" ||
			page.Doc(t).Find("#serialNumber").AttrOr("value", "") != sim.BoxSerial(0) {
			t.Errorf("another form %s is answered with %d %q", name, page.Status, page.Outcome(t))
		}
	}
	if page := v.Get(t, "/fobs/m-1/remove"); page.Header.Get("Location") != place {
		t.Errorf("a page that says nothing without Graph answers %d to %q, want her place", page.Status, page.Header.Get("Location"))
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
}

func TestFLT05APageThatSaysNothingWithoutGraphWaitsItsTurn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	crowdOf(t, w, w.SignedIn(t, henrik), "6")
	page := v.Get(t, fobOf(bensActiveFob, "/fobs/%s/remove")(w))
	place := page.Header.Get("Location")
	if !strings.HasPrefix(place, "/waiting/") {
		t.Fatalf("it answers %d to %q, want the page of the line", page.Status, place)
	}
	waitFor(t, func() bool {
		page = v.Get(t, place)
		return page.Status != http.StatusOK || page.Doc(t).Find("main form[action$='/remove'] button").Length() > 0
	}, "its turn")
	if page.Status != http.StatusOK {
		t.Errorf("it answers %d\n%s", page.Status, page.Body)
	}
}

func TestFLT05WhileOthersStandInLineWhoLooksSeesThePageWithoutTheList(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v, admin := w.SignedIn(t, ben), withAdminGrant(t, w, grace)
	crowdOf(t, w, w.SignedIn(t, henrik), "20")
	page := v.Get(t, "/")
	doc := page.Doc(t)
	if page.Status != http.StatusOK || doc.Find(".unread[data-outcome=throttled] a[href='/enrol']").Length() != 1 ||
		!strings.Contains(doc.Find(".unread").Text(), "cannot be shown at this moment") {
		t.Errorf("the list answers %d\n%s", page.Status, page.Body)
	}
	if page := v.Get(t, "/enrol"); page.Status != http.StatusOK {
		t.Errorf("the form answers %d", page.Status)
	}
	if page := admin.Get(t, "/admin/users/"+ben); page.Status != http.StatusOK || page.Doc(t).Find("main form #serialNumber").Length() == 0 {
		t.Errorf("a person's page answers %d\n%s", page.Status, page.Body)
	}
}

// TestFLT05FortyPeopleAtOnceSeeTheirPagesAndNoErrorButThrottled is a hand-out day: all look at their
// fobs, and then all send a form, of which the line takes what it can do in thirty seconds.
func TestFLT05FortyPeopleAtOnceSeeTheirPagesAndNoErrorButThrottled(t *testing.T) {
	t.Parallel()
	people, given := crowd(40)
	w := e2e.NewWorld(t, given, e2e.Tenant(func(o *sim.Options) {
		for i := range o.People {
			o.People[i].Unlisted = false
		}
	}))
	visitors := make([]*e2e.Visitor, len(people))
	for i, id := range people {
		visitors[i] = w.SignedIn(t, id)
	}
	w.Cloud.Update(func(s *sim.Switches) { s.ThrottleAfter = 5 })
	w.Cloud.ResetCalls()
	var mu sync.Mutex
	came, waited := map[string]int{}, time.Duration(0)
	tell := func(how string) { mu.Lock(); defer mu.Unlock(); came[how]++ }
	eachAtOnce(visitors, func(_ int, v *e2e.Visitor) { tell(fmt.Sprint("home ", v.Get(t, "/").Status)) })
	eachAtOnce(visitors, func(i int, v *e2e.Visitor) {
		serial, began := sim.BoxSerial(i), time.Now()
		page, _ := inTurn(t, v, v.Post(t, "/enrol", enrolment(serial, w.Cloud.Code(serial))))
		tell(fmt.Sprint(page.Status, " ", page.Outcome(t)))
		mu.Lock()
		waited = max(waited, time.Since(began))
		mu.Unlock()
		tell(fmt.Sprint("home ", v.Get(t, "/").Status))
	})
	done := 0
	for _, call := range w.Cloud.Calls() {
		if call.Side == sim.SideGraph && call.Method == http.MethodPost && call.Status == http.StatusNoContent {
			done++
		}
	}
	t.Logf("%v, the longest wait %v", came, waited)
	enrolled, throttled := came["200 enrolled"], came["503 throttled"]
	if enrolled < 8 || enrolled+throttled != len(people) || came["home 200"] != 2*len(people) || done != enrolled {
		t.Errorf("%v, and Graph did %d", came, done)
	}
}

func eachAtOnce(visitors []*e2e.Visitor, do func(int, *e2e.Visitor)) {
	var all sync.WaitGroup
	for i, v := range visitors {
		all.Go(func() { do(i, v) })
	}
	all.Wait()
}

func TestRST01AStopTellsWhoStandsInLineAndTheNextPortalKnows(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	crowdOf(t, w, w.SignedIn(t, henrik), "20")
	w.Cloud.ResetCalls()
	place := standsInLine(t, v, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))
	began := time.Now()
	w.Restart(t)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the stop took %v: it waited for the line", took)
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
	if page := v.Get(t, place); page.Status != http.StatusOK || !strings.Contains(page.Doc(t).Find("h1").Text(), "In line") {
		t.Errorf("at first the page of the line answers %d", page.Status)
	}
	w.Clock.Pass(61 * time.Second)
	if page := v.Get(t, place); page.Status != http.StatusServiceUnavailable || page.Outcome(t) != "unavailable" {
		t.Errorf("the page of the line answers %d %q", page.Status, page.Outcome(t))
	}
	if page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("sent again: %d %q", page.Status, page.Outcome(t))
	}
}
