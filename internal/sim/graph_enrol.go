package sim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxMethods is how many hardware OATH tokens and authenticator apps together somebody can have.
const maxMethods = 5

// assign is POST …/hardwareOathMethods: the fob becomes theirs, not yet active.
func (c *Cloud) assign(q *graphCall) graphAnswer {
	if !onlyHas(q.body, "device") {
		return badRequest("A property is not defined in the request's type.")
	}
	r := c.namedDevice(q)
	if refused := c.assignable(q.subject, r); refused.refused() {
		return refused
	}
	if r.current().holder == q.subject.ID {
		return c.alreadyTheirs()
	}
	d := c.give(q, r)
	c.tenant.put(q.now, d)
	return graphAnswer{status: http.StatusCreated, body: c.entity(
		"users('"+q.subject.ID+"')/authentication/hardwareOathMethods/$entity", d.method(false))}
}

// assignAndActivate is POST …/assignAndActivate.
func (c *Cloud) assignAndActivate(q *graphCall) graphAnswer {
	if !onlyHas(q.body, "device", "verificationCode", "displayName") {
		return badRequest("A parameter is not defined for the action.")
	}
	if refused := forOthers(q, c.switches.StepsForOthersUnsupported); refused.refused() {
		return refused
	}
	return c.enrol(q, c.namedDevice(q))
}

// assignAndActivateBySerialNumber is POST …/assignAndActivateBySerialNumber. A fob that is
// assigned to this person already is activated.
func (c *Cloud) assignAndActivateBySerialNumber(q *graphCall) graphAnswer {
	if !onlyHas(q.body, "serialNumber", "verificationCode", "displayName") {
		return badRequest("A parameter is not defined for the action.")
	}
	serial, ok := q.body["serialNumber"].(string)
	if !ok || serial == "" {
		return badRequest("The serialNumber is missing.")
	}
	if refused := forOthers(q, c.switches.OneStepForOthersUnsupported); refused.refused() {
		return refused
	}
	return c.enrol(q, c.tenant.findSerial(serial, c.sameSerial))
}

// forOthers refuses what this Graph does for oneself alone.
func forOthers(q *graphCall, unsupported Answer) graphAnswer {
	switch {
	case q.self() || unsupported.Status == 0:
		return graphAnswer{}
	case unsupported.Status == http.StatusForbidden:
		return unsupported.or(0, "accessDenied", "Request Authorization failed")
	}
	return unsupported.or(0, "notSupported", "The operation is not supported for other users.")
}

// enrol is what both assignAndActivate actions do.
func (c *Cloud) enrol(q *graphCall, r *record) graphAnswer {
	code, name, refused := q.activation()
	if refused.refused() {
		return refused
	}
	if refused := c.assignable(q.subject, r); refused.refused() {
		return refused
	}
	if r.current().status == StatusActivated {
		return c.alreadyTheirs()
	}
	if refused := c.judge(q, r, code); refused.refused() {
		if left := c.switches.AfterWrongCode; left != "" {
			d := c.give(q, r)
			d.status = left
			c.tenant.put(q.now, d)
		}
		return refused
	}
	c.activateNow(q, c.give(q, r), name)
	return done
}

// activate is POST …/{id}/activate. Just after the assignment it may not be found yet.
func (c *Cloud) activate(q *graphCall) graphAnswer {
	if !onlyHas(q.body, "verificationCode", "displayName") {
		return badRequest("A parameter is not defined for the action.")
	}
	code, name, refused := q.activation()
	if refused.refused() {
		return refused
	}
	if _, refused := c.seenMethod(q); refused.refused() {
		return refused
	}
	r, refused := c.heldMethod(q)
	if refused.refused() {
		return refused
	}
	if refused := c.policy(); refused.refused() {
		return refused
	}
	if r.current().status == StatusActivated {
		return c.alreadyTheirs()
	}
	if refused := c.judge(q, r, code); refused.refused() {
		if c.switches.AfterWrongCode == StatusFailedActivation {
			d := r.current()
			d.status = StatusFailedActivation
			c.tenant.put(q.now, d)
		}
		return refused
	}
	c.activateNow(q, r.current(), name)
	return done
}

// deactivate is POST …/{id}/deactivate: it stays assigned.
func (c *Cloud) deactivate(q *graphCall) graphAnswer {
	r, refused := c.heldMethod(q)
	if refused.refused() {
		return refused
	}
	d := r.current()
	d.status = StatusAssigned
	if c.switches.DeactivateDropsName {
		d.displayName = ""
	}
	c.tenant.put(q.now, d)
	return done
}

// unassign is DELETE …/{id}: back to the inventory.
func (c *Cloud) unassign(q *graphCall) graphAnswer {
	r, refused := c.heldMethod(q)
	if refused.refused() {
		return refused
	}
	d := r.current()
	d.holder, d.status, d.created = "", StatusAvailable, time.Time{}
	c.tenant.put(q.now, d)
	return done
}

