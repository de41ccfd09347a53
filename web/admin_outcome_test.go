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

func TestEachOutcomeForOthersFromTheFormToThePage(t *testing.T) {
	t.Parallel()
	oldWay := switches(func(s *sim.Switches) { s.OneStepForOthersUnsupported = sim.Answer{Status: 403} })
	for _, test := range []struct {
		name    string
		actor   string // grace where empty
		person  string // ada where empty
		prepare func(*e2e.World)
		serial  string
		code    func(*e2e.World) string // nil: the fob's own
		status  int
		outcome string
		writes  []string
		field   string
		says    string
	}{
		{name: "a right code enrols", serial: goodFob, status: 200, outcome: "enrolled", writes: []string{oneStep}, says: "this person’s and ready"},
		{name: "a code of five digits changes nothing", serial: goodFob, code: always("12345"), status: 422, outcome: "invalid_input", field: "verificationCode"},
		{name: "a serial of 5,000 characters changes nothing", serial: strings.Repeat("A", 5000), code: always("123456"), status: 422, outcome: "invalid_input", field: "serialNumber"},
		{name: "a wrong code", serial: goodFob, code: wrong, status: 422, outcome: "wrong_code", writes: []string{oneStep}, field: "verificationCode", says: "take another fob"},
		{name: "a serial that the tenant does not have", serial: unknownFob, code: always("123456"), status: 422, outcome: "unknown_serial", writes: []string{oneStep}, field: "serialNumber", says: "Authentication Policy Administrator can upload it"},
		{name: "a third person's fob", serial: heldFob, status: 409, outcome: "assigned_to_other", writes: []string{oneStep}, field: "serialNumber", says: "remove it from whoever holds it"},
		{name: "an active fob", person: ben, serial: bensActiveFob, status: 409, outcome: "already_active", writes: []string{oneStep}, says: "this person’s already"},
		{name: "a sixth fob", person: dmitri, serial: goodFob, status: 409, outcome: "limit_reached", writes: []string{oneStep}, says: "This person cannot have more"},
		{
			name: "a policy that leaves the person out", serial: goodFob, status: 403, outcome: "not_allowed", writes: []string{oneStep},
			prepare: switches(func(s *sim.Switches) {
				s.PolicyDisabled, s.PolicyRefuses = true, sim.Answer{Status: 400, Code: "policyDisabled"}
			}), says: "Ask an Authentication Policy Administrator",
		},
		{
			name: "Graph is busy", serial: goodFob, status: 503, outcome: "throttled", writes: []string{oneStep},
			prepare: fault(sim.Fault{Side: sim.SideGraph, Method: "POST", Status: 429, Header: http.Header{"Retry-After": {"7"}}, Body: `{"error":{"code":"TooManyRequests"}}`}),
		},
		{
			name: "Graph fails and nothing was changed", serial: goodFob, status: 502, outcome: "upstream_unavailable", writes: []string{oneStep},
			prepare: fault(sim.Fault{Side: sim.SideGraph, Method: "POST", Status: 503, Body: "<html>Bad gateway</html>", ContentType: "text/html"}),
		},
		{
			name: "the answer is lost after the effect", serial: goodFob, status: 200, outcome: "enrolled", writes: []string{oneStep},
			prepare: fault(sim.Fault{Side: sim.SideGraph, Method: "POST", AfterEffect: true, Cut: true}),
		},
		{
			name: "a code that Graph has refused but for which it assigned the fob", serial: goodFob, code: wrong, status: 422, outcome: "wrong_code", writes: []string{oneStep},
			prepare: switches(func(s *sim.Switches) { s.AfterWrongCode = sim.StatusAssigned }), says: "activate the fob in the list below",
		},
		{
			name: "one step refused, by the device's id in two", actor: mia, serial: goodFob, status: 200, outcome: "enrolled",
			writes: []string{oneStep, byID}, prepare: oldWay,
		},
		{
			name: "one step and its kin refused, assigned and then activated", actor: mia, serial: goodFob, status: 200, outcome: "enrolled",
			writes: []string{oneStep, byID, assigning, activates},
			prepare: switches(func(s *sim.Switches) {
				s.OneStepForOthersUnsupported, s.StepsForOthersUnsupported = sim.Answer{Status: 405}, sim.Answer{Status: 501}
			}),
		},
		{
			name: "assigned, and then the code is wrong", actor: mia, serial: goodFob, code: wrong, status: 422, outcome: "wrong_code",
			writes: []string{oneStep, byID, assigning, activates}, says: "assigned, not active yet",
			prepare: switches(func(s *sim.Switches) {
				s.OneStepForOthersUnsupported, s.StepsForOthersUnsupported = sim.Answer{Status: 400}, sim.Answer{Status: 400}
			}),
		},
		{
			name: "one step refused, and the role may not read the inventory", serial: goodFob, status: 403, outcome: "not_allowed",
			writes: []string{oneStep}, prepare: oldWay, says: "Privileged Authentication Administrator",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			actor, person := test.actor, orAda(test.person)
			if actor == "" {
				actor = grace
			}
			v := withInventory(t, w, actor)
			form := url.Values{"seen": {v.Get(t, personPath(person)).Doc(t).Find("form[action$='/enrol'] [name=seen]").AttrOr("value", "")}}
			if test.prepare != nil {
				test.prepare(w)
			}
			w.Cloud.ResetCalls()
			var code string
			if test.code != nil {
				code = test.code(w)
			} else {
				code = w.Cloud.Code(test.serial)
			}
			form.Set("serialNumber", test.serial)
			form.Set("displayName", "Key ring")
			form.Set("verificationCode", code)
			answer := v.Post(t, personPath(person, "enrol"), form)
			page := v.Follow(t, answer)
			if page.Status != test.status || page.Outcome(t) != test.outcome {
				t.Fatalf("answered %d with %q, want %d with %q\n%s", page.Status, page.Outcome(t), test.status, test.outcome, page.Body)
			}
			if got := writes(w); !slices.Equal(got, test.writes) {
				t.Errorf("Graph was asked %q, want %q", got, test.writes)
			}
			sound(t, page, htmltest.In("main", htmltest.HasText(test.says)))
			if test.status == http.StatusOK {
				if answer.Status != http.StatusSeeOther || page.URL.Path != personPath(person) {
					t.Errorf("answered %d to %s", answer.Status, page.URL)
				}
				return
			}
			sound(t, page, htmltest.In("form[action$='/enrol']",
				htmltest.In("#verificationCode", htmltest.HasValue("")),
				htmltest.In("#serialNumber", htmltest.HasValue(test.serial)),
				htmltest.In("#displayName", htmltest.HasValue("Key ring"))))
			if test.field != "" {
				sound(t, page, htmltest.In("#"+test.field, htmltest.HasAttr("aria-invalid", "true")))
			}
			if strings.Contains(string(page.Body), ">"+code+"<") || strings.Contains(string(page.Body), `"`+code+`"`) {
				t.Error("the code is echoed")
			}
		})
	}
}
