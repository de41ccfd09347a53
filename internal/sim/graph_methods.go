package sim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// The OData types of a person's methods.
const (
	typeHardwareOath  = "#microsoft.graph.hardwareOathAuthenticationMethod"
	typePassword      = "#microsoft.graph.passwordAuthenticationMethod"
	typePhone         = "#microsoft.graph.phoneAuthenticationMethod"
	typeAuthenticator = "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod"
)

// passwordMethodID is the id that everybody's password has.
const passwordMethodID = "28c10230-6103-485e-b985-444c60001490" //nolint:gosec // an id that Microsoft publishes

// seen answers the devices that reads show now, in the order they were made.
func (c *Cloud) seen(now time.Time, keep func(device) bool) []device {
	var devices []device
	for _, r := range c.tenant.records {
		if d, ok := r.seen(now.Add(-c.switches.ReadLag)); ok && keep(d) {
			devices = append(devices, d)
		}
	}
	return devices
}

// seenMethod answers the method of the path, as reads show it.
func (c *Cloud) seenMethod(q *graphCall) (device, graphAnswer) {
	held := c.seen(q.now, func(d device) bool {
		return d.holder == q.subject.ID && strings.EqualFold(d.id, q.id)
	})
	if len(held) == 0 {
		return device{}, notFound()
	}
	return held[0], graphAnswer{}
}

func notFound() graphAnswer {
	return refusal(http.StatusNotFound, "resourceNotFound", "The requested resource was not found.")
}

// listMethods is GET …/hardwareOathMethods.
func (c *Cloud) listMethods(q *graphCall) graphAnswer {
	expand, refused := c.expandsDevice(q)
	if refused.refused() {
		return refused
	}
	keep, refused := c.methodFilter(q)
	if refused.refused() {
		return refused
	}
	value := []object{}
	for _, d := range c.seen(q.now, func(d device) bool { return d.holder == q.subject.ID && keep(d) }) {
		value = append(value, selected(q, d.method(expand)))
	}
	return found(object{"@odata.context": c.context("users('" + q.subject.ID + "')/authentication/hardwareOathMethods"), "value": value})
}

// getMethod is GET …/hardwareOathMethods/{id}.
func (c *Cloud) getMethod(q *graphCall) graphAnswer {
	expand, refused := c.expandsDevice(q)
	if refused.refused() {
		return refused
	}
	d, refused := c.seenMethod(q)
	if refused.refused() {
		return refused
	}
	return found(c.entity("users('"+q.subject.ID+"')/authentication/hardwareOathMethods/$entity", selected(q, d.method(expand))))
}

// getMethodDevice is GET …/hardwareOathMethods/{id}/device.
func (c *Cloud) getMethodDevice(q *graphCall) graphAnswer {
	d, refused := c.seenMethod(q)
	if refused.refused() {
		return refused
	}
	return found(c.entity("users('"+q.subject.ID+"')/authentication/hardwareOathMethods('"+d.id+"')/device/$entity",
		selected(q, d.inventory(c.person(d.holder)))))
}

// listAllMethods is GET …/authentication/methods.
func (c *Cloud) listAllMethods(q *graphCall) graphAnswer {
	value := []object{{"@odata.type": typePassword, "id": passwordMethodID, "password": nil, "createdDateTime": nil}}
	if q.subject.Phone {
		value = append(value, object{"@odata.type": typePhone, "id": "3179e48a-750b-4051-897c-87b9720928f7", "phoneNumber": "+1 5550100", "phoneType": "mobile", "smsSignInState": "notAllowedByPolicy"})
	}
	for range q.subject.AuthenticatorApps {
		value = append(value, object{"@odata.type": typeAuthenticator, "id": deviceID(q.subject.ID), "displayName": "Phone", "deviceTag": "SoftwareTokenActivated", "phoneAppVersion": "6.2606.1"})
	}
	for _, d := range c.seen(q.now, func(d device) bool { return d.holder == q.subject.ID }) {
		method := d.method(c.switches.DeviceWithoutExpand)
		method["@odata.type"] = typeHardwareOath
		value = append(value, method)
	}
	return found(object{"@odata.context": c.context("users('" + q.subject.ID + "')/authentication/methods"), "value": value})
}

// expandsDevice reads $expand: device is a contained navigation property, left out unless asked
// for.
func (c *Cloud) expandsDevice(q *graphCall) (bool, graphAnswer) {
	switch q.URL.Query().Get("$expand") {
	case "":
		return c.switches.DeviceWithoutExpand, graphAnswer{}
	case "device":
		return true, graphAnswer{}
	}
	return false, badRequest("Parsing OData Select and Expand failed.")
}

// methodFilter reads $filter, of which only device/serialNumber is known, and that by a switch.
func (c *Cloud) methodFilter(q *graphCall) (func(device) bool, graphAnswer) {
	filter := q.URL.Query().Get("$filter")
	if filter == "" {
		return func(device) bool { return true }, graphAnswer{}
	}
	wanted, err := parseFilter(filter)
	if err != nil || !c.switches.FilterByDeviceSerial || len(wanted) != 1 || wanted[0].property != "device/serialNumber" {
		return nil, badRequest("Invalid filter clause.")
	}
	return func(d device) bool { return c.sameSerial(d.serial, wanted[0].value) }, graphAnswer{}
}

// method is the hardwareOathAuthenticationMethod of a held device.
func (d device) method(expand bool) object {
	method := object{"id": d.id, "createdDateTime": date(d.created), "lastUsedDateTime": date(d.lastUsed)}
	if expand {
		method["device"] = d.inventory(nil)
	}
	return method
}

// inventory is the hardwareOathTokenAuthenticationMethodDevice. The secret is never told; the
// holder is left out where nil.
func (d device) inventory(holder *Person) object {
	shown := object{
		"id":                    d.id,
		"displayName":           orNull(d.displayName),
		"serialNumber":          d.serial,
		"manufacturer":          d.manufacturer,
		"model":                 d.model,
		"secretKey":             nil,
		"timeIntervalInSeconds": int(d.interval / time.Second),
		"hashFunction":          string(d.hash),
		"status":                string(d.status),
		"lastUsedDateTime":      date(d.lastUsed),
		"assignedTo":            nil,
	}
	if holder != nil {
		shown["assignedTo"] = object{"id": holder.ID, "displayName": holder.Name}
	}
	return shown
}

// date is ISO 8601 in UTC, or null.
func date(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (c *Cloud) context(of string) string { return c.graphBase() + "/$metadata#" + of }

// entity adds the context to a single object, which Graph does not wrap.
func (c *Cloud) entity(of string, o object) object {
	o["@odata.context"] = c.context(of)
	return o
}

// selected keeps the properties of $select; without it, all.
func selected(q *graphCall, o object) object {
	names := q.URL.Query().Get("$select")
	if names == "" {
		return o
	}
	wanted := strings.Split(names, ",")
	for name := range o {
		if name != "device" && !strings.HasPrefix(name, "@") && !slices.Contains(wanted, name) {
			delete(o, name)
		}
	}
	return o
}
