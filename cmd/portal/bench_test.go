package portal_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fobdesk/cmd/portal"
	"fobdesk/internal/config"
	"fobdesk/internal/oath"
	"fobdesk/internal/session"
	"fobdesk/internal/store"
)

// person is somebody signed in.
type person struct{ cookie, csrfToken, accessToken string }

// open opens a portal that people are signed in to: the database holds their sessions, as after a
// restart. Its log goes to the null device, for writing a line is part of answering.
func open(b *testing.B, graphURL string, crowd int) (*portal.Portal, []*person) {
	b.Helper()
	env := map[string]string{
		"FOBDESK_BASE_URL":      "https://fobs.example.org",
		"FOBDESK_TENANT_ID":     "6f1d3c0a-52b7-4a8e-9d34-0b1c7e5a2f60",
		"FOBDESK_CLIENT_ID":     "b3a9e7d4-1c58-4f02-8e6b-7d20c94f5a11",
		"FOBDESK_CLIENT_SECRET": "a-secret-that-opens-nothing",
		"FOBDESK_ISSUER_URL":    "http://127.0.0.1:1/entra", // nobody is there, and nobody is asked
		"FOBDESK_GRAPH_URL":     graphURL + "/beta",
		"FOBDESK_SESSION_KEYS":  base64.StdEncoding.EncodeToString(make([]byte, 32)),
		"FOBDESK_DATABASE_URL":  "sqlite:" + filepath.Join(b.TempDir(), "fobdesk.db"),
		"FOBDESK_ORG_NAME":      "Contoso",
		"FOBDESK_SUPPORT_EMAIL": "helpdesk@contoso.example",
	}
	lookup := func(name string) (string, bool) { value, ok := env[name]; return value, ok }
	cfg, err := config.Load(nil, lookup, os.ReadFile)
	if err != nil {
		b.Fatal(err)
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	log := portal.NewLogger(null, cfg.LogLevel, cfg.LogFormat)
	people := signIn(b, cfg, log, crowd)
	p, err := portal.Open(b.Context(), portal.Settings{Config: cfg, Log: log})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := p.Close(context.Background()); err != nil {
			b.Error(err)
		}
		_ = null.Close()
	})
	return p, people
}

// signIn puts sessions into the database, with tokens as long as Entra's are.
func signIn(b *testing.B, cfg *config.Config, log *slog.Logger, crowd int) []*person {
	b.Helper()
	keys, err := session.NewKeys(cfg.SessionKeys.Reveal())
	if err != nil {
		b.Fatal(err)
	}
	db, err := store.Open(b.Context(), cfg.DatabaseURL.Reveal(), store.Options{Keys: keys, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	sessions := session.NewStore(session.Config{
		Rows: db, States: db, Keys: keys, Idle: cfg.SessionIdle, Max: cfg.SessionMax, Secure: true,
		Now: time.Now, Log: log,
	})
	people := make([]*person, crowd)
	for n := range people {
		p := &person{accessToken: fmt.Sprintf("%04d%s", n, strings.Repeat("a", 2500))}
		now := time.Now()
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, cfg.BaseURL, nil)
		if err := sessions.Start(w, r, session.Session{
			Person: oath.Person{
				TenantID: cfg.TenantID, ID: fmt.Sprintf("0a1c5f6e-3b7d-4e29-8f10-%012d", n),
				Name: "Adele Vance", UserPrincipalName: "adele.vance@contoso.example",
			},
			Subject: "subject", SID: "sid", LoginHint: "login-hint", IssuedAt: now, SignedIn: now, SteppedUp: now,
			Tokens: session.NewTokens(p.accessToken, strings.Repeat("r", 1500), now.Add(time.Hour)),
		}); err != nil {
			b.Fatal(err)
		}
		sess, err := sessions.Current(r)
		if err != nil {
			b.Fatal(err)
		}
		cookie := w.Result().Cookies()[0]
		p.cookie, p.csrfToken = cookie.Name+"="+cookie.Value, sessions.CSRFToken(sess)
		people[n] = p
	}
	if err := db.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
	return people
}

// header is what a browser sends with each request.
func (p *person) header() http.Header {
	return http.Header{
		"Cookie":          {p.cookie},
		"User-Agent":      {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
		"Accept":          {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
		"Accept-Language": {"en-US,en;q=0.5"},
		"Accept-Encoding": {"gzip, deflate, br, zstd"},
		"Sec-Fetch-Site":  {"same-origin"},
	}
}

// get returns the body of a GET, as it is served.
func (p *person) get(b *testing.B, handler http.Handler, path string) []byte {
	b.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil)
	r.Header = p.header()
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("GET %s: status %d", path, w.Code)
	}
	return w.Body.Bytes()
}
