package graph

import (
	"context"

	"fobdesk/internal/oath"
)

const (
	maxPages   = 10 // of one person's methods; the limit is five methods
	maxDevices = 5  // fetched one by one for a list
)

// List returns the person's methods with their devices: GET …?$expand=device, all pages. A device
// that Graph left out is fetched by itself; where that fails too, it has the method's id, which is
// Graph's id for both, and nothing else. Errors are *outcome.Error: NotAllowed, StepUp, SignedOut,
// Throttled or UpstreamUnavailable, a list that is not whole or not of Graph's shape included; for
// somebody else also NotFound, with the reason "person" where nobody has the object id.
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
		if err := m.read(ctx, m.call(opRead, next), &page); err != nil {
			return nil, err
		}
		if !page.sound() {
			return nil, m.client.unusable(ctx, opRead, "a list of another shape")
		}
		items = append(items, page.Value...)
		if page.NextLink == "" {
			return items, nil
		}
		if next = page.NextLink; !m.client.isOurs(next) {
			return nil, m.client.unusable(ctx, opRead, "a next page elsewhere")
		}
	}
	return nil, m.client.unusable(ctx, opRead, "too many pages")
}

// device fetches the one device of a method, or answers nil: the list is worth having without it.
func (m *Methods) device(ctx context.Context, methodID string) *deviceItem {
	segment, err := pathSegment(methodID)
	if err != nil {
		return nil
	}
	var device deviceItem
	if err := m.read(ctx, m.call(opRead, m.url+"/"+segment+"/device"), &device); err != nil {
		return nil
	}
	return &device
}
