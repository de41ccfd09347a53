package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

func TestFLT09AClockSetBackReopensNoSessionAndNoLimitAndActsGoOn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	gone := w.SignedIn(t, ada)
	w.Clock.Pass(20 * time.Minute)
	if page := gone.Get(t, "/enrol"); page.Status != http.StatusFound {
		t.Fatalf("a session that was idle for 20 minutes answers %d", page.Status)
	}
	limited := w.SignedIn(t, ben)
	for i := range 5 {
		limited.Post(t, "/enrol", enrolment(secondFob, "00000"+strconv.Itoa(i)))
	}
	loseAnEnrolment(t, w, jonas, goodFob)

	w.Clock.Pass(-time.Hour)
	if page := gone.Get(t, "/enrol"); page.Status != http.StatusFound {
		t.Errorf("an hour back the ended session answers %d", page.Status)
	}
	if page := limited.Post(t, "/enrol", enrolment(secondFob, "999999")); page.Status == http.StatusUnprocessableEntity {
		t.Errorf("an hour back a sixth code is judged: %q", page.Outcome(t))
	}
	v := w.SignedIn(t, henrik)
	if page := v.Follow(t, v.Post(t, "/enrol", enrolment(sim.SerialZeros, w.Cloud.Code(sim.SerialZeros)))); page.Outcome(t) != "enrolled" {
		t.Errorf("an hour back an enrolment comes to %d %q", page.Status, page.Outcome(t))
	}
	if rows := strings.Join(trail(t, w), "\n"); !strings.Contains(rows, "enrol outcome_unknown "+jonas) {
		t.Errorf("the trail lost the open act:\n%s", rows)
	}
}
