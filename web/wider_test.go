package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

func TestWhatKeepsAnAdminFromAWiderGrantIsToldAsWhatItIs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prevent func(*e2e.World)
		status  int
		came    string
	}{
		"a rule of the company": {func(w *e2e.World) { w.Cloud.FailNextSignIn(53003, "access_denied") }, http.StatusBadRequest, "sign_in_refused"},
		"an Entra that is broken": {func(w *e2e.World) {
			w.Cloud.AddFault(sim.Fault{Side: sim.SideEntra, Path: "/token", Status: http.StatusServiceUnavailable})
		}, http.StatusBadGateway, "upstream_unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := e2e.NewWorld(t)
			v := w.SignedIn(t, grace)
			test.prevent(w)
			if page := v.Follow(t, v.Get(t, "/admin")); page.Status != test.status || page.Outcome(t) != test.came {
				t.Errorf("answered %d %q, want %d %q", page.Status, page.Outcome(t), test.status, test.came)
			}
			w.Cloud.ClearFaults()
			if page := v.Follow(t, v.Get(t, "/admin")); page.Status != http.StatusOK {
				t.Errorf("afterwards: %d at %s", page.Status, page.URL)
			}
		})
	}
}

func TestFLT08ASignInThatTheDatabaseCannotKeepSignsNobodyIn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	to := callback(t, v)
	web.KeepNoSession(w.Handler())
	if page := v.Get(t, to); page.Status != http.StatusServiceUnavailable || page.Outcome(t) != "unavailable" {
		t.Errorf("answered %d %q", page.Status, page.Outcome(t))
	}
	if rows := trail(t, w); slices.ContainsFunc(rows, func(row string) bool { return strings.Contains(row, "signed_in") }) {
		t.Errorf("recorded %q", rows)
	}
	if page := v.Get(t, "/enrol"); page.Status != http.StatusFound {
		t.Errorf("somebody is signed in: %d", page.Status)
	}
}

func TestSES08AVisitIsToldApartAndABrowserWithoutANameIsShownAllTheSame(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	v := w.NewVisitor()
	to := callback(t, v)
	v.Do(t, http.MethodGet, to, nil, http.Header{"User-Agent": {""}})
	page := v.Get(t, "/sessions")
	places := page.Doc(t).Find("main li.fob")
	if places.Length() != 2 {
		t.Fatalf("%d places, want two", places.Length())
	}
	for i := range places.Length() {
		place := places.Eq(i)
		text := place.Text()
		here := strings.Contains(text, "This one")
		if atStation := strings.Contains(text, "At an enrolment station"); atStation == here {
			t.Errorf("the browser itself: %t, at a station: %t", here, atStation)
		}
		if nameless := strings.Contains(place.Find("h2").Text(), "does not say which"); nameless != here {
			t.Errorf("the browser that does not say which is called %q", place.Find("h2").Text())
		}
	}
	sound(t, page, htmltest.In("main", htmltest.HasText("This one")))
}

func TestSES08AnAdminSignsAPersonOutThoughGraphIsAway(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v, admin := w.SignedIn(t, ada), withAdminGrant(t, w, grace)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Status: http.StatusServiceUnavailable})
	if page := admin.Post(t, personPath(ada, "sessions", "end"), nil); page.Status != http.StatusSeeOther {
		t.Fatalf("answered %d %q", page.Status, page.Outcome(t))
	}
	if page := v.Get(t, "/sessions"); page.Status != http.StatusFound {
		t.Errorf("the session goes on: %d", page.Status)
	}
}
