package store

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

// waysTo stands before a PostgreSQL server and counts how often the client speaks after the server has:
// the ways there and back that it waits for. It returns the URL to go through it.
func waysTo(t *testing.T, server string) (through string, ways *atomic.Int64) {
	t.Helper()
	at, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	const socket = ".s.PGSQL.5432"
	behind, folder := filepath.Join(at.Query().Get("host"), socket), t.TempDir()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(folder, socket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	ways = new(atomic.Int64)
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := new(net.Dialer).DialContext(t.Context(), "unix", behind)
			if err != nil {
				_ = client.Close()
				continue
			}
			turn := &turns{ways: ways}
			go pass(client, server, func() { turn.client() })
			go pass(server, client, func() { turn.server() })
		}
	}()
	query := at.Query()
	query.Set("host", folder)
	at.RawQuery = query.Encode()
	return at.String(), ways
}

// turns counts the client's turns of one connection.
type turns struct {
	ways     *atomic.Int64
	speaking atomic.Bool // the client is
}

func (t *turns) client() {
	if !t.speaking.Swap(true) {
		t.ways.Add(1)
	}
}

func (t *turns) server() { t.speaking.Store(false) }

// pass passes on what comes, and tells of each piece before.
func pass(from, to net.Conn, tell func()) {
	defer func() { _ = from.Close(); _ = to.Close() }()
	piece := make([]byte, 64<<10)
	for {
		n, err := from.Read(piece)
		if n > 0 {
			tell()
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func TestAnActWaitsFourTimesForPostgreSQLAndManyTogetherNoMore(t *testing.T) {
	through, ways := waysTo(t, postgresDatabase(t).url)
	s := serving(t, through)
	act := func(n int) desk.Act {
		act := enrolment(fmt.Sprint("act-", n), fmt.Sprint("person-", n), fmt.Sprint("GALT", n), "1")
		act.Limits[0].LockAfter = desk.LockAfter
		return act
	}
	done := ended(outcome.Enrolled)
	done.Refund = true
	mustOpenAct(t, s, act(0)) // the statements are prepared
	mustCloseAct(t, s, act(0), done)

	before := ways.Load()
	mustOpenAct(t, s, act(1))
	mustCloseAct(t, s, act(1), done)
	if n := ways.Load() - before; n != 4 {
		t.Errorf("an act went to the database and back %d times, want 4: to begin, and to write and commit, twice", n)
	}

	if err := s.Ledger().Open(t.Context(), act(1)); err == nil {
		t.Error("an act was opened twice")
	}
	before = ways.Load()
	mustOpenAct(t, s, act(1000))
	mustCloseAct(t, s, act(1000), done)
	if n := ways.Load() - before; n != 4 {
		t.Errorf("after one that was refused an act went to the database and back %d times, want 4 still", n)
	}

	const many = 20
	release := hold(t, s)
	before = ways.Load() // the transaction that is held has begun
	var jobs []*job
	for n := range many {
		j, err := s.writer.submit(t.Context(), func(tx *tx) error {
			_, err := tx.open(act(2 + n))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	release()
	for _, j := range jobs {
		if err := <-j.answer; err != nil {
			t.Error(err)
		}
	}
	if n := ways.Load() - before; n > 1+2 { // what was held is written and committed
		t.Errorf("%d acts that were opened together went to the database and back %d times, want 2", many, n-1)
	}
	if rows := rowsOf(t, s); len(rows) != 6+many {
		t.Errorf("the trail has %d rows, want %d", len(rows), 6+many)
	}
	if _, err := s.VerifyAudit(t.Context(), audit.Head{}); err != nil {
		t.Error(err)
	}
}

// TestAmongActsTakenTogetherOnlyTheOneThatCantBeIsRefused sends many at once, two of which carry one
// code, one of which is refused by its limit, and one of which fails.
func TestAmongActsTakenTogetherOnlyTheOneThatCantBeIsRefused(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		l := s.Ledger()
		for n := range 5 {
			mustOpenAct(t, s, enrolment(fmt.Sprint("before-", n), "busy", fmt.Sprint("B", n), "1"))
		}
		acts := []desk.Act{
			enrolment("first", "ada", "GALT1", "1"),
			enrolment("same code", "ada", "GALT1", "1"),
			enrolment("too many", "busy", "GALT2", "1"),
			enrolment("other", "hanako", "GALT3", "1"),
			enrolment("first", "grace", "GALT4", "1"), // an id that is taken: the database refuses it
			enrolment("last", "edsger", "GALT5", "1"),
		}
		release := hold(t, s)
		answers := make([]chan error, len(acts))
		for n, act := range acts {
			answers[n] = make(chan error, 1)
			queued := len(s.writer.queue)
			go func() { answers[n] <- l.Open(t.Context(), act) }()
			for len(s.writer.queue) == queued { // in this order
				runtime.Gosched()
			}
		}
		release()
		got := make([]string, len(acts))
		for n, answer := range answers {
			got[n] = toldOf(<-answer)
		}
		want := []string{"<nil>", "repeat of first", "too_many_attempts", "<nil>", "failed", "<nil>"}
		for n := range acts {
			if got[n] != want[n] {
				t.Errorf("%s: %s, want %s", acts[n].ID, got[n], want[n])
			}
		}
		wantTrail(t, s, "enrol  before-0", "enrol  before-1", "enrol  before-2", "enrol  before-3", "enrol  before-4",
			"enrol  first", "limit too_many_attempts too many", "enrol  other", "enrol  last")
	})
}

// toldOf says what an act was answered.
func toldOf(err error) string {
	if repeat, ok := errors.AsType[*desk.Repeat](err); ok {
		return "repeat of " + repeat.ActID
	}
	if refusal, ok := outcome.Of(err); ok {
		return string(refusal)
	}
	if err != nil {
		return "failed"
	}
	return "<nil>"
}
