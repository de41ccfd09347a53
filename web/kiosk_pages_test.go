package web_test

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

// sees opens a page of the station, or takes the one that was answered, and checks it.
func sees(t *testing.T, page *e2e.Page, status int, checks ...htmltest.Check) {
	t.Helper()
	if page.Status != status {
		t.Fatalf("%s answered %d, want %d", page.URL, page.Status, status)
	}
	htmltest.Verify(t, htmltest.Page(t, bytes.NewReader(page.Body)), checks...)
}

// finishes leaves the station as the button does, past Entra and back.
func (k kiosk) finishes(t testing.TB) *e2e.Page {
	t.Helper()
	return k.Follow(t, k.Post(t, "/kiosk/finish", nil))
}

func fobForm(serial, code string) url.Values {
	return url.Values{"serialNumber": {serial}, "verificationCode": {code}}
}

func TestTheJourneyAtAStationWithoutJavaScript(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	sees(t, k.Get(t, "/kiosk"), http.StatusOK,
		htmltest.In("header", htmltest.HasText("Contoso fobs"), htmltest.HasText("Reception")),
		htmltest.In("main .button-primary[href='/kiosk/start']", htmltest.Count(1)),
		htmltest.In("main", htmltest.HasText("Temporary Access Pass")),
		htmltest.In("noscript", htmltest.HasText(`http-equiv="refresh" content="30;url=/kiosk"`)))
	k.starts(t, ada)
	sees(t, k.Get(t, "/kiosk/enrol"), http.StatusOK,
		htmltest.In("header", htmltest.HasText("Signed in as Ada Fischer")),
		htmltest.In("form#finish[action='/kiosk/finish'][method=post] button", htmltest.HasText("Not you? Finish")),
		htmltest.In("main button[form=finish]"),
		htmltest.In("dialog[data-idle='90'][data-ask='30']"),
		htmltest.In("noscript", htmltest.HasText(`content="92;url=/kiosk"`)),
		htmltest.In("[data-keypad=verificationCode][hidden] button[type=button]", htmltest.Count(12)))

	form := fobForm(goodFob, w.Cloud.WrongCode(goodFob))
	form.Set("displayName", "Key ring")
	refused := k.Post(t, "/kiosk/enrol", form)
	sees(t, refused, http.StatusUnprocessableEntity,
		htmltest.In("[data-outcome=wrong_code] a[href='#verificationCode']"),
		htmltest.In("#serialNumber", htmltest.HasValue(goodFob)), htmltest.In("#displayName", htmltest.HasValue("Key ring")),
		htmltest.In("#verificationCode", htmltest.HasValue("")))

	form.Set("verificationCode", w.Cloud.Code(goodFob))
	sees(t, k.Follow(t, k.Post(t, "/kiosk/enrol", form)), http.StatusOK,
		htmltest.In("[data-outcome=enrolled]", htmltest.HasText("Your fob is ready"), htmltest.HasText(goodFob), htmltest.HasText("Key ring"),
			htmltest.HasText("the next time that you are asked for a code")),
		htmltest.In("[data-back='15'][hidden]"), htmltest.In("main button[form=finish]", htmltest.HasText("Done")))
	end := k.finishes(t)
	if end.URL.Path != "/kiosk" || strings.Contains(string(end.Body), "Ada") {
		t.Errorf("it ends at %s", end.URL)
	}
	if got := stationTrail(t, w); !slices.Contains(got, "enrol enrolled "+ada+" at Reception") {
		t.Errorf("the trail is %q", got)
	}
	if web.FindStation(t, w.Handler(), k.id).Acted.IsZero() {
		t.Error("the station's last act is not remembered")
	}
}

