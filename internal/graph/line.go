package graph

import (
	"context"
	"slices"
	"sync"
	"time"

	"fobdesk/internal/outcome"
)

// Graph's limit on calls about authentication methods, where it binds: five in ten seconds for all
// people of a tenant (Graph, "Service-specific throttling limits"). A call that it refuses counts too.
const (
	pace       = 2100 * time.Millisecond // between two calls; five of them take more than ten seconds
	slowFor    = 3 * time.Minute         // after the last 429, calls are paced
	window     = 10 * time.Second
	crowd      = 4                // calls of ours in the window that make a 429 the limit's: others may have made the fifth
	longestAct = 30 * time.Second // that an act waits in line
	longestAsk = 4 * time.Second  // that any other call waits
)

// line is where calls about authentication methods wait while Graph limits them: first come, first
// served. It does nothing until Graph says 429 to calls as many as its limit, and nothing again some
// minutes after the last 429. One that comes without a crowd has another reason, which pacing our
// calls would not mend: it is for the person to wait then. The line is of one process: with several,
// each is told by Graph's own 429s.
type line struct {
	now func() time.Time

	mu      sync.Mutex
	until   time.Time // calls are paced until then
	free    time.Time // when the first in line may call
	waiting []*Turn
	recent  []time.Time // when the latest calls were let go ahead, at most crowd
}

// Turn is a place in the line, of an act with so many calls.
type Turn struct {
	line   *line
	joined time.Time
	most   time.Duration // of waiting
	calls  int           // that are still its own
}

// Busy reports whether Graph has limited calls a moment ago, so that acts have to stand in line.
func (c *Client) Busy() bool { return c.line.busy() }

// Join takes the next place in line for an act that makes so many calls when all goes well. It
// answers false where the act would wait for more than thirty seconds.
func (c *Client) Join(calls int) (*Turn, bool) {
	turn, _ := c.line.join(calls, longestAct)
	return turn, turn != nil
}

func (l *line) busy() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now().Before(l.until)
}

// pass lets a call go ahead where Graph does not limit them, and takes note of it.
func (l *line) pass() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if now.Before(l.until) {
		return false
	}
	l.recent = append(l.recent[max(0, len(l.recent)-crowd+1):], now)
	return true
}

// limited takes note of a 429, which asks to wait.
func (l *line) limited(wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	crowded := len(l.recent) == crowd && now.Sub(l.recent[0]) < window
	if !crowded && !now.Before(l.until) {
		return
	}
	l.until = latest(l.until, now.Add(max(slowFor, wait)))
	l.free = latest(l.free, now.Add(wait))
}

// join answers nil, and how long the wait would be, where that is more than most.
func (l *line) join(calls int, most time.Duration) (*Turn, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	turn := &Turn{line: l, joined: l.now(), most: most, calls: calls}
	if _, wait := l.ahead(turn); wait > most {
		return nil, wait
	}
	l.waiting = append(l.waiting, turn)
	return turn, 0
}

// ahead is how many are before a turn, or before a newcomer, and how long they will take.
func (l *line) ahead(turn *Turn) (acts int, wait time.Duration) {
	wait = max(0, l.free.Sub(l.now()))
	for _, before := range l.waiting {
		if before == turn {
			break
		}
		acts++
		wait += time.Duration(before.calls) * pace
	}
	return acts, wait
}

// Place is the place in line, and how long those before will take: 1 is the first, 0 once its turn
// has come.
func (t *Turn) Place() (place int, wait time.Duration) {
	t.line.mu.Lock()
	defer t.line.mu.Unlock()
	if !slices.Contains(t.line.waiting, t) {
		return 0, 0
	}
	before, wait := t.line.ahead(t)
	return before + 1, wait
}

// length is how long all that are in line will take.
func (l *line) length() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, wait := l.ahead(nil)
	return wait
}

type turnKey struct{}

// Wait waits for the turn, and returns the context in which the act makes its calls. It answers
// false where ctx ends first, or where Graph asked everybody to wait for so long that it is no use.
func (t *Turn) Wait(ctx context.Context) (context.Context, bool) {
	for {
		wait, come := t.step()
		switch {
		case come:
			return context.WithValue(ctx, turnKey{}, t), true
		case t.line.now().Add(wait).Sub(t.joined) > t.most:
			t.leave()
			return ctx, false
		}
		select {
		case <-ctx.Done():
			t.leave()
			return ctx, false
		case <-time.After(max(wait, 10*time.Millisecond)):
		}
	}
}

// step takes the turn where it has come, and else says how long it will take.
func (t *Turn) step() (wait time.Duration, come bool) {
	l := t.line
	l.mu.Lock()
	defer l.mu.Unlock()
	acts, wait := l.ahead(t)
	if acts > 0 || wait > 0 {
		return wait, false
	}
	l.waiting = l.waiting[1:]
	l.free = l.now().Add(time.Duration(t.calls) * pace)
	return 0, true
}

// leave gives the place up.
func (t *Turn) leave() {
	t.line.mu.Lock()
	defer t.line.mu.Unlock()
	t.line.waiting = slices.DeleteFunc(t.line.waiting, func(other *Turn) bool { return other == t })
}

// admit lets a call go ahead: at once where Graph does not limit them, as one of its act's where that
// has its turn, and else in its own turn if that is soon. Otherwise it is Throttled, unsent.
func (l *line) admit(ctx context.Context, op operation) error {
	if !op.limited() || l.pass() {
		return nil
	}
	if turn, ok := ctx.Value(turnKey{}).(*Turn); ok {
		turn.call()
		return nil
	}
	turn, wait := l.join(1, longestAsk)
	if turn != nil {
		if _, come := turn.Wait(ctx); come {
			return nil
		}
		wait = l.length()
	}
	return &outcome.Error{
		Outcome: outcome.Throttled, RetryAfter: min(max(wait, shortestWait), longestWait),
		Err: lost("not sent: Graph limits calls, and others are in line"),
	}
}

// call counts a call of the act. One more than it joined for keeps the others waiting.
func (t *Turn) call() {
	t.line.mu.Lock()
	defer t.line.mu.Unlock()
	if t.calls--; t.calls < 0 {
		t.line.free = latest(t.line.free, t.line.now()).Add(pace)
	}
}

// limited reports whether the call is about authentication methods, which Graph limits.
func (o operation) limited() bool { return o == opRead || !o.reads() }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
