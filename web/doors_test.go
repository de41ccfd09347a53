package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/entra"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/internal/station"
)

func TestSRV08OnlyAPanicOnPurposeReachesTheServer(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	s.echo.GET("/fault", func(echo.Context) error { panic(errors.New("planted")) })
	s.echo.GET("/abort", func(echo.Context) error { panic(http.ErrAbortHandler) })
	if got := s.answer(httptest.NewRequest(http.MethodGet, "/fault", nil)); got.Code != http.StatusInternalServerError {
		t.Errorf("an error that panics answered %d", got.Code)
	}
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("cutting a connection panicked with %v", err)
		}
	}()
	s.answer(httptest.NewRequest(http.MethodGet, "/abort", nil))
}

func TestWhoeverWatchesARequestGivesItItsContext(t *testing.T) {
	type key struct{}
	s := newServer(t, new(strings.Builder))
	for _, wants := range []bool{true, false} {
		var route string
		var status int
		s.Watch = func(ctx context.Context, _, path string) (context.Context, func(int)) {
			route = path
			if wants {
				ctx = context.WithValue(ctx, key{}, "watched")
			}
			return ctx, func(came int) { status = came }
		}
		var got any
		handler := s.watch(func(c echo.Context) error {
			got = c.Request().Context().Value(key{})
			return c.NoContent(http.StatusTeapot)
		})
		c := s.echo.NewContext(httptest.NewRequest(http.MethodGet, "/healthz", nil), httptest.NewRecorder())
		c.SetPath("/healthz")
		if err := handler(c); err != nil {
			t.Fatal(err)
		}
		if (got == "watched") != wants || route != "/healthz" || status != http.StatusTeapot {
			t.Errorf("the handler got %v, and %s came to %d", got, route, status)
		}
	}
}

func TestSRV03WhatIsNoPathLeadsNowhere(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL = &url.URL{Opaque: ".evil.example/"}
	r.RemoteAddr = "10.1.2.3:1"
	r.Header.Set("X-Forwarded-Proto", "http")
	if got := s.answer(r); got.Code != http.StatusForbidden || got.Header().Get("Location") != "" {
		t.Errorf("answered %d to %q", got.Code, got.Header().Get("Location"))
	}
}

func TestSRV03APortalOnPlainHTTPLeadsNobodyToHTTPS(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	s.BaseURL = &url.URL{Scheme: "http", Host: "fobs.example"}
	r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
	r.RemoteAddr = "10.1.2.3:1"
	r.Header.Set("X-Forwarded-Proto", "http")
	if got := s.answer(r); got.Code != http.StatusOK {
		t.Errorf("answered %d to %q", got.Code, got.Header().Get("Location"))
	}
}

func TestSRV04APeerThatCannotBeReadIsNoProxy(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	for peer, want := range map[string]bool{"10.1.2.3:1": true, "[::ffff:10.1.2.3]:1": true, "192.0.2.1:1": false, "": false, "@": false} {
		if got := s.fromProxy(&http.Request{RemoteAddr: peer}); got != want {
			t.Errorf("%q is a proxy: %t", peer, got)
		}
	}
}

func TestCSRF02AndCSRF03WhereALinkStandsDoesNotMatter(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	for _, test := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/enrol", http.StatusFound}, {http.MethodHead, "/enrol", http.StatusFound},
		{http.MethodPost, "/csp-report", http.StatusNoContent}, {http.MethodPost, "/enrol", http.StatusForbidden},
	} {
		r := httptest.NewRequest(test.method, test.path, nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://evil.example")
		if got := s.answer(r).Code; got != test.want {
			t.Errorf("%s %s from elsewhere answered %d, want %d", test.method, test.path, got, test.want)
		}
	}
}

