package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
)

// switching is what a switch sends from a form: all that stands in it.
func switching(returnTo string, typed url.Values) url.Values {
	typed.Set("return_to", returnTo)
	typed.Set("lang", "de")
	return typed
}

func TestSES12ASwitchBringsBackWhatWasTypedButTheCode(t *testing.T) {
	t.Parallel()
	handout := url.Values{"q": {"ben"}, "serialNumber": {goodFob}, "verificationCode": {"123456"}}
	for _, test := range []struct {
		name, person, path string
		typed              url.Values
		checks             []htmltest.Check
	}{
		{"enrolling", ada, "/enrol", enrolment(goodFob, "123456"),
			[]htmltest.Check{htmltest.In("#serialNumber", htmltest.HasValue(goodFob)), htmltest.In("#displayName", htmltest.HasValue("Key ring"))}},
		{"enrolling from a link", ada, "/enrol?serial=GALT1", enrolment(goodFob, "123456"),
			[]htmltest.Check{htmltest.In("#serialNumber", htmltest.HasValue(goodFob))}},
		{"enrolling for somebody", grace, "/admin/users/" + ben, enrolment(goodFob, "123456"),
			[]htmltest.Check{htmltest.In("#serialNumber", htmltest.HasValue(goodFob)), htmltest.In("#displayName", htmltest.HasValue("Key ring"))}},
		{"handing out", grace, "/admin/handout", handout,
			[]htmltest.Check{htmltest.In("#q", htmltest.HasValue("ben")), htmltest.In("#serialNumber", htmltest.HasValue(goodFob))}},
	} {
		for _, path := range []string{"/language", "/theme"} {
			w := e2e.NewWorld(t)
			v := w.SignedIn(t, test.person)
			before := v.Follow(t, v.Get(t, test.path))
			sound(t, before, htmltest.In("form#kept[method=post]"), htmltest.In("#switches button[name=lang][form=kept][formaction='/language']"),
				htmltest.In("#switches button[name=theme][form=kept][formaction='/theme']"))
			v.Post(t, path, switching(test.path, test.typed))
			page := v.Get(t, test.path)
			sound(t, page, append(test.checks, htmltest.In("#verificationCode", htmltest.HasValue("")), htmltest.Not(htmltest.In(".notice")))...)
			if strings.Contains(string(page.Body), "123456") {
				t.Errorf("%s, %s: the code was kept", test.name, path)
			}
			if again := v.Get(t, test.path); strings.Contains(string(again.Body), goodFob) {
				t.Errorf("%s, %s: what was typed comes back twice", test.name, path)
			}
		}
	}
}

func TestSES12WhatASwitchKeepsIsForThePersonAlone(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	v.Post(t, "/language", switching("/enrol", enrolment(goodFob, "")))
	if form := v.SignIn(t, "/auth/sign-in?switch=1&return_to=/enrol", ben); form.URL.Path != "/enrol" || strings.Contains(string(form.Body), goodFob) {
		t.Errorf("at %s, and Ben sees what Ada typed", form.URL)
	}
	w.Clock.Pass(16 * time.Minute) // the session is over, and the switch is pressed
	v = w.SignedIn(t, ada)
	w.Clock.Pass(16 * time.Minute)
	v.Post(t, "/language", switching("/enrol", enrolment(goodFob, "")))
	if form := v.SignIn(t, "/auth/sign-in?return_to=/enrol", ada); !strings.Contains(string(form.Body), goodFob) {
		t.Errorf("at %s, and what was typed is gone", form.URL)
	}
	v.Post(t, "/language", switching("/enrol", enrolment(goodFob, "")))
	w.Clock.Pass(11 * time.Minute)
	if form := v.Follow(t, v.Get(t, "/enrol")); strings.Contains(string(form.Body), goodFob) {
		t.Errorf("at %s, and what was typed is kept for longer than ten minutes", form.URL)
	}
	nobody := w.NewVisitor()
	nobody.Post(t, "/language", switching("/enrol", enrolment(goodFob, "")))
	for name := range nobody.Cookies() {
		if strings.HasSuffix(name, "-draft") {
			t.Error("what nobody typed is kept")
		}
	}
}

func TestKSK05ASwitchAtAStationKeepsNothingThatWasTyped(t *testing.T) {
	t.Parallel()
	_, k := newKioskWorld(t)
	k.starts(t, ada)
	k.Post(t, "/language", switching("/kiosk/enrol", enrolment(goodFob, "")))
	for name := range k.Cookies() {
		if strings.HasSuffix(name, "-draft") {
			t.Errorf("the station keeps %s", name)
		}
	}
}

func TestAScriptIsToldToLoadThePageInItsNewLanguage(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	answer := v.Do(t, http.MethodPost, "/language", strings.NewReader(switching("/enrol", url.Values{}).Encode()), http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "Origin": {w.URL}, "Hx-Request": {"true"},
	})
	if to := answer.Header.Get("HX-Redirect"); answer.Status != http.StatusOK || to != "/enrol" {
		t.Errorf("%d to %q", answer.Status, to)
	}
}
