package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"fobdesk/internal/outcome"
)

func TestFLT10EveryRefusalOfGraphMapsToAnOutcome(t *testing.T) {
	const (
		enrol, activate, remove, read = opAssignAndActivate, opActivate, opRemove, opRead
		html                          = "<html><h1>Forbidden</h1></html>"
	)
	tests := []struct {
		op     operation
		status int
		body   string
		want   outcome.Outcome
		reason string
	}{
		{enrol, 400, graphError("badRequest", "Bad request."), outcome.WrongCode, ""},
		{enrol, 400, graphError("BadRequest", ""), outcome.WrongCode, ""},
		{enrol, 400, graphError("invalidRequest", "x"), outcome.WrongCode, ""},
		{activate, 400, graphError("Request_BadRequest", "x"), outcome.WrongCode, ""},
		{activate, 400, graphError("invalidVerificationCode", "x"), outcome.WrongCode, ""},
		{enrol, 422, graphError("new", "The verification code is incorrect."), outcome.WrongCode, ""},
		{remove, 400, graphError("badRequest", "Bad request."), outcome.Refused, ""},
		{enrol, 400, graphError("somethingNew", "Something new."), outcome.Refused, ""},
		{enrol, 418, graphError("badRequest", "Short and stout."), outcome.Refused, ""},
		{enrol, 400, "", outcome.Refused, ""},
		{enrol, 400, `{"error":{"code":"","message":""}}`, outcome.Refused, ""},
		{enrol, 400, `{"error":{"code":"new","innererror":{"code":"BadRequest"}}}`, outcome.WrongCode, ""},
		{enrol, 400, `{"error":{"code":"BadRequest","innerError":{"code":"x",` +
			`"innerError":{"code":"alreadyActivated"}}}}`, outcome.AlreadyActive, ""},
		{enrol, 400, graphError("BadRequest", "Resource not found for the segment 'x'."), outcome.Refused, ""},

		{enrol, 404, graphError("itemNotFound", "x"), outcome.UnknownSerial, ""},
		{enrol, 404, "", outcome.UnknownSerial, ""},
		{enrol, 400, graphError("badRequest", "The device was not found."), outcome.UnknownSerial, ""},
		{activate, 404, graphError("itemNotFound", "x"), outcome.NotFound, ""},
		{activate, 400, graphError("resourceNotFound", "x"), outcome.NotFound, ""},
		{remove, 404, graphError("itemNotFound", "x"), outcome.NotFound, ""},

		{enrol, 409, graphError("conflict", "x"), outcome.AssignedToOther, ""},
		{enrol, 400, graphError("badRequest", "The token is assigned to another user."), outcome.AssignedToOther, ""},
		{enrol, 403, graphError("forbidden", "Assigned to a different user."), outcome.AssignedToOther, ""},
		{enrol, 403, graphError("forbidden", "Already assigned."), outcome.Refused, ""},
		{enrol, 400, graphError("badRequest", "Already assigned to the user."), outcome.Refused, ""},
		{enrol, 409, graphError("conflict", "Already assigned."), outcome.AssignedToOther, ""},
		{enrol, 403, graphError("accessDenied", "Too many attempts."), outcome.Refused, ""},
		{enrol, 409, graphError("conflict", "The token is already activated."), outcome.AlreadyActive, ""},
		{activate, 409, graphError("alreadyActive", ""), outcome.AlreadyActive, ""},
		{activate, 409, graphError("conflict", "x"), outcome.Refused, ""},
		{remove, 409, graphError("conflict", "x"), outcome.Refused, ""},
		{enrol, 409, graphError("quotaLimitReached", "x"), outcome.LimitReached, ""},
		{enrol, 400, graphError("badRequest", "Maximum number of methods reached."), outcome.LimitReached, ""},

		{enrol, 403, graphError("accessDenied", "Request Authorization failed"), outcome.NotAllowed, "permission"},
		{remove, 403, graphError("Authorization_RequestDenied", "Insufficient privileges"), outcome.NotAllowed, "permission"},
		{read, 403, graphError("accessDenied", ""), outcome.NotAllowed, "permission"},
		{enrol, 403, graphError("accessDenied", "A license is missing."), outcome.NotAllowed, "licence"},
		{enrol, 403, graphError("accessDenied", "The policy does not allow it."), outcome.NotAllowed, "policy"},
		{enrol, 400, graphError("methodDisabled", ""), outcome.NotAllowed, "policy"},
		{enrol, 403, graphError("new", "Blocked by Conditional Access policies."), outcome.NotAllowed, ""},
		{enrol, 403, graphError("new", "x"), outcome.NotAllowed, ""},
		{enrol, 403, "", outcome.NotAllowed, ""},
		{enrol, 403, graphError("Unauthorized_MissingMFA", "x"), outcome.StepUp, ""},
		{enrol, 403, graphError("insufficient_claims", "x"), outcome.StepUp, ""},
		{read, 403, graphError("Unauthorized_MissingMFA", "x"), outcome.StepUp, ""},

		{enrol, 429, html, outcome.Throttled, ""},
		{read, 429, graphError("TooManyRequests", ""), outcome.Throttled, ""},
		{read, 400, graphError("badRequest", ""), outcome.UpstreamUnavailable, ""},
		{read, 404, graphError("itemNotFound", ""), outcome.UpstreamUnavailable, ""},
		{read, 403, html, outcome.UpstreamUnavailable, ""},
		{read, 204, "", outcome.UpstreamUnavailable, ""},

		{opAssignAndActivateDevice, 400, graphError("badRequest", "Bad request."), outcome.WrongCode, ""},
		{opAssignAndActivateDevice, 404, graphError("itemNotFound", "x"), outcome.UnknownSerial, ""},
		{opAssign, 404, graphError("itemNotFound", "x"), outcome.UnknownSerial, ""},
		{opAssign, 400, graphError("badRequest", "Bad request."), outcome.Refused, ""},
		{opAssign, 400, graphError("badRequest", "The verification code is missing."), outcome.Refused, ""},
		{opAssign, 409, graphError("conflict", "x"), outcome.AssignedToOther, ""},
		{opAssign, 400, graphError("badRequest", "Maximum number of methods reached."), outcome.LimitReached, ""},
		{opAssign, 400, graphError("badRequest", "The device is already assigned."), outcome.Refused, ""},
		{opDeactivate, 404, graphError("itemNotFound", "x"), outcome.NotFound, ""},
		{opDeactivate, 400, graphError("badRequest", "x"), outcome.Refused, ""},

		// That nobody has an id, or that Graph doesn't do a thing, says nothing of oneself.
		{enrol, 404, graphError("Request_ResourceNotFound", "x"), outcome.UnknownSerial, ""},
		{enrol, 405, graphError("Request_BadRequest", "x"), outcome.Refused, ""},
		{enrol, 400, graphError("badRequest", "It is not supported."), outcome.WrongCode, ""},

		{opSearchPeople, 400, graphError("Request_UnsupportedQuery", "x"), outcome.InvalidInput, ""},
		{opNextPeople, 400, graphError("badRequest", "Invalid $skiptoken."), outcome.InvalidInput, ""},
		{opNextPeople, 404, graphError("ResourceNotFound", "x"), outcome.InvalidInput, ""},
		{opSearchPeople, 404, graphError("ResourceNotFound", "x"), outcome.UpstreamUnavailable, ""},
		{opSearchPeople, 403, graphError("Authorization_RequestDenied", "x"), outcome.NotAllowed, "permission"},
		{opFindPerson, 404, graphError("Request_ResourceNotFound", "x"), outcome.NotFound, "person"},
		{opFindPerson, 400, graphError("Request_BadRequest", "Invalid object identifier."), outcome.NotFound, "person"},
		{opFindPerson, 404, html, outcome.UpstreamUnavailable, ""},
		{opFindDevice, 403, graphError("new", "One of Policy.Read.All is required."), outcome.NotAllowed, "permission"},
		{opFindDevice, 403, graphError("new", "A license is missing."), outcome.NotAllowed, "licence"},
		{opFindDevice, 400, graphError("badRequest", "Invalid filter clause."), outcome.UpstreamUnavailable, ""},
		{opFindDevice, 404, graphError("itemNotFound", "x"), outcome.UpstreamUnavailable, ""},
		{opFindDevice, 403, graphError("Unauthorized_MissingMFA", "x"), outcome.StepUp, ""},

		// A gateway's word on a write is no word of Graph's.
		{enrol, 400, html, outcome.OutcomeUnknown, ""},
		{enrol, 403, html, outcome.OutcomeUnknown, ""},
		{activate, 404, html, outcome.OutcomeUnknown, ""},
		{remove, 405, `{"message":"no route"}`, outcome.OutcomeUnknown, ""},
		{enrol, 400, `{"error":"bad"}`, outcome.OutcomeUnknown, ""},
		{enrol, 400, `{"error":null}`, outcome.OutcomeUnknown, ""},
		{enrol, 408, graphError("requestTimeout", ""), outcome.OutcomeUnknown, ""},
	}
	for _, tt := range tests {
		f := newFake(t, says(tt.status, tt.body))
		err := callOnce(t, me(t, f.URL), tt.op)
		refusal, ok := errors.AsType[*outcome.Error](err)
		if !ok || refusal.Outcome != tt.want || refusal.Reason != tt.reason {
			t.Errorf("%s, %d %s: %v; want %s %q", tt.op, tt.status, tt.body, err, tt.want, tt.reason)
			continue
		}
		if refusal.Reference != graphRequestID {
			t.Errorf("%s, %d: reference %q, want Graph's request id", tt.op, tt.status, refusal.Reference)
		}
		if len(f.asked()) != 1 {
			t.Errorf("%s, %d: asked %q, want once", tt.op, tt.status, f.asked())
		}
	}
}

