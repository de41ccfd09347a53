package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

// enrolment is the form as a person fills it in.
func enrolment(serial, code string) url.Values {
	return url.Values{"serialNumber": {serial}, "displayName": {"Key ring"}, "verificationCode": {code}}
}

// graphCalls are the calls that Graph saw, the reads of one's own methods written short.
func graphCalls(w *e2e.World) []string {
	var calls []string
	for _, call := range w.Cloud.Calls() {
		if call.Side != sim.SideGraph {
			continue
		}
		_, path, _ := strings.Cut(call.Path, "hardwareOathMethods")
		calls = append(calls, call.Method+" "+strings.TrimPrefix(path, "/"))
	}
	return calls
}

const bySerial = "POST assignAndActivateBySerialNumber"

func TestEachOutcomeFromTheFormToThePageAndTheCalls(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		person  string
		prepare func(*e2e.World)
		serial  string
		code    func(*e2e.World) string // nil: the fob's own
		status  int
		outcome string
		calls   []string
		field   string // the field that is told wrong
	}{
		{name: "a right code enrols", serial: goodFob, status: 200, outcome: "enrolled", calls: []string{bySerial}},
		{name: "spaces and hyphens in what is typed do no harm", serial: " " + goodFob, code: spaced, status: 200, outcome: "enrolled", calls: []string{bySerial}},
		{name: "a code of five digits asks nothing of Graph", serial: goodFob, code: always("12345"), status: 422, outcome: "invalid_input", field: "verificationCode"},
		{name: "a serial of 5,000 characters asks nothing of Graph", serial: strings.Repeat("A", 5000), status: 422, outcome: "invalid_input", field: "serialNumber"},
		{name: "a serial with a direction mark asks nothing of Graph", serial: "GA\u202eLT", status: 422, outcome: "invalid_input", field: "serialNumber"},
		{name: "a wrong code is told as one", serial: goodFob, code: wrong, status: 422, outcome: "wrong_code", calls: []string{bySerial, "GET "}, field: "verificationCode"},
		{
			name: "a refusal that no table knows is honest", serial: goodFob, code: wrong, status: 422, outcome: "refused", calls: []string{bySerial, "GET "},
			prepare: fault(sim.Fault{Side: sim.SideGraph, Method: "POST", Status: 400, ContentType: "application/json", Body: `{"error":{"code":"brandNewReason","message":"Something else."}}`}),
		},
		{name: "a serial that the tenant does not have", serial: unknownFob, status: 422, outcome: "unknown_serial", calls: []string{bySerial}, field: "serialNumber"},
		{name: "somebody else's fob", serial: heldFob, status: 409, outcome: "assigned_to_other", calls: []string{bySerial, "GET "}, field: "serialNumber"},
		{name: "one's own active fob", person: ben, serial: bensActiveFob, status: 409, outcome: "already_active", calls: []string{bySerial, "GET "}},
		{name: "a sixth fob", person: dmitri, serial: goodFob, status: 409, outcome: "limit_reached", calls: []string{bySerial}},
		{
			name: "a policy that leaves the person out", serial: goodFob, status: 403, outcome: "not_allowed", calls: []string{bySerial},
			prepare: switches(func(s *sim.Switches) { s.PolicyDisabled = true }),
		},
		{
			name: "Graph is busy", serial: goodFob, status: 503, outcome: "throttled", calls: []string{bySerial},
			prepare: fault(sim.Fault{Side: sim.SideGraph, Method: "POST", Status: 429, Header: http.Header{"Retry-After": {"7"}}, Body: `{"error":{"code":"TooManyRequests"}}`}),
		},
		{
			name: "Graph fails and nothing was changed", serial: goodFob, status: 502, outcome: "upstream_unavailable", calls: []string{bySerial, "GET ", "GET ", "GET "},
			prepare: fault(sim.Fault{Side: sim.SideGraph, Method: "POST", Status: 503, Body: "<html>Bad gateway</html>", ContentType: "text/html"}),
		},
		{
			name: "the answer is lost after the effect", serial: goodFob, status: 200, outcome: "enrolled", calls: []string{bySerial, "GET "},
			prepare: fault(sim.Fault{Side: sim.SideGraph, Method: "POST", AfterEffect: true, Cut: true}),
		},
		{
			name: "the answer is lost and Graph can't be read", serial: goodFob, status: 504, outcome: "outcome_unknown", calls: []string{bySerial, "GET ", "GET ", "GET "},
			prepare: fault(
				sim.Fault{Side: sim.SideGraph, Method: "POST", AfterEffect: true, Status: 504},
				sim.Fault{Side: sim.SideGraph, Method: "GET", Status: 500}),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			v := w.SignedIn(t, orAda(test.person))
			if test.prepare != nil {
				test.prepare(w)
			}
			w.Cloud.ResetCalls()
			code := w.Cloud.Code(goodFob)
			if test.code != nil {
				code = test.code(w)
			} else if test.serial != unknownFob && len(test.serial) < 64 {
				code = w.Cloud.Code(strings.TrimSpace(test.serial))
			}
			answer := v.Post(t, "/enrol", enrolment(test.serial, code))
			page := v.Follow(t, answer)
			calls := graphCalls(w)
			if test.status == http.StatusOK && answer.Status != http.StatusSeeOther {
				t.Errorf("answered %d, want a 303 to a page that can be reloaded", answer.Status)
			}
			if page.Status != test.status || page.Outcome(t) != test.outcome {
				t.Fatalf("answered %d with %q, want %d with %q\n%s", page.Status, page.Outcome(t), test.status, test.outcome, page.Body)
			}
			if !slices.Equal(calls, test.calls) {
				t.Errorf("Graph was asked %q, want %q", calls, test.calls)
			}
			if test.status == http.StatusOK {
				return
			}
			doc := htmltest.Page(t, strings.NewReader(string(page.Body)))
			htmltest.Verify(t, doc,
				htmltest.In("form[action='/enrol']",
					htmltest.In("#verificationCode", htmltest.HasValue("")),
					htmltest.In("#serialNumber", htmltest.HasValue(test.serial)),
					htmltest.In("#displayName", htmltest.HasValue("Key ring"))))
			if test.field != "" {
				htmltest.Verify(t, doc, htmltest.In("#"+test.field, htmltest.HasAttr("aria-invalid", "true")))
			}
			if strings.Contains(string(page.Body), code) && len(code) == 6 {
				t.Error("the code is echoed")
			}
		})
	}
}

