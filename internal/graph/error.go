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
	opRead                    operation = "read" // of a person's methods
	opSearchPeople            operation = "search_people"
	opNextPeople              operation = "next_people"
	opFindPerson              operation = "find_person"
	opFindDevice              operation = "find_device"
	opAssignAndActivate       operation = "assign_and_activate"
	opAssignAndActivateDevice operation = "assign_and_activate_device"
	opAssign                  operation = "assign"
	opActivate                operation = "activate"
	opDeactivate              operation = "deactivate"
	opRemove                  operation = "remove"
)

// The kinds of calls that one answer means the same to.
var (
	directory = []operation{opSearchPeople, opNextPeople, opFindPerson, opFindDevice}
	reads     = append([]operation{opRead}, directory...)
	enrols    = []operation{opAssignAndActivate, opAssignAndActivateDevice}
	assigns   = append([]operation{opAssign}, enrols...)
	withCode  = append([]operation{opActivate}, enrols...)
	binds     = append([]operation{opAssign}, withCode...)
	writes    = append([]operation{opDeactivate, opRemove}, binds...)
)

// reads reports whether the call changes nothing.
func (o operation) reads() bool { return slices.Contains(reads, o) }

// field is the input that is at fault where Graph can't make sense of a search.
func (o operation) field() string {
	if o == opNextPeople {
		return "next"
	}
	return "q"
}

// The reasons that narrow an outcome's words.
const (
	reasonPermission = "permission" // a scope or a role is missing
	reasonPerson     = "person"     // nobody has this id
)

// verdict is what an answer stands for.
type verdict struct {
	outcome outcome.Outcome
	reason  string
}

// rule is one row of the table of Graph's refusals. It holds where each of its conditions does.
type rule struct {
	ops      []operation // nil for any
	forOther bool        // only of a call about somebody else
	status   int         // 0 for any
	codeIs   []string    // one of the codes, outer or inner, is one of these
	codeHas  []string    // one of the codes holds one of these
	says     []string    // a code, or else the message, holds one of these
	to       verdict
}

// rules turn a 4xx of Graph's, bar 401 and 429, into a verdict; the first that holds decides, and
// where none does it is Refused, of a read UpstreamUnavailable. Graph publishes no codes for these
// calls and advises against going by the message: that is the last resort, and only tells refusals
// apart that are refusals anyway. All words are squeezed: letters and digits, lower case.
var rules = []rule{
	{status: 403, codeHas: saysMFA, to: verdict{outcome.StepUp, ""}},
	{status: 403, says: words("conditionalaccess"), to: verdict{outcome.NotAllowed, ""}},

	// The calls for somebody else: not every Graph has each of them. A plain 400 is no sign of that.
	{ops: writes, forOther: true, status: 405, to: verdict{outcome.NotAllowed, outcome.ReasonNotSupported}},
	{ops: writes, forOther: true, status: 501, to: verdict{outcome.NotAllowed, outcome.ReasonNotSupported}},
	{ops: writes, forOther: true, status: 400, says: saysUnsupported, to: verdict{outcome.NotAllowed, outcome.ReasonNotSupported}},
	{ops: writes, forOther: true, status: 403, says: saysUnsupported, to: verdict{outcome.NotAllowed, outcome.ReasonNotSupported}},
	{ops: writes, forOther: true, status: 404, says: saysUnsupported, to: verdict{outcome.NotAllowed, outcome.ReasonNotSupported}},
	{ops: assigns, forOther: true, status: 404, says: saysDevice, to: verdict{outcome.UnknownSerial, ""}},
	{forOther: true, status: 404, codeIs: words("requestresourcenotfound"), to: verdict{outcome.NotFound, reasonPerson}},
	{forOther: true, status: 404, says: saysNobody, to: verdict{outcome.NotFound, reasonPerson}},
	{ops: writes, forOther: true, status: 400, says: saysNobody, to: verdict{outcome.NotFound, reasonPerson}},

	{ops: []operation{opFindPerson}, status: 404, to: verdict{outcome.NotFound, reasonPerson}},
	{ops: []operation{opFindPerson}, status: 400, to: verdict{outcome.NotFound, reasonPerson}},
	{ops: []operation{opSearchPeople, opNextPeople}, status: 400, to: verdict{outcome.InvalidInput, ""}},
	{ops: []operation{opNextPeople}, status: 404, to: verdict{outcome.InvalidInput, ""}},
	{ops: reads, status: 400, to: verdict{outcome.UpstreamUnavailable, ""}},
	{ops: reads, status: 404, to: verdict{outcome.UpstreamUnavailable, ""}},

	{says: words("forthesegment"), to: verdict{outcome.Refused, ""}}, // a cloud without this API
	{says: words("toomanyattempts", "toomanyfailed", "lockedout"), to: verdict{outcome.Refused, ""}},

	{ops: binds, says: saysActive, to: verdict{outcome.AlreadyActive, ""}},
	{ops: assigns, says: saysLimit, to: verdict{outcome.LimitReached, ""}},
	{ops: assigns, says: saysOther, to: verdict{outcome.AssignedToOther, ""}},
	{says: words("license", "licence", "premium"), to: verdict{outcome.NotAllowed, "licence"}},
	{ops: directory, status: 403, to: verdict{outcome.NotAllowed, reasonPermission}}, // Policy.Read.All, it may say
	{says: words("policy", "policies", "notenabled", "disabled"), to: verdict{outcome.NotAllowed, "policy"}},

	{ops: assigns, status: 400, says: saysAssigned, to: verdict{outcome.Refused, ""}},
	{ops: assigns, status: 403, says: saysAssigned, to: verdict{outcome.Refused, ""}},
	{status: 403, codeIs: words("accessdenied", "authorizationrequestdenied"),
		to: verdict{outcome.NotAllowed, reasonPermission}},
	{status: 403, to: verdict{outcome.NotAllowed, ""}},
	{ops: assigns, status: 404, to: verdict{outcome.UnknownSerial, ""}},
	{status: 404, to: verdict{outcome.NotFound, ""}},
	{ops: assigns, status: 409, to: verdict{outcome.AssignedToOther, ""}},

	{ops: withCode, says: saysCode, to: verdict{outcome.WrongCode, ""}},
	{ops: assigns, status: 400, says: saysUnknown, to: verdict{outcome.UnknownSerial, ""}},
	{status: 400, says: saysUnknown, to: verdict{outcome.NotFound, ""}},
	{ops: withCode, status: 400, codeIs: genericCodes, to: verdict{outcome.WrongCode, ""}},
}

