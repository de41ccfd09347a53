package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"fobdesk/internal/desk"
	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

func TestLIM01WhoHelpsOthersHasAWiderLimitAndALockIsLifted(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, longIdle, e2e.Setting("FOBDESK_ATTEMPTS", "50"))
	v := withAdminGrant(t, w, grace)
	var page *e2e.Page
	for i := range desk.LockAfter {
		if i%40 == 39 {
			w.Clock.Pass(16 * 60 * 1e9)
		}
		page = v.Post(t, personPath(ada, "enrol"), enrolment(sim.BoxSerial(i), "00000"+strconv.Itoa(i%10)))
		if page.Status != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d %q", i+1, page.Status, page.Outcome(t))
		}
	}
	locked := v.Post(t, personPath(ada, "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob)))
	if locked.Status != http.StatusTooManyRequests || locked.Outcome(t) != "too_many_attempts" {
		t.Fatalf("after %d: %d %q", desk.LockAfter, locked.Status, locked.Outcome(t))
	}
	sound(t, locked, htmltest.In("#summary", htmltest.HasText("This person is locked")), htmltest.In("form[action$='/unlock']"))
	lifted := v.Follow(t, v.Post(t, personPath(ada, "unlock"), url.Values{}))
	sound(t, lifted, htmltest.In(".notice", htmltest.HasText("lifted")), htmltest.Not(htmltest.In("form[action$='/unlock']")))
	if lines := trail(t, w); lines[len(lines)-1] != "unlock unlocked "+grace {
		t.Errorf("the trail ends with %q", lines[len(lines)-1])
	}
	if done := v.Follow(t, v.Post(t, personPath(ada, "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob)))); done.Outcome(t) != "enrolled" {
		t.Errorf("then %d %q", done.Status, done.Outcome(t))
	}
}

func TestLIM01AnActorsLimitIsFourTimesAPersons(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	people := []string{ada, ben, sim.ChloeID, eve, sim.HanakoID}
	for i := range 20 {
		page := v.Post(t, personPath(people[i/5], "enrol"), enrolment(sim.BoxSerial(i), "000000"))
		if page.Status != http.StatusUnprocessableEntity {
			t.Fatalf("try %d: %d %q", i+1, page.Status, page.Outcome(t))
		}
	}
	w.Cloud.ResetCalls()
	page := v.Post(t, personPath(people[4], "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob)))
	if page.Status != http.StatusTooManyRequests || page.Outcome(t) != "too_many_attempts" || page.Header.Get("Retry-After") == "" {
		t.Errorf("%d %q", page.Status, page.Outcome(t))
	}
	if got := writes(w); len(got) > 0 {
		t.Errorf("Graph was asked %q", got)
	}
}
