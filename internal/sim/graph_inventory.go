package sim

import (
	"encoding/base32"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// maxSecret is the longest secretKey, in characters of Base32.
const maxSecret = 128

// listDevices is GET …/hardwareOathDevices, filtered and in pages.
func (c *Cloud) listDevices(q *graphCall) graphAnswer {
	wanted, err := parseFilter(q.URL.Query().Get("$filter"))
	if err != nil || slices.ContainsFunc(wanted, func(e equality) bool { return !slices.Contains(filterable, e.property) }) {
		return badRequest("Invalid filter clause.")
	}
	var value []object
	for _, d := range c.seen(q.now, func(d device) bool { return !d.legacy }) {
		switch {
		case c.fits(d, wanted):
			value = append(value, selected(q, d.inventory(c.person(d.holder))))
		case c.switches.FilterEachPage:
			value = append(value, nil)
		}
	}
	return c.page(q, "directory/authenticationMethodDevices/hardwareOathDevices", value)
}

// filterable are the properties that $filter takes, with eq.
var filterable = []string{
	"serialNumber", "status", "assignedTo", "assignedTo/id", "manufacturer", "model", "hashFunction", "timeIntervalInSeconds",
}

// fits reports whether a device has all the values of a filter.
func (c *Cloud) fits(d device, wanted []equality) bool {
	return !slices.ContainsFunc(wanted, func(e equality) bool {
		switch e.property {
		case "serialNumber":
			return !c.sameSerial(d.serial, e.value)
		case "status":
			return string(d.status) != e.value
		case "assignedTo", "assignedTo/id":
			return d.holder != e.value
		case "manufacturer":
			return d.manufacturer != e.value
		case "model":
			return d.model != e.value
		case "hashFunction":
			return string(d.hash) != e.value
		}
		return strconv.Itoa(int(d.interval/time.Second)) != e.value
	})
}

// getDevice is GET …/hardwareOathDevices/{id}.
func (c *Cloud) getDevice(q *graphCall) graphAnswer {
	devices := c.seen(q.now, func(d device) bool { return !d.legacy && strings.EqualFold(d.id, q.id) })
	if len(devices) == 0 {
		return notFound()
	}
	return found(c.entity("directory/authenticationMethodDevices/hardwareOathDevices/$entity",
		selected(q, devices[0].inventory(c.person(devices[0].holder)))))
}

// createDevice is POST …/hardwareOathDevices.
func (c *Cloud) createDevice(q *graphCall) graphAnswer {
	d, refused := c.create(q, q.body)
	if refused.refused() {
		return refused
	}
	return graphAnswer{status: http.StatusCreated, body: c.entity(
		"directory/authenticationMethodDevices/hardwareOathDevices/$entity", d.inventory(c.person(d.holder)))}
}

// createDevices is PATCH …/hardwareOathDevices: many at once. The first that is refused ends it,
// and none is made.
func (c *Cloud) createDevices(q *graphCall) graphAnswer {
	items, ok := q.body["value"].([]any)
	if !ok || q.body["@context"] != "#$delta" {
		return badRequest("The payload is not a delta.")
	}
	before := len(c.tenant.records)
	value := []object{}
	for _, item := range items {
		fields, _ := item.(object)
		contentID := fields["@contentId"]
		delete(fields, "@contentId")
		d, refused := c.create(q, fields)
		if refused.refused() {
			c.tenant.forget(before)
			return refused
		}
		shown := d.inventory(c.person(d.holder))
		shown["@contentId"] = contentID
		value = append(value, shown)
	}
	return graphAnswer{status: http.StatusCreated, body: object{"@context": "#$delta", "value": value}}
}

// create makes one device, assigned where assignTo says so.
func (c *Cloud) create(q *graphCall, fields object) (device, graphAnswer) {
	d, refused := newDeviceOf(fields)
	if refused.refused() {
		return device{}, refused
	}
	if c.tenant.findSerial(d.serial, c.sameSerial) != nil {
		return device{}, refusal(http.StatusConflict, "conflict", "A device with this serial number exists.")
	}
	if assignTo, ok := fields["assignTo"].(object); ok {
		id, _ := assignTo["id"].(string)
		holder, refused := c.mayGive(q, id)
		if refused.refused() {
			return device{}, refused
		}
		d.holder, d.status, d.created = holder.ID, StatusAssigned, q.now
	}
	c.tenant.put(q.now, d)
	return d, graphAnswer{}
}

// newDeviceOf reads the properties of a device to be made.
func newDeviceOf(fields object) (device, graphAnswer) {
	if !onlyHas(fields, "@odata.type", "serialNumber", "manufacturer", "model", "secretKey", "timeIntervalInSeconds", "hashFunction", "displayName", "assignTo") {
		return device{}, badRequest("A property is not defined in the request's type.")
	}
	d := device{id: uuid.NewString(), hash: HMACSHA1, status: StatusAvailable}
	d.serial, _ = fields["serialNumber"].(string)
	d.manufacturer, _ = fields["manufacturer"].(string)
	d.model, _ = fields["model"].(string)
	secret, _ := fields["secretKey"].(string)
	if d.serial == "" || d.manufacturer == "" || d.model == "" || secret == "" || fields["timeIntervalInSeconds"] == nil {
		return device{}, badRequest("A required property is missing.")
	}
	var err error
	d.secret, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.TrimRight(secret, "=")))
	if err != nil || len(secret) > maxSecret {
		return device{}, badRequest("The secretKey is not Base32, or too long.")
	}
	return d.with(fields)
}

