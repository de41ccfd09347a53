package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"fobdesk/internal/desk"
	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
)

// What admins do that Graph knows nothing of: a lock lifted, a lost fob found, sign-ins ended.

// lock locks a person as too many codes in a row do.
func lock(t *testing.T, w *e2e.World, person string) {
	t.Helper()
	change(t, w, fmt.Sprintf(`INSERT INTO try_run (counted, tries, lock_after) VALUES ('person:%s', %d, %[2]d)`, person, desk.LockAfter))
}

func TestAUD01WithoutItsRowNoActOfThePortalsOwnIsDone(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	theirs := w.SignedIn(t, ben)
	fob := idOf(t, w, bensActiveFob)
	theirs.Post(t, "/fobs/"+fob+"/lost", nil)
	lock(t, w, ben)
	v := withAdminGrant(t, w, grace)
	unlock := lockStore(t, w)
	var posted sync.WaitGroup
	for path, who := range map[string]*e2e.Visitor{
		"/fobs/" + fob + "/found":             theirs,
		personPath(ben, "fobs", fob, "found"): v,
		personPath(ben, "unlock"):             v,
		personPath(ben, "sessions", "end"):    v,
	} {
		posted.Go(func() {
			if page := who.Post(t, path, nil); page.Status != http.StatusServiceUnavailable || page.Outcome(t) != "unavailable" {
				t.Errorf("%s: %d %q, want 503 unavailable", path, page.Status, page.Outcome(t))
			}
		})
	}
	posted.Wait()
	unlock()
	sound(t, v.Get(t, personPath(ben)), htmltest.In("form[action$='/found']"), htmltest.In("form[action$='/unlock']"))
	if page := theirs.Get(t, "/sessions"); page.Status != http.StatusOK {
		t.Errorf("the session ended: %d", page.Status)
	}
}

func TestAUD01TheRowsOfThePortalsOwnActsNameThePersonAndTheFob(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	theirs := w.SignedIn(t, ben)
	fob := idOf(t, w, bensActiveFob)
	v := withAdminGrant(t, w, grace)
	theirs.Post(t, "/fobs/"+fob+"/lost", nil)
	theirs.Post(t, "/fobs/"+fob+"/found", url.Values{"serialNumber": {bensActiveFob}})
	theirs.Post(t, "/fobs/"+fob+"/lost", url.Values{"formId": {"f2"}})
	for range 2 { // found once, and no row of the second
		if page := v.Post(t, personPath(ben, "fobs", fob, "found"), nil); page.Status != http.StatusSeeOther {
			t.Fatalf("found: %d", page.Status)
		}
	}
	carried := v.Get(t, personPath(ben)).Doc(t).Find("form[action$='/sessions/end'] [name=seen]").AttrOr("value", "")
	for _, form := range []url.Values{{"seen": {carried}}, {}} {
		v.Post(t, personPath(ben, "sessions", "end"), form)
	}
	for came, want := range map[string]string{
		"found":               ben + " " + bensActiveFob + ", " + grace + " " + bensActiveFob,
		"signed_out_by_admin": grace + " , " + grace + " ",
	} {
		var got []string
		for _, row := range exported(t, v, "&subject="+ben+"&outcome="+came) {
			if row[subjectName] != "Ben Adeyemi" {
				t.Errorf("%s: the row's person is %q", came, row[subjectName])
			}
			got = append(got, row[3]+" "+row[7])
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, want %q", came, got, want)
		}
	}
	sound(t, v.Get(t, personPath(ben)), htmltest.In(".history", htmltest.HasText("Lost fob turned up")))
}

func TestROL06WhomGraphDoesNotLetThisAdminReadIsNeitherUnlockedNorFound(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	lock(t, w, mia)
	change(t, w, `INSERT INTO lost_fob (method, person, serial, at, by_id, by_name) VALUES ('m', '`+mia+`', 'S', 1, '', '')`)
	v := withAdminGrant(t, w, grace)
	for _, act := range []string{"unlock", "fobs/m/found"} {
		if page := v.Post(t, personPath(mia, act), nil); page.Status != http.StatusForbidden || page.Outcome(t) != "not_allowed" {
			t.Errorf("%s: %d %q", act, page.Status, page.Outcome(t))
		}
	}
	if rows := exported(t, v, "&subject="+mia+"&outcome=unlocked"); len(rows) > 0 {
		t.Errorf("recorded as unlocked: %q", rows)
	}
	sound(t, v.Get(t, personPath(mia)), htmltest.In("form[action$='/unlock']"))
	if page := v.Post(t, personPath(mia, "sessions", "end"), nil); page.Status != http.StatusSeeOther {
		t.Errorf("signing somebody out waits for a role: %d", page.Status)
	}
}

