package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fobdesk/internal/pgtest"
	"fobdesk/internal/sim"
)

// calls counts what one side was asked.
func (w *World) calls(counts func(sim.Call) bool) int {
	n := 0
	for _, call := range w.Cloud.Calls() {
		if counts(call) {
			n++
		}
	}
	return n
}

func graphWrite(c sim.Call) bool { return c.Side == sim.SideGraph && c.Method != http.MethodGet }

func refresh(c sim.Call) bool { return c.Form.Get("grant_type") == "refresh_token" }

func fob(w *World, serial string) url.Values {
	return url.Values{"serialNumber": {serial}, "verificationCode": {w.Cloud.Code(serial)}}
}

func TestSES05ASessionIsOneAtAllReplicas(t *testing.T) {
	t.Parallel()
	r := NewReplicas(t, pgtest.Shared(t), 2)
	ada := r.SignedIn(t, sim.AdaID)
	old := r.NewVisitor()
	for name, value := range ada.Cookies() {
		old.SetCookie(name, value)
	}
	for range 4 {
		if page := ada.Get(t, "/"); page.Status != http.StatusOK {
			t.Errorf("the session is answered with %d", page.Status)
		}
	}
	if page := ada.Post(t, "/auth/sign-out", nil); page.Status != http.StatusSeeOther {
		t.Fatalf("signing out is answered with %d", page.Status)
	}
	for range 4 {
		if page := old.Get(t, "/enrol"); page.Status == http.StatusOK {
			t.Error("a replica still takes the session")
		}
	}
}

func TestFLT04OneFormAtTwoReplicasAtOnceIsOneWrite(t *testing.T) {
	t.Parallel()
	r := NewReplicas(t, pgtest.Shared(t), 2)
	ada := r.SignedIn(t, sim.AdaID)
	form := fob(r.World, sim.SerialGood30)
	var receipts sync.Map
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			page := ada.Post(t, "/enrol", form)
			receipts.Store(fmt.Sprint(page.Status, " ", page.Header.Get("Location")), true)
		})
	}
	wg.Wait()
	var told []any
	receipts.Range(func(receipt, _ any) bool { told = append(told, receipt); return true })
	if sent := r.calls(graphWrite); sent != 1 || len(told) != 1 {
		t.Errorf("%d writes at Graph, told %v, want one and one receipt", sent, told)
	}
}

func TestLIM02TriesCountOnceOverReplicas(t *testing.T) {
	t.Parallel()
	r := NewReplicas(t, pgtest.Shared(t), 2)
	ada := r.SignedIn(t, sim.AdaID)
	outcomes := map[string]int{}
	for n := range 8 {
		form := fob(r.World, sim.SerialGood30)
		form.Set("verificationCode", fmt.Sprintf("00000%d", n))
		outcomes[ada.Post(t, "/enrol", form).Outcome(t)]++
	}
	if outcomes["wrong_code"] != 5 || outcomes["too_many_attempts"] != 3 {
		t.Errorf("eight wrong codes are answered with %v, want five judged", outcomes)
	}
}

func TestTOK04OneRefreshOverReplicas(t *testing.T) {
	t.Parallel()
	r := NewReplicas(t, pgtest.Shared(t), 2, Setting("FOBDESK_SESSION_IDLE", "8h"))
	ada := r.SignedIn(t, sim.AdaID)
	r.Clock.Pass(2 * time.Hour)
	r.Cloud.ResetCalls()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if page := ada.Get(t, "/"); page.Status != http.StatusOK {
				t.Errorf("answered with %d", page.Status)
			}
		})
	}
	wg.Wait()
	if n := r.calls(refresh); n != 1 {
		t.Errorf("%d refreshes, want one", n)
	}
}

func TestRST04ARollingUpdateSignsNobodyOutAndLosesNoAct(t *testing.T) {
	t.Parallel()
	r := NewReplicas(t, pgtest.Shared(t), 2)
	people := []*Visitor{r.SignedIn(t, sim.AdaID), r.SignedIn(t, sim.AdaID), r.SignedIn(t, sim.AdaID)}
	var stop atomic.Bool
	var pages atomic.Int64
	var wg sync.WaitGroup
	for _, person := range people {
		wg.Go(func() {
			for !stop.Load() {
				if page := person.Get(t, "/"); page.Status != http.StatusOK {
					t.Errorf("a page is answered with %d: %s", page.Status, page.Header.Get("Location"))
				}
				pages.Add(1)
			}
		})
	}
	for i, serial := range []string{sim.SerialGood30, sim.SerialGood60} {
		acting := make(chan *Page)
		r.Cloud.AddFault(sim.Fault{
			Side: sim.SideGraph, Method: http.MethodPost, Times: 1,
			AfterEffect: true, Delay: 300 * time.Millisecond, Status: http.StatusNoContent,
		})
		go func() { acting <- people[0].Post(t, "/enrol", fob(r.World, serial)) }()
		r.Stop(i)
		r.Start(t, i)
		if page := people[0].Follow(t, <-acting); page.Outcome(t) != "enrolled" {
			t.Errorf("the act during the update ended with %d, %q", page.Status, page.Outcome(t))
		}
	}
	stop.Store(true)
	wg.Wait()
	t.Logf("%d pages meanwhile", pages.Load())
	if held := r.Cloud.Held(sim.AdaID); len(held) != 2 || r.calls(graphWrite) != 2 {
		t.Errorf("Graph has %d fobs after %d writes, want 2 after 2", len(held), r.calls(graphWrite))
	}
}

