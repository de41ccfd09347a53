package graph

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fobdesk/internal/oath"
)

// methodPage is one page of a list. A page may be empty, but it has a value.
type methodPage struct {
	Value    []methodItem `json:"value"`
	NextLink string       `json:"@odata.nextLink"`
}

// sound reports whether the page is a list of methods, each with an id.
func (p methodPage) sound() bool {
	return p.Value != nil && !slices.ContainsFunc(p.Value, func(m methodItem) bool { return m.ID == "" })
}

// devicePage is one page of the inventory. A page may be empty, but it has a value.
type devicePage struct {
	Value    []deviceItem `json:"value"`
	NextLink string       `json:"@odata.nextLink"`
}

// sound reports whether the page is a list of devices, each with an id.
func (p devicePage) sound() bool {
	return p.Value != nil && !slices.ContainsFunc(p.Value, func(d deviceItem) bool { return d.ID == "" })
}

// methodItem is a hardwareOathAuthenticationMethod. What isn't named here is ignored: beta grows.
type methodItem struct {
	ID       text        `json:"id"`
	Created  moment      `json:"createdDateTime"`
	LastUsed moment      `json:"lastUsedDateTime"`
	Device   *deviceItem `json:"device"`
}

// deviceItem is a hardwareOathTokenAuthenticationMethodDevice.
type deviceItem struct {
	ID           text    `json:"id"`
	DisplayName  text    `json:"displayName"`
	SerialNumber text    `json:"serialNumber"`
	Manufacturer text    `json:"manufacturer"`
	Model        text    `json:"model"`
	Interval     seconds `json:"timeIntervalInSeconds"`
	Status       text    `json:"status"`
	LastUsed     moment  `json:"lastUsedDateTime"`
	AssignedTo   holder  `json:"assignedTo"`
}

func (m methodItem) method() oath.Method {
	method := oath.Method{ID: string(m.ID), Created: time.Time(m.Created), LastUsed: time.Time(m.LastUsed)}
	if m.Device != nil {
		method.Device = m.Device.device()
	}
	method.Device.ID = cmp.Or(method.Device.ID, method.ID)
	return method
}

func (d deviceItem) device() oath.Device {
	return oath.Device{
		ID:           string(d.ID),
		DisplayName:  string(d.DisplayName),
		SerialNumber: string(d.SerialNumber),
		Manufacturer: string(d.Manufacturer),
		Model:        string(d.Model),
		Interval:     time.Duration(d.Interval),
		Status:       oath.DeviceStatus(d.Status),
		LastUsed:     time.Time(d.LastUsed),
		Holder:       oath.Person{ID: string(d.AssignedTo.ID), Name: string(d.AssignedTo.DisplayName)},
	}
}

// holder is an identity; what is none is nobody.
type holder struct{ ID, DisplayName text }

// UnmarshalJSON implements json.Unmarshaler.
func (h *holder) UnmarshalJSON(raw []byte) error {
	var identity struct {
		ID          text `json:"id"`
		DisplayName text `json:"displayName"`
	}
	if json.Unmarshal(raw, &identity) == nil && identity.ID != "" {
		h.ID, h.DisplayName = identity.ID, identity.DisplayName
	}
	return nil
}

// maxText is the longest text of Graph's that is kept, in characters (runes).
const maxText = 256

// text is a string of Graph's, cleaned and bounded as it is decoded. What is no string is empty.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*t = text(clean(s))
	}
	return nil
}

// clean drops what deceives the reader of a page or a log, and what follows maxText.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if oath.Deceives(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	kept := 0
	for i := range s {
		if kept++; kept > maxText {
			return s[:i]
		}
	}
	return s
}

// moment is a DateTimeOffset; zero where there is none, or none that can be read.
type moment time.Time

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(raw []byte) error {
	var t time.Time
	if json.Unmarshal(raw, &t) == nil {
		*m = moment(t.UTC())
	}
	return nil
}

// seconds is a number of seconds up to an hour, written as a number or a string; else zero.
type seconds time.Duration

// UnmarshalJSON implements json.Unmarshaler.
func (s *seconds) UnmarshalJSON(raw []byte) error {
	n, err := strconv.Atoi(strings.Trim(string(raw), `"`))
	if err == nil && n > 0 && n <= 3600 {
		*s = seconds(time.Duration(n) * time.Second)
	}
	return nil
}
