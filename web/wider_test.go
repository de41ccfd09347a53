package web_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/session"
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

// fullRows are the rows of sessions in a database that takes no more of them.
type fullRows struct{ session.Rows }

func full(rows session.Rows) session.Rows { return fullRows{rows} }

var errFull = errors.New("the disk is full")

func (fullRows) InsertSession(context.Context, session.Row, string) error { return errFull }

func (fullRows) LeaseSession(context.Context, string, int64, time.Time, time.Time) (bool, error) {
	return false, errFull
}

// racedRows are the rows of sessions that somebody else ends once they were read.
type racedRows struct{ session.Rows }

func raced(rows session.Rows) session.Rows { return racedRows{rows} }

func (r racedRows) FindSession(ctx context.Context, key string) (session.Row, error) {
	row, err := r.Rows.FindSession(ctx, key)
	if err == nil {
		err = r.EndSession(ctx, key, time.Now())
	}
	return row, err
}

func TestARefusedGrantIsToldThoughTheSessionEndsMeanwhileAndNotWhereThatIsUnknown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rows   func(session.Rows) session.Rows
		status int
		came   string
	}{
		"it ends":                      {raced, http.StatusForbidden, "not_allowed"},
		"FLT-08: the database is down": {full, http.StatusServiceUnavailable, "unavailable"},
	} {
		w := e2e.NewWorld(t)
		v := w.SignedIn(t, grace)
		w.Cloud.FailNextSignIn(65004, "access_denied")
		back := v.Get(t, v.Get(t, "/admin").Header.Get("Location")).Header.Get("Location")
		web.ChangeRows(w.Handler(), test.rows)
		if page := v.Get(t, back); page.Status != test.status || page.Outcome(t) != test.came {
			t.Errorf("%s: %d %q, want %d %q", name, page.Status, page.Outcome(t), test.status, test.came)
		}
	}
}

func TestFLT08ASignInThatTheDatabaseCannotKeepSignsNobodyIn(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	to := callback(t, v)
	web.ChangeRows(w.Handler(), full)
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
