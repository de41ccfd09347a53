package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// Methods are one person's hardware OATH methods.
type Methods struct {
	client *Client
	tokens TokenSource
	url    string // of the collection
}

// Me answers the methods of the person whose token it is.
func (c *Client) Me(tokens TokenSource) *Methods {
	return &Methods{client: c, tokens: tokens, url: c.base + "/me/authentication/hardwareOathMethods"}
}

// AssignAndActivate binds the fob with this serial number to the person and activates it with the
// code it shows: POST …/assignAndActivateBySerialNumber, answered 204 without a body. It answers
// Graph's request id, or an *outcome.Error: WrongCode, Refused, UnknownSerial, AssignedToOther,
// AlreadyActive, LimitReached, NotAllowed, StepUp, SignedOut, Throttled, UpstreamUnavailable
// (nothing was sent) or OutcomeUnknown (the answer was lost).
func (m *Methods) AssignAndActivate(
	ctx context.Context, serial oath.SerialNumber, code oath.VerificationCode, name oath.DisplayName,
) (requestID string, err error) {
	return m.write(ctx, write{
		op: opAssignAndActivate, method: http.MethodPost, path: "/assignAndActivateBySerialNumber",
		body: &activation{serial.String(), code.Reveal(), name.String()},
	})
}

// Activate activates a method that is the person's already with the code its fob shows, and names
// it: POST …/{id}/activate, answered 204 without a body. It answers what AssignAndActivate does,
// but NotFound where the person has no such method, and never UnknownSerial or AssignedToOther.
func (m *Methods) Activate(
	ctx context.Context, methodID string, code oath.VerificationCode, name oath.DisplayName,
) (requestID string, err error) {
	segment, err := pathSegment(methodID)
	if err != nil {
		return "", err
	}
	return m.write(ctx, write{
		op: opActivate, method: http.MethodPost, path: "/" + segment + "/activate",
		body: &activation{"", code.Reveal(), name.String()},
	})
}

// Remove takes the method off the person; its fob goes back to the tenant's stock: DELETE …/{id},
// answered 204. It answers Graph's request id, or an *outcome.Error: NotFound, Refused, NotAllowed,
// StepUp, SignedOut, Throttled, UpstreamUnavailable or OutcomeUnknown.
func (m *Methods) Remove(ctx context.Context, methodID string) (requestID string, err error) {
	segment, err := pathSegment(methodID)
	if err != nil {
		return "", err
	}
	return m.write(ctx, write{op: opRemove, method: http.MethodDelete, path: "/" + segment})
}

// write is a call that changes something.
type write struct {
	op     operation
	method string
	path   string      // below the collection; built of fixed words and pathSegment
	body   *activation // nil for none
}

// activation is the body of the calls that carry a code. The code is a string: it may begin with
// zeros.
type activation struct {
	SerialNumber     string `json:"serialNumber,omitempty"`
	VerificationCode string `json:"verificationCode"`
	DisplayName      string `json:"displayName,omitempty"`
}

// write sends the write once and answers Graph's request id where Graph said 204, which is what it
// documents for each of them. Any other 2xx, a 3xx, a 5xx, and what isn't Graph's word at all
// leave open whether the write was done.
func (m *Methods) write(ctx context.Context, w write) (string, error) {
	request := call{op: w.op, method: w.method, url: m.url + w.path}
	if w.body != nil {
		body, err := json.Marshal(w.body)
		if err != nil {
			return "", fmt.Errorf("encode the body of %s: %w", w.op, err)
		}
		request.body, request.secrets = body, []string{w.body.VerificationCode}
		request.typed = []string{w.body.SerialNumber, w.body.DisplayName}
	}
	got, err := m.ask(ctx, request)
	switch {
	case err != nil:
		return "", err
	case got.status == http.StatusNoContent:
		return got.requestID, nil
	}
	return "", m.client.refuse(ctx, request, got)
}

// maxID is the longest method id that is relayed, in bytes. Graph's are UUIDs.
const maxID = 256

// pathSegment answers the id as one segment of a path, or NotFound: what could not stand in one,
// or would be another path, is nobody's method.
func pathSegment(id string) (string, error) {
	if id == "" || id == "." || id == ".." || len(id) > maxID || !utf8.ValidString(id) ||
		strings.ContainsAny(id, `/\`) || strings.ContainsFunc(id, oath.Deceives) {
		return "", outcome.New(outcome.NotFound)
	}
	return url.PathEscape(id), nil
}
