package graph

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/outcome"
)

// strict is a Graph that takes five calls in ten seconds, refused ones counted, as its table of
// limits says.
type strict struct {
	mu      sync.Mutex
	times   []time.Time
	refused int
}

func (s *strict) answer(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.times = append(slices.DeleteFunc(s.times, func(at time.Time) bool { return now.Sub(at) >= 10*time.Second }), now)
	if len(s.times) > 5 {
		s.refused++
		answer, err := replies(429, "")(r)
		answer.Header.Set("Retry-After", "10")
		return answer, err
	}
	return replies(204, "")(r)
}

func (s *strict) refusals() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// limitedClient is a client to whom Graph says 429 in a crowd, with a second to wait.
func limitedClient(t *testing.T, answer func(*http.Request) (*http.Response, error)) (*Methods, *wire) {
	t.Helper()
	m, w := over(func(r *http.Request) (*http.Response, error) {
		answer, err := replies(429, "")(r)
		answer.Header.Set("Retry-After", "1")
		return answer, err
	})
	for i := range crowd {
		if _, err := m.Remove(t.Context(), "m-1"); !isOutcome(err, outcome.Throttled) || m.client.Busy() != (i == crowd-1) {
			t.Fatalf("call %d: %v, busy: %v", i+1, err, m.client.Busy())
		}
	}
	w.sent.Store(0)
	w.becomes(answer)
	return m, w
}

func TestFLT05WithoutA429NobodyStandsInLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := over(replies(204, ""))
		began := time.Now()
		for range 100 {
			if _, err := m.Remove(t.Context(), "m-1"); err != nil {
				t.Fatal(err)
			}
		}
		if m.client.Busy() || time.Since(began) > 0 || w.sent.Load() != 100 {
			t.Errorf("busy: %v, after %v", m.client.Busy(), time.Since(began))
		}
	})
}

func TestFLT05A429WithoutACrowdIsForThePersonToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := over(replies(429, ""))
		for range 3 * crowd {
			if _, err := m.Remove(t.Context(), "m-1"); !isOutcome(err, outcome.Throttled) || m.client.Busy() {
				t.Fatalf("%v, busy: %v", err, m.client.Busy())
			}
			time.Sleep(window/(crowd-1) + time.Second)
		}
	})
}

func TestFLT05ActsGoInTurnsThatGraphTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		graph := &strict{}
		m, _ := limitedClient(t, graph.answer)
		began := time.Now()
		var mu sync.Mutex
		var order []int
		var all sync.WaitGroup
		for i := range 14 {
			turn, ok := m.client.Join(1)
			if !ok {
				t.Fatalf("act %d has no place", i)
			}
			if place, _ := turn.Place(); place != i+1 {
				t.Errorf("act %d has place %d", i, place)
			}
			all.Go(func() {
				ctx, come := turn.Wait(t.Context())
				if _, err := m.Remove(ctx, "m-1"); err != nil || !come {
					t.Errorf("act %d: %v, its turn came: %v", i, err, come)
				}
				mu.Lock()
				defer mu.Unlock()
				order = append(order, i)
			})
		}
		if _, ok := m.client.Join(1); ok {
			t.Error("there is a place behind thirty seconds of waiting")
		}
		all.Wait()
		if !slices.IsSorted(order) || graph.refusals() > 0 || time.Since(began) > longestAct {
			t.Errorf("order %v, %d refused, after %v", order, graph.refusals(), time.Since(began))
		}
	})
}

func TestFLT05AnActOfMoreCallsTakesMoreOfTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		graph := &strict{}
		m, _ := limitedClient(t, graph.answer)
		for i := range 6 {
			turn, ok := m.client.Join(2)
			if !ok {
				t.Fatal("no place")
			}
			ctx, _ := turn.Wait(t.Context())
			for range 2 + i%2 { // every other makes a call more than it said
				if _, err := m.Deactivate(ctx, "m-1"); err != nil {
					t.Errorf("act %d: %v", i, err)
				}
			}
		}
		if graph.refusals() > 0 {
			t.Errorf("%d refused", graph.refusals())
		}
	})
}

