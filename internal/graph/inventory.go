package graph

import (
	"context"
	"strings"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// Inventory is the tenant's list of fobs, as the person whose token it is sees it.
type Inventory struct{ caller }

// Inventory answers the tenant's list of fobs.
func (c *Client) Inventory(tokens TokenSource) *Inventory {
	return &Inventory{caller{client: c, tokens: tokens}}
}

// maxInventory is how many pages of an answer are looked at. One is expected; a tenant's thousands
// of fobs come in some dozens.
const maxInventory = 50

// Find answers the device with this serial number, with its holder: GET
// /directory/authenticationMethodDevices/hardwareOathDevices?$filter=serialNumber eq '…', all
// pages. Where Graph answers several the one that is written exactly so is taken, else the only one
// that differs in letter case alone. Errors are *outcome.Error: UnknownSerial where there is none,
// NotAllowed, StepUp, SignedOut, Throttled or UpstreamUnavailable.
func (i *Inventory) Find(ctx context.Context, serial oath.SerialNumber) (oath.Device, error) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	filter := "serialNumber eq '" + strings.ReplaceAll(serial.String(), "'", "''") + "'"
	next := i.client.base + "/directory/authenticationMethodDevices/hardwareOathDevices?$filter=" + queryEscape(filter)
	var alike []oath.Device
	for range maxInventory {
		var page devicePage
		if err := i.read(ctx, call{op: opFindDevice, url: next, typed: []string{serial.String()}}, &page); err != nil {
			return oath.Device{}, err
		}
		if !page.sound() {
			return oath.Device{}, i.client.unusable(ctx, opFindDevice, "a list of another shape")
		}
		for _, item := range page.Value {
			device := item.device()
			if device.SerialNumber == serial.String() {
				return device, nil
			}
			if (oath.Method{Device: device}).Is(serial) {
				alike = append(alike, device)
			}
		}
		if next = page.NextLink; next == "" {
			return only(alike)
		}
		if !i.client.isBelow(next) {
			return oath.Device{}, i.client.unusable(ctx, opFindDevice, "a next page elsewhere")
		}
	}
	return oath.Device{}, i.client.unusable(ctx, opFindDevice, "too many pages")
}

// only answers the one device, or UnknownSerial: of two that differ in letter case alone, neither
// is known to be meant.
func only(devices []oath.Device) (oath.Device, error) {
	if len(devices) != 1 {
		return oath.Device{}, outcome.New(outcome.UnknownSerial)
	}
	return devices[0], nil
}
