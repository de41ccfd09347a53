package sim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/sim"
)

func (w *world) status(serial string) sim.Status {
	device, _ := w.Device(serial)
	return device.Status
}

func TestAFobIsEnrolledByItsSerialNumberAndCode(t *testing.T) {
	for _, serial := range []string{sim.SerialGood30, sim.SerialGood60, sim.SerialZeros} {
		w := newWorld(t)
		ada := w.as(sim.AdaID, selfScope)
		body := enrolment(serial, w.Code(serial))
		body["displayName"] = "Blue"
		if a := w.graph(ada, http.MethodPost, bySerial, body); a.status != http.StatusNoContent || a.text != "" {
			t.Errorf("%s: %d %q, want 204 without a body", serial, a.status, a.text)
		}
		device, _ := w.Device(serial)
		if device.HolderID != sim.AdaID || device.Status != sim.StatusActivated || device.DisplayName != "Blue" {
			t.Errorf("%s is %+v", serial, device)
		}
	}
}

func TestARefusedEnrolmentChangesNothing(t *testing.T) {
	for _, test := range []struct {
		name, person, serial, code string // a code of "" is the right one
		status                     int
		error                      string
	}{
		{name: "a wrong code", serial: sim.SerialGood30, code: "wrong", status: 400, error: "badRequest"},
		{name: "a code of a clock that drifted", serial: sim.SerialDrifting, status: 400, error: "badRequest"},
		{name: "a serial that the tenant does not know", serial: sim.SerialUnknown, status: 404, error: "resourceNotFound"},
		{name: "a serial in another letter case", serial: strings.ToLower(sim.SerialGood30), code: "123456", status: 404, error: "resourceNotFound"},
		{name: "a serial without its zeros", serial: strings.TrimLeft(sim.SerialZeros, "0"), code: "123456", status: 404, error: "resourceNotFound"},
		{name: "a serial with a space", serial: " " + sim.SerialGood30, code: "123456", status: 404, error: "resourceNotFound"},
		{name: "another person's fob", serial: sim.SerialChloe, status: 409, error: "conflict"},
		{name: "one's own active fob", person: sim.BenID, serial: sim.SerialBenActive, status: 400, error: "badRequest"},
		{name: "a sixth method", person: sim.DmitriID, serial: sim.SerialGood30, status: 400, error: "badRequest"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			person := test.person
			if person == "" {
				person = sim.AdaID
			}
			token, before := w.as(person, selfScope), w.Held(person)
			code := test.code
			switch code {
			case "":
				code = w.Code(test.serial)
			case "wrong":
				code = w.WrongCode(test.serial)
			}
			w.want(w.graph(token, http.MethodPost, bySerial, enrolment(test.serial, code)), test.status, test.error)
			if after := w.Held(person); len(after) != len(before) {
				t.Errorf("held %d before and %d after", len(before), len(after))
			}
		})
	}
}

func TestACodeIsGoodOneStepBeforeAndAfterAndOnlyOnce(t *testing.T) {
	for off, status := range map[time.Duration]int{
		-60 * time.Second: 400, -30 * time.Second: 204, 0: 204, 30 * time.Second: 204, 60 * time.Second: 400,
	} {
		w := newWorld(t)
		code := w.CodeAt(sim.SerialGood30, start.Add(off))
		if a := w.graph(w.as(sim.AdaID, selfScope), http.MethodPost, bySerial, enrolment(sim.SerialGood30, code)); a.status != status {
			t.Errorf("a code %s off: %d, want %d", off, a.status, status)
		}
	}
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	w.want(w.enrol(ada, sim.SerialGood30), 204, "")
	device, _ := w.Device(sim.SerialGood30)
	w.want(w.graph(ada, http.MethodDelete, methods+"/"+device.ID, nil), 204, "")
	w.want(w.enrol(ada, sim.SerialGood30), 400, "badRequest")
	w.Update(func(s *sim.Switches) { s.AllowCodeReuse = true })
	w.want(w.enrol(ada, sim.SerialGood30), 204, "")
}