func TestFLT05ACallOutsideATurnWaitsAMomentOrIsToldWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := limitedClient(t, replies(200, `{"value":[]}`))
		began := time.Now()
		if _, err := m.List(t.Context()); err != nil || time.Since(began) > longestAsk {
			t.Errorf("alone in line: %v after %v", err, time.Since(began))
		}
		for range 5 {
			if _, ok := m.client.Join(1); !ok {
				t.Fatal("no place")
			}
		}
		w.sent.Store(0)
		_, err := m.List(t.Context())
		refusal, _ := errors.AsType[*outcome.Error](err)
		if refusal == nil || refusal.Outcome != outcome.Throttled || refusal.Judged || w.sent.Load() != 0 ||
			refusal.RetryAfter < 10*time.Second || refusal.RetryAfter > 13*time.Second {
			t.Errorf("behind five: %+v, %d sent", refusal, w.sent.Load())
		}
		if err := looks(t)[opFindPerson](t.Context(), m); isOutcome(err, outcome.Throttled) {
			t.Error("people are not limited, and can't be looked for")
		}
	})
}

func TestFLT05TheLineEndsSomeMinutesAfterTheLast429(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := limitedClient(t, replies(204, ""))
		time.Sleep(slowFor - time.Second)
		if !m.client.Busy() {
			t.Error("it ended too early")
		}
		time.Sleep(2 * time.Second)
		if m.client.Busy() {
			t.Error("it did not end")
		}
	})
}

func TestFLT05ALonger429EndsTheWaitOfThoseItMakesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := limitedClient(t, replies(204, ""))
		turn, ok := m.client.Join(1)
		if !ok {
			t.Fatal("no place")
		}
		m.client.line.limited(10*time.Minute, false)
		began := time.Now()
		if _, come := turn.Wait(t.Context()); come || time.Since(began) > longestAct {
			t.Errorf("its turn came: %v, after %v", come, time.Since(began))
		}
		if left := len(m.client.line.waiting); left != 0 {
			t.Errorf("%d are left in line", left)
		}
	})
}

func TestFLT05WhoLeavesTheLineKeepsNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := limitedClient(t, replies(204, ""))
		first, _ := m.client.Join(1)
		second, _ := m.client.Join(1)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, come := first.Wait(ctx); come {
			t.Error("its turn came")
		}
		if place, _ := second.Place(); place != 1 {
			t.Errorf("the second has place %d", place)
		}
	})
}

func TestFLT05ACallThatIsRefusedInItsTurnGetsAnotherTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := limitedClient(t, replies(204, ""))
		refuse := true
		w.becomes(func(r *http.Request) (*http.Response, error) {
			if !refuse {
				return replies(204, "")(r)
			}
			refuse = false
			answer, err := replies(429, "")(r)
			answer.Header.Set("Retry-After", "5")
			return answer, err
		})
		turn, _ := m.client.Join(1)
		next, _ := m.client.Join(1)
		ctx, _ := turn.Wait(t.Context())
		began := time.Now()
		if _, err := m.Remove(ctx, "m-1"); err != nil || w.sent.Load() != 2 || time.Since(began) != 5*time.Second {
			t.Errorf("%v after %d calls and %v", err, w.sent.Load(), time.Since(began))
		}
		if place, _ := next.Place(); place != 1 {
			t.Errorf("whoever is next has place %d", place)
		}
	})
}

func TestFLT05ACallThatIsRefusedInItsTurnIsToldWhenThereIsNoTimeForAnother(t *testing.T) {
	answer := func(r *http.Request) (*http.Response, error) {
		answer, err := replies(429, "")(r)
		answer.Header.Set("Retry-After", "8")
		return answer, err
	}
	for name, limit := range map[string]time.Duration{"of the line": time.Hour, "of the act": 10 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			m, w := limitedClient(t, answer)
			began := time.Now()
			turn, _ := m.client.Join(1)
			ctx, _ := turn.Wait(t.Context())
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			_, err := m.Remove(ctx, "m-1")
			if !isOutcome(err, outcome.Throttled) || time.Since(began) > min(limit+time.Second, longestAct) || w.sent.Load() < 2 {
				t.Errorf("the limit %s: %v after %v and %d calls", name, err, time.Since(began), w.sent.Load())
			}
			if place, _ := turn.Place(); place != 0 {
				t.Errorf("the limit %s: it still has place %d", name, place)
			}
		})
	}
}