func TestNobodyLiftsTheirOwnLockAndOneThatIsNotThereIsNotLifted(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	lock(t, w, grace)
	v := withAdminGrant(t, w, grace)
	w.Cloud.ResetCalls()
	own := v.Post(t, personPath(grace, "unlock"), nil)
	if own.Status != http.StatusForbidden || own.Outcome(t) != "not_allowed" {
		t.Errorf("their own: %d %q", own.Status, own.Outcome(t))
	}
	sound(t, own, htmltest.In("main", htmltest.HasText("Another admin")))
	if asked := graphCalls(w); len(asked) > 0 {
		t.Errorf("Graph was asked %q", asked)
	}
	sound(t, v.Get(t, personPath(grace)), htmltest.In(".locked", htmltest.HasText("Ask another admin"), htmltest.Not(htmltest.In("form"))))
	sound(t, v.Post(t, personPath(ada, "unlock"), nil), htmltest.In(".notice", htmltest.HasText("Nothing was locked")))
	if rows := exported(t, v, "&outcome=unlocked"); len(rows) > 0 {
		t.Errorf("recorded: %q", rows)
	}
}

func TestANoticeIsToldOfWhatThisPersonDidAndNotOfALink(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	lock(t, w, ada)
	unlocked := v.Post(t, personPath(ada, "unlock"), nil).Header.Get("Location")
	ended := v.Post(t, personPath(ada, "sessions", "end"), nil).Header.Get("Location")
	_, endedQuery, _ := strings.Cut(ended, "?")
	_, unlockedQuery, _ := strings.Cut(unlocked, "?")
	notice := htmltest.In(".notice")
	for _, told := range []string{unlocked, ended} {
		sound(t, v.Get(t, told), notice)
	}
	for _, madeUp := range []string{
		personPath(ada) + "?unlocked=1", personPath(ada) + "?ended=1", "/sessions?ended=1", "/sessions?" + endedQuery,
		personPath(ben) + "?" + unlockedQuery, personPath(ben) + "?" + endedQuery,
		personPath(ada) + "?ended=" + strings.TrimPrefix(unlockedQuery, "unlocked="),
	} {
		sound(t, v.Get(t, madeUp), htmltest.Not(notice))
	}
}

func TestAPersonsPageSpeaksOfThePersonAndTellsItsFieldsApart(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := withAdminGrant(t, w, grace)
	page := v.Get(t, personPath(ben))
	sound(t, page,
		htmltest.In("a[href='#enrol-title']"), htmltest.In("a[href='/admin/audit?subject="+ben+"']"),
		htmltest.In("[for='assign-serialNumber']", htmltest.HasText("of the fob to assign")),
		htmltest.In("form[action$='/deactivate'] button", htmltest.HasText(bensActiveFob)))
	for _, path := range []string{personPath(ben), replaceBens} {
		if shown := v.Get(t, path).Doc(t).Find("main").Text(); strings.Contains(shown, "your fobs") || strings.Contains(shown, "at home") {
			t.Errorf("%s speaks to its person: %s", path, shown)
		}
	}
	closed := v.Get(t, personPath(mia))
	sound(t, closed, htmltest.In(".unread", htmltest.HasText("Ask somebody whose role reaches this person")), htmltest.Not(htmltest.In("a[href='#enrol-title']")))
	refused := v.Post(t, personPath(mia, "enrol"), enrolment(goodFob, w.Cloud.Code(goodFob)))
	if told, did := closed.Doc(t).Find(".unread-title").Text(), refused.Doc(t).Find("#summary h2").Text(); told != did {
		t.Errorf("the page is headed %q, its refused form %q", told, did)
	}
}
