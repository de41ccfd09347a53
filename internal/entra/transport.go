package entra

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// The limits of every call to the issuer.
const (
	dialTimeout   = 3 * time.Second
	callTimeout   = 10 * time.Second // the whole call, body included
	maxAnswer     = 1 << 20          // bytes, decoded
	maxHeader     = 64 << 10         // bytes
	maxConns      = 64
	keepIdle      = 16
	callsInMinute = 5
)

// brokenAnswer is an answer of the issuer that cannot be used. Its text is ours, never the
// answer's.
type brokenAnswer string

func (b brokenAnswer) Error() string { return string(b) }

// newTransport is a pool of connections for one host. Certificates are always verified.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    dialTimeout,
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        maxConns,
		MaxIdleConns:           keepIdle,
		MaxIdleConnsPerHost:    keepIdle,
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: maxHeader,
	}
}

// newClient answers a client that gives up after callTimeout and follows no redirect: a redirect
// would carry codes and the client's proof to wherever it points.
func newClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// watchFunc is Config.Watch.
type watchFunc = func(ctx context.Context, call string) (context.Context, func(status int))

// watched tells of each call under one name.
type watched struct {
	next  http.RoundTripper
	name  string
	watch watchFunc
}

func watch(network http.RoundTripper, name string, watch watchFunc) http.RoundTripper {
	if watch == nil {
		return network
	}
	return watched{network, name, watch}
}

// RoundTrip implements http.RoundTripper.
func (w watched) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, done := w.watch(req.Context(), w.name)
	answer, err := w.next.RoundTrip(req.WithContext(ctx))
	status := 0
	if err == nil {
		status = answer.StatusCode
	}
	done(status)
	return answer, err
}

// wholeAnswers reads each answer whole and passes on only a JSON object of at most maxAnswer
// bytes; a larger one is an error, never cut short. HTML of a gateway ends here.
type wholeAnswers struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t wholeAnswers) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxAnswer {
		return nil, brokenAnswer(fmt.Sprintf("status %d with more than %d bytes", answer.StatusCode, maxAnswer))
	}
	if !json.Valid(body) || !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		return nil, brokenAnswer(fmt.Sprintf("status %d without a JSON object", answer.StatusCode))
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	answer.ContentLength = int64(len(body))
	// x/oauth2 reads text/plain as a form; the body was looked at, so the label need not be.
	answer.Header.Set("Content-Type", "application/json")
	return answer, nil
}

// documents fetches what may be fetched twice: metadata and keys. Anything but 200 is a
// brokenAnswer; a call that failed is made once more after a moment.
type documents struct {
	next  http.RoundTripper
	allow func() bool // whether one more call may be made now

	mu   sync.Mutex
	last error // of the last call made
}

// errTooOften says that a document was fetched as often as is allowed, the last time with success.
const errTooOften = brokenAnswer("fetched too often within a minute")

// RoundTrip implements http.RoundTripper. Where no call is allowed, the error is that of the last
// call, for the issuer's trouble still stands; errTooOften if that one succeeded.
func (d *documents) RoundTrip(req *http.Request) (*http.Response, error) {
	var answer *http.Response
	var err error
	for try := range 2 {
		if try > 0 && !pause(req.Context(), 100*time.Millisecond+rand.N(200*time.Millisecond)) { //nolint:gosec // jitter is no secret
			break
		}
		if !d.allow() {
			return nil, d.lastTime()
		}
		answer, err = d.fetch(req)
		d.note(err)
		if err == nil {
			break
		}
	}
	return answer, err
}

// fetch makes one call; an answer other than 200 is an error.
func (d *documents) fetch(req *http.Request) (*http.Response, error) {
	answer, err := d.next.RoundTrip(req)
	if err == nil && answer.StatusCode != http.StatusOK {
		return nil, brokenAnswer(fmt.Sprintf("status %d", answer.StatusCode))
	}
	return answer, err
}

// note keeps how the last call ended.
func (d *documents) note(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = err
}

// lastTime answers why there is no document now.
func (d *documents) lastTime() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return cmp.Or[error](d.last, errTooOften)
}

// pause waits for d, and reports false if ctx ended before.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// perMinute allows callsInMinute calls in any minute. It goes by the monotonic clock, so that
// setting the clock back or forward opens nothing.
type perMinute struct {
	mu     sync.Mutex
	calls  [callsInMinute]time.Time
	oldest int
}

// allow reports whether a call may be made now, and counts it.
func (p *perMinute) allow() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.calls[p.oldest]) < time.Minute {
		return false
	}
	p.calls[p.oldest] = now
	p.oldest = (p.oldest + 1) % callsInMinute
	return true
}
