package web_test

import (
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
)

func TestARelativeTimeHasTheExactOneBesideIt(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob))))
	at := w.Clock.Now().UTC()
	exact := at.Format("2 January 2006, 15:04 UTC")
	time0 := ".fob time[datetime^='" + at.Format("2006-01-02T15:04") + "']"
	sound(t, v.Get(t, "/"), htmltest.In(time0, htmltest.HasText("Today"), htmltest.In(".exact", htmltest.HasText(exact))), htmltest.Not(htmltest.In("time[title]")))
	w.Clock.Pass(30 * 24 * time.Hour)
	v = w.SignedIn(t, ada)
	sound(t, v.Get(t, "/"), htmltest.In(time0, htmltest.HasText(exact), htmltest.Not(htmltest.In(".exact"))))
}