func TestFLT10RefusalsOfActsForSomebodyElseMapToAnOutcome(t *testing.T) {
	const unsupported, person, permission = "not_supported", "person", "permission"
	const byDevice = opAssignAndActivateDevice
	nobody := graphError("Request_ResourceNotFound",
		"Resource '"+annID+"' does not exist or one of its queried reference-property objects are not present.")
	tests := []struct {
		op     operation
		status int
		body   string
		want   outcome.Outcome
		reason string
	}{
		// The one step is not supported for others.
		{opAssignAndActivate, 405, graphError("Request_BadRequest", "Method not allowed."), outcome.NotAllowed, unsupported},
		{opAssignAndActivate, 501, graphError("new", "x"), outcome.NotAllowed, unsupported},
		{opAssignAndActivate, 501, "", outcome.NotAllowed, unsupported},
		{opAssignAndActivate, 400, graphError("notSupported", ""), outcome.NotAllowed, unsupported},
		{opAssignAndActivate, 400, graphError("badRequest", "This operation is not supported for other users."), outcome.NotAllowed, unsupported},
		{opAssignAndActivate, 400, graphError("BadRequest", "Resource not found for the segment 'assignAndActivateBySerialNumber'."), outcome.NotAllowed, unsupported},
		{opAssignAndActivate, 404, graphError("notImplemented", ""), outcome.NotAllowed, unsupported},
		{opAssignAndActivate, 403, graphError("accessDenied", "Not supported for other users."), outcome.NotAllowed, unsupported},
		{byDevice, 400, graphError("unsupportedOperation", ""), outcome.NotAllowed, unsupported},
		{opAssign, 405, graphError("x", ""), outcome.NotAllowed, unsupported},

		// A plain 400 is most likely a wrong code, and a 403 a missing role.
		{opAssignAndActivate, 400, graphError("badRequest", "Bad request."), outcome.WrongCode, ""},
		{byDevice, 400, graphError("badRequest", "The verification code is invalid."), outcome.WrongCode, ""},
		{opAssignAndActivate, 403, graphError("accessDenied", "Request Authorization failed"), outcome.NotAllowed, permission},
		{opAssignAndActivate, 403, graphError("accessDenied", "You can't act on other users."), outcome.NotAllowed, permission},
		{opDeactivate, 403, graphError("Authorization_RequestDenied", "x"), outcome.NotAllowed, permission},
		{opRead, 403, graphError("accessDenied", "Request Authorization failed"), outcome.NotAllowed, permission},
		{opAssignAndActivate, 403, graphError("new", "x"), outcome.NotAllowed, ""},

		// Who is not there, and what is not there.
		{opAssignAndActivate, 404, nobody, outcome.NotFound, person},
		{opAssignAndActivate, 404, graphError("itemNotFound", "User '"+annID+"' was not found."), outcome.NotFound, person},
		{opAssignAndActivate, 404, graphError("UserNotFound", ""), outcome.NotFound, person},
		{opAssign, 400, graphError("badRequest", "User not found."), outcome.NotFound, person},
		{opDeactivate, 404, nobody, outcome.NotFound, person},
		{opRead, 404, nobody, outcome.NotFound, person},
		{opRead, 404, graphError("itemNotFound", "x"), outcome.UpstreamUnavailable, ""},
		{opAssignAndActivate, 404, graphError("resourceNotFound", "The requested resource was not found."), outcome.UnknownSerial, ""},
		{opAssignAndActivate, 404, graphError("Request_ResourceNotFound", "The device was not found."), outcome.UnknownSerial, ""},
		{opAssignAndActivate, 404, "", outcome.UnknownSerial, ""},
		{opRemove, 404, graphError("itemNotFound", "x"), outcome.NotFound, ""},

		{opAssignAndActivate, 409, graphError("conflict", "The device is assigned to another user."), outcome.AssignedToOther, ""},
		{opAssign, 400, graphError("badRequest", "The user has the maximum number of methods."), outcome.LimitReached, ""},
		{opAssignAndActivate, 501, "<html>501</html>", outcome.OutcomeUnknown, ""},
		{opRemove, 405, "<html>405</html>", outcome.OutcomeUnknown, ""},
		{opAssignAndActivate, 500, graphError("notSupported", ""), outcome.OutcomeUnknown, ""},
		{opRead, 501, graphError("notSupported", ""), outcome.UpstreamUnavailable, ""},
	}
	for _, tt := range tests {
		f := newFake(t, says(tt.status, tt.body))
		err := callOnce(t, ann(t, f.URL), tt.op)
		refusal, ok := errors.AsType[*outcome.Error](err)
		if !ok || refusal.Outcome != tt.want || refusal.Reason != tt.reason {
			t.Errorf("%s, %d %s: %v; want %s %q", tt.op, tt.status, tt.body, err, tt.want, tt.reason)
		}
		if len(f.asked()) != 1 {
			t.Errorf("%s, %d: asked %q, want once", tt.op, tt.status, f.asked())
		}
	}
}