func TestCSRF04WithoutATokenTheBrowserHasToProveTheOrigin(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	for name, test := range map[string]struct {
		header http.Header
		want   bool
	}{
		"by Fetch Metadata": {http.Header{"Sec-Fetch-Site": {"same-origin"}}, true},
		"by Origin":         {http.Header{"Origin": {"https://fobs.example"}}, true},
		"not at all":        {http.Header{}, false},
	} {
		r := httptest.NewRequest(http.MethodPost, "/enrol", nil)
		r.Header = test.header
		if got := s.validCSRF(s.echo.NewContext(r, httptest.NewRecorder()), &session.Session{}); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestINP03AFormHasUpToAHundredFields(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	handler := s.formBody(func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	for fields, want := range map[int]bool{1: true, maxFields: true, maxFields + 1: false} {
		r := httptest.NewRequest(http.MethodPost, "/enrol", strings.NewReader(strings.Repeat("a=1&", fields-1)+"b=2"))
		r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
		if err := handler(s.echo.NewContext(r, httptest.NewRecorder())); (err == nil) != want {
			t.Errorf("%d fields: %v", fields, err)
		}
	}
}

func TestINP07AHiddenFieldIsTakenAsItIsUpToItsBound(t *testing.T) {
	for text, want := range map[string]bool{"": true, "GALT1 ü": true, strings.Repeat("x", 256): true, strings.Repeat("x", 257): false, "\xff": false, "\u202e": false} {
		if got, err := asSeen(text); (err == nil) != want || want && got != text {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestROL04RolesAreBelievedForAnHour(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	at := time.Now()
	s.Now, s.AdminRoles = func() time.Time { return at }, []string{"admin"}
	for age, want := range map[time.Duration]bool{0: true, time.Hour: true, time.Hour + 1: false} {
		if err := s.allowAdmin(&session.Session{Roles: []string{"admin"}, IssuedAt: at.Add(-age)}); (err == nil) != want {
			t.Errorf("%v old: %v", age, err)
		}
	}
}

// away are the rows of stations in a database that is down.
type away struct{ station.Rows }

func (away) StationOfKey(context.Context, string) (station.Station, error) {
	return station.Station{}, errors.New("the database is down")
}

func TestKSK04AStationWhoseKeyCannotBeLookedUpIsNoOrdinaryBrowser(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	s.Stations = station.New(station.Config{Rows: away{}, Secure: true, Now: time.Now})
	s.echo.GET("/forgotten", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) }, s.admit)
	for path, want := range map[string]int{
		"/": http.StatusServiceUnavailable, "/kiosk": http.StatusServiceUnavailable, "/accessibility": http.StatusServiceUnavailable,
		"/healthz": http.StatusOK, "/forgotten": http.StatusForbidden, // neither asks who it is
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.AddCookie(&http.Cookie{Name: "__Host-fobdesk-station", Value: strings.Repeat("A", 43)})
		if got := s.answer(r); got.Code != want {
			t.Errorf("%s answered %d, want %d", path, got.Code, want)
		}
	}
}

func TestWhereAGrantIsAskedForAgain(t *testing.T) {
	for _, test := range []struct {
		path  string
		grant session.Grant
		want  string
	}{
		{"/admin/fobs?serial=A", session.GrantInventory, "/admin/fobs?ask=inventory&serial=A"},
		{"/admin/fobs?ask=inventory&serial=A", "", "/admin/fobs?serial=A"},
		{"/admin/fobs?ask=admin", "", "/admin/fobs"},
		{"/admin/fobs?a=%zz", session.GrantAdmin, "/admin/fobs"},
		{"/admin/fobs", session.GrantAdmin, "/admin/fobs?ask=admin"},
	} {
		if got := asking(test.path, test.grant); got != test.want {
			t.Errorf("%s for %q is %s, want %s", test.path, test.grant, got, test.want)
		}
	}
}

func TestFLT01AnEntraThatGaveNoAnswerIsAGatewayThatTimedOut(t *testing.T) {
	for reason, want := range map[string]int{entra.ReasonSilent: http.StatusGatewayTimeout, entra.ReasonBroken: http.StatusBadGateway} {
		if got := statusOf(&outcome.Error{Outcome: outcome.UpstreamUnavailable, Reason: reason}); got != want {
			t.Errorf("%s is %d, want %d", reason, got, want)
		}
	}
}

func TestLIM02WhenToComeBackIsToldInWholeSeconds(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	for wait, want := range map[time.Duration]string{
		-time.Second: "", 0: "", 1: "1", time.Second: "1", time.Second + 1: "2", time.Minute: "60",
	} {
		w := httptest.NewRecorder()
		setRetryAfter(s.echo.NewContext(httptest.NewRequest(http.MethodGet, "/", nil), w), wait)
		if got := w.Header().Get("Retry-After"); got != want {
			t.Errorf("%v is told as %q, want %q", wait, got, want)
		}
	}
}

func TestOIDC16HowOldAProofMayBe(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	at := time.Now()
	s.Now = func() time.Time { return at }
	for _, test := range []struct {
		atSignIn          bool
		signedIn, stepped time.Duration // ago
		stale             bool
	}{
		{true, time.Hour, freshForm, false}, {true, 0, freshForm + 1, true},
		{false, freshSignIn, time.Hour, false}, {false, freshSignIn + 1, 0, true},
	} {
		s.StepUpAtSignIn = test.atSignIn
		sess := &session.Session{SignedIn: at.Add(-test.signedIn), SteppedUp: at.Add(-test.stepped)}
		if got := s.stale(sess, freshForm); got != test.stale {
			t.Errorf("%+v: stale %t", test, got)
		}
	}
	for ago, want := range map[time.Duration]bool{time.Minute - 1: true, time.Minute: false} {
		if got := s.justBack(&session.Session{SignedIn: at.Add(-ago)}); got != want {
			t.Errorf("back %v ago is just now: %t", ago, got)
		}
	}
	c := s.echo.NewContext(httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder())
	for ago, want := range map[time.Duration]bool{freshForm: true, freshForm + 1: false} {
		c.Set(sessionKey, &session.Session{SteppedUp: at.Add(-ago)})
		if got := s.by(c).FreshMFA; got != want {
			t.Errorf("proven %v ago is fresh to the desk: %t", ago, got)
		}
	}
}

// counted are the rows of sessions in a database that only counts what it is asked to end.
type counted struct {
	session.Rows
	ends int
	err  error
}

func (r *counted) EndSessionsOfSID(context.Context, string, time.Time) (int, error) {
	r.ends++
	return 0, r.err
}

func TestSES11OnlyTheIssuersWordEndsASession(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	s.Issuer = "https://login.example/v2.0"
	rows := &counted{}
	s.Sessions.Rows = rows
	logout := func(sid, issuer string) int {
		query := url.Values{"sid": {sid}, "iss": {issuer}}
		return s.answer(httptest.NewRequest(http.MethodGet, "/auth/front-channel-logout?"+query.Encode(), nil)).Code
	}
	for _, test := range []struct {
		sid, issuer string
		ends        int
	}{
		{"sid", s.Issuer, 1}, {"sid", "", 1}, {strings.Repeat("s", 256), s.Issuer, 1},
		{"sid", "https://evil.example", 0}, {"", s.Issuer, 0}, {strings.Repeat("s", 257), s.Issuer, 0},
	} {
		rows.ends = 0
		if got := logout(test.sid, test.issuer); got != http.StatusOK || rows.ends != test.ends {
			t.Errorf("sid of %d bytes from %q: %d, and the store was asked %d times", len(test.sid), test.issuer, got, rows.ends)
		}
	}
	rows.err = errors.New("the database is down")
	if got := logout("sid", s.Issuer); got != http.StatusServiceUnavailable {
		t.Errorf("with the database down: %d", got)
	}
}

func TestSES08ABrowserIsNamedInAFewWordsOrNotAtAll(t *testing.T) {
	for agent, want := range map[string]string{
		"": "",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox · Linux",
		strings.Repeat("x", 64) + "/1":                                           strings.Repeat("x", 64), strings.Repeat("x", 65) + "/1": "",
		"\u202efox/1": "",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("User-Agent", agent)
		if got := agentOf(r); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
}

func TestARefusalIsToldWhereItBelongs(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	r := httptest.NewRequest(http.MethodGet, "/enrol", nil)
	c := s.echo.NewContext(r, httptest.NewRecorder())
	for came, good := range map[outcome.Outcome]bool{outcome.Enrolled: true, outcome.WrongCode: false} {
		if got := s.tell(c, outcome.New(came)); got.Good != good || got.Outcome != string(came) {
			t.Errorf("%s is told as %+v", came, got.Summary)
		}
	}
	got := s.tell(c, &outcome.Error{Outcome: outcome.InvalidInput, Fields: []outcome.Field{
		{Name: fieldSerial, Flaw: "empty"}, {Name: fieldForm, Flaw: "characters"}, {Name: fieldSeen, Flaw: "characters"},
	}})
	var leads []string
	for _, link := range got.Errors {
		leads = append(leads, link.Field)
	}
	if want := []string{fieldSerial, "", ""}; !slices.Equal(leads, want) {
		t.Errorf("the summary leads to %q, want %q", leads, want)
	}
	for reason, atStation := range map[string]string{"": "visit", "again": "again.visit"} {
		refusal := &outcome.Error{Outcome: outcome.WrongCode, Reason: reason}
		c.Set(stationKey, (*station.Station)(nil))
		if got := wordedForVisit(c, refusal).Reason; got != reason {
			t.Errorf("elsewhere %q is worded as %q", reason, got)
		}
		c.Set(stationKey, &station.Station{ID: "one"})
		if got := wordedForVisit(c, refusal).Reason; got != atStation || refusal.Reason != reason {
			t.Errorf("at a station %q is worded as %q, want %q", reason, got, atStation)
		}
	}
}
