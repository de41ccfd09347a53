package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

func TestThrottledTellsWhenToComeBack(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "POST", Status: 429, Header: http.Header{"Retry-After": {"7"}}})
	page := v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))
	if page.Header.Get("Retry-After") != "7" || !strings.Contains(string(page.Body), "7 seconds") {
		t.Errorf("Retry-After %q", page.Header.Get("Retry-After"))
	}
}

func TestALyingGraphGetsACalmPageThatClaimsNothing(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sim.Fault{
		"a page instead of 204":  {Status: 200, ContentType: "text/html", Body: "<h1>planted</h1>"},
		"another success":        {Status: 202, ContentType: "application/json", Body: `{"value":"planted"}`},
		"fifty megabytes":        {Status: 200, ContentType: "application/json", Body: `{"x":"` + strings.Repeat("y", 50<<20) + `"}`},
		"the wrong shape":        {Status: 400, ContentType: "application/json", Body: `[1,2,3]`},
		"nothing":                {Status: 400},
		"a redirect elsewhere":   {Status: 307, Header: http.Header{"Location": {"https://evil.example/"}}},
		"a connection that ends": {Cut: true},
	} {
		w := e2e.NewWorld(t)
		v := w.SignedIn(t, ada)
		f.Side = sim.SideGraph
		w.Cloud.AddFault(f)
		page := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob))))
		if page.Status < 400 || page.Outcome(t) == "enrolled" || page.Outcome(t) == "" {
			t.Errorf("%s: %d %q", name, page.Status, page.Outcome(t))
		}
		home := v.Get(t, "/")
		if home.Status < 500 || strings.Contains(home.Doc(t).Find("main").Text(), "You have no fob yet") {
			t.Errorf("%s: home answers %d and claims something", name, home.Status)
		}
		for _, text := range []string{"planted", "evil"} {
			if strings.Contains(string(page.Body)+string(home.Body), text) {
				t.Errorf("%s: the page shows %q", name, text)
			}
		}
	}
}

func TestReadsThatGraphThrottlesTellWhenToComeBack(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Status: 429, Header: http.Header{"Retry-After": {"9"}}})
	if page := v.Get(t, "/"); page.Status != http.StatusServiceUnavailable || page.Header.Get("Retry-After") != "9" {
		t.Errorf("home answers %d, Retry-After %q", page.Status, page.Header.Get("Retry-After"))
	}
}

func TestLIM03APolicyNamedInABadRequestIsNoWayRoundTheLimit(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "POST", Status: 400, ContentType: "application/json", Body: `{"error":{"code":"badRequest","message":"The verification code is not valid per policy."}}`})
	w.Cloud.ResetCalls()
	for i := range 8 {
		v.Post(t, "/enrol", enrolment(goodFob, "00000"+strconv.Itoa(i)))
	}
	sent := slices.DeleteFunc(graphCalls(w), func(call string) bool { return !strings.HasPrefix(call, "POST") })
	if len(sent) != 5 {
		t.Errorf("%d codes were sent, want 5", len(sent))
	}
}

func TestFLT03AGraphThatHangsAfterAnActStillGetsAPage(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ben)
	device, _ := w.Cloud.Device(bensAssignedFob)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "GET", Times: 1})
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Delay: time.Minute})
	page := v.Post(t, "/fobs/"+device.ID+"/activate", url.Values{"verificationCode": {w.Cloud.Code(bensAssignedFob)}})
	if page.Status != http.StatusGatewayTimeout || page.Outcome(t) != "outcome_unknown" {
		t.Errorf("%d %q", page.Status, page.Outcome(t))
	}
}
