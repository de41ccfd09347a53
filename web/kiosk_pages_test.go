package web_test

import (
	"bytes"
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
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

func TestKSK04ABrowserThatIsNoStationSeesAPlain404WithAWayToPair(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	for _, path := range []string{"/kiosk", "/kiosk/start", "/kiosk/enrol", "/kiosk/operator"} {
		sees(t, w.NewVisitor().Get(t, path), http.StatusNotFound,
			htmltest.In("main h1", htmltest.HasText("not a station")), htmltest.In("main a[href='/kiosk/pair']"))
	}
	sees(t, w.SignedIn(t, ada).Get(t, "/kiosk"), http.StatusNotFound, htmltest.In("main a[href='/kiosk/pair']"), htmltest.Not(htmltest.In("#finish")))
}

func TestKSK07AWrongPairingCodeIsToldBesideItsFieldAndTooManyAreHeldBack(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.NewVisitor()
	sees(t, v.Get(t, "/kiosk/pair?code=BCDF-GHJK"), http.StatusOK, htmltest.In("#pairingCode[autocomplete=off]", htmltest.HasValue("BCDF-GHJK")))
	for range 10 {
		sees(t, v.Post(t, "/kiosk/pair", url.Values{"pairingCode": {"BCDFGHJK"}}), http.StatusUnprocessableEntity,
			htmltest.In(".summary a[href='#pairingCode']"), htmltest.In("#pairingCode[aria-invalid=true]", htmltest.HasValue("")),
			htmltest.In("#pairingCode-error", htmltest.HasText("used already")))
	}
	page := v.Post(t, "/kiosk/pair", url.Values{"pairingCode": {"BCDFGHJK"}})
	sees(t, page, http.StatusTooManyRequests, htmltest.In("[data-outcome=too_many_attempts]", htmltest.HasText("15 minutes")), htmltest.In("#pairingCode"))
	if page.Header.Get("Retry-After") == "" {
		t.Error("it does not say when to come back")
	}
}

func TestKSK07ARevokedStationSaysSoAtItsNextRequest(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	web.RevokeStation(t, w.Handler(), k.id)
	for _, page := range []*e2e.Page{k.Follow(t, k.Get(t, "/kiosk/enrol")), k.Get(t, "/kiosk"), k.Post(t, "/kiosk/enrol", fobForm(goodFob, w.Cloud.Code(goodFob))), k.Get(t, "/kiosk")} {
		sees(t, page, http.StatusNotFound, htmltest.In("main h1", htmltest.HasText("no longer in use")), htmltest.In("main", htmltest.HasText("help desk")),
			htmltest.Not(htmltest.In("main form")), htmltest.In("footer", htmltest.HasText("helpdesk@contoso.example")))
		if bytes.Contains(page.Body, []byte("Ada")) {
			t.Errorf("%s still names her", page.URL)
		}
	}
	if device, _ := w.Cloud.Device(goodFob); device.HolderID != "" {
		t.Error("the fob was bound")
	}
}

func TestTheWelcomeSaysWhatIsDownAndRecovers(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideEntra, Cut: true})
	w.Restart(t) // so that it starts from nothing
	down := func() bool {
		w.Clock.Pass(time.Minute)
		return k.Get(t, "/kiosk").Doc(t).Find("[data-down=entra]:not([hidden])").Length() == 1
	}
	waitFor(t, down, "the welcome to say that the sign-in is down")
	sees(t, k.Get(t, "/kiosk"), http.StatusOK, htmltest.In("[data-start][hidden]"), htmltest.In("[data-welcome][data-again]"),
		htmltest.In("[role=status]", htmltest.HasText("Microsoft’s sign-in does not answer")))
	w.Cloud.ClearFaults()
	waitFor(t, func() bool { return !down() }, "the welcome to recover")
	sees(t, k.Get(t, "/kiosk"), http.StatusOK, htmltest.In("[data-start]:not([hidden])"), htmltest.Not(htmltest.In("[data-again]")))
}

func TestKSK02WhereEntraIsAwayTheWelcomeSaysThatItMayRememberTheName(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	w.Clock.Pass(10 * time.Second)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideEntra, Cut: true})
	sees(t, k.finishes(t), http.StatusOK, htmltest.In("main", htmltest.HasText("may still show the last name")), htmltest.In("[data-again]"))
	w.Cloud.ClearFaults()
	waitFor(t, func() bool {
		w.Clock.Pass(time.Minute)
		page := k.Follow(t, k.Get(t, "/kiosk"))
		return page.URL.Path == "/kiosk" && !bytes.Contains(page.Body, []byte("last name"))
	}, "Entra to be told")
}

