package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// ownToken is the access token that Graph is shown for the person's own fobs.
func ownToken(t *testing.T, v *e2e.Visitor) string {
	t.Helper()
	v.World.Cloud.ResetCalls()
	v.Get(t, "/")
	tokens := bearers(v.World)
	if len(tokens) != 1 {
		t.Fatalf("Graph was shown %d tokens for one's own fobs", len(tokens))
	}
	return tokens[0]
}

func TestROL05AdminsActWithTheirOwnDelegatedToken(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, longIdle)
	theirs, others := w.SignedIn(t, ada), withAdminGrant(t, w, grace) // whose tokens the portal holds as well
	v := withInventory(t, w, mia)
	foreign := []string{ownToken(t, theirs), ownToken(t, others), ownToken(t, v)}
	bens := personPath(ben, "fobs", idOf(t, w, bensActiveFob))
	var undo string
	for _, act := range []struct {
		name string
		do   func() *e2e.Page
	}{
		{"search", func() *e2e.Page { return v.Get(t, "/admin/users?q=Ann") }},
		{"a sign-in name", func() *e2e.Page { return v.Get(t, "/admin/users?q=ada.fischer@contoso.example") }},
		{"a person's page", func() *e2e.Page { return v.Get(t, personPath(ada)) }},
		{"enrol", func() *e2e.Page {
			return v.Post(t, personPath(ada, "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob)))
		}},
		{"assign", func() *e2e.Page { return v.Post(t, personPath(ada, "assign"), url.Values{"serialNumber": {secondFob}}) }},
		{"the sheet", func() *e2e.Page { return v.Get(t, personPath(ada, "sheet")+"?serial="+secondFob) }},
		{"activate", func() *e2e.Page {
			return v.Post(t, personPath(ada, "fobs", idOf(t, w, secondFob), "activate"), url.Values{"verificationCode": {w.Cloud.Code(secondFob)}})
		}},
		{"deactivate", func() *e2e.Page { return v.Post(t, personPath(ada, "fobs", idOf(t, w, secondFob), "deactivate"), nil) }},
		{"remove", func() *e2e.Page { return v.Post(t, personPath(ada, "fobs", idOf(t, w, secondFob), "remove"), nil) }},
		{"a fob that is lost", func() *e2e.Page {
			return v.Post(t, replaceBens, url.Values{"fob": {idOf(t, w, bensActiveFob)}, "off": {"deactivate"}})
		}},
		{"and its replacement", func() *e2e.Page {
			form := enrolment(sim.BoxSerial(2), w.Cloud.Code(sim.BoxSerial(2)))
			form.Set("fob", idOf(t, w, bensActiveFob))
			return v.Post(t, replaceBens, form)
		}},
		{"confirming", func() *e2e.Page { return v.Get(t, bens+"/remove") }},
		{"the queue", func() *e2e.Page {
			serial := sim.BoxSerial(0)
			page := v.Post(t, "/admin/handout", handout("Paula Costa", serial, w.Cloud.Code(serial)))
			undo = v.Follow(t, page).Doc(t).Find(".today-undo").First().AttrOr("action", "")
			return page
		}},
		{"undo", func() *e2e.Page { return v.Post(t, undo, nil) }},
		{"where is this fob", func() *e2e.Page { return v.Get(t, whereIs(heldFob)) }},
		{"an hour later", func() *e2e.Page {
			w.Clock.Pass(61 * time.Minute) // new tokens are got
			return v.Get(t, personPath(ada))
		}},
		{"settling", func() *e2e.Page {
			loseAnEnrolment(t, w, sim.HanakoID, sim.BoxSerial(1))
			w.Clock.Pass(2 * time.Minute)
			w.Cloud.ResetCalls()
			return v.Get(t, "/admin/audit")
		}},
	} {
		w.Cloud.ResetCalls()
		page := act.do()
		if page.Status != http.StatusOK && page.Status != http.StatusSeeOther || strings.Contains(page.Header.Get("Location"), "authorize") {
			t.Errorf("%s: answered %d %q\n%s", act.name, page.Status, page.Outcome(t), page.Body)
		}
		asked := 0
		for _, call := range w.Cloud.Calls() {
			switch {
			case call.Side == sim.SideGraph:
				asked++
				if call.PersonID != mia || slices.Contains(foreign, call.Header.Get("Authorization")) {
					t.Errorf("%s: %s %s as %q, not with the admin's own wider token", act.name, call.Method, call.Path, call.PersonID)
				}
			case strings.HasSuffix(call.Path, "/token"):
				if grant := call.Form.Get("grant_type"); grant != "refresh_token" && grant != "authorization_code" || call.PersonID != mia {
					t.Errorf("%s: a token by %s, of %q", act.name, grant, call.PersonID)
				}
			}
		}
		if asked == 0 {
			t.Errorf("%s: Graph was not asked", act.name)
		}
	}
	if rows := trail(t, w); slices.ContainsFunc(rows, func(row string) bool { return strings.HasSuffix(row, " ") }) {
		t.Errorf("a row of the trail has no actor: %q", rows)
	}
}

func TestROL05ThePortalAsksForNoPermissionOfItsOwn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, longIdle)
	v := withInventory(t, w, mia)
	for range 3 {
		w.Clock.Pass(2 * time.Hour)
		v.Get(t, "/admin/fobs?serial="+goodFob)
		v.Get(t, "/")
	}
	grants := map[string]int{}
	for _, call := range w.Cloud.Calls() {
		if strings.HasSuffix(call.Path, "/token") {
			grants[call.Form.Get("grant_type")]++
			if strings.Contains(call.Form.Get("scope"), ".default") {
				t.Errorf("asked for %q", call.Form.Get("scope"))
			}
		}
	}
	if len(grants) != 2 || grants["authorization_code"] == 0 || grants["refresh_token"] == 0 {
		t.Errorf("tokens were got by %v", grants)
	}
}
