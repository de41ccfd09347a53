package web_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
)

func TestTheEndOfASessionIsTold(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	if got := w.NewVisitor().Get(t, "/").Doc(t).Find("body[data-ending]").Length(); got != 0 {
		t.Error("somebody who is not signed in is told of an end")
	}
	v := w.SignedIn(t, ada)
	w.Clock.Pass(10 * time.Minute)
	var idle, ask, left int
	told := v.Get(t, "/receipts/x").Doc(t).Find("body").AttrOr("data-ending", "")
	// A use may be 30 seconds old when it is recorded, so the page counts on so much less.
	if _, err := fmt.Sscan(told, &idle, &ask, &left); err != nil || idle != 870 || ask != 120 || left > 28200 || left < 28100 {
		t.Errorf("after ten of 480 minutes a page is told %q: %v", told, err)
	}
	w.Clock.Pass(6 * time.Minute)
	htmltest.Verify(t, v.Get(t, "/auth/ending").Doc(t), htmltest.In("dialog[data-ending][data-script] #ending-title", htmltest.HasText("signed out soon")))
	w.Clock.Pass(10 * time.Minute)
	v.Get(t, "/auth/ending")
	if page := v.Get(t, "/enrol"); page.Status != http.StatusFound {
		t.Errorf("a dialog that was fetched has kept the session: %d", page.Status)
	}
}

func TestSES04WhoStaysHasTheWholeIdleLimitAgain(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	for range 3 {
		w.Clock.Pass(14 * time.Minute)
		if page := v.Post(t, "/auth/stay", nil); page.Status != http.StatusNoContent {
			t.Fatalf("answered %d", page.Status)
		}
	}
	w.Clock.Pass(15*time.Minute + time.Second)
	if page := v.Post(t, "/auth/stay", nil); page.Status != http.StatusUnauthorized {
		t.Errorf("after its end answered %d", page.Status)
	}
}