func TestTheWelcomeSaysThatThePortalCannotServe(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	table := func(from, to string) {
		t.Helper()
		db, err := sql.Open("sqlite", "file:"+filepath.Join(w.Folder(), "fobdesk.db")+"?_pragma=busy_timeout(5000)")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		if _, err := db.ExecContext(t.Context(), "ALTER TABLE "+from+" RENAME TO "+to); err != nil {
			t.Fatal(err)
		}
	}
	table("station", "away")
	sees(t, k.Get(t, "/kiosk"), http.StatusServiceUnavailable, htmltest.In("[data-down=portal]:not([hidden])"),
		htmltest.In("[data-start][hidden]"), htmltest.In("[data-again]"), htmltest.In("noscript", htmltest.HasText("url=/kiosk")))
	table("away", "station")
	sees(t, k.Get(t, "/kiosk"), http.StatusOK, htmltest.In("[data-start]:not([hidden])"))
}

// waitFor asks until it is so.
func waitFor(t *testing.T, so func() bool, what string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// stationPages are the pages of a station as people meet them, by name.
func stationPages(t *testing.T, w *e2e.World, k kiosk) map[string]*e2e.Page {
	t.Helper()
	pages := map[string]*e2e.Page{"welcome": k.Get(t, "/kiosk"), "not here": k.Get(t, "/kiosk/nowhere"), "admin": k.Get(t, "/admin")}
	k.starts(t, dmitri)
	pages["full"] = k.Get(t, "/kiosk/enrol")
	path := pages["full"].Doc(t).Find("main a[href$='/remove']").First().AttrOr("href", "")
	pages["remove"] = k.Get(t, path)
	pages["removed"] = k.Follow(t, k.Post(t, path, url.Values{}))
	pages["enrol"] = k.Get(t, "/kiosk/enrol")
	pages["refused"] = k.Post(t, "/kiosk/enrol", fobForm(sim.SerialUnknown, "123456"))
	pages["missing"] = k.Get(t, "/kiosk/fobs/none/remove")
	pages["done"] = k.Follow(t, k.Post(t, "/kiosk/enrol", fobForm(goodFob, w.Cloud.Code(goodFob))))
	k.finishes(t)
	k.starts(t, ben)
	pages["assigned"] = k.Get(t, "/kiosk/enrol")
	k.finishes(t)
	pages["operator"] = k.operates(t, grace)
	pages["served"] = k.Follow(t, k.Post(t, "/kiosk/operator", handout(sim.HanakoID, sim.BoxSerial(1), w.Cloud.Code(sim.BoxSerial(1)))))
	pages["several"] = k.Post(t, "/kiosk/operator", handout("Ann Smith", sim.BoxSerial(2), w.Cloud.Code(sim.BoxSerial(2))))
	k.finishes(t)
	w.Cloud.FailNextSignIn(53003, "access_denied")
	pages["sign-in refused"] = k.Follow(t, k.visit(t, "/kiosk/start", ada))
	return pages
}

func TestKSK06NothingOnAStationsPagesLeavesThePortal(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t, e2e.Setting("FOBDESK_SUPPORT_URL", "https://help.contoso.example/"))
	for name, page := range stationPages(t, w, k) {
		doc := htmltest.Page(t, bytes.NewReader(page.Body))
		for _, link := range doc.Find("a[href], form[action]").Nodes {
			for _, attr := range link.Attr {
				inside := strings.HasPrefix(attr.Val, "/kiosk") || strings.HasPrefix(attr.Val, "#") || attr.Val == "/language"
				if (attr.Key == "href" || attr.Key == "action") && !inside {
					t.Errorf("%s (%s) leads to %q", name, page.URL, attr.Val)
				}
			}
		}
		htmltest.Verify(t, doc, htmltest.Not(htmltest.In("[target], [download], iframe, object, embed")),
			htmltest.In("footer", htmltest.HasText("https://help.contoso.example/"), htmltest.HasText("helpdesk@contoso.example")))
		if got := page.Header.Get("Permissions-Policy"); !strings.Contains(got, "camera=()") {
			t.Errorf("%s may ask for the camera", name)
		}
		if got := page.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s may be kept: %q", name, got)
		}
	}
}

func TestKSK03NoFieldOfAStationOffersWhatOthersTyped(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	for name, page := range stationPages(t, w, k) {
		for _, field := range page.Doc(t).Find("input:not([type=hidden]):not([type=radio])").Nodes {
			is := map[string]string{}
			for _, attr := range field.Attr {
				is[attr.Key] = attr.Val
			}
			want := "off"
			if is["name"] == "verificationCode" {
				want = "one-time-code"
			}
			if is["autocomplete"] != want {
				t.Errorf("%s: %s has autocomplete=%q, want %q", name, is["name"], is["autocomplete"], want)
			}
		}
	}
}
