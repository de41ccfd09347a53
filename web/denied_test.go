package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
)

// foreignPost is a form that another website sent.
func foreignPost(t *testing.T, v *e2e.Visitor, path string) *e2e.Page {
	t.Helper()
	return v.Do(t, http.MethodPost, path, nil, http.Header{"Origin": {"https://evil.example"}})
}

func TestAUD05EachRefusedRequestLeavesOneRowNoSessionAndNoCall(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_TRUSTED_PROXIES", "127.0.0.0/8,::1/128"))
	jonas, kiosk := w.SignedIn(t, jonas), newKiosk(t, w, "Reception")
	nobody := w.NewVisitor()
	form := func(token string) *e2e.Page {
		return jonas.Do(t, http.MethodPost, "/enrol", strings.NewReader(token),
			http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	}
	for _, test := range []struct {
		name   string
		ask    func() *e2e.Page
		status int
		row    string
	}{
		{"a form of another website", func() *e2e.Page { return foreignPost(t, nobody, "/enrol") }, 403, "denied wrong_origin"},
		{"a form that another website makes a person send", func() *e2e.Page { return foreignPost(t, jonas, "/enrol") }, 403, "denied wrong_origin"},
		{"a form by Fetch Metadata from elsewhere", func() *e2e.Page {
			return nobody.Do(t, http.MethodPost, "/enrol", nil, http.Header{"Sec-Fetch-Site": {"cross-site"}})
		}, 403, "denied wrong_origin"},
		{"a wrong CSRF token", func() *e2e.Page { return form("csrfToken=x") }, 403, "denied wrong_origin"},
		{"no CSRF token and no origin", func() *e2e.Page { return form("") }, 403, "denied wrong_origin"},
		{"an admin's page", func() *e2e.Page { return jonas.Get(t, "/admin") }, 403, "denied not_allowed"},
		{"an admin's form", func() *e2e.Page { return jonas.Post(t, "/admin/stations", nil) }, 403, "denied not_allowed"},
		{"an admin's page at a station", func() *e2e.Page { return kiosk.Get(t, "/admin") }, 403, "denied not_allowed"},
		{"a station's page", func() *e2e.Page { return jonas.Get(t, "/kiosk") }, 404, "denied not_found"},
		{"a station's form", func() *e2e.Page { return nobody.Post(t, "/kiosk/enrol", nil) }, 404, "denied not_found"},
		{"a callback that nobody began", func() *e2e.Page { return nobody.Get(t, "/auth/callback?state=x") }, 400, "sign_in sign_in_refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, _ := trailOf(t, w)
			sessions := column(t, w, "SELECT COUNT(*) FROM session")
			w.Cloud.ResetCalls()
			if page := test.ask(); page.Status != test.status {
				t.Errorf("answered %d, want %d", page.Status, test.status)
			}
			if rows, last := trailOf(t, w); rows != before+1 || last != test.row {
				t.Errorf("%d rows more, the last is %q, want one %q", rows-before, last, test.row)
			}
			if calls := graphCalls(w); len(calls) > 0 {
				t.Errorf("Graph was asked %q", calls)
			}
			if now := column(t, w, "SELECT COUNT(*) FROM session"); !slices.Equal(now, sessions) {
				t.Errorf("%s sessions, before it were %s", now, sessions)
			}
		})
	}
}

// Real time passes meanwhile, in which more rows are allowed: how many is asked for, not assumed.
func TestAUD05AndLIM08OfAFloodEachOfTheFirstHundredLeavesARowAndTheRestOneOfTheLimit(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_TRUSTED_PROXIES", "127.0.0.0/8,::1/128"))
	const sent = 300
	v := w.NewVisitor()
	count := func(event string) int {
		n, err := strconv.Atoi(column(t, w, "SELECT COUNT(*) FROM audit WHERE event = '"+event+"'")[0])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	v.From = "203.0.113.7"
	for window := 1; window <= 2; window++ {
		began, before := time.Now(), count("denied")
		for n := range sent {
			if page := foreignPost(t, v, []string{"/enrol", "/language"}[n%2]); page.Status != http.StatusForbidden {
				t.Fatalf("answered %d", page.Status)
			}
		}
		rows, most := count("denied")-before, 101+int(time.Since(began).Seconds())
		if rows < 100 || rows > most {
			t.Errorf("window %d: %d rows of %d, want 100 to %d", window, rows, sent, most)
		}
		if hits := count("limit"); rows < sent && hits != window {
			t.Errorf("window %d: the limit stands in %d rows, want %d", window, hits, window)
		}
		w.Clock.Pass(15 * time.Minute)
	}
	if logged := strings.Count(w.Log.String(), `"status":403`); logged != 2*sent {
		t.Errorf("the log has %d refused requests, want %d", logged, 2*sent)
	}
	before := count("denied")
	v.From = "198.51.100.9"
	foreignPost(t, v, "/enrol")
	if got := count("denied"); got != before+1 {
		t.Errorf("another address left %d rows, want one", got-before)
	}
}

func TestLIM08AHostThatHasANetworkOfAddressesIsHeldToOneBound(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_TRUSTED_PROXIES", "127.0.0.0/8,::1/128"))
	const sent = 250
	v, began := w.NewVisitor(), time.Now()
	for n := range sent {
		v.From = fmt.Sprintf("2001:db8:1:2::%x", n)
		foreignPost(t, v, "/enrol")
	}
	rows, limits := column(t, w, "SELECT 1 FROM audit WHERE event = 'denied'"), column(t, w, "SELECT 1 FROM audit WHERE event = 'limit'")
	if most := 101 + int(time.Since(began).Seconds()); len(rows) < 100 || len(rows) > most || len(limits) > 1 {
		t.Errorf("%d refusals left %d rows and %d of the limit, want 100 to %d and one at most", sent, len(rows), len(limits), most)
	}
}

func TestLIM08SignInsThatAreRefusedAreHeldToThatBoundToo(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v, began := w.NewVisitor(), time.Now()
	for range 90 {
		foreignPost(t, v, "/enrol")
	}
	for range 30 {
		v.Get(t, "/auth/callback?state=unknown&code=c")
	}
	rows := column(t, w, "SELECT 1 FROM audit WHERE event IN ('denied', 'sign_in')")
	if most := 101 + int(time.Since(began).Seconds()); len(rows) < 100 || len(rows) > most {
		t.Errorf("120 refusals left %d rows, want 100 to %d", len(rows), most)
	}
}
