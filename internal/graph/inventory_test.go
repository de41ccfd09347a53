package graph

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// find looks for a fob in an inventory that answers with these bodies, one after the other.
func find(t *testing.T, serial string, bodies ...string) (oath.Device, *fake, error) {
	t.Helper()
	var f *fake
	page := 0
	f = newFake(t, func(w http.ResponseWriter, r *http.Request) {
		body := bodies[min(page, len(bodies)-1)]
		page++
		says(http.StatusOK, fmt.Sprintf(body, f.URL+"/beta/x?page="+fmt.Sprint(page)))(w, r)
	})
	c, _ := testClient(t, f.URL)
	number, _, _ := mustInput(t, serial, "123456", "")
	device, err := c.Inventory(&tokenList{tokens: []string{"first"}}).Find(t.Context(), number)
	return device, f, err
}

func TestAFobIsFoundByItsSerialNumberWithItsHolder(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if got, want := r.URL.RequestURI(), "/beta/directory/authenticationMethodDevices/hardwareOathDevices"+
			"?$filter=serialNumber%20eq%20%27GALT-1.a_B%27"; got != want {
			t.Errorf("asked %s, want %s", got, want)
		}
		says(http.StatusOK, `{"value":[{"id":"d-1","displayName":null,"serialNumber":"GALT-1.a_B","manufacturer":"G","model":"M",
			"timeIntervalInSeconds":60,"status":"assigned","secretKey":null,"assignedTo":{"id":"u-1","displayName":"Ann"}}]}`)(w, r)
	})
	c, _ := testClient(t, f.URL)
	serial, _, _ := mustInput(t, "GALT-1.a_B", "123456", "")
	got, err := c.Inventory(&tokenList{tokens: []string{"first"}}).Find(t.Context(), serial)
	if err != nil {
		t.Fatal(err)
	}
	want := oath.Device{
		ID: "d-1", SerialNumber: "GALT-1.a_B", Manufacturer: "G", Model: "M", Interval: time.Minute,
		Status: oath.StatusAssigned, Holder: oath.Person{ID: "u-1", Name: "Ann"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOfSeveralAnswersTheExactSerialNumberIsTaken(t *testing.T) {
	const (
		upper, lower = `{"id":"upper","serialNumber":"GALT1"}`, `{"id":"lower","serialNumber":"galt1"}`
		stranger     = `{"id":"stranger","serialNumber":"GALT2"}`
	)
	list := func(items string) string { return `{"value":[` + items + `]}` }
	for _, test := range []struct {
		name, serial string
		bodies       []string
		want         string // the id; empty for unknown_serial
		pages        int
	}{
		{"none", "GALT1", []string{list("")}, "", 1},
		{"the exact one", "galt1", []string{list(upper + "," + lower)}, "lower", 1},
		{"the only one in another letter case", "Galt1", []string{list(upper)}, "upper", 1},
		{"two in other letter cases", "Galt1", []string{list(upper + "," + lower)}, "", 1},
		{"never another fob", "GALT1", []string{list(stranger)}, "", 1},
		{"on the page after an empty one", "GALT1", []string{
			`{"value":[],"@odata.nextLink":"%s"}`, `{"value":[` + lower + `],"@odata.nextLink":"%s"}`, list(upper)}, "upper", 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			for i, body := range test.bodies {
				if i == len(test.bodies)-1 {
					test.bodies[i] = body + "%.0s"
				}
			}
			got, f, err := find(t, test.serial, test.bodies...)
			if got.ID != test.want || (test.want == "") != isOutcome(err, outcome.UnknownSerial) || len(f.asked()) != test.pages {
				t.Errorf("%+v, %v after %d pages; want %q after %d", got, err, len(f.asked()), test.want, test.pages)
			}
		})
	}
}

func TestAnInventoryIsWholeOrAnError(t *testing.T) {
	_, f, err := find(t, "S1", `{"value":[],"@odata.nextLink":"%s"}`)
	if !isOutcome(err, outcome.UpstreamUnavailable) || len(f.asked()) != maxInventory {
		t.Errorf("pages without end: %v after %d", err, len(f.asked()))
	}
	for _, body := range []string{
		`{"value":[],"@odata.nextLink":"https://evil.example/beta/"}%.0s`, `{"value":[],"@odata.nextLink":"/beta/x"}%.0s`,
		`{}%.0s`, `{"value":null}%.0s`, `{"value":[null]}%.0s`, `{"value":[{}]}%.0s`, `<html>%.0s`,
	} {
		if _, f, err := find(t, "S1", body); !isOutcome(err, outcome.UpstreamUnavailable) || len(f.asked()) != 1 {
			t.Errorf("%s: %v after %d", body, err, len(f.asked()))
		}
	}
}
