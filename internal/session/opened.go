package session

import (
	"crypto/sha256"
	"crypto/subtle"
	"sync"
	"sync/atomic"
	"time"
)

// Opened remembers what the payload of one row says, so that requests of one browser need not open
// it each time. Whoever keeps a row in memory gives it a new one; it goes when the row goes, and so
// never outlives a change or an end. It holds neither tokens nor the cookie's secret, of which it
// knows a hash: without the cookie it opens nothing.
type Opened struct{ held atomic.Pointer[heldPayload] }

type heldPayload struct {
	secret  [sha256.Size]byte // hash of the cookie's
	payload payload
}

// find returns the payload if the row was opened with this cookie's secret before.
func (o *Opened) find(cookie cookieValue) (payload, bool) {
	if o == nil {
		return payload{}, false
	}
	held := o.held.Load()
	if held == nil {
		return payload{}, false
	}
	secret := sha256.Sum256(cookie.secret)
	if subtle.ConstantTimeCompare(held.secret[:], secret[:]) != 1 {
		return payload{}, false
	}
	return held.payload, true
}

func (o *Opened) keep(cookie cookieValue, p payload) {
	if o != nil {
		o.held.Store(&heldPayload{secret: sha256.Sum256(cookie.secret), payload: p})
	}
}

// tokensOf are the tokens of the row's n-th grant, opened when they are first asked for: most
// requests send nothing to Graph.
func (k *Keys) tokensOf(row Row, cookie cookieValue, n int, expiry time.Time) Tokens {
	return Tokens{held: sync.OnceValue(func() heldTokens {
		parts, err := k.openParts(row, cookie)
		if err != nil {
			return heldTokens{} // not possible: the same row was opened with this cookie before
		}
		return heldTokens{access: string(parts[1+2*n]), refresh: string(parts[2+2*n]), expiry: expiry}
	})}
}
