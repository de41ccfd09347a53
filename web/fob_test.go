package web_test

import (
	"net/http"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
)

func TestAFobsPageTellsItsHistoryToItsPersonOnly(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob))))
	path := v.Get(t, "/").Doc(t).Find(".fob-name a").AttrOr("href", "")
	page := v.Get(t, path)
	if page.Status != http.StatusOK {
		t.Fatalf("%s answered %d", path, page.Status)
	}
	sound(t, page, htmltest.In("h1", htmltest.HasText("Key ring")), htmltest.In(".history-row", htmltest.HasText("Done: active")))
	if page := w.SignedIn(t, ben).Get(t, path); page.Status != http.StatusNotFound {
		t.Errorf("somebody else's fob: %d", page.Status)
	}
}
