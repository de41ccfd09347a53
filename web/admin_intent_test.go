package web_test

import (
	"context"
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
)

// lockStore holds the database, so that nothing can be written; the function lets it go.
func lockStore(t *testing.T, w *e2e.World) func() {
	t.Helper()
	path := filepath.Join(w.Folder(), "fobdesk.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)") // the portal may be writing
	if err != nil {
		t.Fatal(err)
	}
	held, err := db.Conn(t.Context())
	if err == nil {
		_, err = held.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := held.ExecContext(context.WithoutCancel(t.Context()), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		_ = db.Close()
	}
}

// formsForOthers are the forms about somebody else that become an act at Graph, each with a sound
// content but for what its page adds.
func formsForOthers(t *testing.T, w *e2e.World) map[string]url.Values {
	code, fob := w.Cloud.Code(goodFob), idOf(t, w, bensActiveFob)
	assigned := idOf(t, w, bensAssignedFob)
	return map[string]url.Values{
		personPath(ben, "enrol"):                      enrolment(goodFob, code),
		personPath(ben, "assign"):                     {"serialNumber": {goodFob}},
		personPath(ben, "fobs", assigned, "activate"): {"verificationCode": {w.Cloud.Code(bensAssignedFob)}},
		personPath(ben, "fobs", fob, "deactivate"):    {},
		personPath(ben, "fobs", fob, "remove"):        {},
		personPath(ben, "replace"):                    {"fob": {fob}, "off": {"remove"}},
		"/admin/handout":                              {"q": {"ben.adeyemi@contoso.example"}, "serialNumber": {goodFob}, "verificationCode": {code}},
	}
}

// subjectName is the column of the export that names the person.
const subjectName = 6

// readPeople is the first call that asked Graph who somebody is; empty where none did.
func readPeople(w *e2e.World) string {
	for _, call := range w.Cloud.Calls() {
		if call.Side == sim.SideGraph && call.Method == http.MethodGet && !strings.Contains(call.Path, "/authentication/") {
			return call.Path
		}
	}
	return ""
}

func TestAUD01AUD02ForOthersGraphIsAskedNothingBeforeTheIntentIsWritten(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withInventory(t, w, mia)
	unlock := lockStore(t, w)
	defer unlock()
	w.Cloud.ResetCalls()
	var posted sync.WaitGroup // at once, for each waits as long as the store may take
	for path, form := range formsForOthers(t, w) {
		posted.Go(func() {
			page := v.Post(t, path, form)
			if page.Status != http.StatusServiceUnavailable || page.Outcome(t) != "unavailable" {
				t.Errorf("%s: %d %q, want 503 unavailable", path, page.Status, page.Outcome(t))
			}
		})
	}
	posted.Wait()
	if asked := graphCalls(w); len(asked) > 0 {
		t.Errorf("Graph was asked %q", asked)
	}
}

func TestAUD01TheRowsOfAnActForSomebodyNameThem(t *testing.T) {
	t.Parallel()
	for name, carried := range map[string]bool{"a form of the person's page": true, "a bare form": false} {
		w := e2e.NewWorld(t)
		v := withAdminGrant(t, w, grace)
		form := enrolment(goodFob, w.Cloud.Code(goodFob))
		if carried {
			form.Set("seen", v.Get(t, personPath(ben)).Doc(t).Find("form[action$='/enrol'] [name=seen]").AttrOr("value", ""))
		}
		w.Cloud.ResetCalls()
		if page := v.Post(t, personPath(ben, "enrol"), form); page.Status != http.StatusSeeOther {
			t.Fatalf("%s: %d", name, page.Status)
		}
		rows := exported(t, v, "&subject="+ben)
		if len(rows) != 2 {
			t.Fatalf("%s: %d rows, want an intent and an outcome", name, len(rows))
		}
		if got := rows[1][subjectName]; got != "Ben Adeyemi" {
			t.Errorf("%s: the outcome names %q", name, got)
		}
		if got := rows[0][subjectName]; carried && got != "Ben Adeyemi" {
			t.Errorf("%s: the intent names %q", name, got)
		}
		if asked := readPeople(w); asked != "" && carried {
			t.Errorf("%s: Graph was asked who that is: %s", name, asked)
		}
	}
}

func TestAMalformedFormForOthersAsksGraphNothing(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withInventory(t, w, mia)
	active, assigned := idOf(t, w, bensActiveFob), idOf(t, w, bensAssignedFob)
	page := v.Get(t, personPath(ben)).Doc(t)
	seen := page.Find("form[action$='/enrol'] [name=seen]").AttrOr("value", "")
	if seen == "" {
		t.Fatal("the page's forms do not say what it showed")
	}
	for path, form := range map[string]url.Values{
		personPath(ben, "enrol"):                      {"serialNumber": {goodFob}, "verificationCode": {"12345"}},
		personPath(ben, "assign"):                     {"serialNumber": {"?"}},
		personPath(ben, "fobs", assigned, "activate"): {"verificationCode": {"123 45"}},
		personPath(ben, "fobs", active, "remove"):     {"formId": {"one", "two"}},
		personPath(ben, "replace"):                    {"off": {"remove"}},
		"/admin/handout":                              {"q": {"ben"}, "serialNumber": {goodFob}, "verificationCode": {"1"}},
	} {
		for how, carry := range map[string]string{"bare": "", "from the page": seen} {
			if carry != "" {
				form.Set("seen", carry)
			}
			w.Cloud.ResetCalls()
			answer := v.Post(t, path, form)
			if answer.Status != http.StatusUnprocessableEntity || answer.Outcome(t) != "invalid_input" {
				t.Errorf("%s, %s: %d %q", path, how, answer.Status, answer.Outcome(t))
			}
			if asked := graphCalls(w); len(asked) > 0 {
				t.Errorf("%s, %s: Graph was asked %q", path, how, asked)
			}
			sound(t, answer)
			if carry != "" && path != "/admin/handout" {
				sound(t, answer, htmltest.In("main", htmltest.HasText("Ben Adeyemi")), htmltest.In("main", htmltest.HasText(bensActiveFob)))
			}
		}
	}
}

func TestWhatAFormSaysThatItsPageShowedIsBelievedOfOurPagesOnly(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v, other := withAdminGrant(t, w, grace), withAdminGrant(t, w, mia)
	seenBy := func(v *e2e.Visitor, person string) string {
		return v.Get(t, personPath(person)).Doc(t).Find("form[action$='/enrol'] [name=seen]").AttrOr("value", "")
	}
	for name, seen := range map[string]string{
		"made up": "5eed", "another person's page": seenBy(v, ada), "another admin's page": seenBy(other, ben),
	} {
		form := enrolment(goodFob, w.Cloud.Code(goodFob))
		form.Set("seen", seen)
		page := v.Post(t, personPath(ben, "enrol"), form)
		if page.Status != http.StatusConflict || page.Outcome(t) != "overtaken" {
			t.Errorf("%s: %d %q, want 409 overtaken", name, page.Status, page.Outcome(t))
		}
		sound(t, page, htmltest.In("main", htmltest.HasText("Ben Adeyemi")))
	}
	if asked := writes(w); len(asked) > 0 {
		t.Errorf("Graph was asked to %q", asked)
	}
}
