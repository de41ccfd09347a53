package graph

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"fobdesk/internal/outcome"
)

// operation is a kind of call, as far as the same answer means another thing.
type operation string

const (
	opRead              operation = "read"
	opAssignAndActivate operation = "assign_and_activate"
	opActivate          operation = "activate"
	opRemove            operation = "remove"
)

// verdict is what an answer stands for.
type verdict struct {
	outcome outcome.Outcome
	reason  string
}

// rule is one row of the table of Graph's refusals. It holds where each of its conditions does.
type rule struct {
	op      operation // "" for any
	status  int       // 0 for any
	codeIs  []string  // one of the codes, outer or inner, is one of these
	codeHas []string  // one of the codes holds one of these
	says    []string  // a code, or else the message, holds one of these
	to      verdict
}

// rules turn a 4xx of Graph's, bar 401 and 429, into a verdict; the first that holds decides, and
// where none does it is Refused. Graph publishes no codes for these calls and advises against going
// by the message: that is the last resort, and only tells refusals apart that are refusals anyway.
// All words are squeezed: letters and digits, lower case.
var rules = []rule{
	{status: 403, codeHas: saysMFA, to: verdict{outcome.StepUp, ""}},
	{status: 403, says: words("conditionalaccess"), to: verdict{outcome.NotAllowed, ""}},
	{says: words("forthesegment"), to: verdict{outcome.Refused, ""}}, // a cloud without this API
	{says: words("toomanyattempts", "toomanyfailed", "lockedout"), to: verdict{outcome.Refused, ""}},

	{op: opAssignAndActivate, says: saysActive, to: verdict{outcome.AlreadyActive, ""}},
	{op: opActivate, says: saysActive, to: verdict{outcome.AlreadyActive, ""}},
	{op: opAssignAndActivate, says: saysLimit, to: verdict{outcome.LimitReached, ""}},
	{op: opAssignAndActivate, says: saysOther, to: verdict{outcome.AssignedToOther, ""}},
	{says: words("license", "licence", "premium"), to: verdict{outcome.NotAllowed, "licence"}},
	{says: words("policy", "policies", "notenabled", "disabled"), to: verdict{outcome.NotAllowed, "policy"}},

	{op: opAssignAndActivate, status: 400, says: saysAssigned, to: verdict{outcome.Refused, ""}},
	{op: opAssignAndActivate, status: 403, says: saysAssigned, to: verdict{outcome.Refused, ""}},
	{status: 403, codeIs: words("accessdenied", "authorizationrequestdenied"),
		to: verdict{outcome.NotAllowed, "permission"}},
	{status: 403, to: verdict{outcome.NotAllowed, ""}},
	{op: opAssignAndActivate, status: 404, to: verdict{outcome.UnknownSerial, ""}},
	{status: 404, to: verdict{outcome.NotFound, ""}},
	{op: opAssignAndActivate, status: 409, to: verdict{outcome.AssignedToOther, ""}},

	{op: opAssignAndActivate, says: saysCode, to: verdict{outcome.WrongCode, ""}},
	{op: opActivate, says: saysCode, to: verdict{outcome.WrongCode, ""}},
	{op: opAssignAndActivate, status: 400, says: saysUnknown, to: verdict{outcome.UnknownSerial, ""}},
	{status: 400, says: saysUnknown, to: verdict{outcome.NotFound, ""}},
	{op: opAssignAndActivate, status: 400, codeIs: genericCodes, to: verdict{outcome.WrongCode, ""}},
	{op: opActivate, status: 400, codeIs: genericCodes, to: verdict{outcome.WrongCode, ""}},
}

// The words of the table that stand in it more than once, or are long.
var (
	saysMFA = words("mfa", "multifactor", "strongauth", "insufficientclaims",
		"interactionrequired")
	saysActive = words("alreadyactiv", "isactivated", "alreadyregistered")
	saysLimit  = words("limitreached", "limitexceeded", "reachedthelimit", "maximumnumber",
		"reachedthemaximum", "toomanymethods", "quota")
	saysOther    = words("toanother", "otheruser", "differentuser")
	saysAssigned = words("alreadyassigned", "alreadyinuse") // to whom, it doesn't say
	saysCode     = words("verificationcode", "invalidcode", "incorrectcode", "wrongcode",
		"invalidotp", "onetimepass")
	saysUnknown  = words("notfound", "doesnotexist", "couldnotfind", "unabletofind", "unknownserial")
	genericCodes = words("badrequest", "invalidrequest", "requestbadrequest")
)