func TestAuthenticatorAppsCountTowardsTheLimit(t *testing.T) {
	w := newWorld(t, func(o *sim.Options) { o.People[0].AuthenticatorApps = 5 })
	w.want(w.enrol(w.as(sim.AdaID, selfScope), sim.SerialGood30), 400, "badRequest")
}

func TestAnAssignedFobIsActivated(t *testing.T) {
	w := newWorld(t)
	ben := w.as(sim.BenID, selfScope)
	device, _ := w.Device(sim.SerialBenAssigned)
	path := methods + "/" + device.ID + "/activate"
	w.want(w.graph(ben, http.MethodPost, path, map[string]any{"verificationCode": w.WrongCode(device.Serial)}), 400, "badRequest")
	if got := w.status(device.Serial); got != sim.StatusAssigned {
		t.Errorf("a wrong code left it %s", got)
	}
	w.want(w.graph(ben, http.MethodPost, strings.ToUpper(path), map[string]any{"verificationCode": w.Code(device.Serial), "displayName": nil}), 204, "")
	if got := w.status(device.Serial); got != sim.StatusActivated {
		t.Errorf("the right code left it %s", got)
	}
	w.want(w.graph(ben, http.MethodPost, path, map[string]any{"verificationCode": w.Code(device.Serial)}), 400, "badRequest")
	w.want(w.graph(w.as(sim.AdaID, selfScope), http.MethodPost, path, map[string]any{"verificationCode": "123456"}), 404, "resourceNotFound")
}

func TestBySerialNumberActivatesWhatIsAssignedAlready(t *testing.T) {
	w := newWorld(t)
	w.want(w.enrol(w.as(sim.BenID, selfScope), sim.SerialBenAssigned), 204, "")
	if got := w.status(sim.SerialBenAssigned); got != sim.StatusActivated {
		t.Errorf("it is %s", got)
	}
}

func TestAFobIsAssignedDeactivatedAndGivenBack(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	device, _ := w.Device(sim.SerialGood30)
	body := map[string]any{"device": map[string]any{"id": device.ID}}
	made := w.graph(ada, http.MethodPost, methods, body)
	if made.status != http.StatusCreated || made.body["id"] != device.ID || made.body["createdDateTime"] != "2026-08-03T09:00:00Z" {
		t.Errorf("assign: %d %s", made.status, made.text)
	}
	w.want(w.graph(ada, http.MethodPost, methods, body), 400, "badRequest")
	activation := map[string]any{"device": body["device"], "verificationCode": w.Code(device.Serial), "displayName": "Mine"}
	w.want(w.graph(ada, http.MethodPost, methods+"/assignAndActivate", activation), 204, "")
	w.want(w.graph(ada, http.MethodPost, methods+"/"+device.ID+"/deactivate", nil), 204, "")
	if device, _ := w.Device(device.Serial); device.Status != sim.StatusAssigned || device.HolderID != sim.AdaID || device.DisplayName != "Mine" {
		t.Errorf("deactivated: %+v", device)
	}
	w.want(w.graph(ada, http.MethodDelete, methods+"/"+device.ID, nil), 204, "")
	if device, _ := w.Device(device.Serial); device.Status != sim.StatusAvailable || device.HolderID != "" {
		t.Errorf("given back: %+v", device)
	}
	w.want(w.graph(ada, http.MethodDelete, methods+"/"+device.ID, nil), 404, "resourceNotFound")
}

