package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

// speaks is the language of the station's welcome.
func (k kiosk) speaks(t testing.TB) string {
	t.Helper()
	return k.Follow(t, k.Get(t, "/kiosk")).Doc(t).Find("html.kiosk").AttrOr("lang", "")
}

// chooses presses a language on the welcome.
func (k kiosk) chooses(t testing.TB, tag string) {
	t.Helper()
	page := k.Post(t, "/language", url.Values{"lang": {tag}, "return_to": {"/kiosk"}})
	if got := page.Header.Get("Location"); got != "/kiosk" {
		t.Fatalf("the choice answered %d to %q", page.Status, got)
	}
	if cookie := page.Header.Get("Set-Cookie"); !strings.Contains(cookie, "Max-Age=600;") {
		t.Errorf("the choice is kept longer than a visit: %s", cookie)
	}
	if got := k.speaks(t); got != tag {
		t.Errorf("the station speaks %q, want %q", got, tag)
	}
}

func TestKSK05AStationSpeaksItsOwnLanguageAgainAfterEachPerson(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	web.SetStationLanguage(t, w.Handler(), k.id, "nl")
	if got := k.speaks(t); got != "nl" {
		t.Fatalf("the station speaks %q, want its own nl", got)
	}
	for how, leave := range map[string]func(){
		"by the button": func() { k.finishes(t) },
		"by idling":     func() { w.Clock.Pass(2 * time.Minute) },
	} {
		k.chooses(t, "ar")
		k.starts(t, sim.AdaID)
		if page := k.Get(t, "/kiosk/enrol"); page.Doc(t).Find("html[lang=ar][dir=rtl]").Length() != 1 {
			t.Errorf("%s: the visit is not in the language that was chosen", how)
		}
		leave()
		if got := k.speaks(t); got != "nl" {
			t.Errorf("left %s, the station speaks %q, want its own nl", how, got)
		}
	}
}

func TestEveryLanguageIsOnTheStationsWelcome(t *testing.T) {
	t.Parallel()
	_, k := newKioskWorld(t)
	if got := k.Get(t, "/kiosk").Doc(t).Find("form[action='/language'] button[name=lang]").Length(); got < 10 {
		t.Errorf("%d languages are offered", got)
	}
}

func TestKSK05ALanguageThatWasChosenAndLeftIsTakenBack(t *testing.T) {
	t.Parallel()
	_, k := newKioskWorld(t)
	welcome := func() *e2e.Page { return k.Follow(t, k.Get(t, "/kiosk")) }
	sees(t, welcome(), http.StatusOK, htmltest.Not(htmltest.In("[data-own-language]")))
	k.chooses(t, "de")
	sees(t, welcome(), http.StatusOK, htmltest.In("form[action='/language'][data-own-language='90'] [name=lang]", htmltest.HasValue("")))
	k.Post(t, "/language", url.Values{"lang": {""}, "return_to": {"/kiosk"}})
	if got := k.speaks(t); got != "en" {
		t.Errorf("the station speaks %q", got)
	}
}
