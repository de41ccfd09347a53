package graph

import (
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzLists reads a list as that of a person's methods and of the inventory: what of it is kept is
// clean and bounded.
func FuzzLists(f *testing.F) {
	f.Fuzz(func(t *testing.T, body []byte) {
		var methods methodPage
		if json.Unmarshal(body, &methods) == nil && methods.sound() {
			for _, item := range methods.Value {
				m := item.method()
				holdsOnlyCleanText(t, m.ID, m.Device.ID, m.Device.DisplayName, m.Device.SerialNumber, string(m.Device.Status))
				if m.ID == "" || m.Device.Interval < 0 || m.Device.Interval > time.Hour {
					t.Errorf("%q is read as %+v", body, m)
				}
			}
		}
		var devices devicePage
		if json.Unmarshal(body, &devices) == nil && devices.sound() {
			for _, item := range devices.Value {
				d := item.device()
				holdsOnlyCleanText(t, d.ID, d.Manufacturer, d.Model, d.Holder.ID, d.Holder.Name)
			}
		}
	})
}

func holdsOnlyCleanText(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if s != clean(s) || utf8.RuneCountInString(s) > maxText {
			t.Errorf("text %q", s)
		}
	}
}
