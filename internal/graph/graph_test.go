package graph

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"fobdesk/internal/oath"
)

const graphRequestID = "11111111-2222-4333-8444-555555555555"

// fake is a server in Graph's place that answers with one handler and keeps what it was asked.
type fake struct {
	*httptest.Server
	mu    sync.Mutex
	calls []string // method and path
}

func (f *fake) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.calls...)
}

func newFake(t *testing.T, answer http.HandlerFunc) *fake {
	t.Helper()
	f := &fake{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.calls = append(f.calls, r.Method+" "+r.URL.Path)
		f.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(f.CloseClientConnections)
	t.Cleanup(f.Close)
	return f
}

// tokenList gives its tokens one after the other, each Replace the next.
type tokenList struct {
	tokens   []string
	err      error // of AccessToken
	failure  error // of Replace
	replaced []string
}

func (l *tokenList) AccessToken(context.Context) (string, error) { return l.tokens[0], l.err }

func (l *tokenList) Replace(_ context.Context, stale string) (string, error) {
	l.replaced = append(l.replaced, stale)
	if l.failure != nil {
		return "", l.failure
	}
	l.tokens = l.tokens[min(1, len(l.tokens)-1):]
	return l.tokens[0], nil
}

// testClient speaks to url with short times, and logs everything into the buffer.
func testClient(t *testing.T, url string) (*Client, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	c := New(Config{
		BaseURL: url + "/beta", UserAgent: "Fobdesk/test",
		Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now: func() time.Time { return time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC) },
	})
	c.pause = time.Millisecond
	if transport, ok := c.transport.(*http.Transport); ok {
		t.Cleanup(transport.CloseIdleConnections)
	}
	return c, &log
}

func me(t *testing.T, url string) *Methods {
	t.Helper()
	c, _ := testClient(t, url)
	return c.Me(&tokenList{tokens: []string{"first", "second"}})
}

// annID is the person on whom others act.
const (
	annID = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e501"
	benID = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e502"
)

// ann is the methods of somebody else than the person whose token it is.
func ann(t *testing.T, url string) *Methods {
	t.Helper()
	c, _ := testClient(t, url)
	return c.User(&tokenList{tokens: []string{"first", "second"}}, annID)
}

// acts are the calls that change something, each with the same ids and code.
func acts(t *testing.T) map[operation]func(context.Context, *Methods) (string, error) {
	t.Helper()
	serial, code, name := mustInput(t, "GALT12345678", "012345", "Desk")
	return map[operation]func(context.Context, *Methods) (string, error){
		opAssignAndActivate: func(ctx context.Context, m *Methods) (string, error) {
			return m.AssignAndActivate(ctx, serial, code, name)
		},
		opAssignAndActivateDevice: func(ctx context.Context, m *Methods) (string, error) {
			return m.AssignAndActivateDevice(ctx, "d-1", code, name)
		},
		opAssign: func(ctx context.Context, m *Methods) (string, error) { return m.Assign(ctx, "d-1") },
		opActivate: func(ctx context.Context, m *Methods) (string, error) {
			return m.Activate(ctx, "m-1", code, name)
		},
		opDeactivate: func(ctx context.Context, m *Methods) (string, error) { return m.Deactivate(ctx, "m-1") },
		opRemove:     func(ctx context.Context, m *Methods) (string, error) { return m.Remove(ctx, "m-1") },
	}
}

// looks are the calls that only read.
func looks(t *testing.T) map[operation]func(context.Context, *Methods) error {
	t.Helper()
	serial, _, _ := mustInput(t, "GALT12345678", "012345", "")
	return map[operation]func(context.Context, *Methods) error{
		opRead: func(ctx context.Context, m *Methods) error { _, err := m.List(ctx); return err },
		opSearchPeople: func(ctx context.Context, m *Methods) error {
			_, err := m.client.People(m.tokens).Search(ctx, "ann", "")
			return err
		},
		opNextPeople: func(ctx context.Context, m *Methods) error {
			_, err := m.client.People(m.tokens).Search(ctx, "", m.client.base+"/users?$skiptoken=x")
			return err
		},
		opFindPerson: func(ctx context.Context, m *Methods) error {
			_, err := m.client.People(m.tokens).Find(ctx, annID)
			return err
		},
		opFindDevice: func(ctx context.Context, m *Methods) error {
			_, err := m.client.Inventory(m.tokens).Find(ctx, serial)
			return err
		},
	}
}

// callOnce makes one call of the kind and answers its error.
func callOnce(t *testing.T, m *Methods, op operation) error {
	t.Helper()
	if op.reads() {
		return looks(t)[op](t.Context(), m)
	}
	_, err := acts(t)[op](t.Context(), m)
	return err
}

// succeeds answers the call of this kind as Graph does when it is done.
func succeeds(op operation) http.HandlerFunc {
	switch op {
	case opRead, opSearchPeople, opNextPeople:
		return says(http.StatusOK, `{"value":[]}`)
	case opFindPerson:
		return says(http.StatusOK, `{"id":"`+annID+`"}`)
	case opFindDevice:
		return says(http.StatusOK, `{"value":[{"id":"d-1","serialNumber":"GALT12345678"}]}`)
	case opAssign:
		return says(http.StatusCreated, `{"id":"d-1"}`)
	}
	return says(http.StatusNoContent, "")
}

func mustInput(t *testing.T, serial, code, name string) (oath.SerialNumber, oath.VerificationCode, oath.DisplayName) {
	t.Helper()
	s, err := oath.ParseSerialNumber(serial)
	if err != nil {
		t.Fatal(err)
	}
	c, err := oath.ParseVerificationCode(code)
	if err != nil {
		t.Fatal(err)
	}
	n, err := oath.ParseDisplayName(name)
	if err != nil {
		t.Fatal(err)
	}
	return s, c, n
}

// says answers with Graph's headers, a status and a body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("request-id", graphRequestID)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// graphError is Graph's body of a refusal.
func graphError(code, message string) string {
	return fmt.Sprintf(`{"error":{"code":%q,"message":%q,"innerError":{"date":"2026-11-25T08:00:00","request-id":%q}}}`,
		code, message, graphRequestID)
}