func TestTooManyAttemptsIsAnsweredWithoutGraph(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	for i := range 5 {
		page := v.Post(t, "/enrol", enrolment(goodFob, "00000"+strconv.Itoa(i)))
		if page.Status != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d", i+1, page.Status)
		}
	}
	w.Cloud.ResetCalls()
	page := v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))
	wait, _ := strconv.Atoi(page.Header.Get("Retry-After"))
	if page.Status != http.StatusTooManyRequests || page.Outcome(t) != "too_many_attempts" || wait < 880 || wait > 900 {
		t.Errorf("%d %q, Retry-After %d", page.Status, page.Outcome(t), wait)
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
	w.Clock.Pass(15*time.Minute + time.Second)
	again := w.SignedIn(t, ada)
	if page := again.Follow(t, again.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("after the window: %d %q", page.Status, page.Outcome(t))
	}
}

func TestFLT08WithTheStoreLockedGraphIsNotAsked(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.ResetCalls()
	unlock := lockStore(t, w)
	page := v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))
	if page.Status != http.StatusServiceUnavailable || page.Outcome(t) != "unavailable" {
		t.Errorf("%d %q, want 503 unavailable", page.Status, page.Outcome(t))
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
	unlock()
	if page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))); page.Outcome(t) != "enrolled" {
		t.Errorf("once the store is back: %d %q", page.Status, page.Outcome(t))
	}
}

func TestActivatedAndRemoved(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	form := v.Get(t, "/").Doc(t).Find("form[action$='/activate']")
	if form.Length() != 1 {
		t.Fatalf("%d forms to activate, want one", form.Length())
	}
	w.Cloud.ResetCalls()
	page := v.Follow(t, v.Post(t, form.AttrOr("action", ""), url.Values{"verificationCode": {w.Cloud.Code(bensAssignedFob)}}))
	if page.Status != http.StatusOK || page.Outcome(t) != "activated" {
		t.Fatalf("%d %q, want activated", page.Status, page.Outcome(t))
	}
	if device, _ := w.Cloud.Device(bensAssignedFob); device.Status != sim.StatusActivated {
		t.Errorf("Graph has it %s", device.Status)
	}
	remove := v.Get(t, "/").Doc(t).Find("a[href$='/remove']").First().AttrOr("href", "")
	confirm := v.Get(t, remove)
	if confirm.Status != http.StatusOK || len(w.Cloud.Held(ben)) != 2 {
		t.Fatalf("asking for %s removed something: %d", remove, confirm.Status)
	}
	page = v.Follow(t, v.Post(t, remove, url.Values{}))
	if page.Status != http.StatusOK || page.Outcome(t) != "removed" || len(w.Cloud.Held(ben)) != 1 {
		t.Errorf("%d %q, %d held", page.Status, page.Outcome(t), len(w.Cloud.Held(ben)))
	}
}

