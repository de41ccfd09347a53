package graph

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/google/uuid"
)

// lost says what became of an answer. The text is ours: an answer's own may hold anything.
type lost string

func (l lost) Error() string { return string(l) }

const (
	// errTooLarge is an answer of more than maxBody bytes; what of it was read is thrown away.
	errTooLarge = lost("an answer too large")
	// errSwitched is an answer in another protocol, for which nobody asked.
	errSwitched = lost("an answer in another protocol")
	// errNoRequest is a URL that is none.
	errNoRequest = lost("no request can be made for this URL")
)

// exchange sends the request once and reads the answer. With an error, sent reports whether Graph
// may have got the request, and of the answer only the ids, and a status if there was one, are known.
func (c *Client) exchange(
	ctx context.Context, request call, token string,
) (got answer, sent bool, err error) {
	var wire flight
	ctx, watched := c.watch(ctx, string(request.op))
	defer func() { watched(got.status, got.fault.outermost()) }()
	got.sentID = uuid.NewString()
	got.requestID = got.sentID
	req, err := c.newRequest(wire.follow(ctx), request, token, got.sentID)
	if err != nil {
		return got, false, err
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return got, wire.sent.Load(), describe(err, wire.sent.Load())
	}
	defer func() { _ = resp.Body.Close() }()
	got.status, got.header, got.resent = resp.StatusCode, resp.Header, wire.resent.Load()
	got.requestID = cmp.Or(requestID(resp.Header), got.requestID)
	if got.body, err = readBody(resp); err != nil {
		return got, true, describe(err, true)
	}
	if got.status >= http.StatusBadRequest {
		got.fault = parseFault(got.body, request.secrets)
	}
	return got, true, nil
}

// readBody reads at most maxBody decoded bytes. What follows a 101 is no body: reading it would not
// end with the call's context.
func readBody(resp *http.Response) ([]byte, error) {
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return nil, errSwitched
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err == nil && len(body) > maxBody {
		return nil, errTooLarge
	}
	return body, err
}

// newRequest makes the request. Its body can be read only once: given a way to rewind it, net/http
// would send a POST again by itself where HTTP/2 failed with a PROTOCOL_ERROR, which proves nothing.
func (c *Client) newRequest(ctx context.Context, request call, token, id string) (*http.Request, error) {
	var body io.Reader
	if request.body != nil {
		body = io.NopCloser(bytes.NewReader(request.body))
	}
	req, err := http.NewRequestWithContext(ctx, request.method, request.url, body)
	if err != nil {
		return nil, errNoRequest
	}
	if body != nil {
		req.ContentLength = int64(len(request.body))
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("client-request-id", id)
	req.Header.Set("x-ms-throttle-priority", "high") // a person is waiting
	if request.eventual {
		req.Header.Set("ConsistencyLevel", "eventual")
	}
	return req, nil
}

// flight follows a request on its way out. The transport asks for another connection where nothing
// went out on the last one, but also where it sends a request without a body, such as a DELETE, a
// second time by itself.
type flight struct {
	sent   atomic.Bool // something may have gone out
	wrote  atomic.Bool // the header was written, if only to a buffer
	resent atomic.Bool // and then another connection was asked for
}

func (f *flight) follow(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			f.sent.Store(f.wrote.Load())
			f.resent.Store(f.wrote.Load())
		},
		GotConn:      func(httptrace.GotConnInfo) { f.sent.Store(true) },
		WroteHeaders: func() { f.wrote.Store(true) },
	})
}

// describe words a transport's error for the log. Before anything was sent it is the network's own
// and kept; afterwards it may quote the answer, so only its kind is told.
func describe(err error, sent bool) error {
	if !sent {
		return err
	}
	if ours, ok := errors.AsType[lost](err); ok {
		return ours
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return errLate
	}
	if errors.Is(err, context.Canceled) {
		return lost("given up by the caller")
	}
	return lost("the connection failed before the answer was whole")
}

// requestID is Graph's id of the request, which support asks for; empty where there is none that
// looks like one.
func requestID(header http.Header) string {
	id := header.Get("request-id")
	if len(id) != len("00000000-0000-0000-0000-000000000000") || uuid.Validate(id) != nil {
		return ""
	}
	return id
}
