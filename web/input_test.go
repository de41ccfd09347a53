package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

func TestCSRF06OnlyFormsAreRead(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.ResetCalls()
	for _, kind := range []string{"application/json", "text/plain", "multipart/form-data; boundary=x", "", form + "; charset"} {
		page := v.Do(t, http.MethodPost, "/enrol", strings.NewReader(`{"serialNumber":"1"}`),
			http.Header{"Content-Type": {kind}, "Sec-Fetch-Site": {"same-origin"}})
		if page.Status != http.StatusUnsupportedMediaType {
			t.Errorf("%q answered %d, want 415", kind, page.Status)
		}
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
}

func TestSRV01BodiesAndHeadersAreBounded(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	big := enrolment(strings.Repeat("A", 3<<20), "123456")
	if page := v.Post(t, "/enrol", big); page.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 3 MB answered %d, want 413", page.Status)
	}
	many := url.Values{}
	for i := range 101 {
		many.Set(strings.Repeat("f", i+1), "")
	}
	if page := v.Post(t, "/enrol", many); page.Status != http.StatusBadRequest {
		t.Errorf("101 fields answered %d, want 400", page.Status)
	}
	if page := v.Post(t, "/enrol", url.Values{"x": slices.Repeat([]string{"1"}, 101)}); page.Status != http.StatusBadRequest {
		t.Errorf("one field 101 times answered %d, want 400", page.Status)
	}
	if page := v.Do(t, http.MethodGet, "/enrol", nil, http.Header{"X-Big": {strings.Repeat("x", 64<<10)}}); page.Status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("headers of 64 kB answered %d, want 431", page.Status)
	}
}

func TestINP03DoubledFieldsAreRefusedAndUnknownOnesIgnored(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.ResetCalls()
	for _, field := range []string{"serialNumber", "verificationCode", "displayName"} {
		doubled := enrolment(goodFob, w.Cloud.Code(goodFob))
		doubled.Add(field, doubled.Get(field))
		page := v.Post(t, "/enrol", doubled)
		if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "invalid_input" {
			t.Errorf("%s twice: %d %q", field, page.Status, page.Outcome(t))
		}
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Fatalf("Graph was asked %q", calls)
	}
	unknown := enrolment(goodFob, w.Cloud.Code(goodFob))
	unknown.Set("userId", ben)
	unknown.Set("subject", ben)
	if page := v.Follow(t, v.Post(t, "/enrol", unknown)); page.Outcome(t) != "enrolled" {
		t.Errorf("unknown fields: %d %q", page.Status, page.Outcome(t))
	}
	if device, _ := w.Cloud.Device(goodFob); device.HolderID != ada {
		t.Errorf("the fob went to %s", device.HolderID)
	}
}

func TestINP04TextOfOthersIsShownAsText(t *testing.T) {
	t.Parallel()
	const markup = `<img src=x onerror=alert(1)>"'`
	w := e2e.NewWorld(t, e2e.Tenant(func(o *sim.Options) {
		for i := range o.People {
			if o.People[i].ID == ada {
				o.People[i].Name = markup
			}
		}
		o.Devices = append(o.Devices, sim.Device{
			Serial: "MARKUP-1", Manufacturer: "x", Model: "x", DisplayName: markup, HolderID: ada,
			Status: sim.StatusActivated, Secret: []byte("12345678901234567890"), Interval: 30e9,
		})
	}))
	v := w.SignedIn(t, ada)
	for _, path := range []string{"/", "/enrol", "/enrol?serial=" + url.QueryEscape(markup), "/auth/callback?error=" + url.QueryEscape(markup) + "&error_description=" + url.QueryEscape(markup)} {
		page := v.Get(t, path)
		htmltest.Page(t, strings.NewReader(string(page.Body)))
		if strings.Contains(string(page.Body), "<img src=x") {
			t.Errorf("%s shows markup as markup", path)
		}
	}
}

func TestINP03ADoubledHiddenFieldIsRefusedToo(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	device, _ := w.Cloud.Device(bensAssignedFob)
	w.Cloud.ResetCalls()
	for _, act := range []string{"activate", "remove"} {
		page := v.Post(t, "/fobs/"+device.ID+"/"+act, url.Values{
			"serialNumber": {bensAssignedFob, "OTHER"}, "verificationCode": {w.Cloud.Code(bensAssignedFob)},
		})
		if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "invalid_input" {
			t.Errorf("%s: %d %q", act, page.Status, page.Outcome(t))
		}
	}
	for _, call := range graphCalls(w) {
		if !strings.HasPrefix(call, "GET") {
			t.Errorf("Graph was asked %s", call)
		}
	}
}

func TestINP07WhatDeceivesDoesNotReachTheTrailThroughAHiddenField(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	device, _ := w.Cloud.Device(bensAssignedFob)
	for _, serial := range []string{"a\x00b", "a\u202eb", "\xff\xfe", strings.Repeat("z", 3000)} {
		page := v.Post(t, "/fobs/"+device.ID+"/remove", url.Values{"serialNumber": {serial}})
		if page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%.10q answered %d, want 422", serial, page.Status)
		}
	}
	if len(w.Cloud.Held(ben)) != 2 {
		t.Error("a fob was removed")
	}
}
