package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fobdesk/internal/audit"
)

func TestAUD04ConcurrentRowsMakeOneChain(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		const writers, each = 20, 25
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for n := range each {
					row := audit.Row{Time: noon, Event: audit.EventSignIn, RequestID: fmt.Sprintf("%d-%d", w, n)}
					if err := s.AppendAudit(t.Context(), row); err != nil {
						t.Errorf("append: %v", err)
					}
				}
			})
		}
		wg.Wait()
		verified, err := s.VerifyAudit(t.Context(), audit.Head{})
		if err != nil {
			t.Fatal(err)
		}
		head, err := s.AuditHead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if head.Number != writers*each || head.String() != verified.String() {
			t.Errorf("head %v, verified %v, want %d rows", head, verified, writers*each)
		}
	})
}

func TestAUD04TamperingIsFound(t *testing.T) {
	for _, test := range []struct {
		name    string
		changes []string
		at      int64
	}{
		{"an edited serial number", []string{"UPDATE audit SET serial = 'OTHER' WHERE number = 3"}, 3},
		{"an edited time", []string{"UPDATE audit SET time = time + 1 WHERE number = 3"}, 3},
		{"text moved to the next field", []string{"UPDATE audit SET actor = '', actor_name = actor WHERE number = 3"}, 3},
		{"an edited hash", []string{"UPDATE audit SET hash = (SELECT hash FROM audit WHERE number = 2) WHERE number = 3"}, 3},
		{"a missing row", []string{"DELETE FROM audit WHERE number = 3"}, 3},
		{"a missing first row", []string{"DELETE FROM audit WHERE number = 1"}, 1},
		{"a missing row, the gap closed", []string{
			"DELETE FROM audit WHERE number = 3", "UPDATE audit SET number = 3 WHERE number = 4", "UPDATE audit SET number = 4 WHERE number = 5",
		}, 3},
		{"swapped rows", []string{
			"UPDATE audit SET number = 99 WHERE number = 3", "UPDATE audit SET number = 3 WHERE number = 4",
			"UPDATE audit SET number = 4 WHERE number = 99",
		}, 3},
		{"an added row", []string{`INSERT INTO audit SELECT 6, time, event, outcome, actor, actor_name, subject, subject_name,
			serial, station, address, request_id, graph_request_id, hash FROM audit WHERE number = 5`}, 6},
	} {
		eachKind(t, func(t *testing.T, db testDatabase) {
			s := serving(t, db.url)
			for n := range 5 {
				row := audit.Row{Time: noon, Event: audit.EventSignIn, Actor: "a", Serial: fmt.Sprintf("GALT%d", n)}
				if err := s.AppendAudit(t.Context(), row); err != nil {
					t.Fatal(err)
				}
			}
			for _, statement := range test.changes {
				db.change(statement)
			}
			_, err := s.VerifyAudit(t.Context(), audit.Head{})
			broken, ok := errors.AsType[*audit.Break](err)
			if !ok || broken.Number != test.at {
				t.Errorf("%s: got %v, want a break at row %d", test.name, err, test.at)
			}
		})
	}
}

func TestAUD04ACutTailShowsAgainstTheHeadInTheLog(t *testing.T) {
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := serving(t, db.url)
		for range 3 {
			if err := s.AppendAudit(t.Context(), audit.Row{Time: noon, Event: audit.EventSignIn}); err != nil {
				t.Fatal(err)
			}
		}
		logged, err := s.AuditHead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		db.change("DELETE FROM audit WHERE number = 3")
		head, err := s.VerifyAudit(t.Context(), audit.Head{})
		if err != nil || head.String() == logged.String() {
			t.Errorf("head %v (%v) after the cut, want one other than %v", head, err, logged)
		}
	})
}

func TestAUD04AnotherKeyVerifiesNothing(t *testing.T) {
	s := openTestStore(t)
	if err := s.AppendAudit(t.Context(), audit.Row{Time: noon, Event: audit.EventSignIn}); err != nil {
		t.Fatal(err)
	}
	_, err := audit.Verify(make([]byte, 32), audit.Head{}, audit.Head{}, entries(t.Context(), s.db.readers, selectTrail))
	if _, broken := errors.AsType[*audit.Break](err); !broken {
		t.Errorf("got %v, want a break", err)
	}
}

func TestAUD04AnUnreadableTrailIsNotABrokenOne(t *testing.T) {
	s := openTestStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.VerifyAudit(ctx, audit.Head{})
	if _, broken := errors.AsType[*audit.Break](err); broken || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the error of reading", err)
	}
}

func TestAUD05EveryFieldIsKept(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		want := audit.Row{
			Time: noon.Add(123 * time.Millisecond), Event: audit.EventDenied, Outcome: "not_allowed",
			Actor: "actor", ActorName: "Ada", Subject: "subject", SubjectName: "Zoë 🦉", Serial: "GALT12345678",
			Station: "Lobby", Address: "2001:db8::1", RequestID: "request", GraphRequestID: "graph",
		}
		if err := s.AppendAudit(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		want.Number = 1
		if diff := cmp.Diff([]audit.Row{want}, rowsOf(t, s)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAUD07FieldsAreBoundedAsTheyAreKept(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		act := enrolment("act-1", "ada", "GALT1", "1")
		act.Actor.Name = strings.Repeat("ß", 5000)
		act.Address = "192.0.2.1\r\nlevel=ERROR\x00\xff\u202e"
		mustOpenAct(t, s, act)
		row := rowsOf(t, s)[0]
		if want := strings.Repeat("ß", audit.MaxLength); row.ActorName != want {
			t.Errorf("name of %d bytes, want %d", len(row.ActorName), len(want))
		}
		if want := "192.0.2.1\ufffd\ufffdlevel=ERROR\ufffd\ufffd\ufffd"; row.Address != want {
			t.Errorf("address %q, want %q", row.Address, want)
		}
	})
}
