package graph

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

func TestListTellsWhatGraphSaysOfEachFob(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "$expand=device" {
			t.Errorf("query %q", r.URL.RawQuery)
		}
		says(http.StatusOK, `{"@odata.context":"x","@new":{},"value":[
			{"id":"m-1","createdDateTime":"2026-11-25T09:00:00+01:00","lastUsedDateTime":null,"new":[1],
			 "device":{"id":"d-1","displayName":null,"serialNumber":"00123","manufacturer":"M","model":"X",
			 "timeIntervalInSeconds":30,"status":"activated","hashFunction":"hmacsha1","secretKey":null,
			 "lastUsedDateTime":"2026-11-24T08:00:00Z","assignedTo":{"id":"u","displayName":"Ann","new":1}}},
			{"id":"m-2","createdDateTime":"yesterday",
			 "device":{"displayName":"Desk","serialNumber":42,"timeIntervalInSeconds":"60","status":"resting",
			 "assignedTo":["u"]}}]}`)(w, r)
	})
	got, err := me(t, f.URL).List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []oath.Method{
		{ID: "m-1", Created: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC), Device: oath.Device{
			ID: "d-1", SerialNumber: "00123", Manufacturer: "M", Model: "X", Interval: 30 * time.Second,
			Status: oath.StatusActivated, LastUsed: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC),
			Holder: oath.Person{ID: "u", Name: "Ann"},
		}},
		{ID: "m-2", Device: oath.Device{
			ID: "m-2", DisplayName: "Desk", Interval: time.Minute, Status: "resting",
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestINP07GraphsTextIsCleanedAndBounded(t *testing.T) {
	body := `{"value":[{"id":"m-1","device":{"id":"d","displayName":"a\u0000\u001b[31m\r\n\u202eb\u2066\ud800` +
		"\xff" + `c","serialNumber":"` + strings.Repeat("ä", 5000) + `"}}]}`
	f := newFake(t, says(http.StatusOK, body))
	got, err := me(t, f.URL).List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if name := got[0].Device.DisplayName; name != "a[31mbc" {
		t.Errorf("name %q", name)
	}
	if serial := got[0].Device.SerialNumber; serial != strings.Repeat("ä", 256) {
		t.Errorf("serial number of %d bytes", len(serial))
	}
}

func TestListFetchesDevicesThatGraphLeftOut(t *testing.T) {
	var items []string
	for i := range 7 {
		items = append(items, fmt.Sprintf(`{"id":"m-%d"}`, i))
	}
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/hardwareOathMethods"):
			says(http.StatusOK, `{"value":[`+strings.Join(items, ",")+`]}`)(w, r)
		case strings.HasSuffix(r.URL.Path, "/m-1/device"):
			says(http.StatusNotFound, graphError("itemNotFound", ""))(w, r)
		case strings.HasSuffix(r.URL.Path, "/m-2/device"):
			says(http.StatusOK, `[]`)(w, r)
		default:
			says(http.StatusOK, `{"id":"d","serialNumber":"S1","status":"assigned"}`)(w, r)
		}
	})
	got, err := me(t, f.URL).List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found, bare := oath.Device{ID: "d", SerialNumber: "S1", Status: oath.StatusAssigned}, "m-%d"
	for i, m := range got {
		want := oath.Device{ID: fmt.Sprintf(bare, i)}
		if i == 0 || i == 3 || i == 4 {
			want = found
		}
		if m.Device != want {
			t.Errorf("device of %s is %+v, want %+v", m.ID, m.Device, want)
		}
	}
	if calls := f.asked(); len(calls) != 1+maxDevices {
		t.Errorf("asked %q: want the list and %d devices", calls, maxDevices)
	}
}

func TestListFollowsPagesWholeAndOpaque(t *testing.T) {
	var f *fake
	f = newFake(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.RawQuery {
		case "$expand=device":
			says(http.StatusOK, `{"value":[],"@odata.nextLink":"`+f.URL+`/elsewhere?$skiptoken=a%2Bb&x"}`)(w, r)
		case "$skiptoken=a%2Bb&x":
			says(http.StatusOK, `{"value":[{"id":"m-1","device":{"id":"d"}}]}`)(w, r)
		default:
			t.Errorf("query %q", r.URL.RawQuery)
		}
	})
	got, err := me(t, f.URL).List(t.Context())
	if err != nil || len(got) != 1 {
		t.Errorf("got %v, %v; want the method of the second page", got, err)
	}
}

