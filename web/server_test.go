package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"fobdesk/internal/audit"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/internal/station"
)

// nowhere is a trail that keeps nothing.
type nowhere struct{ Trail }

func (nowhere) AppendAudit(context.Context, audit.Row) error { return nil }

func (nowhere) ListAudit(context.Context, audit.Filter, int64, int) ([]audit.Row, error) {
	return nil, nil
}

// kept is a trail that keeps what is appended.
type kept struct {
	nowhere
	rows []audit.Row
}

func (k *kept) AppendAudit(_ context.Context, row audit.Row) error {
	k.rows = append(k.rows, row)
	return nil
}

// newServer is a portal at a public https address behind a proxy, with nobody signed in.
func newServer(t *testing.T, log *strings.Builder) *Server {
	t.Helper()
	keys, err := session.NewKeys([][]byte{[]byte(strings.Repeat("k", 32))})
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewJSONHandler(log, nil))
	s, err := New(Config{
		BaseURL:        &url.URL{Scheme: "https", Host: "fobs.example"},
		SignInOrigin:   "https://login.example",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")},
		Stations:       station.New(station.Config{Keys: keys, Secure: true, Now: time.Now}),
		Sessions:       session.NewStore(session.Config{Keys: keys, Idle: time.Minute, Max: time.Hour, Secure: true, Now: time.Now, Log: logger}),
		Language:       language.English,
		Ready:          func(context.Context) error { return errors.New("the database host db.internal is away") },
		Trail:          nowhere{}, Now: time.Now, Log: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Server) answer(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestRST05AColourThatIsNoneStopsTheStart(t *testing.T) {
	if _, err := New(Config{BaseURL: &url.URL{}, Brand: Brand{Color: "mauve"}}); err == nil {
		t.Error("the portal started")
	}
}

func TestROL01ARouteThatIsNamedTwiceStopsTheStart(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	if err := s.addRoutes(); err == nil {
		t.Error("the table was taken twice")
	}
}

func TestSRV03WhatAProxyMarksAsPlainIsLedToHTTPSOrRefused(t *testing.T) {
	s, trail := newServer(t, new(strings.Builder)), &kept{}
	s.Trail = trail
	for _, test := range []struct {
		name, method, peer, proto string
		status                    int
		location                  string
	}{
		{"a page is redirected", "GET", "10.1.2.3:1", "http", 308, "https://fobs.example/enrol?serial=1"},
		{"a form is refused", "POST", "10.1.2.3:1", "http", 403, ""},
		{"https passes", "GET", "10.1.2.3:1", "https", 302, "/auth/sign-in?return_to=%2Fenrol%3Fserial%3D1"},
		{"a peer that is no proxy is not believed", "GET", "192.0.2.1:1", "http", 302, "/auth/sign-in?return_to=%2Fenrol%3Fserial%3D1"},
	} {
		r := httptest.NewRequest(test.method, "/enrol?serial=1", nil)
		r.RemoteAddr = test.peer
		r.Host = "evil.example"
		r.Header.Set("X-Forwarded-Proto", test.proto)
		got := s.answer(r)
		if got.Code != test.status || got.Header().Get("Location") != test.location {
			t.Errorf("%s: %d %q, want %d %q", test.name, got.Code, got.Header().Get("Location"), test.status, test.location)
		}
		if hsts := got.Header().Get("Strict-Transport-Security"); hsts != "max-age=31536000" {
			t.Errorf("%s: HSTS is %q", test.name, hsts)
		}
	}
	if len(trail.rows) != 1 || trail.rows[0].Event != audit.EventDenied {
		t.Errorf("the trail has %v, want the refused form", trail.rows)
	}
}

func TestSRV04TheClientIsTheRightMostHopThatIsNoProxy(t *testing.T) {
	for _, test := range []struct{ peer, forwarded, want string }{
		{"192.0.2.1:1", "", "192.0.2.1"},
		{"192.0.2.1:1", "198.51.100.7", "192.0.2.1"},
		{"10.0.0.1:1", "198.51.100.7", "198.51.100.7"},
		{"10.0.0.1:1", "1.1.1.1, 198.51.100.7, 10.9.9.9", "198.51.100.7"},
		{"10.0.0.1:1", "127.0.0.1", "127.0.0.1"},
		{"10.0.0.1:1", "rubbish", "10.0.0.1"},
		{"[fd00::1]:1", "2001:db8::7", "2001:db8::7"},
	} {
		s := newServer(t, new(strings.Builder))
		var got string
		s.echo.GET("/who", func(c echo.Context) error { got = c.RealIP(); return nil })
		r := httptest.NewRequest(http.MethodGet, "/who", nil)
		r.RemoteAddr = test.peer
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		s.answer(r)
		if got != test.want {
			t.Errorf("peer %s, X-Forwarded-For %q: %s, want %s", test.peer, test.forwarded, got, test.want)
		}
	}
}

func TestSRV05MethodsThatNoRouteHasAreRefusedAlikeEverywhere(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	for _, method := range []string{"TRACE", "CONNECT", "OPTIONS", "PUT", "DELETE", "BREW"} {
		for _, path := range []string{"/", "/enrol", "/nothing", "/healthz"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Method = method
			if got := s.answer(r); got.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s answered %d, want 405", method, path, got.Code)
			}
		}
	}
}

func TestSRV08APanicIsACalmPageAndTheProcessLivesOn(t *testing.T) {
	var log strings.Builder
	s := newServer(t, &log)
	s.echo.GET("/panic", func(echo.Context) error { panic("planted detail") })
	got := s.answer(httptest.NewRequest(http.MethodGet, "/panic", nil))
	reference := got.Header().Get("X-Request-Id")
	if got.Code != http.StatusInternalServerError || reference == "" || !strings.Contains(got.Body.String(), reference) {
		t.Errorf("answered %d without its reference", got.Code)
	}
	if !strings.Contains(log.String(), "planted detail") || !strings.Contains(log.String(), reference) {
		t.Error("the log does not say what happened")
	}
	if again := s.answer(httptest.NewRequest(http.MethodGet, "/healthz", nil)); again.Code != http.StatusOK {
		t.Errorf("afterwards it answers %d", again.Code)
	}
}

func TestLOG05NoPageShowsTheInside(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	s.echo.GET("/fault", func(echo.Context) error { return errors.New("dial tcp db.internal:5432: planted detail") })
	for _, path := range []string{"/fault", "/readyz"} {
		got := s.answer(httptest.NewRequest(http.MethodGet, path, nil)).Body.String()
		for _, inside := range []string{"planted", "db.internal", "dial", ".go:", "goroutine"} {
			if strings.Contains(got, inside) {
				t.Errorf("%s shows %q", path, inside)
			}
		}
	}
}

func TestROL02ARouteWithoutAnEntryIsClosed(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	s.echo.GET("/forgotten", func(c echo.Context) error { return c.String(http.StatusOK, "open") }, s.admit)
	if got := s.answer(httptest.NewRequest(http.MethodGet, "/forgotten", nil)); got.Code != http.StatusForbidden {
		t.Errorf("answered %d, want 403", got.Code)
	}
	if err := s.allow(nobody, asker{current: &session.Session{}}); !errors.Is(err, outcome.NotAllowed) {
		t.Errorf("the policy says %v", err)
	}
}

func TestEveryOutcomeHasAStatus(t *testing.T) {
	for o, status := range statuses {
		if status < 200 || status > 599 || http.StatusText(status) == "" {
			t.Errorf("%s: %d", o, status)
		}
	}
	if got := statusOf(outcome.New("unheard_of")); got != http.StatusInternalServerError {
		t.Errorf("an outcome without a status answers %d", got)
	}
}

func TestAReportOfTheBrowserIsLoggedBounded(t *testing.T) {
	var log strings.Builder
	s := newServer(t, &log)
	for _, body := range []string{
		`{"csp-report":{"violated-directive":"script-src","blocked-uri":"https://evil.example/"}}`,
		`[{"body":{"effectiveDirective":"img-src","blockedURL":"https://evil.example/` + strings.Repeat("x", 4000) + `"}}]`,
		`{`, ``,
	} {
		r := httptest.NewRequest(http.MethodPost, "/csp-report", strings.NewReader(body))
		if got := s.answer(r); got.Code != http.StatusNoContent {
			t.Errorf("%.40s answered %d", body, got.Code)
		}
	}
	if !strings.Contains(log.String(), "script-src https://evil.example/") || !strings.Contains(log.String(), "img-src") {
		t.Errorf("logged %s", log.String())
	}
	before := log.Len()
	for range 200 {
		s.answer(httptest.NewRequest(http.MethodPost, "/csp-report", strings.NewReader(`{"csp-report":{"violated-directive":"x"}}`)))
	}
	if got := strings.Count(log.String()[before:], "content security policy report"); got > 25 {
		t.Errorf("%d of 200 reports were logged", got)
	}
	if got := s.answer(httptest.NewRequest(http.MethodPost, "/csp-report", strings.NewReader(strings.Repeat("x", 1<<20)))); got.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a report of 1 MB answered %d", got.Code)
	}
}
