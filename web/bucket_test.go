package web

import (
	"fmt"
	"testing"
	"time"
)

// ticking is a clock that stands still until it is moved.
type ticking struct{ at time.Time }

func (c *ticking) now() time.Time { return c.at }

// taken is how many of n are allowed.
func taken(b *buckets, caller string, n int) int {
	allowed := 0
	for range n {
		if b.allow(caller) {
			allowed++
		}
	}
	return allowed
}

func TestABucketHoldsItsBurstAndFillsAtItsRate(t *testing.T) {
	clock := &ticking{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	b := newBuckets(1, 100, clock.now)
	if got := taken(b, "a", 300); got != 100 {
		t.Errorf("%d at once, want 100", got)
	}
	if got := taken(b, "b", 300); got != 100 {
		t.Errorf("another caller: %d at once, want 100", got)
	}
	clock.at = clock.at.Add(3 * time.Second)
	if got := taken(b, "a", 300); got != 3 {
		t.Errorf("%d after three seconds, want 3", got)
	}
	clock.at = clock.at.Add(-time.Hour)
	if got := taken(b, "a", 300); got != 0 {
		t.Errorf("%d after the clock went back, want none", got)
	}
}

func TestBucketsOfManyCallersTakeNoMoreThanTheirRoomAndShareOneBeyond(t *testing.T) {
	clock := &ticking{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	b := newBuckets(1, 2, clock.now)
	allowed := 0
	for n := range 10 * maxBuckets {
		allowed += taken(b, fmt.Sprint(n), 1)
	}
	if len(b.of) != maxBuckets+1 || allowed != maxBuckets+2 {
		t.Errorf("%d buckets, %d allowed; want %d and %d", len(b.of), allowed, maxBuckets+1, maxBuckets+2)
	}
	if got := taken(b, "0", 3); got != 1 {
		t.Errorf("who was there before has %d left, want 1", got)
	}
	clock.at = clock.at.Add(time.Minute)
	if got := taken(b, "new", 3); got != 2 || len(b.of) != 1 {
		t.Errorf("after a minute a new caller has %d among %d buckets, want 2 in the one", got, len(b.of))
	}
}

func TestFullBucketsAreLookedForOnceASecondWhicheverWayTheClockGoes(t *testing.T) {
	begun := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := &ticking{at: begun}
	b := newBuckets(2, 1, clock.now) // each is full again after half a second
	for n := range maxBuckets + 1 {
		b.allow(fmt.Sprint(n))
	}
	for _, test := range []struct {
		after  time.Duration
		looked bool
	}{{time.Second - 1, false}, {time.Second, true}} {
		clock.at = begun.Add(test.after)
		b.allow("new " + test.after.String())
		if looked := len(b.of) < maxBuckets; looked != test.looked {
			t.Errorf("after %v there are %d buckets", test.after, len(b.of))
		}
	}
	for n := range maxBuckets {
		b.allow(fmt.Sprint(n))
	}
	clock.at = begun.Add(-time.Hour)
	if b.allow("new"); !b.swept.Equal(clock.at) {
		t.Errorf("with the clock an hour back they were looked for at %v", b.swept)
	}
}

func TestALimitTellsIPv6HostsApartByTheirNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "::ffff:192.0.2.1", "": "", "rubbish": "rubbish",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := network(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