func TestFLT04PressingTwiceGivesTheSameReceipt(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.ResetCalls()
	form := enrolment(goodFob, w.Cloud.Code(goodFob))
	first, second := v.Post(t, "/enrol", form), v.Post(t, "/enrol", form)
	if first.Header.Get("Location") == "" || first.Header.Get("Location") != second.Header.Get("Location") {
		t.Errorf("receipts at %q and %q", first.Header.Get("Location"), second.Header.Get("Location"))
	}
	if calls := graphCalls(w); !slices.Equal(calls, []string{bySerial}) {
		t.Errorf("Graph was asked %q", calls)
	}
}

func TestLIM05AFobOfSomebodyElseNamesNobody(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	page := v.Post(t, "/enrol", enrolment(heldFob, w.Cloud.Code(heldFob)))
	device, _ := w.Cloud.Device(heldFob)
	if device.HolderID == "" || strings.Contains(string(page.Body), device.HolderID) || strings.Contains(string(page.Body), heldFobsHolder) {
		t.Errorf("the holder %q is named, or there is none", device.HolderID)
	}
}

// switches changes how the tenant behaves.
func switches(change func(*sim.Switches)) func(*e2e.World) {
	return func(w *e2e.World) { w.Cloud.Update(change) }
}

func fault(faults ...sim.Fault) func(*e2e.World) {
	return func(w *e2e.World) {
		for _, f := range faults {
			w.Cloud.AddFault(f)
		}
	}
}

func always(code string) func(*e2e.World) string { return func(*e2e.World) string { return code } }

func wrong(w *e2e.World) string { return w.Cloud.WrongCode(goodFob) }

func spaced(w *e2e.World) string {
	code := w.Cloud.Code(goodFob)
	return code[:3] + " " + code[3:]
}

func orAda(person string) string {
	if person == "" {
		return ada
	}
	return person
}

func TestFLT04RemovingTwiceIsOneRemovalWithOneReceipt(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	remove := v.Get(t, "/").Doc(t).Find("a[href$='/remove']").First().AttrOr("href", "")
	form := url.Values{}
	v.Get(t, remove).Doc(t).Find("form[action$='/remove'] input").Each(func(_ int, in *goquery.Selection) {
		form.Set(in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	w.Cloud.ResetCalls()
	first, second := v.Post(t, remove, form), v.Post(t, remove, form)
	if first.Status != http.StatusSeeOther || first.Header.Get("Location") != second.Header.Get("Location") {
		t.Errorf("answered %d to %q, then %d to %q", first.Status, first.Header.Get("Location"), second.Status, second.Header.Get("Location"))
	}
	if deletes := slices.DeleteFunc(graphCalls(w), func(call string) bool { return !strings.HasPrefix(call, "DELETE") }); len(deletes) != 1 {
		t.Errorf("Graph was asked %q", deletes)
	}
}

func TestLIM04ACodeThatWasJudgedOnOneFormIsNotSentFromAnother(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	device, _ := w.Cloud.Device(bensAssignedFob)
	code := w.Cloud.WrongCode(bensAssignedFob)
	if page := v.Post(t, "/enrol", enrolment(bensAssignedFob, code)); page.Outcome(t) != "wrong_code" {
		t.Fatalf("%d %q", page.Status, page.Outcome(t))
	}
	w.Cloud.ResetCalls()
	for name, form := range map[string]url.Values{
		"with the serial number": {"verificationCode": {code}, "serialNumber": {bensAssignedFob}},
		"without":                {"verificationCode": {code}},
	} {
		if page := v.Post(t, "/fobs/"+device.ID+"/activate", form); page.Outcome(t) != "wrong_code" {
			t.Errorf("%s: %d %q", name, page.Status, page.Outcome(t))
		}
	}
	for _, call := range graphCalls(w) {
		if strings.HasPrefix(call, "POST") {
			t.Errorf("the code was sent again: %s", call)
		}
	}
}