func TestARefusalWithoutGraphsRequestIDIsNotGraphs(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	if err := callOnce(t, me(t, f.URL), opAssignAndActivate); !isOutcome(err, outcome.OutcomeUnknown) {
		t.Errorf("an empty 404 of nobody: %v", err)
	}
}

func TestWhatAPersonTypedIsNoHint(t *testing.T) {
	for _, name := range []string{"disabled by policy", "License", "already activated", "MAXIMUM NUMBER", "Unsupported"} {
		f := newFake(t, says(400, graphError("badRequest", "Request for '"+name+"' failed.")))
		serial, code, _ := mustInput(t, "not-found-1", "123456", "")
		_, _, displayName := mustInput(t, "S", "123456", name)
		_, err := ann(t, f.URL).AssignAndActivate(t.Context(), serial, code, displayName)
		if !isOutcome(err, outcome.WrongCode) {
			t.Errorf("a fob named %q: %v, want wrong_code", name, err)
		}
	}
	f := newFake(t, says(400, graphError("badRequest", "Request for 'not-found-1' failed.")))
	serial, code, name := mustInput(t, "not-found-1", "123456", "")
	if _, err := me(t, f.URL).AssignAndActivate(t.Context(), serial, code, name); !isOutcome(err, outcome.WrongCode) {
		t.Errorf("a serial number quoted: %v, want wrong_code", err)
	}
}