// with changes the properties that may change later.
func (d device) with(fields object) (device, graphAnswer) {
	for name, into := range map[string]*string{"manufacturer": &d.manufacturer, "model": &d.model, "displayName": &d.displayName} {
		if given, ok := fields[name].(string); ok {
			*into = given
		}
	}
	switch fields["timeIntervalInSeconds"] {
	case nil:
	case 30.0, "30":
		d.interval = 30 * time.Second
	case 60.0, "60":
		d.interval = 60 * time.Second
	default:
		return device{}, badRequest("The timeIntervalInSeconds is neither 30 nor 60.")
	}
	switch fields["hashFunction"] {
	case nil:
	case string(HMACSHA1), string(HMACSHA256):
		name, _ := fields["hashFunction"].(string)
		d.hash = Hash(name)
	default:
		return device{}, badRequest("The hashFunction is not known.")
	}
	return d, graphAnswer{}
}

// updateDevice is PATCH …/hardwareOathDevices/{id}. The device must be nobody's, and its secret
// and serial number stay.
func (c *Cloud) updateDevice(q *graphCall) graphAnswer {
	r, refused := c.unassigned(q)
	if refused.refused() {
		return refused
	}
	if !onlyHas(q.body, "@odata.type", "manufacturer", "model", "timeIntervalInSeconds", "hashFunction", "displayName") {
		return badRequest("A property cannot be changed.")
	}
	d, refused := r.current().with(q.body)
	if refused.refused() {
		return refused
	}
	c.tenant.put(q.now, d)
	return done
}

// deleteDevice is DELETE …/hardwareOathDevices/{id}. The device must be nobody's.
func (c *Cloud) deleteDevice(q *graphCall) graphAnswer {
	r, refused := c.unassigned(q)
	if refused.refused() {
		return refused
	}
	c.tenant.remove(q.now, r)
	return done
}

// unassigned answers the device of the path, if it is nobody's.
func (c *Cloud) unassigned(q *graphCall) (*record, graphAnswer) {
	r := c.tenant.find(strings.ToLower(q.id))
	if r == nil || r.current().legacy {
		return nil, notFound()
	}
	if r.current().holder != "" {
		return nil, badRequest("The device is assigned. Unassign it first.")
	}
	return r, graphAnswer{}
}

// assignReferenced gives the device of the path to the person whom the body's @odata.id names.
func (c *Cloud) assignReferenced(q *graphCall) graphAnswer {
	reference, _ := q.body["@odata.id"].(string)
	segments := strings.Split(strings.TrimRight(reference, "/"), "/")
	subject, refused := c.mayGive(q, segments[len(segments)-1])
	if refused.refused() {
		return refused
	}
	r := c.tenant.find(strings.ToLower(q.id))
	if r != nil && r.current().legacy {
		r = nil
	}
	if refused := c.assignable(subject, r); refused.refused() {
		return refused
	}
	if r.current().holder == subject.ID {
		return c.alreadyTheirs()
	}
	given := *q
	given.subject = subject
	c.tenant.put(q.now, c.give(&given, r))
	return done
}

// mayGive answers the person with this id, if the actor may give them a device.
func (c *Cloud) mayGive(q *graphCall, id string) (*Person, graphAnswer) {
	subject := c.findPerson(id, nil)
	if subject == nil {
		return nil, badRequest("The user to assign to was not found.")
	}
	given := *q
	given.subject = subject
	return subject, c.permittedMethods(&given, true)
}
