package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
)

func TestWhatAPageDidNotShowIsNoGroundToCallItOvertaken(t *testing.T) {
	methods := []oath.Method{{ID: "new"}}
	if got := (seen{Methods: methods, Unread: true}).fobs(); got != "" {
		t.Errorf("fobs that were not read stood as %q", got)
	}
	if got := (seen{Methods: methods}).fobs(); got != desk.Seen(methods) {
		t.Errorf("the fobs stood as %q", got)
	}
}

func TestAPageHasAFormForTheCodeOfEachFobThatIsNotActive(t *testing.T) {
	page := seen{Methods: []oath.Method{{ID: "new"}, {ID: "active", Device: oath.Device{Status: oath.StatusActivated}}}}
	for id, want := range map[string]bool{"new": true, "active": false, "another": false} {
		if got := page.holds(id); got != want {
			t.Errorf("a form for %s: %t", id, got)
		}
	}
}

func TestWhatAPageShowedIsSealedOrTheLogSaysWhyNot(t *testing.T) {
	var log strings.Builder
	s := newServer(t, &log)
	c := s.echo.NewContext(httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder())
	c.Set(sessionKey, signedInAs("admin"))
	page := seen{Person: oath.Person{ID: somebody}, Methods: []oath.Method{{ID: "new"}}}
	if sealed := s.sealSeen(c, page); sealed == "" || log.Len() > 0 {
		t.Errorf("sealed %d bytes and logged %q", len(sealed), log.String())
	}
	page.Methods[0].Created = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) // JSON has no such year
	if sealed := s.sealSeen(c, page); sealed != "" || !strings.Contains(log.String(), "was not sealed") {
		t.Errorf("sealed %q and logged %q", sealed, log.String())
	}
}