// The words of the table that stand in it more than once, or are long.
var (
	saysMFA = words("mfa", "multifactor", "strongauth", "insufficientclaims",
		"interactionrequired")
	saysUnsupported = words("notsupported", "unsupported", "notimplemented", "segmentassignandactivate")
	saysDevice      = words("device", "serialnumber")
	// A blank stands for what was typed: User 'an id' not found.
	saysNobody = words("usernotfound", "user notfound", "userwasnotfound", "user wasnotfound",
		"userdoesnotexist", "user doesnotexist", "usercouldnotbefound", "user couldnotbefound", "nosuchuser")
	saysActive = words("alreadyactiv", "isactivated", "alreadyregistered")
	saysLimit  = words("limitreached", "limitexceeded", "reachedthelimit", "maximumnumber",
		"reachedthemaximum", "toomanymethods", "quota")
	saysOther    = words("toanother", "byanother", "tootheruser", "differentuser")
	saysAssigned = words("alreadyassigned", "alreadyinuse") // to whom, it doesn't say
	saysCode     = words("verificationcode", "invalidcode", "incorrectcode", "wrongcode",
		"invalidotp", "onetimepass")
	saysUnknown  = words("notfound", "doesnotexist", "couldnotfind", "unabletofind", "unknownserial")
	genericCodes = words("badrequest", "invalidrequest", "requestbadrequest")
)

// words only makes the table easier to read.
func words(w ...string) []string { return w }

func (r rule) holds(request call, status int, codes []string, message string) bool {
	isOne := func(code string) bool { return slices.Contains(r.codeIs, code) }
	return (r.ops == nil || slices.Contains(r.ops, request.op)) &&
		(!r.forOther || request.forOther) &&
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
	case request.op.reads() && !got.isWord(request):
		return verdict{outcome.UpstreamUnavailable, ""}
	case !got.isWord(request):
		return verdict{outcome.OutcomeUnknown, ""}
	}
	codes := make([]string, len(got.fault.codes))
	for i, c := range got.fault.codes {
		codes[i] = squeeze(c)
	}
	message := got.fault.squeezed(request.typed)
	for _, r := range rules {
		if r.holds(request, got.status, codes, message) {
			return r.to
		}
	}
	return verdict{outcome.Refused, ""}
}

// refusesRead are the statuses of a read that are worth a look into the table.
var refusesRead = []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound}

// isWord reports whether the answer is Graph's own refusal. A page of a gateway is not, nor is a
// 408, nor what net/http may have got for asking twice. Of a write for somebody else a 501 is one
// too: it says that this Graph has no such call.
func (a answer) isWord(request call) bool {
	switch {
	case a.resent, a.status < 400, a.status == http.StatusRequestTimeout:
		return false
	case request.op.reads() && !slices.Contains(refusesRead, a.status):
		return false
	case a.status >= 500 && (a.status != http.StatusNotImplemented || !request.forOther):
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