// words only makes the table easier to read.
func words(w ...string) []string { return w }

func (r rule) holds(op operation, status int, codes []string, message string) bool {
	isOne := func(code string) bool { return slices.Contains(r.codeIs, code) }
	return (r.op == "" || r.op == op) &&
		(r.status == 0 || r.status == status) &&
		(r.codeIs == nil || slices.ContainsFunc(codes, isOne)) &&
		(r.codeHas == nil || anyHolds(codes, r.codeHas)) &&
		(r.says == nil || anyHolds(codes, r.says) || anyHolds([]string{message}, r.says))
}

// anyHolds reports whether one of the texts holds one of the fragments.
func anyHolds(texts, fragments []string) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		return slices.ContainsFunc(fragments, func(f string) bool { return strings.Contains(text, f) })
	})
}

// judge says what an answer that isn't the success of its call stands for.
func judge(request call, got answer) verdict {
	switch {
	case got.challenge() != "":
		return verdict{outcome.StepUp, ""}
	case got.status == http.StatusUnauthorized:
		return verdict{outcome.SignedOut, ""}
	case got.status == http.StatusTooManyRequests:
		return verdict{outcome.Throttled, ""}
	case request.op == opRead && (got.status != http.StatusForbidden || !got.isWord()):
		return verdict{outcome.UpstreamUnavailable, ""}
	case !got.isWord():
		return verdict{outcome.OutcomeUnknown, ""}
	}
	codes := make([]string, len(got.fault.codes))
	for i, c := range got.fault.codes {
		codes[i] = squeeze(c)
	}
	message := got.fault.squeezed(request.typed)
	for _, r := range rules {
		if r.holds(request.op, got.status, codes, message) {
			return r.to
		}
	}
	return verdict{outcome.Refused, ""}
}

// isWord reports whether the answer is Graph's own refusal. A page of a gateway is not, nor is a
// 408, nor what net/http may have got for asking twice.
func (a answer) isWord() bool {
	if a.status < 400 || a.status >= 500 || a.status == http.StatusRequestTimeout || a.resent {
		return false
	}
	if len(a.body) == 0 { // Graph answers with its request id; the body of a 403 may well be missing
		return requestID(a.header) != "" || a.status == http.StatusForbidden
	}
	return len(a.fault.codes) > 0 || a.fault.found && requestID(a.header) != ""
}

// refuse turns an answer that isn't the success of its call into an *outcome.Error, and logs the
// status and the codes so that the table can grow.
func (c *Client) refuse(ctx context.Context, request call, got answer) error {
	v := judge(request, got)
	codes := cmp.Or(strings.Join(got.fault.codes, "/"), "none")
	refusal := &outcome.Error{
		Outcome: v.outcome, Reason: v.reason, Reference: got.requestID,
		Judged: got.status != http.StatusUnauthorized && got.status != http.StatusForbidden && got.status != http.StatusTooManyRequests,
		Err:    fmt.Errorf("graph %s: status %d, code %s", request.op, got.status, codes),
	}
	level := slog.LevelInfo
	switch v.outcome {
	case outcome.StepUp:
		refusal.Claims = got.challenge()
	case outcome.Throttled:
		refusal.RetryAfter = retryAfter(got.header, c.now())
	case outcome.Refused, outcome.OutcomeUnknown, outcome.UpstreamUnavailable:
		level = slog.LevelWarn
	}
	c.log.Log(ctx, level, "graph refused", "operation", request.op, "status", got.status, "code", codes,
		"outcome", v.outcome, "reason", v.reason,
		"client_request_id", got.sentID, "request_id", got.requestID)
	return refusal
}
