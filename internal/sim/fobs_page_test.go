package sim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/sim"
)

func (w *world) fobs(path string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	w.Fobs().ServeHTTP(recorder, httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, path, nil))
	return recorder
}

func TestThePageOfFobsShowsEachWithItsCode(t *testing.T) {
	w := newWorld(t)
	page := w.fobs("/").Body.String()
	for _, serial := range []string{
		sim.SerialGood30, sim.SerialGood60, sim.SerialZeros, sim.SerialDrifting, sim.SerialUnknown,
		sim.SerialChloe, sim.SerialBenActive, sim.SerialBenAssigned,
	} {
		code := w.Code(serial)
		if !strings.Contains(page, ">"+serial+"<") || !strings.Contains(page, ">"+code[:3]+" "+code[3:]+"<") {
			t.Errorf("the page does not show %s with %s", serial, code)
		}
	}
	if strings.Contains(page, "GALT30417901") {
		t.Error("it shows a fob without a group")
	}
	for _, inline := range []string{"<style", " style=", "<script>", " onclick="} {
		if strings.Contains(page, inline) {
			t.Errorf("it holds %s", inline)
		}
	}
	if !strings.Contains(page, `<noscript><meta http-equiv="refresh"`) {
		t.Error("it stands still without JavaScript")
	}
}

func TestCodesAreLive(t *testing.T) {
	w := newWorld(t)
	w.clock.pass(31 * time.Second)
	var answer struct {
		Fobs []struct {
			Serial, Code   string
			Left, Interval int
		}
	}
	if err := json.Unmarshal(w.fobs("/codes.json").Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	left := map[string]int{}
	for _, fob := range answer.Fobs {
		left[fob.Serial] = fob.Left
		if fob.Code != w.Code(fob.Serial) {
			t.Errorf("%s shows %s, want %s", fob.Serial, fob.Code, w.Code(fob.Serial))
		}
	}
	if left[sim.SerialGood30] != 29 || left[sim.SerialGood60] != 29 || left[sim.SerialDrifting] != 29 {
		t.Errorf("seconds left are %v", left)
	}
}

func TestThePagesFilesAreServedAndNoOthers(t *testing.T) {
	w := newWorld(t)
	for path, status := range map[string]int{
		"/fobs.css": 200, "/fobs.js": 200, "/sim.css": 200, "/fobs.html": 404, "/none.css": 404, "/..%2fdemo.go": 404,
	} {
		if got := w.fobs(path).Code; got != status {
			t.Errorf("%s: %d, want %d", path, got, status)
		}
	}
}

func TestTheTenantIsTurnedOnThePageOfFobsAndBack(t *testing.T) {
	w := newWorld(t)
	turn := func(name, on string) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/tenant", strings.NewReader("switch="+name+"&on="+on))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		if w.Fobs().ServeHTTP(answer, r); answer.Code != http.StatusSeeOther {
			t.Errorf("%s: %d", name, answer.Code)
		}
	}
	stands := func(want sim.Switches) {
		t.Helper()
		w.Update(func(s *sim.Switches) {
			if strings.Join(s.Unconsented, " ") != strings.Join(want.Unconsented, " ") || s.OneStepForOthersUnsupported != want.OneStepForOthersUnsupported {
				t.Errorf("the tenant is %v and %v", s.Unconsented, s.OneStepForOthersUnsupported)
			}
		})
		if got := strings.Count(w.fobs("/").Body.String(), "As it was"); got != len(want.Unconsented)+min(want.OneStepForOthersUnsupported.Status, 1) {
			t.Errorf("the page says of %d that they are turned", got)
		}
	}
	turn("consent", "true")
	stands(sim.Switches{Unconsented: []string{"User.ReadBasic.All"}})
	turn("one-step", "true")
	turn("consent", "false")
	stands(sim.Switches{OneStepForOthersUnsupported: sim.Answer{Status: http.StatusForbidden}})
	turn("one-step", "false")
	turn("unknown", "true")
	stands(sim.Switches{})
}
