package graph

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"fobdesk/internal/outcome"
)

// caller is Graph as one person: the client, with that person's tokens.
type caller struct {
	client *Client
	tokens TokenSource
	nobody bool // it is about an id that nobody can have: no call is sent
}

// call is one call to Graph, before it has a token.
type call struct {
	op       operation
	method   string
	url      string
	body     []byte   // JSON; nil for none
	secrets  []string // the verification code in body, and each access token it was sent with
	typed    []string // what else the call holds that is no word of Graph's, though Graph may quote it
	forOther bool     // it is about somebody else than the person whose token it is
	eventual bool     // ConsistencyLevel: eventual, without which $search is refused
}

// answer is what came back, read whole.
type answer struct {
	status    int
	header    http.Header
	body      []byte
	fault     fault  // what body says is wrong, for a status that is none of success
	sentID    string // our client-request-id
	requestID string // Graph's, else ours
	resent    bool   // the transport may have sent the request twice
}

// ask makes the call with the person's token. A token that Graph does not take is replaced once and
// the call made once more, for a 401 proves that it was not done; a claims challenge is a StepUp at
// once, for no refresh would meet it.
func (c caller) ask(ctx context.Context, request call) (answer, error) {
	if c.nobody {
		return answer{}, noPerson()
	}
	token, err := c.tokens.AccessToken(ctx)
	if err != nil {
		return answer{}, tokenError(err)
	}
	request.secrets = append(request.secrets, token)
	got, err := c.client.attempt(ctx, request, token)
	if err != nil || got.status != http.StatusUnauthorized || got.challenge() != "" {
		return got, err
	}
	c.client.log.InfoContext(ctx, "graph token replaced",
		"operation", request.op, "request_id", got.requestID)
	if token, err = c.tokens.Replace(ctx, token); err != nil {
		return answer{}, tokenError(err)
	}
	request.secrets = append(request.secrets, token)
	return c.client.attempt(ctx, request, token)
}

// noPerson is the refusal of a call about somebody who does not exist.
func noPerson() error {
	return &outcome.Error{Outcome: outcome.NotFound, Reason: reasonPerson}
}

// tokenError passes a refusal through. Whatever else kept the token away, nothing was sent.
func tokenError(err error) error {
	if _, refused := outcome.Of(err); refused {
		return err
	}
	return &outcome.Error{Outcome: outcome.UpstreamUnavailable, Err: err}
}

// attempt makes the call with this token once it may go ahead. One that Graph refuses for their number
// in its act's turn, and so did not do, gets another turn where there is time. Its error is one of
// send's, or Throttled for a call that was not sent because others are in line.
func (c *Client) attempt(ctx context.Context, request call, token string) (answer, error) {
	for {
		paced, err := c.line.admit(ctx, request.op)
		if err != nil {
			return answer{}, err
		}
		got, err := c.send(ctx, request, token)
		if err != nil || got.status != http.StatusTooManyRequests || !request.op.limited() {
			return got, err
		}
		c.line.limited(retryAfter(got.header, c.now()), paced)
		if turn := turnOf(ctx); turn == nil || !turn.again(ctx) {
			return got, nil
		}
	}
}

// send makes the call, and a read again where it may help, all within the client's timeout. Its error
// is an *outcome.Error: UpstreamUnavailable for a read, and for a write that was not sent;
// OutcomeUnknown for a write whose answer was lost.
func (c *Client) send(ctx context.Context, request call, token string) (answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, errLate)
	defer cancel()
	for try := 0; ; try++ {
		got, sent, err := c.guarded(ctx, request, token)
		c.log.DebugContext(ctx, "graph call", "operation", request.op, "status", got.status,
			"client_request_id", got.sentID, "request_id", got.requestID)
		if try < maxRetries && request.op.reads() && mayPass(got, err) && c.wait(ctx, try, got) {
			continue
		}
		c.note(ctx, got, err)
		if err == nil {
			return got, nil
		}
		failure := &outcome.Error{Outcome: outcome.UpstreamUnavailable, Reference: got.requestID, Err: err}
		if sent && !request.op.reads() {
			failure.Outcome = outcome.OutcomeUnknown
		}
		c.log.WarnContext(ctx, "graph answer lost", "operation", request.op, "tries", try+1, "sent", sent,
			"status", got.status, "outcome", failure.Outcome,
			"client_request_id", got.sentID, "request_id", got.requestID, "error", err)
		return answer{}, failure
	}
}

// mayPass reports whether a read that ended so may fare better in a moment.
func mayPass(got answer, err error) bool {
	if err != nil {
		return !slices.ContainsFunc([]error{errTooLarge, errSwitched, errNoRequest, errDown, errCrowded},
			func(final error) bool { return errors.Is(err, final) })
	}
	switch got.status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable,
		http.StatusGatewayTimeout:
		return true
	}
	return false
}

// wait pauses before the next try, as long as Graph asks where it does, and reports false where the
// time left does not allow it.
func (c *Client) wait(ctx context.Context, try int, got answer) bool {
	pause := c.pause << try
	pause = pause/2 + rand.N(pause) //nolint:gosec // jitter, no secret
	if got.header.Get("Retry-After") != "" {
		pause = max(pause, retryAfter(got.header, c.now()))
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pause {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}
