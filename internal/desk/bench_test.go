package desk_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/internal/store"
)

const (
	serial = "GALT12345678"
	fobID  = "11111111-0000-4000-8000-000000000001"
)

// bench is a desk over a real database.
type bench struct {
	*desk.Desk
	store *store.Store
	now   atomic.Int64
	acts  atomic.Int64
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{}
	b.now.Store(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC).UnixMilli())
	keys, err := session.NewKeys([][]byte{[]byte(strings.Repeat("k", 32))})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	b.store, err = store.Open(t.Context(), "sqlite:"+t.TempDir()+"/fobdesk.db", store.Options{Keys: keys, Now: b.time})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.store.Close(context.Background()) })
	b.Desk = desk.New(desk.Config{
		Ledger: b.store.Ledger(), Memory: b.store.Ledger(), Attempts: 5, Window: 15 * time.Minute, Now: b.time, Log: log,
		ReadBack: []time.Duration{0, time.Millisecond, time.Millisecond},
		MAC: func(purpose string, parts ...[]byte) []byte {
			h := hmac.New(sha256.New, []byte(purpose))
			for _, part := range parts {
				fmt.Fprintf(h, "%d:%s", len(part), part)
			}
			return h.Sum(nil)
		},
	})
	return b
}

func (b *bench) time() time.Time      { return time.UnixMilli(b.now.Load()).UTC() }
func (b *bench) pass(d time.Duration) { b.now.Add(d.Milliseconds()) }
func (b *bench) by(person string) desk.By {
	who := oath.Person{TenantID: "t", ID: person, Name: person}
	return desk.By{
		RequestID: fmt.Sprintf("act-%d", b.acts.Add(1)), Actor: who, Subject: who, Address: "192.0.2.1", FreshMFA: true,
	}
}

func enrolment(t *testing.T, code string) desk.Enrolment {
	t.Helper()
	s, err := oath.ParseSerialNumber(serial)
	if err != nil {
		t.Fatal(err)
	}
	c, err := oath.ParseVerificationCode(code)
	if err != nil {
		t.Fatal(err)
	}
	return desk.Enrolment{Serial: s, Code: c}
}

func fob(status oath.DeviceStatus, created time.Time) oath.Method {
	return oath.Method{ID: fobID, Created: created, Device: oath.Device{ID: fobID, SerialNumber: serial, Status: status}}
}

func refuses(o outcome.Outcome) func(*scripted) (string, error) {
	return func(*scripted) (string, error) { return "", &outcome.Error{Outcome: o, Reference: "graph-1"} }
}

// binds is a Graph that does what it is asked, and answers as told.
func binds(status oath.DeviceStatus, created time.Time, err error) func(*scripted) (string, error) {
	return func(s *scripted) (string, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.before, s.held = s.held, append(slices.Clone(s.held), fob(status, created))
		return "graph-1", err
	}
}

var lost = &outcome.Error{Outcome: outcome.OutcomeUnknown, Reference: "graph-1"}

func five(serials string) []oath.Method {
	var held []oath.Method
	for i := range oath.MethodLimit {
		held = append(held, oath.Method{ID: fmt.Sprint(i), Device: oath.Device{SerialNumber: fmt.Sprint(serials, i), Status: oath.StatusActivated}})
	}
	return held
}
