package station_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/internal/station"
	"fobdesk/internal/store"
)

const (
	maker = "aaaaaaaa-0000-4000-8000-000000000001"
	other = "aaaaaaaa-0000-4000-8000-000000000002"
	home  = "192.0.2.1"
)

// desk is the stations of one portal, over a database of its own, and a clock that tests move.
type desk struct {
	*station.Stations
	store *store.Store
	at    time.Time
	tries int
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	keys, err := session.NewKeys([][]byte{[]byte(strings.Repeat("k", 32))})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{at: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return d.at }
	d.store, err = store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), store.Options{Keys: keys, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.store.Close(context.Background()) })
	d.Stations = station.New(station.Config{Rows: d.store, Keys: keys, Secure: true, Now: now})
	return d
}

func (d *desk) make(t testing.TB, name string) station.Station {
	t.Helper()
	made, err := d.Create(t.Context(), maker, name, "Ground floor", "")
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (d *desk) code(t testing.TB, id string) string {
	t.Helper()
	code, _, ok, err := d.PairingCode(t.Context(), id, maker)
	if err != nil || !ok {
		t.Fatalf("the pairing code: %t, %v", ok, err)
	}
	return code
}

// pair types a code at a browser, and answers the cookie that makes it a station.
func (d *desk) pair(t testing.TB, typed, address string) (*http.Cookie, error) {
	t.Helper()
	d.tries++
	w := httptest.NewRecorder()
	_, err := d.Pair(t.Context(), w, typed, address, "try-"+strconv.Itoa(d.tries))
	if cookies := w.Result().Cookies(); len(cookies) == 1 {
		return cookies[0], err
	}
	return nil, err
}

// known is the station that a browser with these cookies is.
func (d *desk) known(t testing.TB, cookies ...*http.Cookie) *station.Station {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/kiosk", nil)
	for _, cookie := range cookies {
		r.AddCookie(cookie)
	}
	found, err := d.Known(r)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestKSK07ARevokedStationIsOutAndItsCodeWithIt(t *testing.T) {
	d := newDesk(t)
	made := d.make(t, "Reception")
	cookie, err := d.pair(t, d.code(t, made.ID), home)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Renew(t.Context(), made.ID, maker); err != nil {
		t.Fatal(err)
	}
	code := d.code(t, made.ID)
	if first, err := d.Revoke(t.Context(), made.ID); err != nil || !first {
		t.Fatalf("revoke: %t, %v", first, err)
	}
	if found := d.known(t, cookie); found == nil || found.Revoked.IsZero() {
		t.Errorf("its browser is %v", found)
	}
	if _, err := d.pair(t, code, home); !errors.Is(err, outcome.WrongCode) {
		t.Errorf("its code: %v", err)
	}
	if err := d.Renew(t.Context(), made.ID, maker); !errors.Is(err, outcome.NotFound) {
		t.Errorf("a new code: %v", err)
	}
	if again, err := d.Revoke(t.Context(), made.ID); err != nil || again {
		t.Errorf("revoked again: %t, %v", again, err)
	}
	if unknown, err := d.Revoke(t.Context(), "nothing"); err != nil || unknown {
		t.Errorf("what is no station: %t, %v", unknown, err)
	}
}

func TestKSK04TheKeyIsInACookieOfItsOwn(t *testing.T) {
	d := newDesk(t)
	cookie, err := d.pair(t, d.code(t, d.make(t, "Reception").ID), home)
	if err != nil {
		t.Fatal(err)
	}
	if cookie.Name != "__Host-fobdesk-station" || !cookie.Secure || !cookie.HttpOnly || cookie.Path != "/" || cookie.Domain != "" ||
		cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge != 400*24*60*60 {
		t.Errorf("the cookie is %s", cookie.Raw)
	}
	all, err := d.List(t.Context())
	if err != nil || strings.Contains(fmt.Sprintf("%+v", all), cookie.Value) {
		t.Errorf("the list shows the key (%v)", err)
	}
}

func TestKSK04WhatIsNoKeyIsNoStation(t *testing.T) {
	d := newDesk(t)
	cookie, err := d.pair(t, d.code(t, d.make(t, "Reception").ID), home)
	if err != nil {
		t.Fatal(err)
	}
	d.make(t, "Waits for its browser")
	for name, value := range map[string]string{
		"empty": "", "cut": cookie.Value[1:], "longer": cookie.Value + "A", "changed": strings.Repeat("A", 43),
		"another spelling": cookie.Value[:42] + "_", "markup": "<b>", "long": strings.Repeat("x", 4000),
	} {
		if found := d.known(t, &http.Cookie{Name: cookie.Name, Value: value}); found != nil && value != cookie.Value {
			t.Errorf("%s: it is %s", name, found.Name)
		}
	}
	if d.known(t, cookie, cookie) != nil {
		t.Error("two keys are one")
	}
	if d.known(t) != nil {
		t.Error("a browser without one is a station")
	}
}

func TestWhatIsTypedAboutAStationIsChecked(t *testing.T) {
	d := newDesk(t)
	d.make(t, "Reception")
	for _, test := range []struct{ name, station, place, flaws string }{
		{"no name", "  ", "", "name empty"},
		{"a long name", strings.Repeat("ü", 65), "", "name too_long"},
		{"a name that deceives", "Rece\u202eption", "", "name characters"},
		{"a name of two lines", "Rece\nption", "", "name characters"},
		{"no UTF-8", "\xff", strings.Repeat("x", 65), "name characters, place too_long"},
		{"a name that is taken", " Reception ", "", "name taken"},
		{"the longest", strings.Repeat("ü", 64), strings.Repeat("ü", 64), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := d.Create(t.Context(), maker, test.station, test.place, "")
			var flaws []string
			if refusal, ok := errors.AsType[*outcome.Error](err); ok {
				for _, field := range refusal.Fields {
					flaws = append(flaws, field.Name+" "+field.Flaw)
				}
			}
			if got := strings.Join(flaws, ", "); got != test.flaws {
				t.Errorf("%q (%v), want %q", got, err, test.flaws)
			}
		})
	}
}

func TestAStationIsRenamed(t *testing.T) {
	d := newDesk(t)
	reception, canteen := d.make(t, "Reception"), d.make(t, "Canteen")
	if err := d.Rename(t.Context(), canteen.ID, "Reception", "", ""); !errors.Is(err, outcome.InvalidInput) {
		t.Errorf("to a name that is taken: %v", err)
	}
	if err := d.Rename(t.Context(), canteen.ID, "Canteen", "Third floor", "de"); err != nil {
		t.Errorf("to its own name: %v", err)
	}
	if _, err := d.Revoke(t.Context(), reception.ID); err != nil {
		t.Fatal(err)
	}
	if err := d.Rename(t.Context(), canteen.ID, "Reception", "Third floor", "de"); err != nil {
		t.Errorf("to the name of a revoked one: %v", err)
	}
	for _, id := range []string{reception.ID, "nothing"} {
		if err := d.Rename(t.Context(), id, "X", "", ""); !errors.Is(err, outcome.NotFound) {
			t.Errorf("what is revoked or not there: %v", err)
		}
	}
	if err := d.Rename(t.Context(), canteen.ID, " ", "", ""); !errors.Is(err, outcome.InvalidInput) {
		t.Errorf("to no name: %v", err)
	}
	all, err := d.List(t.Context())
	if err != nil || len(all) != 2 || all[0].ID != canteen.ID || all[0].Name != "Reception" || all[0].Place != "Third floor" || all[0].Language != "de" {
		t.Errorf("the list is %+v (%v)", all, err)
	}
}

func TestWhatHappensAtAStationIsRemembered(t *testing.T) {
	d := newDesk(t)
	made := d.make(t, "Reception")
	look := func() station.Station {
		found, err := d.Find(t.Context(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	mark := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	mark(d.MarkSeen(t.Context(), look()))
	first := d.at
	d.at = d.at.Add(59 * time.Second)
	mark(d.MarkSeen(t.Context(), look()))
	if !look().Seen.Equal(first) {
		t.Error("it was written that it was seen, twice within a minute")
	}
	d.at = first.Add(time.Minute)
	mark(d.MarkSeen(t.Context(), look()))
	if !look().Seen.Equal(d.at) {
		t.Error("a minute later it was not written")
	}
	first, d.at = d.at, d.at.Add(time.Second)
	mark(d.MarkAuthTime(t.Context(), look(), true))
	mark(d.MarkActed(t.Context(), look()))
	if now := look(); !now.Acted.Equal(d.at) || !now.MissingAuthTime.Equal(d.at) || !now.Seen.Equal(first) {
		t.Errorf("it is %+v", now)
	}
	mark(d.MarkAuthTime(t.Context(), look(), false))
	if !look().MissingAuthTime.IsZero() {
		t.Error("a good sign-in did not clear it")
	}
	clean := look()
	if err := d.store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.MarkAuthTime(t.Context(), clean, false); err != nil {
		t.Errorf("another good sign-in was written, with nothing to clear: %v", err)
	}
}

func TestADatabaseThatIsDownIsToldAsSuch(t *testing.T) {
	d := newDesk(t)
	made := d.make(t, "Reception")
	code := d.code(t, made.ID)
	cookie, _ := d.pair(t, code, home)
	if err := d.store.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/kiosk", nil)
	r.AddCookie(cookie)
	_, known := d.Known(r)
	_, paired := d.pair(t, code, home)
	_, created := d.Create(t.Context(), maker, "X", "", "")
	_, listed := d.List(t.Context())
	_, _, _, shown := d.PairingCode(t.Context(), made.ID, maker)
	for what, err := range map[string]error{"known": known, "pair": paired, "create": created, "list": listed, "show a code": shown} {
		if !errors.Is(err, outcome.Unavailable) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
