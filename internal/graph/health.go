package graph

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// What it takes for Graph to count as away: a row of calls without an answer to go by, and the last of
// them not long ago. One that fails now and then is no news.
const (
	awayAfter = 2
	awayFor   = 30 * time.Second
)

var errAway = errors.New("the last calls to Graph all failed")

// health is how the last calls went.
type health struct {
	mu     sync.Mutex
	failed int // in a row, up to the newest
	last   time.Time
}

// Ready answers nil where Graph may be used, as far as the calls tell that people made anyway: nothing
// is asked for it. After half a minute without a call it is nil again, for somebody has to try.
func (c *Client) Ready() error {
	c.health.mu.Lock()
	defer c.health.mu.Unlock()
	if c.health.failed >= awayAfter && c.now().Sub(c.health.last) < awayFor {
		return errAway
	}
	return nil
}

// note remembers how a call ended. One that its caller gave up says nothing.
func (c *Client) note(ctx context.Context, got answer, err error) {
	if errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	c.health.mu.Lock()
	defer c.health.mu.Unlock()
	if err == nil && got.status < http.StatusInternalServerError {
		c.health.failed = 0
		return
	}
	c.health.failed++
	c.health.last = c.now()
}