func TestTOK07TheTokenFollowsNoLinkToAnotherHost(t *testing.T) {
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another host was asked, with Authorization %q", r.Header.Get("Authorization"))
	}))
	defer thief.Close()
	links := func(own string) []string {
		host := strings.TrimPrefix(own, "http://")
		return []string{
			thief.URL + "/beta/me", "https://" + host + "/beta", "//" + strings.TrimPrefix(thief.URL, "http://"),
			"http://ann@" + host + "/beta", "/beta/me", "http://" + host + ".evil.example/", "http://%zz/", "ftp://" + host,
		}
	}
	for i := range links("http://x") {
		var f *fake
		f = newFake(t, func(w http.ResponseWriter, r *http.Request) {
			says(http.StatusOK, fmt.Sprintf(`{"value":[],"@odata.nextLink":%q}`, links(f.URL)[i]))(w, r)
		})
		_, err := me(t, f.URL).List(t.Context())
		if !isOutcome(err, outcome.UpstreamUnavailable) || len(f.asked()) != 1 {
			t.Errorf("next page %q: %v after %q", links(f.URL)[i], err, f.asked())
		}
	}
	redirect := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
	})
	if _, err := me(t, redirect.URL).List(t.Context()); !isOutcome(err, outcome.UpstreamUnavailable) {
		t.Errorf("a redirected read: %v", err)
	}
	for op, do := range acts(t) {
		if _, err := do(t.Context(), me(t, redirect.URL)); !isOutcome(err, outcome.OutcomeUnknown) {
			t.Errorf("a redirected %s: %v", op, err)
		}
	}
}

func TestTOK07OnlyTheConfiguredGraphGetsTheToken(t *testing.T) {
	tests := map[string]bool{
		"https://graph.microsoft.com/beta/me":          true,
		"HTTPS://Graph.Microsoft.com:443/v1.0?x":       true,
		"http://graph.microsoft.com/beta/me":           false,
		"http://graph.microsoft.com:443/beta/me":       false,
		"https://graph.microsoft.com:8443/beta":        false,
		"https://graph.microsoft.com@evil.example/":    false,
		"https://evil.example/https://graph.microsoft": false,
		"https://graph.microsoft.com.evil.example/":    false,
		"//graph.microsoft.com/beta":                   false,
		"":                                             false,
	}
	c := New(Config{BaseURL: "https://graph.microsoft.com/beta"})
	for link, want := range tests {
		if got := c.isOurs(link); got != want {
			t.Errorf("%q: %v, want %v", link, got, want)
		}
	}
}

func TestListIsWholeOrAnError(t *testing.T) {
	var f *fake
	f = newFake(t, func(w http.ResponseWriter, r *http.Request) {
		says(http.StatusOK, `{"value":[{"id":"m"}],"@odata.nextLink":"`+f.URL+`/again"}`)(w, r)
	})
	if _, err := me(t, f.URL).List(t.Context()); !isOutcome(err, outcome.UpstreamUnavailable) {
		t.Errorf("pages without end: %v", err)
	}
	if got := len(f.asked()); got != maxPages {
		t.Errorf("%d pages were asked for, want %d", got, maxPages)
	}
	for _, body := range []string{
		``, `{}`, `[]`, `null`, `{"value":null}`, `{"value":{}}`, `{"value":"x"}`, `{"value":[1]}`, `{"value":[null]}`,
		`{"value":[{}]}`, `{"value":[{"id":""}]}`, `{"value":[{"id":7}]}`, `{"value":[{"id":"m","device":[]}]}`,
		`{"value":[],"@odata.nextLink":7}`, `{"value":[]`, `{"value":[]}{}`, `<html>sign in</html>`,
		`{"error":{"code":"x"}}`, strings.Repeat("[", 20000),
	} {
		f := newFake(t, says(http.StatusOK, body))
		if got, err := me(t, f.URL).List(t.Context()); !isOutcome(err, outcome.UpstreamUnavailable) {
			t.Errorf("%.40s: %v, %v; want no list", body, got, err)
		}
		if got := len(f.asked()); got != 1 {
			t.Errorf("%.40s: asked %d times, want once", body, got)
		}
	}
}
