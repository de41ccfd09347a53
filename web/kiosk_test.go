package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

// kiosk is a browser that is a station, and its station's id.
type kiosk struct {
	*e2e.Visitor
	id string
}

// newKiosk pairs a browser with a new station.
func newKiosk(t testing.TB, w *e2e.World, name string) kiosk {
	t.Helper()
	id, code := web.MakeStation(t, w.Handler(), name)
	k := kiosk{w.NewVisitor(), id}
	if page := k.Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}}); page.Header.Get("Location") != "/kiosk" {
		t.Fatalf("pairing answered %d, %s", page.Status, page.Outcome(t))
	}
	return k
}

// newKioskWorld is a world with probes, and a station in it.
func newKioskWorld(t testing.TB, givens ...e2e.Given) (*e2e.World, kiosk) {
	t.Helper()
	w := e2e.NewWorld(t, givens...)
	web.AddProbes(w.Handler())
	return w, newKiosk(t, w, "Reception")
}

// visit begins a visit; what comes after the callback is answered, not followed.
func (k kiosk) visit(t testing.TB, path, personID string) *e2e.Page {
	t.Helper()
	page := k.Press(t, k.Follow(t, k.Get(t, path)), personID)
	for range 10 {
		location := page.Header.Get("Location")
		if location == "" || strings.HasPrefix(location, "/") {
			return page
		}
		page = k.Get(t, location)
	}
	t.Fatalf("the sign-in does not end, at %s", page.URL)
	return nil
}

// starts begins a visit that has to begin.
func (k kiosk) starts(t testing.TB, personID string) {
	t.Helper()
	if page := k.visit(t, "/kiosk/start", personID); page.Header.Get("Location") != "/kiosk/enrol" {
		t.Fatalf("the visit began with %d, %s to %q", page.Status, page.Outcome(t), page.Header.Get("Location"))
	}
}

// whose is whose visit is on, with its tag and the station; empty where the welcome is shown instead.
func (k kiosk) whose(t testing.TB) string {
	t.Helper()
	page := k.Get(t, web.ProbePath)
	if page.Status == http.StatusSeeOther && page.Header.Get("Location") == "/kiosk" {
		return ""
	}
	if page.Status != http.StatusOK {
		t.Fatalf("the probe answered %d", page.Status)
	}
	return string(page.Body)
}

func (k kiosk) wantNobody(t testing.TB, when string) {
	t.Helper()
	if whose := k.whose(t); whose != "" {
		t.Errorf("%s: the visit of %s is on", when, whose)
	}
}

// stationTrail is the audit trail, a line a row: event, outcome, actor, station.
func stationTrail(t *testing.T, w *e2e.World) []string {
	t.Helper()
	return column(t, w, "SELECT event || ' ' || outcome || ' ' || actor || ' at ' || station FROM audit ORDER BY number")
}

func TestKSK01AVisitBeginsWithAFreshSignIn(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	var seen []url.Values
	for range 2 {
		page := k.Get(t, "/kiosk/start")
		to, err := url.Parse(page.Header.Get("Location"))
		if err != nil || page.Status != http.StatusSeeOther {
			t.Fatalf("answered %d to %q", page.Status, page.Header.Get("Location"))
		}
		seen = append(seen, to.Query())
	}
	for _, query := range seen {
		if query.Get("prompt") != "login" || query.Get("login_hint") != "" ||
			!strings.Contains(query.Get("claims"), `"ngcmfa"`) || !strings.Contains(query.Get("claims"), `"auth_time":{"essential":true}`) {
			t.Errorf("asks Entra for %v", query)
		}
	}
	if seen[0].Get("state") == seen[1].Get("state") || seen[0].Get("nonce") == seen[1].Get("nonce") {
		t.Error("two visits share a state or a nonce")
	}
	k.starts(t, ada)
	if whose := k.whose(t); !strings.HasPrefix(whose, "Ada") || !strings.HasSuffix(whose, "Reception") {
		t.Errorf("the visit is of %q", whose)
	}
	if got := stationTrail(t, w); !slices.Contains(got, "sign_in signed_in "+ada+" at Reception") {
		t.Errorf("the trail is %q", got)
	}
}

