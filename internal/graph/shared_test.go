package graph

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/outcome"
)

// TestFLT05ReplicasFindTheirShareOfWhatGraphTakes is two and three portals before one Graph: each has
// its own line, and all it knows of the others is Graph's 429s.
func TestFLT05ReplicasFindTheirShareOfWhatGraphTakes(t *testing.T) {
	for replicas := 2; replicas <= 3; replicas++ {
		synctest.Test(t, func(t *testing.T) {
			graph := &strict{}
			var mu sync.Mutex
			came := map[string]int{}
			var all sync.WaitGroup
			for i := range replicas {
				m, _ := over(graph.answer)
				m.client.line.shared = true
				for range 20 { // more people than Graph takes: of one portal it would do some eighty
					all.Go(func() { crowdAt(m, func(how string) { mu.Lock(); came[how]++; mu.Unlock() }) })
				}
				time.Sleep(time.Duration(i) * 300 * time.Millisecond)
			}
			all.Wait()
			t.Logf("%d replicas: %v, %d refused by Graph", replicas, came, graph.refusals())
			if came["lost"] > 0 || came["late"] > 0 || came["done"] < 40 {
				t.Errorf("%d replicas: %v", replicas, came)
			}
		})
	}
}

// crowdAt is somebody who sends one form after another for three minutes, and tells how each went.
func crowdAt(m *Methods, tell func(how string)) {
	for began := time.Now(); time.Since(began) < 3*time.Minute; time.Sleep(time.Second) {
		sent := time.Now()
		ctx := context.Background()
		if m.client.Busy() {
			turn, ok := m.client.Join(1)
			if !ok {
				tell("no place")
				time.Sleep(5 * time.Second)
				continue
			}
			ctx, _ = turn.Wait(ctx)
		}
		switch _, err := m.Remove(ctx, "m-1"); {
		case time.Since(sent) > longestAct+longestAsk:
			tell("late")
		case err == nil:
			tell("done")
		case isOutcome(err, outcome.Throttled):
			tell("throttled")
		default:
			tell("lost")
		}
	}
}

func TestFLT05WhereOthersAskTooA429NeedsNoCrowdOfOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := over(replies(429, ""))
		m.client.line.shared = true
		if _, err := m.Remove(t.Context(), "m-1"); !isOutcome(err, outcome.Throttled) || !m.client.Busy() {
			t.Errorf("%v, busy: %v", err, m.client.Busy())
		}
	})
}