func TestAtAStationAnAssignedFobWantsJustItsCode(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ben)
	page := k.Get(t, "/kiosk/enrol")
	doc := page.Doc(t)
	waiting := doc.Find("main form").First()
	if got := waiting.Find("input:not([type=hidden])").Length(); got != 1 {
		t.Errorf("its form has %d fields to fill in, want the code alone", got)
	}
	if got := waiting.Find("[name=serialNumber]").AttrOr("value", ""); got != sim.SerialBenAssigned {
		t.Errorf("it is about %q", got)
	}
	sees(t, page, http.StatusOK, htmltest.In("main h1", htmltest.HasText("A fob is waiting for its code")),
		htmltest.In("main details form [name=displayName]"))

	form := fobForm(sim.SerialBenAssigned, w.Cloud.WrongCode(sim.SerialBenAssigned))
	refused := k.Post(t, "/kiosk/enrol", form)
	code := refused.Doc(t).Find("main form").First().Find("[name=verificationCode]")
	if code.AttrOr("aria-invalid", "") != "true" || refused.Doc(t).Find(".summary a[href='#"+code.AttrOr("id", "")+"']").Length() != 1 {
		t.Errorf("a wrong code is not told beside it:\n%s", refused.Body)
	}
	form.Set("verificationCode", w.Cloud.Code(sim.SerialBenAssigned))
	sees(t, k.Follow(t, k.Post(t, "/kiosk/enrol", form)), http.StatusOK, htmltest.In("[data-outcome=enrolled]", htmltest.HasText(sim.SerialBenAssigned)))
}

func TestWhoHoldsFiveMakesRoomAtTheStation(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, dmitri)
	page := k.Get(t, "/kiosk/enrol")
	sees(t, page, http.StatusOK, htmltest.In("main h1", htmltest.HasText("as many fobs as you can")),
		htmltest.In("main a[href$='/remove']", htmltest.Count(5)), htmltest.Not(htmltest.In("#serialNumber")))
	sees(t, k.Post(t, "/kiosk/enrol", url.Values{}), http.StatusUnprocessableEntity, htmltest.In(".summary a[href='#serialNumber']"), htmltest.In("#serialNumber"))
	path := page.Doc(t).Find("main a[href$='/remove']").First().AttrOr("href", "")
	sees(t, k.Get(t, path), http.StatusOK, htmltest.In("main form[action='"+path+"'][method=post] .button-danger"), htmltest.In("main a[href='/kiosk/enrol']"))
	if got := len(w.Cloud.Held(dmitri)); got != 5 {
		t.Fatalf("he holds %d before he confirmed", got)
	}
	sees(t, k.Follow(t, k.Post(t, path, url.Values{})), http.StatusOK, htmltest.In("[data-outcome=removed]"),
		htmltest.In("main a[href='/kiosk/enrol']", htmltest.HasText("Go on")), htmltest.Not(htmltest.In("[data-back]")))
	sees(t, k.Get(t, "/kiosk/enrol"), http.StatusOK, htmltest.In("#serialNumber"))
	sees(t, k.Follow(t, k.Post(t, "/kiosk/enrol", fobForm(goodFob, w.Cloud.Code(goodFob)))), http.StatusOK, htmltest.In("[data-outcome=enrolled]"))
}

func TestEachRefusalAtAStationKeepsTheFormAndSaysWhereToGetHelp(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		outcome, person, serial string
		status                  int
		prepare                 func(*e2e.World)
	}{
		{outcome: "unknown_serial", serial: sim.SerialUnknown, status: http.StatusUnprocessableEntity},
		{outcome: "assigned_to_other", serial: sim.SerialChloe, status: http.StatusConflict},
		{outcome: "already_active", person: ben, serial: sim.SerialBenActive, status: http.StatusConflict},
		{outcome: "limit_reached", person: dmitri, serial: goodFob, status: http.StatusConflict},
		{outcome: "not_allowed", serial: goodFob, status: http.StatusForbidden, prepare: func(w *e2e.World) {
			w.Cloud.Update(func(s *sim.Switches) { s.PolicyDisabled = true })
		}},
		{outcome: "throttled", serial: goodFob, status: http.StatusServiceUnavailable, prepare: func(w *e2e.World) {
			w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodPost, Status: http.StatusTooManyRequests})
		}},
		{outcome: "upstream_unavailable", serial: goodFob, status: http.StatusBadGateway, prepare: func(w *e2e.World) {
			w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodPost, Status: http.StatusServiceUnavailable})
		}},
	} {
		t.Run(test.outcome, func(t *testing.T) {
			t.Parallel()
			w, k := newKioskWorld(t)
			person := ada
			if test.person != "" {
				person = test.person
			}
			k.starts(t, person)
			if test.prepare != nil {
				test.prepare(w)
			}
			code := w.Cloud.Code(test.serial)
			if code == "" {
				code = "123456"
			}
			page := k.Post(t, "/kiosk/enrol", fobForm(test.serial, code))
			sees(t, page, test.status, htmltest.In("[data-outcome="+test.outcome+"]"), htmltest.In("#finish"),
				htmltest.In("footer", htmltest.HasText("helpdesk@contoso.example")))
			if bytes.Contains(page.Body, []byte(`"`+code+`"`)) {
				t.Error("the code is still there")
			}
		})
	}
}

