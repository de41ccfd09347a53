package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
)

func TestSES08APersonSeesWhereTheyAreSignedInAndSignsOutThere(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	here, there := w.SignedIn(t, ada), w.SignedIn(t, ada)
	stranger := w.SignedIn(t, ben)
	page := here.Get(t, "/sessions")
	sound(t, page, htmltest.In("main", htmltest.HasText("This one")))
	forms := page.Doc(t).Find("form[action^='/sessions/']")
	if forms.Length() != 1 {
		t.Fatalf("%d places to sign out, want one", forms.Length())
	}
	path := forms.AttrOr("action", "")
	if answer := stranger.Post(t, path, nil); answer.Status != http.StatusSeeOther {
		t.Errorf("somebody else's try: %d", answer.Status)
	}
	if page := there.Get(t, "/sessions"); page.Status != http.StatusOK {
		t.Errorf("somebody else ended it: %d", page.Status)
	}
	if page := here.Follow(t, here.Post(t, path, nil)); page.Status != http.StatusOK || !strings.Contains(string(page.Body), "signed out there") {
		t.Errorf("%d %.80s", page.Status, page.Body)
	}
	if page := there.Get(t, "/enrol"); page.Status != http.StatusFound && page.Status != http.StatusSeeOther {
		t.Errorf("the other place goes on: %d", page.Status)
	}
}

func TestSES08AnAdminSignsAPersonOutEverywhere(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	adaOne, adaTwo, benOne := w.SignedIn(t, ada), w.SignedIn(t, ada), w.SignedIn(t, ben)
	admin := withAdminGrant(t, w, grace)
	carried := admin.Get(t, personPath(ada)).Doc(t).Find("form[action$='/sessions/end'] [name=seen]").AttrOr("value", "")
	w.Cloud.ResetCalls()
	answer := admin.Post(t, personPath(ada, "sessions", "end"), url.Values{"seen": {carried}})
	if answer.Status != http.StatusSeeOther {
		t.Fatalf("answered %d", answer.Status)
	}
	if asked := graphCalls(w); len(asked) > 0 {
		t.Errorf("Graph was asked %q", asked)
	}
	sound(t, admin.Follow(t, answer), htmltest.In("main", htmltest.HasText("signed out of the portal everywhere")))
	for _, v := range []*e2e.Visitor{adaOne, adaTwo} {
		if page := v.Post(t, "/enrol", enrolment(goodFob, "123456")); page.Status != http.StatusUnauthorized {
			t.Errorf("a session goes on: %d", page.Status)
		}
	}
	if page := benOne.Get(t, "/sessions"); page.Status != http.StatusOK {
		t.Errorf("another person's session ended: %d", page.Status)
	}
	rows := exported(t, admin, "&subject="+ada+"&outcome=signed_out_by_admin")
	if len(rows) != 1 {
		t.Errorf("%d rows of it", len(rows))
	}
	if page := admin.Post(t, personPath("nobody", "sessions", "end"), nil); page.Status != http.StatusNotFound {
		t.Errorf("no object id: %d", page.Status)
	}
}

func TestSES08ASessionThatIsOverAlreadyIsNotSaidToHaveBeenEndedJustNow(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	if page := v.Post(t, "/sessions/none/end", url.Values{}); page.Status != http.StatusSeeOther || page.Header.Get("Location") != "/sessions" {
		t.Errorf("answered %d to %q", page.Status, page.Header.Get("Location"))
	}
}
