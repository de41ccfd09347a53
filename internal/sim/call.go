package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Call is a request that was made, for tests to state. It holds secrets: codes, tokens, and how
// the client proved itself.
type Call struct {
	At       time.Time
	Side     Side
	Method   string
	Path     string // as sent, unescaped
	Query    url.Values
	Header   http.Header
	Body     map[string]any // a JSON object, decoded; nil where there was none
	Form     url.Values     // a form
	Status   int            // 0 where the connection was cut
	PersonID string         // who the access token, or the sign-in, was for
}

// ClientRequestID is the client's own number of the request.
func (c Call) ClientRequestID() string { return c.Header.Get("client-request-id") }

// The bounds of the log and of a body.
const (
	maxCalls = 10_000
	maxBody  = 1 << 20
)

// Calls answers the requests made to both sides, oldest first; the last ten thousand are kept.
func (c *Cloud) Calls() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.calls)
}

// ResetCalls forgets the requests made so far.
func (c *Cloud) ResetCalls() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = nil
}

// front is what a call meets before either side: the log and the faults.
func (c *Cloud) front(side Side, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "the body is too long, or broke off", http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		call := c.newCall(side, r, body)
		seen := &statusWriter{ResponseWriter: w}
		defer func() {
			call.Status = seen.status
			c.keep(call)
		}()
		r = r.WithContext(context.WithValue(r.Context(), callKey{}, &call))
		if fault, ok := c.takeFault(side, r); ok {
			fault.serve(seen, r, next)
			return
		}
		next.ServeHTTP(seen, r)
	})
}

func (c *Cloud) newCall(side Side, r *http.Request, body []byte) Call {
	call := Call{
		At: c.now(), Side: side, Method: r.Method, Path: r.URL.Path,
		Query: r.URL.Query(), Header: r.Header.Clone(),
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		call.Form, _ = url.ParseQuery(string(body)) // what can be read of it
	} else if json.Unmarshal(body, &call.Body) != nil {
		call.Body = nil
	}
	return call
}

func (c *Cloud) keep(call Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.calls) == maxCalls {
		c.calls = slices.Delete(c.calls, 0, maxCalls/10)
	}
	c.calls = append(c.calls, call)
}

type callKey struct{}

// noteCaller says in the log who a call was for.
func noteCaller(ctx context.Context, personID string) {
	if call, ok := ctx.Value(callKey{}).(*Call); ok {
		call.PersonID = personID
	}
}

// statusWriter keeps the status that was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}