func TestLOG02NothingSecretOrRawReachesLogOrError(t *testing.T) {
	const token, code, planted = "tok3n-of-ann", "987654", "PLANTED"
	answers := map[string]http.HandlerFunc{
		"in the error": says(400, graphError("c"+code, planted+" "+token)),
		"the token":    says(403, graphError(token, planted+" "+code)),
		"no HTTP at all": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				conn.Write([]byte(planted + " " + token + " " + code + "\r\n\r\n"))
				conn.Close()
			}
		},
		"a false request id": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("request-id", code)
			w.WriteHeader(http.StatusBadGateway)
		},
		"a page":  says(200, "<html>"+planted+token+code),
		"a 401":   says(401, graphError(planted[:3]+token, code)),
		"a break": says(400, graphError("a\r\nlevel=ERROR\u202e\u001b", planted)),
	}
	for what, answer := range answers {
		f := newFake(t, answer)
		c, log := testClient(t, f.URL)
		m := c.Me(&tokenList{tokens: []string{token}})
		serial, verificationCode, name := mustInput(t, "S1", code, "n")
		_, err := m.AssignAndActivate(t.Context(), serial, verificationCode, name)
		if err == nil {
			t.Fatalf("%s: no error", what)
		}
		all := log.String() + fmt.Sprintf("%v %+v", err, err)
		log.Reset()
		_, err = m.List(t.Context())
		read := log.String() + fmt.Sprintf("%v %+v", err, err)
		for _, secret := range []string{token, code, planted, "\u202e", "\r", "\x1b"} {
			if strings.Contains(all, secret) {
				t.Errorf("%s: %q came out in %s", what, secret, all)
			}
			if secret != code && strings.Contains(read, secret) {
				t.Errorf("%s: %q came out of a read in %s", what, secret, read)
			}
		}
		if !strings.Contains(all, "client_request_id") || !strings.Contains(read, "client_request_id") {
			t.Errorf("%s: nothing of it is in the log", what)
		}
	}
}