func TestKSK01ASignInThatIsNotFreshBeginsNoVisit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		entra   func(w *e2e.World) func(*sim.Switches)
		reason  string
		missing bool // and the list of stations says so
	}{
		{"Entra ignores prompt=login", func(*e2e.World) func(*sim.Switches) {
			return func(s *sim.Switches) { s.IgnorePromptLogin = true }
		}, "here and now", false},
		{"an old auth_time", func(w *e2e.World) func(*sim.Switches) {
			return authTime(w.Clock.Now().Add(-2 * time.Minute).Unix())
		}, "here and now", false},
		{"a future one", func(w *e2e.World) func(*sim.Switches) {
			return authTime(w.Clock.Now().Add(time.Hour).Unix())
		}, "here and now", false},
		{"none", func(*e2e.World) func(*sim.Switches) {
			return func(s *sim.Switches) { s.OmitClaims = []string{"auth_time"} }
		}, "auth_time", true},
		{"null", func(*e2e.World) func(*sim.Switches) { return authTime(nil) }, "auth_time", true},
		{"a string", func(w *e2e.World) func(*sim.Switches) {
			return authTime(w.Clock.Now().Format(time.RFC3339))
		}, "", false},
		{"zero", func(*e2e.World) func(*sim.Switches) { return authTime(0) }, "here and now", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, k := newKioskWorld(t)
			k.starts(t, ada) // and leaves without finishing: Entra knows her
			w.Clock.Pass(2 * time.Minute)
			w.Cloud.Update(test.entra(w))
			page := k.visit(t, "/kiosk/start", ada)
			if page.Status != http.StatusBadRequest || page.Outcome(t) != "sign_in_refused" || !strings.Contains(string(page.Body), test.reason) {
				t.Errorf("answered %d %q without %q", page.Status, page.Outcome(t), test.reason)
			}
			k.wantNobody(t, "afterwards")
			if got := web.FindStation(t, w.Handler(), k.id).MissingAuthTime.IsZero(); got == test.missing {
				t.Errorf("that auth_time is missing is noted: %t", !got)
			}
			refused := func(row string) bool {
				return strings.HasPrefix(row, "sign_in sign_in_refused ") && strings.HasSuffix(row, " at Reception")
			}
			if got := stationTrail(t, w); !slices.ContainsFunc(got, refused) {
				t.Errorf("the trail is %q", got)
			}
			w.Cloud.Update(func(s *sim.Switches) { *s = sim.Switches{} })
			k.starts(t, ben)
			if !web.FindStation(t, w.Handler(), k.id).MissingAuthTime.IsZero() {
				t.Error("after a good sign-in it is still noted that auth_time is missing")
			}
		})
	}
}

// authTime makes Entra say this of when people authenticated.
func authTime(value any) func(*sim.Switches) {
	return func(s *sim.Switches) { s.TamperIDToken = func(claims map[string]any) { claims["auth_time"] = value } }
}

func TestKSK01EntrasClockMayBeOff(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]time.Duration{"dated back as Entra does": 5 * time.Minute, "a little": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, k := newKioskWorld(t)
			w.Cloud.Update(func(s *sim.Switches) { s.Backdate = off })
			k.starts(t, ada)
		})
	}
}

func TestKSK02TheServerEndsAnIdleVisitByItself(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	for range 8 { // the page polls on, but nobody touches it
		w.Clock.Pass(10 * time.Second)
		k.Get(t, "/kiosk/pulse")
	}
	if k.whose(t) == "" {
		t.Fatal("it ended before 90 seconds")
	}
	w.Clock.Pass(91 * time.Second)
	k.wantNobody(t, "after 91 seconds")
	if page := k.Post(t, "/kiosk/stay", nil); page.Header.Get("Location") != "/kiosk" {
		t.Errorf("to stay came too late and answered %d", page.Status)
	}
}

