package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// TestFLT05EachActTakesAsFewCallsAsItCan is the budget: what each form costs of the five calls in ten
// seconds that Graph may allow, when all goes well.
func TestFLT05EachActTakesAsFewCallsAsItCan(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		as    string
		path  func(w *e2e.World) string
		form  func(w *e2e.World) url.Values
		calls int
	}{
		{"enrol", ada, at("/enrol"), func(w *e2e.World) url.Values { return enrolment(goodFob, w.Cloud.Code(goodFob)) }, 1},
		{"activate", ben, fobOf(bensAssignedFob, "/fobs/%s/activate"), codeOf(bensAssignedFob), 2},
		{"remove", ben, fobOf(bensActiveFob, "/fobs/%s/remove"), nothing, 2},
		{"lost", ben, fobOf(bensActiveFob, "/fobs/%s/lost"), nothing, 2},
		{"hand out", grace, at("/admin/handout"), func(w *e2e.World) url.Values { return handout("Ada", goodFob, w.Cloud.Code(goodFob)) }, 1},
		{"enrol for", grace, at("/admin/users/" + ada + "/enrol"), func(w *e2e.World) url.Values { return enrolment(goodFob, w.Cloud.Code(goodFob)) }, 1},
		{"activate for", grace, fobOf(bensAssignedFob, "/admin/users/"+ben+"/fobs/%s/activate"), codeOf(bensAssignedFob), 2},
		{"deactivate for", grace, fobOf(bensActiveFob, "/admin/users/"+ben+"/fobs/%s/deactivate"), nothing, 2},
		{"remove for", grace, fobOf(bensActiveFob, "/admin/users/"+ben+"/fobs/%s/remove"), nothing, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			v := w.SignedIn(t, test.as)
			if test.as == grace {
				v = withAdminGrant(t, w, grace)
			}
			w.Cloud.ResetCalls()
			answer := v.Post(t, test.path(w), test.form(w))
			limited := 0
			for _, call := range w.Cloud.Calls() {
				if call.Side == sim.SideGraph && strings.Contains(call.Path, "/authentication/") {
					limited++
				}
			}
			if answer.Status != http.StatusSeeOther || limited != test.calls {
				t.Errorf("answered %d after %d calls, want a 303 after %d: %q", answer.Status, limited, test.calls, graphCalls(w))
			}
			t.Logf("%d calls", limited)
		})
	}
}

func at(path string) func(*e2e.World) string { return func(*e2e.World) string { return path } }

func fobOf(serial, path string) func(*e2e.World) string {
	return func(w *e2e.World) string {
		device, _ := w.Cloud.Device(serial)
		return fmt.Sprintf(path, device.ID)
	}
}

func codeOf(serial string) func(*e2e.World) url.Values {
	return func(w *e2e.World) url.Values { return url.Values{"verificationCode": {w.Cloud.Code(serial)}} }
}

func nothing(*e2e.World) url.Values { return url.Values{} }
