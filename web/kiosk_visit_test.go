package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

func TestKSK05NothingOfOnePersonIsThereForTheNext(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	first := k.whose(t)
	token := k.Get(t, "/kiosk/enrol").Doc(t).Find("input[name=csrfToken]").AttrOr("value", "")
	if token == "" {
		t.Fatal("the page has no form")
	}
	typed := enrolment(goodFob, w.Cloud.WrongCode(goodFob))
	typed.Set("displayName", "Blue one")
	for range 6 { // until a limit is hit
		k.Post(t, "/kiosk/enrol", typed)
	}
	k.Follow(t, k.Post(t, "/kiosk/finish", nil))
	k.starts(t, ben)
	page := k.Get(t, "/kiosk/enrol")
	if body := string(page.Body); page.Status != http.StatusOK || strings.Contains(body, "Ada") || strings.Contains(body, goodFob) || strings.Contains(body, "Blue one") {
		t.Errorf("the page of the next one shows something of the one before, or answers %d", page.Status)
	}
	if page := k.Post(t, "/kiosk/enrol", enrolment(secondFob, w.Cloud.WrongCode(secondFob))); page.Outcome(t) != "wrong_code" {
		t.Errorf("the next one's first try is answered %q", page.Outcome(t))
	}
	if second := k.whose(t); second == first {
		t.Error("two visits share a tag")
	}
	late := enrolment(goodFob, "123456")
	late.Set("csrfToken", token)
	w.Cloud.ResetCalls()
	if page := k.Post(t, "/kiosk/enrol", late); page.Status != http.StatusForbidden {
		t.Errorf("a form of the one before is answered %d", page.Status)
	}
	late = url.Values{"csrfToken": {token}}
	if page := k.Post(t, "/kiosk/finish", late); page.Status != http.StatusForbidden || k.whose(t) == "" {
		t.Errorf("the end of the visit before ends the next one: %d", page.Status)
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
}

func TestKSK05APostAfterTheVisitLeadsToTheWelcomeAndKeepsNothing(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	w.Clock.Pass(2 * time.Minute)
	w.Cloud.ResetCalls()
	before := k.Cookies()
	if page := k.Post(t, "/kiosk/enrol", enrolment(goodFob, "123456")); met(t, page) != "welcome" {
		t.Errorf("answered %d", page.Status)
	}
	if after := k.Cookies(); !maps.Equal(before, after) {
		t.Error("something of it is kept")
	}
	if calls := graphCalls(w); len(calls) > 0 {
		t.Errorf("Graph was asked %q", calls)
	}
}

func TestKSK05TheNextSignInEndsAVisitThatWasLeft(t *testing.T) {
	t.Parallel()
	_, k := newKioskWorld(t)
	k.starts(t, ada)
	tag := strings.Split(k.whose(t), ", ")[1]
	if page := k.Get(t, "/kiosk/pulse?visit="+tag); page.Status != http.StatusNoContent {
		t.Errorf("the pulse of a visit that is on: %d", page.Status)
	}
	k.Get(t, "/kiosk/start")
	k.wantNobody(t, "once the next one pressed Start")
	k.starts(t, ben)
	if page := k.Get(t, "/kiosk/pulse?visit="+tag); page.Status != http.StatusConflict {
		t.Errorf("the pulse of the page of the one before: %d", page.Status)
	}
}

func TestKSK05TheWelcomeEndsAVisitThatWasLeft(t *testing.T) {
	t.Parallel()
	_, k := newKioskWorld(t)
	k.starts(t, ada)
	page := k.Follow(t, k.Get(t, "/kiosk"))
	if page.Status != http.StatusOK || strings.Contains(string(page.Body), "Ada") {
		t.Errorf("the welcome answers %d", page.Status)
	}
	k.wantNobody(t, "afterwards")
}

func TestARestartInTheMiddleOfAVisitIsNotNoticed(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	before := k.whose(t)
	w.Restart(t)
	web.AddProbes(w.Handler())
	if after := k.whose(t); after != before {
		t.Errorf("before %q, after %q", before, after)
	}
	k.Get(t, "/kiosk/start")
	begun := k.Press(t, k.Follow(t, k.Get(t, "/kiosk/start")), ben).Header.Get("Location")
	w.Restart(t)
	web.AddProbes(w.Handler())
	if page := k.Get(t, begun); page.Header.Get("Location") != "/kiosk/enrol" {
		t.Errorf("a sign-in under way ended with %d", page.Status)
	}
	if whose := k.whose(t); !strings.HasPrefix(whose, "Ben") {
		t.Errorf("the visit is of %q", whose)
	}
}

// aside is a world whose visits last long enough for a step-up to be due.
func aside(t *testing.T) (*e2e.World, kiosk) {
	t.Helper()
	w, k := newKioskWorld(t, e2e.Setting("FOBDESK_KIOSK_IDLE", "1h"), e2e.Setting("FOBDESK_KIOSK_MAX", "2h"))
	k.starts(t, ada)
	w.Clock.Pass(9 * time.Minute)
	return w, k
}

func TestAStepUpInsideAVisitKeepsItAndItsEnd(t *testing.T) {
	t.Parallel()
	w, k := aside(t)
	before := k.whose(t)
	page := k.Get(t, "/kiosk/enrol")
	if to, _ := url.Parse(page.Header.Get("Location")); to.Query().Get("login_hint") == "" || to.Query().Get("prompt") == "login" {
		t.Fatalf("a step-up is due, and leads to %q", page.Header.Get("Location"))
	}
	if page := k.Choose(t, k.Follow(t, page), ada); page.Status != http.StatusOK || page.URL.Path != "/kiosk/enrol" {
		t.Errorf("ends at %s with %d", page.URL, page.Status)
	}
	if after := k.whose(t); after != before {
		t.Errorf("before %q, after %q", before, after)
	}
	w.Clock.Pass(56 * time.Minute)
	k.Post(t, "/kiosk/stay", nil)
	w.Clock.Pass(54 * time.Minute)
	if k.whose(t) == "" {
		t.Error("it ended before its limit")
	}
	w.Clock.Pass(time.Minute)
	k.wantNobody(t, "after two hours")
}

func TestKSK01AnotherPersonInsideAVisitBeginsTheirOwn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		entra func(*sim.Switches)
		begun bool
	}{
		"afresh":          {func(*sim.Switches) {}, true},
		"by an old visit": {func(s *sim.Switches) { s.OmitClaims = []string{"auth_time"} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, k := aside(t)
			before := k.whose(t)
			to := k.Get(t, "/kiosk/enrol").Header.Get("Location")
			w.Cloud.Update(test.entra)
			k.Choose(t, k.Follow(t, k.Get(t, strings.Replace(to, "login_hint=", "prompt=select_account&x=", 1))), ben)
			after := k.whose(t)
			if strings.HasPrefix(after, "Ben") != test.begun || !test.begun && after != before {
				t.Errorf("before %q, after %q", before, after)
			}
			if test.begun && strings.Split(after, ", ")[1] == strings.Split(before, ", ")[1] {
				t.Error("it is the same visit")
			}
		})
	}
}
