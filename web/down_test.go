package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/internal/station"
)

var errDown = errors.New("the database is down")

// down are the rows of sessions and the states of sign-ins in a database that is down. It counts how
// often it was to end everything.
type down struct {
	session.Rows
	session.UsedStates
	ends *int
}

func (down) FindSession(context.Context, string) (session.Row, error) { return session.Row{}, errDown }

func (down) SessionsOfPerson(context.Context, string) ([]session.Row, error) { return nil, errDown }

func (d down) EndSessionsOfPerson(context.Context, string, time.Time) (int, error) {
	*d.ends++
	return 0, errDown
}

func (down) UseState(context.Context, string, time.Time) (bool, error) { return false, errDown }

// full is a trail that takes no row.
type full struct{ Trail }

func (full) AppendAudit(context.Context, audit.Row) error { return errDown }

// one is a directory with one person in it, whom it knows by every id; without a name it is away.
type one struct {
	People
	name string
}

func (p one) Find(_ context.Context, id string) (oath.Person, error) {
	if p.name == "" {
		return oath.Person{}, outcome.New(outcome.UpstreamUnavailable)
	}
	return oath.Person{ID: id, Name: p.name}, nil
}

// signedInAs is the session of whoever has this object id.
func signedInAs(id string) *session.Session {
	return &session.Session{Person: oath.Person{TenantID: "tenant", ID: id, Name: "Grace"}}
}

const somebody = "11111111-0000-4000-8000-000000000001"

// asks is a request of somebody who is signed in, about somebody.
func asks(s *Server, form url.Values) (echo.Context, *httptest.ResponseRecorder) {
	r, w := httptest.NewRequest(http.MethodPost, "/", nil), httptest.NewRecorder()
	r.PostForm = form
	r.AddCookie(&http.Cookie{Name: "__Host-fobdesk", Value: strings.Repeat("A", 22) + "." + strings.Repeat("A", 43)})
	c := s.echo.NewContext(r, w)
	c.SetParamNames("id")
	c.SetParamValues(somebody)
	c.Set(sessionKey, signedInAs("admin"))
	return c, w
}

func TestFLT08WithTheDatabaseDownNobodyIsToldThatASessionEnded(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	ends := 0
	s.Sessions.Rows = down{ends: &ends}
	s.People = func(*session.TokenSource) People { return one{name: "Ada"} }
	for name, handler := range map[string]echo.HandlerFunc{
		"where one is signed in": s.getSessions, "signing out there": s.postEndSession,
		"signing out": s.postSignOut, "signing a person out": s.postEndSessionsFor,
	} {
		c, w := asks(s, nil)
		if err := handler(c); !errors.Is(err, outcome.Unavailable) || c.Response().Committed || len(w.Header()) > 0 {
			t.Errorf("%s: %v, and %d to %q", name, err, w.Code, w.Header().Get("Location"))
		}
	}
	if ends != 1 {
		t.Errorf("a person's sessions were to be ended %d times", ends)
	}
}

func TestAUD02NobodyIsSignedOutByAnAdminWithoutARowOfIt(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	ends := 0
	s.Sessions.Rows, s.Trail = down{ends: &ends}, full{}
	s.People = func(*session.TokenSource) People { return one{name: "Ada"} }
	c, _ := asks(s, nil)
	if err := s.postEndSessionsFor(c); !errors.Is(err, outcome.Unavailable) || ends > 0 {
		t.Errorf("%v, and the sessions were to be ended %d times", err, ends)
	}
}

func TestAUD05WhomAnAdminSignsOutIsNamedWhereGraphKnowsThem(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	trail, ends := &kept{}, 0
	s.Sessions.Rows, s.Trail = down{ends: &ends}, trail
	for i, name := range []string{"Ada", ""} {
		s.People = func(*session.TokenSource) People { return one{name: name} }
		c, _ := asks(s, nil)
		if err := s.postEndSessionsFor(c); !errors.Is(err, outcome.Unavailable) {
			t.Fatal(err)
		}
		if len(trail.rows) != i+1 {
			t.Fatalf("%d rows were left, want %d", len(trail.rows), i+1)
		}
		row := trail.rows[i]
		if row.Subject != somebody || row.SubjectName != name || row.Actor != "admin" {
			t.Errorf("%q is recorded as %q %q, by %q", name, row.Subject, row.SubjectName, row.Actor)
		}
	}
	if ends != 2 {
		t.Errorf("%d of 2 were signed out", ends)
	}
}

func TestFLT08AtAStationADatabaseThatIsDownIsNoSignInFromElsewhere(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	s.Sessions.States = down{}
	w := httptest.NewRecorder()
	begun, err := s.Sessions.BeginSignIn(w, httptest.NewRequest(http.MethodGet, "/", nil), session.SignIn{Station: "one"})
	if err != nil {
		t.Fatal(err)
	}
	query := url.Values{"code": {"code"}, "state": {begun.State}}
	r := httptest.NewRequest(http.MethodGet, "/auth/callback?"+query.Encode(), nil)
	for _, cookie := range w.Result().Cookies() {
		r.AddCookie(cookie)
	}
	c := s.echo.NewContext(r, httptest.NewRecorder())
	c.Set(stationKey, &station.Station{ID: "one"})
	if _, _, _, err := s.callback(c); !errors.Is(err, outcome.Unavailable) {
		t.Errorf("refused with %v", err)
	}
}

// remembered is one row of a session, which is never ended, and how often it was used.
type remembered struct {
	session.Rows
	row *session.Row
	use *int
}

func (m remembered) InsertSession(_ context.Context, row session.Row, _ string) error {
	*m.row = row
	return nil
}

func (m remembered) FindSession(context.Context, string) (session.Row, error) { return *m.row, nil }

func (m remembered) TouchSession(context.Context, string, time.Time) error {
	*m.use++
	return nil
}

func TestSES04WhatStoodInLineIsNoUseOfASession(t *testing.T) {
	s := newServer(t, new(strings.Builder))
	at, used := time.Now(), 0
	s.Sessions.Now = func() time.Time { return at }
	s.Sessions.Rows = remembered{row: new(session.Row), use: &used}
	w := httptest.NewRecorder()
	if err := s.Sessions.Start(w, httptest.NewRequest(http.MethodGet, "/", nil), *signedInAs(somebody)); err != nil {
		t.Fatal(err)
	}
	at = at.Add(50 * time.Second)
	for _, stood := range []bool{true, false} {
		r := httptest.NewRequest(http.MethodPost, "/enrol", nil)
		for _, cookie := range w.Result().Cookies() {
			r.AddCookie(cookie)
		}
		c := s.echo.NewContext(r, httptest.NewRecorder())
		if stood {
			c.Set(stoodKey, true)
		}
		used = 0
		who, err := s.asker(c, signedIn)
		if err != nil || who.current == nil || (used == 0) != stood {
			t.Errorf("stood in line %t: %+v, %v, used %d times", stood, who, err, used)
		}
	}
}
