package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets is how many callers one limit tells apart. All that come beyond share one bucket, so that
// a flood from many addresses can fill neither the memory nor the audit trail.
const maxBuckets = 4096

// buckets hold each caller to a rate and a burst of their own.
type buckets struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu    sync.Mutex
	of    map[string]*rate.Limiter
	swept time.Time
}

func newBuckets(limit rate.Limit, burst int, now func() time.Time) *buckets {
	return &buckets{rate: limit, burst: burst, now: now, of: map[string]*rate.Limiter{}}
}

// allow takes one from the caller's bucket, if there is one left.
func (b *buckets) allow(caller string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	bucket, known := b.of[caller]
	if !known && b.full(now) {
		caller = ""
		bucket, known = b.of[caller]
	}
	if !known {
		bucket = rate.NewLimiter(b.rate, b.burst)
		b.of[caller] = bucket
	}
	return bucket.AllowN(now, 1)
}

// full reports whether there is room for no other caller. Those whose buckets have filled up again are
// forgotten, looked for once a second at most.
func (b *buckets) full(now time.Time) bool {
	if len(b.of) < maxBuckets {
		return false
	}
	if since := now.Sub(b.swept); since >= 0 && since < time.Second {
		return true
	}
	b.swept = now
	for caller, bucket := range b.of {
		if bucket.TokensAt(now) >= float64(b.burst) {
			delete(b.of, caller)
		}
	}
	return len(b.of) >= maxBuckets
}
