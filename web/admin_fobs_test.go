package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

func whereIs(serial string) string { return "/admin/fobs?" + url.Values{"serial": {serial}}.Encode() }

func TestWhereAFobIsInEachState(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, sim.MiaID)
	asked := v.Get(t, whereIs(goodFob))
	if asked.Status != http.StatusSeeOther || !strings.Contains(asked.Header.Get("Location"), "Policy.Read.All") {
		t.Fatalf("the inventory's permission is missing: %d to %q", asked.Status, asked.Header.Get("Location"))
	}
	if back := v.Choose(t, v.Follow(t, asked), sim.MiaID); back.URL.RequestURI() != whereIs(goodFob) || back.Status != http.StatusOK {
		t.Fatalf("back at %s with %d", back.URL, back.Status)
	}
	lost := "/admin/users/" + sim.ChloeID + "/replace"
	if page := v.Follow(t, v.Post(t, lost, url.Values{"fob": {idOf(t, w, heldFob)}, "off": {"deactivate"}})); page.Status != http.StatusOK {
		t.Fatalf("report it lost: %d %q", page.Status, page.Outcome(t))
	}
	for _, test := range []struct {
		name, serial  string
		state, holder string
	}{
		{"in stock", goodFob, "In stock", "Nobody"},
		{"active", bensActiveFob, "Active", "Ben Adeyemi"},
		{"assigned", bensAssignedFob, "Not active yet", "Ben Adeyemi"},
		{"reported lost", heldFob, "Reported lost", "Chloé O'Brien"},
		{"as a scanner types it", "S/N: " + goodFob, "In stock", "Nobody"},
	} {
		t.Run(test.name, func(t *testing.T) {
			page := v.Get(t, whereIs(test.serial))
			if page.Status != http.StatusOK {
				t.Fatalf("answered %d\n%s", page.Status, page.Body)
			}
			htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))),
				htmltest.In("[data-fob] .badge", htmltest.HasText(test.state)), htmltest.In("[data-fob] dl", htmltest.HasText(test.holder)))
		})
	}
	page := v.Get(t, whereIs(heldFob))
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))),
		htmltest.In(".history-row", htmltest.Count(1)), htmltest.In("[data-fob] a[href='/admin/users/"+sim.ChloeID+"']"))
	unknown := v.Get(t, whereIs(unknownFob))
	if unknown.Status != http.StatusUnprocessableEntity || unknown.Outcome(t) != "unknown_serial" {
		t.Errorf("unknown: %d %q", unknown.Status, unknown.Outcome(t))
	}
}

func TestINP01WhatIsNoSerialNumberIsNotLookedUp(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	w.Cloud.ResetCalls()
	for _, query := range []string{
		"serial=" + strings.Repeat("A", 3000), "serial=", "serial=a%27%20or%20%271", "serial=..%2F..", "serial=%00", "serial=%E2%80%AE1",
		"serial=A&serial=B", "serial=%FF",
	} {
		page := v.Get(t, "/admin/fobs?"+query)
		if page.Status != http.StatusUnprocessableEntity || page.Outcome(t) != "invalid_input" {
			t.Errorf("%.40s: %d %q", query, page.Status, page.Outcome(t))
		}
	}
	if calls := w.Cloud.Calls(); len(calls) > 0 {
		t.Errorf("asked %v", calls)
	}
}

func TestWithoutTheRoleOurRecordsAnswerWhatTheyCan(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	if page := v.Follow(t, v.Post(t, "/admin/handout", handout("Ada", goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Fatalf("answered %d %q", page.Status, page.Outcome(t))
	}
	page := v.Choose(t, v.Follow(t, v.Get(t, whereIs(goodFob))), grace)
	if page.Status != http.StatusForbidden || page.Outcome(t) != "not_allowed" {
		t.Fatalf("answered %d %q at %s", page.Status, page.Outcome(t), page.URL)
	}
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))),
		htmltest.In("main", htmltest.HasText("Authentication Policy Administrator")), htmltest.In("main", htmltest.HasText("Global Reader")),
		htmltest.In("main", htmltest.HasText("Policy.Read.All")),
		htmltest.In(".history-row", htmltest.HasText("Ada Fischer")))
}

func TestThePermissionThatWasRefusedIsNotAskedForAgainByItself(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	w.Cloud.Update(func(s *sim.Switches) { s.Unconsented = []string{"Policy.Read.All"} })
	v := withAdminGrant(t, w, grace)
	refused := v.Choose(t, v.Follow(t, v.Get(t, whereIs(goodFob))), grace)
	if refused.Status != http.StatusForbidden {
		t.Fatalf("refused at Entra: %d", refused.Status)
	}
	page := v.Get(t, whereIs(goodFob))
	if page.Outcome(t) != "not_allowed" {
		t.Fatalf("answered %d %q", page.Status, page.Outcome(t))
	}
	htmltest.Verify(t, htmltest.Page(t, strings.NewReader(string(page.Body))),
		htmltest.In("main a[href*='ask=inventory']"), htmltest.In("main", htmltest.HasText("Nothing was done with this fob")))
	if again := v.Get(t, page.Doc(t).Find("main a[href*='ask=inventory']").AttrOr("href", "")); again.Status != http.StatusSeeOther {
		t.Errorf("asked for again by pressing: %d", again.Status)
	}
}
