package graph

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/outcome"

	"github.com/sony/gobreaker/v2"
)

// wire is a network in the place of the transport: each exchange is answered by the function. It
// says that the request went out, as the transport does.
type wire struct {
	mu     sync.Mutex
	answer func(*http.Request) (*http.Response, error)
	sent   atomic.Int32
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.sent.Add(1)
	httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
	w.mu.Lock()
	answer := w.answer
	w.mu.Unlock()
	return answer(r)
}

func (w *wire) becomes(answer func(*http.Request) (*http.Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = answer
}

func replies(status int, body string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Header: http.Header{"Request-Id": {graphRequestID}},
			Body: io.NopCloser(strings.NewReader(body)),
		}, nil
	}
}

func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func cuts(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

// over is a client over a network, with the production's limits.
func over(answer func(*http.Request) (*http.Response, error)) (*Methods, *wire) {
	w := &wire{answer: answer}
	c := New(Config{BaseURL: "https://graph.example/beta"})
	c.transport = w
	return c.Me(&tokenList{tokens: []string{"token"}}), w
}

func TestFLT06TenFailuresInARowOpenTheBreakerAndItAnswersAtOnce(t *testing.T) {
	for what, answer := range map[string]func(*http.Request) (*http.Response, error){
		"a 500": replies(500, ""), "a 503 of a gateway": replies(503, "<html>"), "a cut connection": cuts, "silence": hangs,
	} {
		synctest.Test(t, func(t *testing.T) {
			m, w := over(answer)
			for w.sent.Load() < failuresInARow {
				if down(m.client) {
					t.Fatalf("%s: open after %d", what, w.sent.Load())
				}
				_, _ = m.Remove(t.Context(), "m-1")
			}
			if !down(m.client) {
				t.Fatalf("%s: not open after %d", what, w.sent.Load())
			}
			for op, do := range acts(t) {
				began := time.Now()
				if _, err := do(t.Context(), m); !isOutcome(err, outcome.UpstreamUnavailable) || time.Since(began) > 100*time.Millisecond {
					t.Errorf("%s: %s came to %v after %v", what, op, err, time.Since(began))
				}
			}
			for op, do := range looks(t) {
				began := time.Now()
				if err := do(t.Context(), m); !isOutcome(err, outcome.UpstreamUnavailable) || time.Since(began) > 100*time.Millisecond {
					t.Errorf("%s: %s came to %v after %v", what, op, err, time.Since(began))
				}
			}
			if got := w.sent.Load(); got != failuresInARow {
				t.Errorf("%s: %d were sent, want %d", what, got, failuresInARow)
			}
		})
	}
}

func TestFLT06WhatIsNotGraphsFailureOpensNothing(t *testing.T) {
	soon := func(t *testing.T) context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		t.Cleanup(cancel)
		return ctx
	}
	lasting := func(t *testing.T) context.Context { return t.Context() }
	for _, test := range []struct {
		name   string
		answer func(*http.Request) (*http.Response, error)
		ctx    func(*testing.T) context.Context
	}{
		{"refusals", replies(400, graphError("badRequest", "")), lasting},
		{"a call that this Graph does not have", replies(501, ""), lasting},
		{"somebody who does not wait", hangs, soon},
	} {
		synctest.Test(t, func(t *testing.T) {
			m, w := over(test.answer)
			for range 3 * failuresInARow {
				_, _ = m.Deactivate(test.ctx(t), "m-1")
			}
			if down(m.client) || w.sent.Load() != 3*failuresInARow {
				t.Errorf("%s: down after %d were sent", test.name, w.sent.Load())
			}
		})
	}
}

func TestFLT06ThrottlingOpensNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := over(replies(429, ""))
		for range 3 * failuresInARow {
			_ = looks(t)[opFindPerson](t.Context(), m)
		}
		if down(m.client) || w.sent.Load() != 3*failuresInARow {
			t.Errorf("down after %d were sent", w.sent.Load())
		}
	})
}

