package graph

import (
	"context"
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
	slowest    = 8 * pace
)

// line is where calls about authentication methods wait while Graph limits them: first come, first
// served. It does nothing until Graph says 429 to calls as many as its limit, and nothing again some
// minutes after the last 429. One that comes without a crowd has another reason, which pacing our
// calls would not mend: it is for the person to wait then; but where other portals ask Graph as the
// same app, a crowd is not seen from one of them, and each 429 counts.
//
// What Graph allows is shared by whoever asks as this app, be it our replicas or another tool, and only
// Graph keeps the account. So a line finds its share by Graph's word: each 429 that comes although
// calls were paced makes it half as slow again, until it ends.
type line struct {
	now    func() time.Time
	shared bool // other portals ask as the same app

	mu      sync.Mutex
	until   time.Time     // calls are paced until then
	pace    time.Duration // between two calls
	free    time.Time     // when the first in line may call
	held    time.Time     // until then Graph asked everybody to wait: a 429 meanwhile is no news
	waiting []*Turn
	recent  []time.Time // when the latest calls were let go ahead, at most crowd
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

// limited takes note of a 429, which asks to wait. It came to a call that was let go ahead as one of
// many, or paced.
func (l *line) limited(wait time.Duration, paced bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	crowded := l.shared || len(l.recent) == crowd && now.Sub(l.recent[0]) < window
	switch {
	case now.Before(l.until):
		if paced && !now.Before(l.held) {
			l.pace = min(l.pace*3/2, slowest)
		}
	case crowded:
		l.pace = pace
	default:
		return
	}
	l.until = latest(l.until, now.Add(max(slowFor, wait)))
	l.held = latest(l.held, now.Add(wait))
	l.free = latest(l.free, l.held)
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
		wait += time.Duration(before.calls) * l.pace
	}
	return acts, wait
}

// length is how long all that are in line will take.
func (l *line) length() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, wait := l.ahead(nil)
	return wait
}

// admit lets a call go ahead: at once where Graph does not limit them, and else paced: as one of its
// act's where that has its turn, or in its own turn if that is soon. Otherwise it is Throttled, unsent.
func (l *line) admit(ctx context.Context, op operation) (paced bool, err error) {
	if !op.limited() || l.pass() {
		return false, nil
	}
	if turn := turnOf(ctx); turn != nil {
		turn.call()
		return true, nil
	}
	turn, wait := l.join(1, longestAsk)
	if turn != nil {
		if _, come := turn.Wait(ctx); come {
			return true, nil
		}
		wait = l.length()
	}
	return false, &outcome.Error{
		Outcome: outcome.Throttled, RetryAfter: min(max(wait, shortestWait), longestWait),
		Err: lost("not sent: Graph limits calls, and others are in line"),
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
