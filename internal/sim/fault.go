package sim

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"
)

// Side is which of the two is spoken to.
type Side string

// The sides.
const (
	SideEntra Side = "entra"
	SideGraph Side = "graph"
)

// Fault is something that goes wrong with calls to one side. The first that fits a call is
// taken. A Fault with nothing but a Delay only delays.
type Fault struct {
	Side   Side
	Method string // empty for any
	Path   string // what the path contains, letter case aside; empty for any
	Times  int    // how many calls it meets; 0 for all

	Delay       time.Duration // before the call is looked at, or with AfterEffect before it is answered
	AfterEffect bool          // the call does what it does, and only its answer is lost
	Cut         bool          // the connection is closed without an answer
	Status      int           // the answer instead, with the three below; 200 where only a Body is given
	Header      http.Header
	ContentType string
	Body        string
}

// AddFault makes calls fail from now on.
func (c *Cloud) AddFault(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &f)
}

// ClearFaults takes back every AddFault.
func (c *Cloud) ClearFaults() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// takeFault answers the fault that a call meets, and counts it.
func (c *Cloud) takeFault(side Side, r *http.Request) (Fault, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, f := range c.faults {
		if !f.meets(side, r) {
			continue
		}
		found := *f
		if f.Times == 1 {
			c.faults = append(c.faults[:i:i], c.faults[i+1:]...)
		} else if f.Times > 1 {
			f.Times--
		}
		return found, true
	}
	return Fault{}, false
}

func (f *Fault) meets(side Side, r *http.Request) bool {
	return f.Side == side &&
		(f.Method == "" || f.Method == r.Method) &&
		strings.Contains(strings.ToLower(r.URL.Path), strings.ToLower(f.Path))
}

// answers reports whether the fault has an answer of its own.
func (f *Fault) answers() bool { return f.Status != 0 || f.Body != "" }

// serve lets the call meet the fault. It panics with http.ErrAbortHandler to cut the connection,
// which is net/http's way to do so.
func (f *Fault) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if f.AfterEffect {
		done := &kept{header: http.Header{}}
		next.ServeHTTP(done, r)
		next = done // where the fault has no answer of its own, this one comes late
	}
	if !wait(r.Context(), f.Delay) {
		panic(http.ErrAbortHandler)
	}
	switch {
	case f.Cut:
		panic(http.ErrAbortHandler)
	case f.answers():
		f.write(w)
	default:
		next.ServeHTTP(w, r)
	}
}

// write answers in place of the side.
func (f *Fault) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), f.Header)
	if f.ContentType != "" {
		w.Header().Set("Content-Type", f.ContentType)
	}
	w.WriteHeader(orDefault(f.Status, http.StatusOK))
	_, _ = io.WriteString(w, f.Body)
}

// wait reports false when the caller went away first.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// kept is an answer that is held back.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (k *kept) Header() http.Header { return k.header }

// Write implements http.ResponseWriter.
func (k *kept) Write(p []byte) (int, error) { return k.body.Write(p) }

// WriteHeader implements http.ResponseWriter.
func (k *kept) WriteHeader(status int) { k.status = status }

// ServeHTTP gives the answer.
func (k *kept) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	maps.Copy(w.Header(), k.header)
	w.WriteHeader(orDefault(k.status, http.StatusOK))
	_, _ = k.body.WriteTo(w)
}