func TestUnknownCodesAreLoggedSoThatTheTableCanGrow(t *testing.T) {
	f := newFake(t, says(400, `{"error":{"code":"BadThing","innerError":{"code":"`+strings.Repeat("x", 500)+`"}}}`))
	c, log := testClient(t, f.URL)
	_, _ = acts(t)[opRemove](t.Context(), c.Me(&tokenList{tokens: []string{"t"}}))
	for _, want := range []string{`"code":"BadThing/` + strings.Repeat("x", 64) + `"`, `"status":400`, graphRequestID} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, log)
		}
	}
}

func FuzzGraphError(f *testing.F) {
	f.Add([]byte(graphError("badRequest", "Additional claims required {\"a\":1}")), 403)
	f.Add([]byte(`{"error":{"code":7,"innererror":{"innererror":{"code":"x"}}}}`), 400)
	f.Add([]byte(`{"error":{"code":"\ud800\u0000","message":[]}}`), 401)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		got := answer{status: status, body: body, fault: parseFault(body, []string{"secret"})}
		if len(got.fault.codes) > maxCodes {
			t.Errorf("%d codes", len(got.fault.codes))
		}
		for _, code := range got.fault.codes {
			if code != clean(code) || len(code) > maxCode || strings.Contains(code, "secret") {
				t.Errorf("code %q", code)
			}
		}
		if claims := got.challenge(); claims != "" && (!json.Valid([]byte(claims)) || claims[0] != '{') {
			t.Errorf("claims %q", claims)
		}
		for _, op := range append(reads, writes...) {
			for _, forOther := range []bool{false, true} {
				switch v := judge(call{op: op, forOther: forOther}, got); v.outcome {
				case "", outcome.Enrolled, outcome.Activated, outcome.Removed:
					t.Errorf("%s of %d %q is %q", op, status, body, v.outcome)
				}
			}
		}
	})
}
