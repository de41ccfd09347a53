package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
)

func TestAFobCanBeTriedAtEntraRightAfterItsEnrolment(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	receipt := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob))))
	path := receipt.Doc(t).Find("main a[href$='/try']").AttrOr("href", "")
	answer := v.Get(t, path)
	to := answer.Header.Get("Location")
	if answer.Status != http.StatusSeeOther || !strings.Contains(to, "prompt=login") || !strings.Contains(to, "ngcmfa") {
		t.Fatalf("%s: %d to %s", path, answer.Status, to)
	}
	back := v.Choose(t, v.Follow(t, answer), ada)
	if back.URL.Path != strings.TrimSuffix(path, "/try") || back.Outcome(t) != "enrolled" {
		t.Errorf("back at %s with %q", back.URL, back.Outcome(t))
	}
	sound(t, back, htmltest.In("h1"))
	if page := w.SignedIn(t, ben).Get(t, path); page.Status != http.StatusNotFound {
		t.Errorf("somebody else's receipt: %d", page.Status)
	}
}

func TestAReceiptIsSavedAsATextOfWhatItSays(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	receipt := v.Follow(t, v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob))))
	doc := receipt.Doc(t)
	path := doc.Find("main a[download][hx-boost=false]").AttrOr("href", "")
	file := v.Get(t, path)
	name := regexp.MustCompile(`^attachment; filename=fob-receipt-\d{4}-\d{2}-\d{2}-\d{6}\.txt$`)
	if file.Status != http.StatusOK || !strings.HasPrefix(file.Header.Get("Content-Type"), "text/plain") ||
		!name.MatchString(file.Header.Get("Content-Disposition")) {
		t.Fatalf("%s: %d %v", path, file.Status, file.Header)
	}
	text := string(file.Body)
	for _, want := range []string{doc.Find("h1").Text(), "Serial number: " + goodFob + "\r\n", "Name: Key ring\r\n", "Reference: " + strings.Split(path, "/")[2] + "\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the file lacks %q:\n%s", want, text)
		}
	}
	if page := w.SignedIn(t, ben).Get(t, path); page.Status != http.StatusNotFound {
		t.Errorf("somebody else's receipt: %d", page.Status)
	}
}