func TestFLT06NineFailuresAndASuccessBeginAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := over(cuts)
		for range 5 {
			for range failuresInARow - 1 {
				_, _ = m.Remove(t.Context(), "m-1")
			}
			w.becomes(replies(204, ""))
			if _, err := m.Remove(t.Context(), "m-1"); err != nil {
				t.Fatal(err)
			}
			w.becomes(cuts)
		}
		if down(m.client) {
			t.Error("it is open")
		}
	})
}

func TestFLT06TheBreakerClosesByItselfOnceGraphIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := over(cuts)
		for range failuresInARow {
			_, _ = m.Remove(t.Context(), "m-1")
		}
		for range 90 { // people go on asking while Graph is away
			time.Sleep(time.Second)
			_, _ = m.Remove(t.Context(), "m-1")
		}
		if trials := w.sent.Load() - failuresInARow; trials < 3 || trials > 6 {
			t.Errorf("%d trials in 90 s of outage, want one each %v", trials, openFor)
		}
		w.becomes(replies(204, ""))
		back := time.Now()
		for {
			if _, err := m.Remove(t.Context(), "m-1"); err == nil {
				break
			}
			if time.Since(back) > time.Minute {
				t.Fatal("it did not close within a minute")
			}
			time.Sleep(time.Second)
		}
		if down(m.client) || time.Since(back) > openFor+time.Second {
			t.Errorf("down: %v, after %v", down(m.client), time.Since(back))
		}
	})
}

func TestFLT06TheTrialIsOneCallAndSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, w := over(cuts)
		for range failuresInARow {
			_, _ = m.Remove(t.Context(), "m-1")
		}
		time.Sleep(openFor + time.Second)
		w.sent.Store(0)
		w.becomes(func(r *http.Request) (*http.Response, error) {
			time.Sleep(3 * time.Second)
			return replies(204, "")(r)
		})
		var done, refused atomic.Int32
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				switch _, err := m.Deactivate(t.Context(), "m-1"); {
				case err == nil:
					done.Add(1)
				case isOutcome(err, outcome.UpstreamUnavailable):
					refused.Add(1)
				}
			})
		}
		all.Wait()
		if w.sent.Load() != 1 || done.Load() != 1 || refused.Load() != 49 {
			t.Errorf("%d sent, %d done, %d refused; want 1, 1 and 49", w.sent.Load(), done.Load(), refused.Load())
		}
	})
}

func TestFLT06NoMoreThanTheBulkheadHoldsAreUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under, most atomic.Int32
		m, w := over(func(r *http.Request) (*http.Response, error) {
			most.Store(max(most.Load(), under.Add(1)))
			defer under.Add(-1)
			time.Sleep(9 * time.Second)
			return replies(204, "")(r)
		})
		var all sync.WaitGroup
		var done, refused atomic.Int32
		began := time.Now()
		for range maxConns + 100 {
			all.Go(func() {
				_, err := m.Remove(t.Context(), "m-1")
				if err == nil {
					done.Add(1)
				} else if isOutcome(err, outcome.UpstreamUnavailable) && time.Since(began) <= placeLimit {
					refused.Add(1)
				}
			})
		}
		all.Wait()
		if done.Load() != maxConns || refused.Load() != 100 || most.Load() != maxConns || w.sent.Load() != maxConns {
			t.Errorf("%d done, %d refused in time, %d at once, %d sent", done.Load(), refused.Load(), most.Load(), w.sent.Load())
		}
		if down(m.client) {
			t.Error("a crowd opened the breaker")
		}
	})
}

func TestFLT06AWriteThatIsNotSentSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _ := over(cuts)
		for range failuresInARow {
			_, _ = m.Remove(t.Context(), "m-1")
		}
		_, err := m.Remove(t.Context(), "m-1")
		refusal, _ := errors.AsType[*outcome.Error](err)
		if refusal == nil || refusal.Judged || !errors.Is(err, errDown) {
			t.Errorf("%+v, want one that Graph did not judge", refusal)
		}
	})
}

// down reports whether calls are not sent at present because Graph fails.
func down(c *Client) bool { return c.breaker.State() == gobreaker.StateOpen }
