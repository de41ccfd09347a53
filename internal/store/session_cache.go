package store

import (
	"container/list"
	"sync"

	"fobdesk/internal/session"
)

// sessionCacheBytes bounds the cache: some 5,000 sessions with the tokens of one person each.
const sessionCacheBytes = 32 << 20

// sessionCache holds the sessions that were read last, within a bound of bytes. It is exact, for
// this process alone writes to the database: a session that a transaction changed is dropped
// before the one who changed it is answered, and what was read before that is not kept after it. For
// a database to which others write too its bound is 0, and nothing is kept.
type sessionCache struct {
	mu    sync.Mutex
	limit int
	size  int
	epoch uint64                   // counts the transactions that changed sessions
	byKey map[string]*list.Element // of *session.Row
	used  *list.List               // the last used first
}

func newSessionCache(limit int) *sessionCache {
	return &sessionCache{limit: limit, byKey: map[string]*list.Element{}, used: list.New()}
}

// find returns the session, whose payload is nobody's to change. Where it is not there, what is
// read next may be kept with the epoch it returns.
func (c *sessionCache) find(key string) (row session.Row, epoch uint64, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, found := c.byKey[key]
	if !found {
		return session.Row{}, c.epoch, false
	}
	c.used.MoveToFront(element)
	return *element.Value.(*session.Row), c.epoch, true
}

// keep adds a session that was read in this epoch. If the epoch is over, the row may be
// too, and is not kept.
func (c *sessionCache) keep(row session.Row, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, found := c.byKey[row.Key]; found || epoch != c.epoch || sizeOf(row) > c.limit {
		return
	}
	c.byKey[row.Key] = c.used.PushFront(&row)
	c.size += sizeOf(row)
	for c.size > c.limit {
		c.drop(c.used.Back())
	}
}

// forget drops the sessions and begins a new epoch.
func (c *sessionCache) forget(keys []string) {
	if len(keys) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	for _, key := range keys {
		if element, found := c.byKey[key]; found {
			c.drop(element)
		}
	}
}

func (c *sessionCache) drop(element *list.Element) {
	row := element.Value.(*session.Row)
	c.used.Remove(element)
	delete(c.byKey, row.Key)
	c.size -= sizeOf(*row)
}

// sizeOf is about what a session takes in the cache, the cache's own share included.
func sizeOf(row session.Row) int {
	const share = 1 << 10
	return share + len(row.Key) + len(row.Person) + len(row.SID) + len(row.Sealed)
}