func TestKSK05NothingOfOnePersonCarriesOverToTheNext(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	form := fobForm(sim.SerialDrifting, "")
	form.Set("displayName", "Adas Schlüssel")
	for range 6 { // up to the limit and beyond
		form.Set("verificationCode", w.Cloud.WrongCode(sim.SerialDrifting))
		k.Post(t, "/kiosk/enrol", form)
		w.Clock.Pass(6 * time.Minute / 10)
	}
	receipt := k.Post(t, "/kiosk/enrol", fobForm(goodFob, w.Cloud.Code(goodFob))).Header.Get("Location")
	k.finishes(t)

	nothing := func(page *e2e.Page) {
		t.Helper()
		for _, word := range []string{"Ada", "ada.fischer", sim.SerialDrifting, goodFob, "Adas Schl", "too_many_attempts"} {
			if bytes.Contains(page.Body, []byte(word)) {
				t.Errorf("%s shows %q", page.URL, word)
			}
		}
	}
	if cookies := k.Cookies(); len(cookies) != 1 {
		t.Errorf("%d cookies are left, want the station's", len(cookies))
	}
	nothing(k.Get(t, "/kiosk"))
	k.starts(t, ben)
	nothing(k.Get(t, "/kiosk/enrol"))
	for _, path := range []string{receipt, "/kiosk/fobs/none/remove"} {
		if page := k.Get(t, path); page.Status != http.StatusNotFound {
			t.Errorf("%s answers the next person %d", path, page.Status)
		} else {
			nothing(page)
		}
	}
	wrong := k.Post(t, "/kiosk/enrol", fobForm(sim.SerialBenAssigned, w.Cloud.WrongCode(sim.SerialBenAssigned)))
	if wrong.Outcome(t) != "wrong_code" {
		t.Errorf("the next person's first wrong code is %q", wrong.Outcome(t))
	}
	nothing(wrong)
}

func TestAFormOfAVisitThatIsOverLeadsToTheWelcome(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	form := fobForm(goodFob, w.Cloud.Code(goodFob))
	form.Set("csrfToken", k.Get(t, "/kiosk/enrol").Doc(t).Find("main [name=csrfToken]").AttrOr("value", ""))
	k.finishes(t)
	if page := k.Post(t, "/kiosk/enrol", form); page.Status != http.StatusSeeOther || page.Header.Get("Location") != "/kiosk" {
		t.Errorf("without a visit it answers %d", page.Status)
	}
	k.starts(t, ben)
	sees(t, k.Post(t, "/kiosk/enrol", form), http.StatusForbidden, htmltest.In("[data-outcome=wrong_origin]"), htmltest.In("header.header", htmltest.HasText("Ben")))
	if device, _ := w.Cloud.Device(goodFob); device.HolderID != "" {
		t.Errorf("the fob went to %s", device.HolderID)
	}
}

func TestAtAStationAStepUpComesBackToTheFormAsItWas(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	w.Clock.Pass(80 * time.Second)
	w.Cloud.Challenge(ada, `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`)
	form := fobForm(goodFob, w.Cloud.Code(goodFob))
	form.Set("displayName", "Key ring")
	back := k.Choose(t, k.Follow(t, k.Post(t, "/kiosk/enrol", form)), ada)
	if back.URL.Path != "/kiosk/enrol" {
		t.Fatalf("it ends at %s with %d", back.URL, back.Status)
	}
	sees(t, back, http.StatusOK, htmltest.In("#serialNumber", htmltest.HasValue(goodFob)), htmltest.In("#displayName", htmltest.HasValue("Key ring")),
		htmltest.In("#verificationCode", htmltest.HasValue("")), htmltest.In(".notice", htmltest.HasText("fresh sign-in")))
}
