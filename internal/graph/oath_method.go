package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// Methods are one person's hardware OATH methods.
type Methods struct {
	caller
	url      string // of the collection
	personID string // whose they are; empty where they are the caller's own
}

// collection is the path of a person's hardware OATH methods, below the person.
const collection = "/authentication/hardwareOathMethods"

// Me answers the methods of the person whose token it is.
func (c *Client) Me(tokens TokenSource) *Methods {
	return &Methods{caller: caller{client: c, tokens: tokens}, url: c.base + "/me" + collection}
}

// User answers the methods of the person with this object id, as the person whose token it is sees
// them: /users/{id}/…. An id that is none sends nothing: each call is NotFound with the reason
// "person", which is also what Graph's word that the person does not exist becomes.
func (c *Client) User(tokens TokenSource, id string) *Methods {
	return &Methods{
		caller:   caller{client: c, tokens: tokens, nobody: !isObjectID(id)},
		url:      c.base + "/users/" + id + collection,
		personID: id,
	}
}

// AssignAndActivate binds the fob with this serial number to the person and activates it with the
// code it shows: POST …/assignAndActivateBySerialNumber, answered 204 without a body. It answers
// Graph's request id, or an *outcome.Error: WrongCode, Refused, UnknownSerial, AssignedToOther,
// AlreadyActive, LimitReached, NotAllowed, StepUp, SignedOut, Throttled, UpstreamUnavailable
// (nothing was sent) or OutcomeUnknown (the answer was lost). For somebody else it may also be
// NotFound (see User), or NotAllowed with the reason "not_supported": this Graph does not do it in
// one step, and has not judged the code.
func (m *Methods) AssignAndActivate(
	ctx context.Context, serial oath.SerialNumber, code oath.VerificationCode, name oath.DisplayName,
) (requestID string, err error) {
	return m.write(ctx, write{
		op: opAssignAndActivate, method: http.MethodPost, path: "/assignAndActivateBySerialNumber",
		body: &content{
			SerialNumber: serial.String(), VerificationCode: code.Reveal(), DisplayName: name.String(),
		},
		done: http.StatusNoContent,
	})
}

// AssignAndActivateDevice is AssignAndActivate of the device with this id of the tenant's
// inventory, see Inventory.Find: POST …/assignAndActivate.
func (m *Methods) AssignAndActivateDevice(
	ctx context.Context, deviceID string, code oath.VerificationCode, name oath.DisplayName,
) (requestID string, err error) {
	if !isID(deviceID) {
		return "", outcome.New(outcome.UnknownSerial)
	}
	return m.write(ctx, write{
		op: opAssignAndActivateDevice, method: http.MethodPost, path: "/assignAndActivate",
		body: &content{
			Device: &reference{deviceID}, VerificationCode: code.Reveal(), DisplayName: name.String(),
		},
		done: http.StatusNoContent,
	})
}

// Assign binds the device with this id of the tenant's inventory to the person, who activates it
// later: POST …, answered 201 with the method, whose id is the device's. It answers what
// AssignAndActivate does, but never WrongCode.
func (m *Methods) Assign(ctx context.Context, deviceID string) (requestID string, err error) {
	if !isID(deviceID) {
		return "", outcome.New(outcome.UnknownSerial)
	}
	return m.write(ctx, write{
		op: opAssign, method: http.MethodPost,
		body: &content{Device: &reference{deviceID}}, done: http.StatusCreated,
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
		body: &content{VerificationCode: code.Reveal(), DisplayName: name.String()},
		done: http.StatusNoContent,
	})
}

// Deactivate makes the fob useless for signing in and leaves it the person's: POST
// …/{id}/deactivate, answered 204 without a body. It answers what Remove does.
func (m *Methods) Deactivate(ctx context.Context, methodID string) (requestID string, err error) {
	segment, err := pathSegment(methodID)
	if err != nil {
		return "", err
	}
	return m.write(ctx, write{
		op: opDeactivate, method: http.MethodPost, path: "/" + segment + "/deactivate",
		done: http.StatusNoContent,
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
	return m.write(ctx, write{
		op: opRemove, method: http.MethodDelete, path: "/" + segment, done: http.StatusNoContent,
	})
}

// write is a call that changes something.
type write struct {
	op     operation
	method string
	path   string   // below the collection; built of fixed words and pathSegment
	body   *content // nil for none
	done   int      // the status that Graph documents for what was done
}

// content is the body of a write. The code is a string: it may begin with zeros.
type content struct {
	Device           *reference `json:"device,omitempty"`
	SerialNumber     string     `json:"serialNumber,omitempty"`
	VerificationCode string     `json:"verificationCode,omitempty"`
	DisplayName      string     `json:"displayName,omitempty"`
}

// reference names a device of the inventory.
type reference struct {
	ID string `json:"id"`
}

// call is a call about this person.
func (m *Methods) call(op operation, url string) call {
	return call{op: op, url: url, typed: []string{m.personID}, forOther: m.personID != ""}
}

// write sends the write once and answers Graph's request id where Graph answered with the status
// that it documents. Any other 2xx, a 3xx, a 5xx, and what isn't Graph's word at all leave open
// whether the write was done.
func (m *Methods) write(ctx context.Context, w write) (string, error) {
	request := m.call(w.op, m.url+w.path)
	request.method = w.method
	if w.body != nil {
		body, err := json.Marshal(w.body)
		if err != nil {
			return "", fmt.Errorf("encode the body of %s: %w", w.op, err)
		}
		request.body, request.secrets = body, []string{w.body.VerificationCode}
		request.typed = append(request.typed, w.body.SerialNumber, w.body.DisplayName)
	}
	got, err := m.ask(ctx, request)
	switch {
	case err != nil:
		return "", err
	case got.status == w.done:
		return got.requestID, nil
	}
	return "", m.client.refuse(ctx, request, got)
}
