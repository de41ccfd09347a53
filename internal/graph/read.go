package graph

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"fobdesk/internal/outcome"
)

// read makes the call, a GET, and decodes Graph's answer, which must be 200 and JSON, into what.
func (c caller) read(ctx context.Context, request call, what any) error {
	request.method = http.MethodGet
	got, err := c.ask(ctx, request)
	if err != nil {
		return err
	}
	if got.status != http.StatusOK {
		return c.client.refuse(ctx, request, got)
	}
	if json.Unmarshal(got.body, what) != nil {
		return c.client.unusable(ctx, request.op, "not JSON, or of another shape")
	}
	return nil
}

// unusable is a read that Graph answered, but not with what was asked for. The text is ours, for
// the log.
func (c *Client) unusable(ctx context.Context, op operation, what string) error {
	c.log.WarnContext(ctx, "graph answer unusable", "operation", op, "what", what)
	return &outcome.Error{Outcome: outcome.UpstreamUnavailable, Err: lost(what)}
}

// isOurs reports whether a link goes to the configured Graph, scheme, host and port: the access
// token goes nowhere else.
func (c *Client) isOurs(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.User == nil && u.Scheme == c.origin.Scheme &&
		strings.EqualFold(hostAndPort(u), hostAndPort(c.origin))
}

// maxLink is the longest link to a next page that is followed, in bytes.
const maxLink = 8 << 10

// isBelow reports whether a link goes to the configured Graph and stays under its base path. A link
// that a browser brought back is followed no further up.
func (c *Client) isBelow(link string) bool {
	if len(link) > maxLink || !c.isOurs(link) {
		return false
	}
	u, err := url.Parse(link)
	if err != nil || u.Fragment != "" {
		return false
	}
	for segment := range strings.SplitSeq(u.Path, "/") { // decoded: %2e%2e is one too
		if segment == "." || segment == ".." || strings.ContainsAny(segment, `\;`) {
			return false
		}
	}
	return strings.HasPrefix(u.EscapedPath(), c.origin.EscapedPath()+"/")
}

// hostAndPort is the host with its port, the scheme's own where none is written.
func hostAndPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return u.Hostname() + ":" + port
}
