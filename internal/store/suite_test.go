package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
	"fobdesk/internal/pgtest"
	"fobdesk/internal/session"
)

var (
	_ desk.Ledger        = (*Ledger)(nil)
	_ session.Rows       = (*Store)(nil)
	_ session.UsedStates = (*Store)(nil)
)

// testDatabase is a database of one kind, made for a test.
type testDatabase struct {
	url       string // for a portal
	retention string // for pruning
	change    func(statement string, args ...any)
}

// databases are the two kinds, each of which a test may have.
var databases = []struct {
	name string
	make func(t testing.TB) testDatabase
}{
	{"sqlite", sqliteDatabase},
	{"postgres", postgresDatabase},
}

func sqliteDatabase(t testing.TB) testDatabase {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fobdesk.db")
	return testDatabase{
		url: "sqlite:" + path, retention: "sqlite:" + path,
		change: func(statement string, args ...any) {
			t.Helper()
			if _, err := openRaw(t, path).Exec(statement, args...); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		},
	}
}

func postgresDatabase(t testing.TB) testDatabase {
	t.Helper()
	server := pgtest.Shared(t)
	name := server.Database(t, func(url string) error { return Migrate(context.Background(), url) })
	return testDatabase{
		url: server.URL(pgtest.Portal, name), retention: server.URL(pgtest.Retention, name),
		change: func(statement string, args ...any) {
			t.Helper()
			server.Exec(t, name, statement, args...)
		},
	}
}

// eachDatabase runs a test of what every database must do, on a store of its own for each, and
// holds the store to an unbroken trail afterwards. On PostgreSQL the store has no more than the
// portal's documented rights.
func eachDatabase(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Helper()
	eachKind(t, func(t *testing.T, db testDatabase) {
		s := serving(t, db.url)
		test(t, s)
		if _, err := s.VerifyAudit(t.Context(), audit.Head{}); err != nil {
			t.Errorf("verify: %v", err)
		}
	})
}

// eachKind runs a test on a new database of each kind.
func eachKind(t *testing.T, test func(t *testing.T, db testDatabase)) {
	t.Helper()
	for _, kind := range databases {
		t.Run(kind.name, func(t *testing.T) { test(t, kind.make(t)) })
	}
}

// gcmKeys are Keys as the portal has them: the first seals, each opens.
type gcmKeys []string

func (k gcmKeys) Seal(plain, binding []byte) ([]byte, error) {
	return aead(k[0]).Seal(nil, nil, plain, binding), nil
}

func (k gcmKeys) Open(sealed, binding []byte) ([]byte, error) {
	for _, key := range k {
		if plain, err := aead(key).Open(nil, nil, sealed, binding); err == nil {
			return plain, nil
		}
	}
	return nil, errors.New("no key opens it")
}

func aead(key string) cipher.AEAD {
	block, err := aes.NewCipher([]byte(key)[:16])
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return gcm
}

// noon is when tests happen; what they do is dated from it, and no test waits.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// serving opens a store that is closed with the test.
func serving(t testing.TB, url string) *Store {
	t.Helper()
	s := mustOpen(t, url, testKeys)
	t.Cleanup(func() { mustClose(t, s) })
	return s
}

func openTestStore(t testing.TB) *Store {
	t.Helper()
	return serving(t, sqliteDatabase(t).url)
}

func mustOpen(t testing.TB, url string, keys Keys) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, Options{Keys: keys, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}

func mustClose(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(context.Background()); err != nil {
		t.Errorf("close: %v", err)
	}
}

// enrolment is an act of this person at noon, with a code of its own and the usual limits.
func enrolment(id, person, serial, code string) desk.Act {
	return desk.Act{
		ID: id, Event: desk.EventEnrol, Serial: serial, DisplayName: "My fob", Address: "192.0.2.1", At: noon,
		Actor: desk.Party{ID: person, Name: "Adele Vance"}, Subject: desk.Party{ID: person, Name: "Adele Vance"},
		Once: fmt.Appendf(nil, "hash of %s and %s", serial, code), Remembered: noon.Add(5 * time.Minute),
		Limits: []desk.Limit{
			{Counter: "person:" + person, Max: 5, Window: 15 * time.Minute},
			{Counter: "serial:" + serial, Max: 5, Window: 15 * time.Minute},
		},
	}
}

// later is the act done later, all its times moved.
func later(act desk.Act, by time.Duration) desk.Act {
	act.At, act.Remembered = act.At.Add(by), act.Remembered.Add(by)
	return act
}

func ended(o outcome.Outcome) desk.End {
	return desk.End{Outcome: o, At: noon.Add(time.Second), GraphRequestID: "graph-1"}
}

func mustOpenAct(t testing.TB, s *Store, act desk.Act) {
	t.Helper()
	if err := s.Ledger().Open(t.Context(), act); err != nil {
		t.Fatalf("open act %s: %v", act.ID, err)
	}
}

func mustCloseAct(t testing.TB, s *Store, act desk.Act, end desk.End) {
	t.Helper()
	if err := s.Ledger().Close(t.Context(), act, end); err != nil {
		t.Fatalf("close act %s: %v", act.ID, err)
	}
}

// rowsOf returns all rows of the trail.
func rowsOf(t testing.TB, s *Store) []audit.Row {
	t.Helper()
	var rows []audit.Row
	for row, err := range s.ExportAudit(t.Context(), audit.Filter{}) {
		if err != nil {
			t.Fatalf("read the trail: %v", err)
		}
		rows = append(rows, row)
	}
	return rows
}

// wantTrail holds the trail to these rows, each as "event outcome requestID".
func wantTrail(t testing.TB, s *Store, want ...string) {
	t.Helper()
	var got []string
	for _, r := range rowsOf(t, s) {
		got = append(got, r.Event+" "+r.Outcome+" "+r.RequestID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("trail:\ngot  %q\nwant %q", got, want)
	}
}

func TestTheFiguresOfADatabaseCountWhatIsThere(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		before, err := s.Figures(t.Context())
		if err != nil || before.Bytes <= 0 || before.Connections < 1 || before.OpenIntents != 0 {
			t.Fatalf("%+v, %v", before, err)
		}
		if err := s.Ledger().Open(t.Context(), enrolment("act-1", "ada", "GALT1", "1")); err != nil {
			t.Fatal(err)
		}
		if after, err := s.Figures(t.Context()); err != nil || after.OpenIntents != 1 {
			t.Errorf("%d open acts, %v, want one", after.OpenIntents, err)
		}
	})
}