func TestKSK02WhoStaysStaysUntilTheVisitsLimit(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	for range 10 {
		w.Clock.Pass(59 * time.Second)
		if page := k.Post(t, "/kiosk/stay", nil); page.Status != http.StatusNoContent {
			t.Fatalf("to stay answered %d", page.Status)
		}
	}
	w.Clock.Pass(11 * time.Second)
	k.wantNobody(t, "after ten minutes of use")
}

func TestKSK02TheLimitsAreTheOperators(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t, e2e.Setting("FOBDESK_KIOSK_IDLE", "3s"), e2e.Setting("FOBDESK_KIOSK_MAX", "5s"))
	k.starts(t, ada)
	w.Clock.Pass(3 * time.Second)
	k.wantNobody(t, "after three seconds")
}

func TestKSK02FinishEndsItHereFirstAndThenAtEntra(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	page := k.Post(t, "/kiosk/finish", nil)
	to, _ := url.Parse(page.Header.Get("Location"))
	if page.Status != http.StatusSeeOther || !strings.HasSuffix(to.Path, "/oauth2/v2.0/logout") ||
		to.Query().Get("post_logout_redirect_uri") != w.URL+"/kiosk" || to.Query().Get("logout_hint") == "" {
		t.Errorf("leads to %s", to)
	}
	if got := page.Header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
		t.Errorf("Clear-Site-Data is %s", got)
	}
	k.wantNobody(t, "before Entra was told")
	back := k.Get(t, to.String())
	if back.Header.Get("Location") != w.URL+"/kiosk" {
		t.Errorf("Entra leads to %q", back.Header.Get("Location"))
	}
	if got := stationTrail(t, w); got[len(got)-1] != "sign_out signed_out "+ada+" at Reception" {
		t.Errorf("the trail is %q", got)
	}
	if cookies := k.Cookies(); len(cookies) != 1 {
		t.Errorf("%d cookies are left, want the station's", len(cookies))
	}
}

func TestKSK02WhereEntraIsAwayTheEndHoldsAndItIsToldLater(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	w.Clock.Pass(10 * time.Second)
	w.Cloud.AddFault(sim.Fault{Side: sim.SideEntra, Cut: true})
	if page := k.Post(t, "/kiosk/finish", nil); page.Header.Get("Location") != "/kiosk" {
		t.Errorf("leads to %q, where nothing answers", page.Header.Get("Location"))
	}
	k.wantNobody(t, "afterwards")
	w.Cloud.ClearFaults()
	w.Clock.Pass(10 * time.Second)
	page := k.Post(t, "/kiosk/finish", nil)
	if to, _ := url.Parse(page.Header.Get("Location")); to.Query().Get("logout_hint") == "" {
		t.Errorf("once it is back, Entra is not told: %q", page.Header.Get("Location"))
	}
	if page := k.Post(t, "/kiosk/finish", nil); page.Header.Get("Location") != "/kiosk" {
		t.Errorf("it is told twice: %q", page.Header.Get("Location"))
	}
}

func TestKSK02AnIdleEndIsToldEntraToo(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	k.starts(t, ada)
	w.Clock.Pass(time.Hour)
	k.wantNobody(t, "an hour later")
	page := k.Post(t, "/kiosk/finish", nil)
	if to, _ := url.Parse(page.Header.Get("Location")); to.Query().Get("logout_hint") == "" {
		t.Errorf("leads to %q", page.Header.Get("Location"))
	}
}

func TestKSK02FrontChannelLogoutEndsAVisit(t *testing.T) {
	t.Parallel()
	w, k := newKioskWorld(t)
	other := newKiosk(t, w, "Canteen")
	k.starts(t, ada)
	other.starts(t, ben)
	elsewhere := w.SignedIn(t, ada).Post(t, "/auth/sign-out", nil)
	k.Get(t, elsewhere.Header.Get("Location")) // Entra's own page, opened at the station
	calls := w.Cloud.FrontChannelLogouts()
	if len(calls) != 1 {
		t.Fatalf("Entra asks for %q", calls)
	}
	w.NewVisitor().Get(t, calls[0])
	k.wantNobody(t, "after Entra said so")
	if other.whose(t) == "" {
		t.Error("the visit at the other station ended too")
	}
}
