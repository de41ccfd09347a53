package graph

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

const (
	maxPages   = 10 // of one person's methods; the limit is five methods
	maxDevices = 5  // fetched one by one for a list
)

// List returns the person's methods with their devices: GET …?$expand=device, all pages. A device
// that Graph left out is fetched by itself; where that fails too, it has the method's id, which is
// Graph's id for both, and nothing else. Errors are *outcome.Error: NotAllowed, StepUp, SignedOut,
// Throttled or UpstreamUnavailable, a list that is not whole or not of Graph's shape included.
func (m *Methods) List(ctx context.Context) ([]oath.Method, error) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	items, err := m.pages(ctx)
	if err != nil {
		return nil, err
	}
	methods, fetched := make([]oath.Method, 0, len(items)), 0
	for _, item := range items {
		if item.Device == nil && fetched < maxDevices {
			item.Device = m.device(ctx, string(item.ID))
			fetched++
		}
		methods = append(methods, item.method())
	}
	return methods, nil
}

// pages follows the list from page to page. A list cut short would hide a fob, so it is an error.
func (m *Methods) pages(ctx context.Context) ([]methodItem, error) {
	var items []methodItem
	next := m.url + "?$expand=device"
	for range maxPages {
		var page methodPage
		if err := m.read(ctx, next, &page); err != nil {
			return nil, err
		}
		if !page.sound() {
			return nil, m.client.unusable(ctx, "a list of another shape")
		}
		items = append(items, page.Value...)
		if page.NextLink == "" {
			return items, nil
		}
		if next = page.NextLink; !m.client.isOurs(next) {
			return nil, m.client.unusable(ctx, "a next page elsewhere")
		}
	}
	return nil, m.client.unusable(ctx, "too many pages")
}

// device fetches the one device of a method, or answers nil: the list is worth having without it.
func (m *Methods) device(ctx context.Context, methodID string) *deviceItem {
	segment, err := pathSegment(methodID)
	if err != nil {
		return nil
	}
	var device deviceItem
	if err := m.read(ctx, m.url+"/"+segment+"/device", &device); err != nil {
		return nil
	}
	return &device
}

// read fetches the URL and decodes Graph's answer, which must be 200 and JSON, into what.
func (m *Methods) read(ctx context.Context, from string, what any) error {
	request := call{op: opRead, method: http.MethodGet, url: from}
	got, err := m.ask(ctx, request)
	if err != nil {
		return err
	}
	if got.status != http.StatusOK {
		return m.client.refuse(ctx, request, got)
	}
	if json.Unmarshal(got.body, what) != nil {
		return m.client.unusable(ctx, "not JSON, or of another shape")
	}
	return nil
}

// unusable is a read that Graph answered, but not with what was asked for. The text is ours, for
// the log.
func (c *Client) unusable(ctx context.Context, what string) error {
	c.log.WarnContext(ctx, "graph answer unusable", "operation", opRead, "what", what)
	return &outcome.Error{Outcome: outcome.UpstreamUnavailable, Err: lost(what)}
}

// isOurs reports whether a link goes to the configured Graph, scheme, host and port: the access
// token goes nowhere else.
func (c *Client) isOurs(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.User == nil && u.Scheme == c.origin.Scheme &&
		strings.EqualFold(hostAndPort(u), hostAndPort(c.origin))
}

// hostAndPort is the host with its port, the scheme's own where none is written.
func hostAndPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return u.Hostname() + ":" + port
}