// activation reads the code and the name. All parameters of the actions are strings or null.
func (q *graphCall) activation() (code, name string, refused graphAnswer) {
	code, ok := q.body["verificationCode"].(string)
	if !ok || code == "" {
		return "", "", badRequest("The verificationCode is missing.")
	}
	if given := q.body["displayName"]; given != nil {
		if name, ok = given.(string); !ok {
			return "", "", badRequest("The displayName is not a string.")
		}
	}
	return code, name, graphAnswer{}
}

// onlyHas reports whether an object has no property but these: Graph refuses what a type does
// not define.
func onlyHas(o object, names ...string) bool {
	for name := range o {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// namedDevice answers the device of the body's device.id, or nil.
func (c *Cloud) namedDevice(q *graphCall) *record {
	device, _ := q.body["device"].(object)
	id, _ := device["id"].(string)
	r := c.tenant.find(strings.ToLower(id))
	if r == nil || r.current().legacy {
		return nil
	}
	return r
}

// heldMethod answers the method of the path as it stands, whatever reads show. One from the old
// CSV cannot be managed.
func (c *Cloud) heldMethod(q *graphCall) (*record, graphAnswer) {
	r := c.tenant.find(strings.ToLower(q.id))
	if r == nil || r.current().holder != q.subject.ID {
		return nil, notFound()
	}
	if r.current().legacy {
		return nil, badRequest("The method is not managed by this API.")
	}
	return r, graphAnswer{}
}

// assignable refuses a fob that this person cannot have. One that they hold already passes.
func (c *Cloud) assignable(subject *Person, r *record) graphAnswer {
	if refused := c.policy(); refused.refused() {
		return refused
	}
	if r == nil {
		return c.switches.UnknownSerial.or(http.StatusNotFound, "resourceNotFound", "The device was not found in the tenant.")
	}
	switch r.current().holder {
	case subject.ID:
		return graphAnswer{}
	case "":
		if c.tenant.heldBy(subject.ID)+subject.AuthenticatorApps >= maxMethods {
			return c.switches.LimitReached.or(http.StatusBadRequest, "badRequest", "The user has the maximum number of methods.")
		}
		return graphAnswer{}
	}
	return c.switches.HeldByOther.or(http.StatusConflict, "conflict", "The device is assigned to another user.")
}

// policy refuses when the method is switched off in the tenant.
func (c *Cloud) policy() graphAnswer {
	if !c.switches.PolicyDisabled {
		return graphAnswer{}
	}
	return c.switches.PolicyRefuses.or(http.StatusForbidden, "accessDenied", "The authentication method is not enabled for the user.")
}

func (c *Cloud) alreadyTheirs() graphAnswer {
	return c.switches.AlreadyActive.or(http.StatusBadRequest, "badRequest", "The device is already assigned to the user.")
}

// judge looks at a code: right or wrong, used before, too soon, or one try too many.
func (c *Cloud) judge(q *graphCall, r *record, code string) graphAnswer {
	soon := c.switches.MinBetweenTries > 0 && q.now.Sub(r.lastTry) < c.switches.MinBetweenTries
	limit := c.switches.LockAfter
	locked := limit > 0 && (r.wrong >= limit || c.tenant.wrong(q.subject.ID) >= limit)
	r.lastTry = q.now
	if soon || locked {
		return c.switches.Locked.or(http.StatusForbidden, "accessDenied", "Too many attempts.")
	}
	accepted, ok := acceptedStep(r.current(), code, q.now)
	if !ok || !c.switches.AllowCodeReuse && slices.Contains(r.used, accepted) {
		r.wrong++
		c.tenant.addWrong(q.subject.ID)
		return c.switches.WrongCode.or(http.StatusBadRequest, "badRequest", "The verification code is invalid.")
	}
	r.used = append(r.used, accepted)
	r.wrong = 0
	c.tenant.clearWrong(q.subject.ID)
	return graphAnswer{}
}

// give answers the device as this person's, assigned.
func (c *Cloud) give(q *graphCall, r *record) device {
	d := r.current()
	if d.holder == q.subject.ID {
		return d
	}
	d.holder, d.status = q.subject.ID, StatusAssigned
	if !c.switches.CreatedAtActivation {
		d.created = q.now
	}
	return d
}

// activateNow makes a held device active, and named where a name was given.
func (c *Cloud) activateNow(q *graphCall, d device, name string) {
	d.status = StatusActivated
	if name != "" {
		d.displayName = name
	}
	if d.created.IsZero() {
		d.created = q.now
	}
	c.tenant.put(q.now, d)
}

// sameSerial compares serial numbers: exactly, but for the switches.
func (c *Cloud) sameSerial(a, b string) bool {
	fold := func(s string) string {
		if c.switches.SerialIgnoresSpaces {
			s = strings.TrimSpace(s)
		}
		if c.switches.SerialIgnoresLeadingZeros {
			s = strings.TrimLeft(s, "0")
		}
		if c.switches.SerialIgnoresCase {
			s = strings.ToUpper(s)
		}
		return s
	}
	return fold(a) == fold(b)
}
