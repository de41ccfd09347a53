package graph

import (
	"context"
	"slices"
	"time"
)

// Turn is a place in the line, of an act with so many calls.
type Turn struct {
	line   *line
	joined time.Time
	most   time.Duration // of waiting
	calls  int           // that are still its own
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

type turnKey struct{}

// Wait waits for the turn, and returns the context in which the act makes its calls. It answers
// false where ctx ends first, or where Graph asked everybody to wait for so long that it is no use.
func (t *Turn) Wait(ctx context.Context) (context.Context, bool) {
	if !t.come(ctx) {
		t.leave()
		return ctx, false
	}
	return context.WithValue(ctx, turnKey{}, t), true
}

func (t *Turn) come(ctx context.Context) bool {
	for {
		wait, come := t.step()
		if come {
			return true
		}
		deadline, bounded := ctx.Deadline()
		if t.line.now().Add(wait).Sub(t.joined) > t.most || bounded && time.Until(deadline) < wait {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(max(wait, 10*time.Millisecond)):
		}
	}
}

// again waits for another turn of the same act, before all others, for a call that Graph refused for
// the number of calls: that proves that it was not done. It answers false where there is no time left.
func (t *Turn) again(ctx context.Context) bool {
	t.line.mu.Lock()
	t.calls = max(t.calls, 0) + 1
	t.line.waiting = slices.Insert(t.line.waiting, 0, t)
	t.line.mu.Unlock()
	if !t.come(ctx) {
		t.leave()
		return false
	}
	return true
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
	l.free = l.now().Add(time.Duration(t.calls) * l.pace)
	return 0, true
}

// leave gives the place up.
func (t *Turn) leave() {
	t.line.mu.Lock()
	defer t.line.mu.Unlock()
	t.line.waiting = slices.DeleteFunc(t.line.waiting, func(other *Turn) bool { return other == t })
}

// turnOf is the turn of the act that makes its calls in ctx; nil where it has none.
func turnOf(ctx context.Context) *Turn {
	turn, _ := ctx.Value(turnKey{}).(*Turn)
	return turn
}

// call counts a call of the act. One more than it joined for keeps the others waiting.
func (t *Turn) call() {
	t.line.mu.Lock()
	defer t.line.mu.Unlock()
	if t.calls--; t.calls < 0 {
		t.line.free = latest(t.line.free, t.line.now()).Add(t.line.pace)
	}
}