func TestFLT08WithoutPostgreSQLNothingIsAskedOfGraphAndItComesBackByItself(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	r := NewReplicas(t, server, 2)
	ada := r.SignedIn(t, sim.AdaID)
	server.Kill()
	for range 4 {
		if page := ada.Post(t, "/enrol", fob(r.World, sim.SerialGood30)); page.Status != http.StatusServiceUnavailable {
			t.Errorf("an act without the database is answered with %d, want 503", page.Status)
		}
		if page := ada.Get(t, "/readyz"); page.Status != http.StatusServiceUnavailable {
			t.Errorf("ready without the database: %d", page.Status)
		}
	}
	if n := r.calls(graphWrite); n != 0 {
		t.Errorf("Graph was asked to write %d times", n)
	}
	server.Start(t)
	limit := time.After(10 * time.Second)
	for began := time.Now(); ; {
		page := ada.Follow(t, ada.Post(t, "/enrol", fob(r.World, sim.SerialGood30)))
		if page.Outcome(t) == "enrolled" {
			t.Logf("enrolled %v after the server's return", time.Since(began))
			break
		}
		select {
		case <-limit:
			t.Fatalf("10 s after the server's return an act is answered with %d", page.Status)
		case <-time.After(50 * time.Millisecond):
		}
	}
	for range 4 { // both replicas
		if page := ada.Get(t, "/"); page.Status != http.StatusOK {
			t.Errorf("a page is answered with %d", page.Status)
		}
	}
}

// TestFLT05TwoReplicasServeTheirLinesBeforeOneGraph is a hand-out day at two portals, to which a
// browser comes in turn. Each has its line, and Graph's 429s are all that it knows of the other's.
func TestFLT05TwoReplicasServeTheirLinesBeforeOneGraph(t *testing.T) {
	t.Parallel()
	people := []string{
		sim.AdaID, sim.HanakoID, sim.JonasID, sim.HenrikID, sim.IsabelID, sim.LiamID, sim.NoorID, sim.ChloeID,
	}
	r := NewReplicas(t, pgtest.Shared(t), 2)
	visitors := make([]*Visitor, len(people))
	for i, id := range people {
		visitors[i] = r.SignedIn(t, id)
	}
	r.Cloud.Update(func(s *sim.Switches) { s.ThrottleAfter = 3 })
	r.Cloud.ResetCalls()
	var mu sync.Mutex
	came, told := map[string]int{}, map[int]string{}
	var all sync.WaitGroup
	for i, v := range visitors {
		all.Go(func() {
			serial := sim.BoxSerial(i)
			page := v.Follow(t, v.Post(t, "/enrol", fob(r.World, serial)))
			look := time.NewTicker(200 * time.Millisecond)
			defer look.Stop()
			for limit := time.After(90 * time.Second); strings.HasPrefix(page.URL.Path, "/waiting/") && page.Outcome(t) == ""; {
				select {
				case <-look.C:
					page = v.Follow(t, v.Get(t, page.URL.Path))
				case <-limit:
					t.Error("its turn does not come")
					return
				}
			}
			mu.Lock()
			defer mu.Unlock()
			came[page.Outcome(t)]++
			told[i] = page.Outcome(t)
		})
	}
	all.Wait()
	t.Logf("%v", came)
	for i, id := range people {
		if done := slices.ContainsFunc(r.Cloud.Held(id), func(held sim.Device) bool { return held.Serial == sim.BoxSerial(i) }); done != (told[i] == "enrolled") {
			t.Errorf("%s was told %q, and Graph has their fob: %t", id, told[i], done)
		}
	}
	written := r.calls(func(c sim.Call) bool { return graphWrite(c) && c.Status == http.StatusNoContent })
	if came["enrolled"] < 3 || came["enrolled"]+came["throttled"] != len(people) || written != came["enrolled"] {
		t.Errorf("%v, and %d writes were done", came, written)
	}
}
