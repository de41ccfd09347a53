package web_test

import (
	"bytes"
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

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