func TestABodyThatIsNotTheActionsIsRefused(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	for name, body := range map[string]any{
		"no code":            map[string]any{"serialNumber": sim.SerialGood30},
		"no serial":          map[string]any{"verificationCode": "123456"},
		"a number for code":  map[string]any{"serialNumber": sim.SerialGood30, "verificationCode": 123456},
		"a number for name":  map[string]any{"serialNumber": sim.SerialGood30, "verificationCode": "123456", "displayName": 1},
		"an unknown field":   map[string]any{"serialNumber": sim.SerialGood30, "verificationCode": w.Code(sim.SerialGood30), "userId": sim.BenID},
		"a list, no object":  []string{sim.SerialGood30},
		"nothing to read at": nil,
	} {
		if a := w.graph(ada, http.MethodPost, bySerial, body); a.status != 400 || a.code() != "badRequest" {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
}

func TestOfTwoWhoEnrolOneFobOneGetsIt(t *testing.T) {
	w := newWorld(t)
	tokens := []string{w.as(sim.AdaID, selfScope), w.as(sim.HanakoID, selfScope)}
	statuses := make(chan int, 20)
	for i := range cap(statuses) {
		r := w.request(http.MethodPost, w.GraphBase()+bySerial,
			`{"serialNumber":"`+sim.SerialGood30+`","verificationCode":"`+w.Code(sim.SerialGood30)+`"}`,
			map[string]string{"Authorization": "Bearer " + tokens[i%2]})
		go func() { statuses <- statusOf(w.browser, r) }()
	}
	done := 0
	for range cap(statuses) {
		if <-statuses == http.StatusNoContent {
			done++
		}
	}
	if done != 1 {
		t.Errorf("%d of the calls succeeded, want 1", done)
	}
}

// statusOf makes a call and answers its status, 0 where it failed.
func statusOf(client *http.Client, r *http.Request) int {
	response, err := client.Do(r)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// The open questions: each switch changes what it says, and nothing else.
func TestSwitchesOfEnrolment(t *testing.T) {
	wrong := func(w *world, token string) answer {
		return w.graph(token, http.MethodPost, bySerial, enrolment(sim.SerialGood30, w.WrongCode(sim.SerialGood30)))
	}
	right := func(w *world, token string) answer { return w.enrol(token, sim.SerialGood30) }
	spelt := func(serial string) func(*world, string) answer {
		return func(w *world, token string) answer {
			return w.graph(token, http.MethodPost, bySerial, enrolment(serial, w.Code(sim.SerialZeros)))
		}
	}
	for _, test := range []struct {
		name   string
		change func(*sim.Switches)
		call   func(*world, string) answer
		status int
		error  string
		serial string     // what is looked at afterwards
		left   sim.Status // how it is left
	}{
		{"another answer to a wrong code", func(s *sim.Switches) { s.WrongCode = sim.Answer{Status: 422, Code: "codeMismatch"} }, wrong, 422, "codeMismatch", sim.SerialGood30, sim.StatusAvailable},
		{"only another error code", func(s *sim.Switches) { s.WrongCode = sim.Answer{Code: "invalidRequest"} }, wrong, 400, "invalidRequest", sim.SerialGood30, sim.StatusAvailable},
		{"a wrong code assigns", func(s *sim.Switches) { s.AfterWrongCode = sim.StatusAssigned }, wrong, 400, "badRequest", sim.SerialGood30, sim.StatusAssigned},
		{"a wrong code fails the activation", func(s *sim.Switches) { s.AfterWrongCode = sim.StatusFailedActivation }, wrong, 400, "badRequest", sim.SerialGood30, sim.StatusFailedActivation},
		{"the policy is off", func(s *sim.Switches) { s.PolicyDisabled = true }, right, 403, "accessDenied", sim.SerialGood30, sim.StatusAvailable},
		{"letter case does not count", func(s *sim.Switches) { s.SerialIgnoresCase = true },
			func(w *world, token string) answer {
				return w.graph(token, http.MethodPost, bySerial, enrolment("galt30417822", w.Code(sim.SerialGood30)))
			}, 204, "", sim.SerialGood30, sim.StatusActivated},
		{"spaces do not count", func(s *sim.Switches) { s.SerialIgnoresSpaces = true }, spelt(" 0040718255 "), 204, "", sim.SerialZeros, sim.StatusActivated},
		{"leading zeros do not count", func(s *sim.Switches) { s.SerialIgnoresLeadingZeros = true }, spelt("40718255"), 204, "", sim.SerialZeros, sim.StatusActivated},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			token := w.as(sim.AdaID, selfScope)
			w.Update(test.change)
			w.want(test.call(w, token), test.status, test.error)
			if got := w.status(test.serial); got != test.left {
				t.Errorf("it is left %s, want %s", got, test.left)
			}
		})
	}
}

func TestAnActiveFobMayBeAnsweredAsDone(t *testing.T) {
	w := newWorld(t)
	w.Update(func(s *sim.Switches) { s.AlreadyActive = sim.Answer{Status: 204} })
	w.want(w.enrol(w.as(sim.BenID, selfScope), sim.SerialBenActive), 204, "")
}

func TestWrongCodesMayLock(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	w.Update(func(s *sim.Switches) { s.LockAfter = 2 })
	for range 2 {
		w.want(w.graph(ada, http.MethodPost, bySerial, enrolment(sim.SerialGood30, w.WrongCode(sim.SerialGood30))), 400, "badRequest")
	}
	w.want(w.enrol(ada, sim.SerialGood30), 403, "accessDenied")
	w.want(w.enrol(ada, sim.SerialGood60), 403, "accessDenied") // the person is locked
	w.want(w.enrol(w.as(sim.HanakoID, selfScope), sim.SerialGood30), 403, "accessDenied")
	w.want(w.enrol(w.as(sim.HanakoID, selfScope), sim.SerialGood60), 204, "")
}

func TestTriesMayHaveToWait(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	w.Update(func(s *sim.Switches) { s.MinBetweenTries = 10 * time.Second })
	w.want(w.graph(ada, http.MethodPost, bySerial, enrolment(sim.SerialGood30, w.WrongCode(sim.SerialGood30))), 400, "badRequest")
	w.want(w.enrol(ada, sim.SerialGood30), 403, "accessDenied")
	w.clock.pass(10 * time.Second)
	w.want(w.enrol(ada, sim.SerialGood30), 204, "")
}

func TestReadsMayLagBehindWrites(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	w.Update(func(s *sim.Switches) { s.ReadLag = 5 * time.Second })
	device, _ := w.Device(sim.SerialGood30)
	w.graph(ada, http.MethodPost, methods, map[string]any{"device": map[string]any{"id": device.ID}})
	activate := func() answer {
		return w.graph(ada, http.MethodPost, methods+"/"+device.ID+"/activate", map[string]any{"verificationCode": w.Code(device.Serial)})
	}
	if got := w.graph(ada, http.MethodGet, methods, nil).value(); len(got) != 0 {
		t.Errorf("just assigned, it is shown: %v", got)
	}
	w.want(activate(), 404, "resourceNotFound")
	w.clock.pass(5 * time.Second)
	if got := w.graph(ada, http.MethodGet, methods, nil).value(); len(got) != 1 {
		t.Errorf("after the lag: %v", got)
	}
	w.want(activate(), 204, "")
	shown := w.graph(ada, http.MethodGet, methods+"?$expand=device", nil).value()
	if device, _ := shown[0]["device"].(map[string]any); device["status"] != "assigned" {
		t.Errorf("just activated, reads show %v", device)
	}
}

func TestWhenAMethodIsCreatedAndWhetherItsNameStays(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	w.Update(func(s *sim.Switches) { s.CreatedAtActivation, s.DeactivateDropsName = true, true })
	device, _ := w.Device(sim.SerialGood30)
	made := w.graph(ada, http.MethodPost, methods, map[string]any{"device": map[string]any{"id": device.ID}})
	if made.body["createdDateTime"] != nil {
		t.Errorf("created at assignment: %s", made.text)
	}
	w.clock.pass(time.Minute)
	w.graph(ada, http.MethodPost, methods+"/"+device.ID+"/activate", map[string]any{"verificationCode": w.Code(device.Serial), "displayName": "Mine"})
	if got := w.graph(ada, http.MethodGet, methods+"/"+device.ID, nil).body["createdDateTime"]; got != "2026-08-03T09:01:00Z" {
		t.Errorf("created %v", got)
	}
	w.graph(ada, http.MethodPost, methods+"/"+device.ID+"/deactivate", nil)
	if device, _ := w.Device(device.Serial); device.DisplayName != "" {
		t.Errorf("the name stayed: %q", device.DisplayName)
	}
}
