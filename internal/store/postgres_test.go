package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/outcome"
	"fobdesk/internal/pgtest"
)

// connect opens a database as another program would.
func connect(t *testing.T, url string) *sql.DB {
	t.Helper()
	raw, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	return raw
}

func TestAUD08EachRoleMayDoWhatIsDocumentedAndNoMore(t *testing.T) {
	db := postgresDatabase(t)
	s := servedTrail(t, db, 2)
	mustOpenAct(t, s, enrolment("act-1", "ada", "GALT1", "1"))
	for _, role := range []struct {
		name, url   string
		may, mayNot []string
	}{
		{"the portal", db.url,
			[]string{"SELECT hash FROM audit", "SELECT number FROM audit_mark"},
			[]string{
				"UPDATE audit SET actor = ''", "DELETE FROM audit", "TRUNCATE audit", "SELECT number FROM audit FOR UPDATE",
				"DELETE FROM audit_day", "DELETE FROM audit_block", "UPDATE audit_mark SET number = 1", "DELETE FROM audit_mark",
				"INSERT INTO audit_mark (one, number, hash, at, seal) VALUES (1, 1, '', 1, '')",
				"INSERT INTO schema_version (version) VALUES (99)", "DROP TABLE audit", "ALTER TABLE audit DROP COLUMN hash",
				"ALTER TABLE audit DISABLE TRIGGER ALL", "CREATE TABLE other (a TEXT)", "SET ROLE fobdesk_owner",
			}},
		{"retention", db.retention,
			[]string{"SELECT sealed FROM server_key", "DELETE FROM audit WHERE number < 0"},
			[]string{
				"UPDATE audit SET actor = ''", "INSERT INTO audit SELECT * FROM audit", "SELECT sealed FROM session",
				"UPDATE server_key SET sealed = ''", "DELETE FROM session", "DELETE FROM audit_mark", "UPDATE act SET outcome = 1",
			}},
	} {
		raw := connect(t, role.url)
		for _, statement := range role.may {
			if _, err := raw.Exec(statement); err != nil {
				t.Errorf("%s may not %s: %v", role.name, statement, err)
			}
		}
		for _, statement := range role.mayNot {
			if _, err := raw.Exec(statement); err == nil || !strings.Contains(err.Error(), "42501") { // insufficient_privilege
				t.Errorf("%s may %s (%v)", role.name, statement, err)
			}
		}
	}
}

func TestRST05ARoleThatCantMigrateSaysSo(t *testing.T) {
	server := pgtest.Shared(t)
	wantNoStart(t, server.URL(pgtest.Portal, server.Database(t, nil)), testKeys, "permission denied for schema public")
}

func TestRST05APostgreSQLThatWouldLoseSomethingIsRefused(t *testing.T) {
	server := pgtest.Shared(t)
	url := server.URL(pgtest.Owner, server.Database(t, nil))
	wantNoStart(t, url+"&options=-csynchronous_commit%3Doff", testKeys, "synchronous_commit is off")
	server.Exec(t, "postgres", "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
	wantNoStart(t, server.URL(pgtest.Owner, "latin"), testKeys, "its encoding is LATIN1")
}

func TestRST04AnOlderPortalWorksOnANewerSchema(t *testing.T) {
	db := postgresDatabase(t)
	s := serving(t, db.url)
	work := func(id string) {
		t.Helper()
		act := enrolment(id, id, id, id)
		mustOpenAct(t, s, act)
		mustCloseAct(t, s, act, ended(outcome.Enrolled))
		mustInsert(t, s, signedIn(id), "")
		wantRow(t, s, signedIn(id))
		if err := s.TouchSession(t.Context(), id, noon.Add(time.Minute)); err != nil {
			t.Error(err)
		}
		if _, err := s.Ledger().FindReceipt(t.Context(), id, id); err != nil {
			t.Error(err)
		}
		if _, err := s.ListAudit(t.Context(), audit.Filter{Actor: id}, 0, 10); err != nil {
			t.Error(err)
		}
	}
	work("before")
	for _, addition := range []string{ // what a migration may do: see migrate
		"ALTER TABLE session ADD COLUMN added TEXT NOT NULL DEFAULT ''", "ALTER TABLE audit ADD COLUMN added BIGINT",
		"ALTER TABLE act ADD COLUMN added BIGINT NOT NULL DEFAULT 0", "CREATE TABLE added (a TEXT PRIMARY KEY)",
		"CREATE INDEX added_index ON session (person)", "INSERT INTO schema_version (version) VALUES (99)",
	} {
		db.change(addition)
		work(addition)
	}
	if err := s.PurgeSessions(t.Context(), false, noon.Add(9*time.Hour), noon); err != nil {
		t.Error(err)
	}
}

func TestRST04AMigrationOnlyAdds(t *testing.T) {
	files, err := migrationFiles()
	if err != nil {
		t.Fatal(err)
	}
	takes := regexp.MustCompile(`(?i)\b(DROP|RENAME|DELETE|TRUNCATE|ALTER\s+COLUMN)\b`)
	adds := regexp.MustCompile(`(?i)\bADD\b[^;]*`)
	for _, file := range files {
		text, err := migrations.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := takes.FindString(string(text)); found != "" {
			t.Errorf("%s has %s", filepath.Base(file), found)
		}
		for _, column := range adds.FindAllString(string(text), -1) {
			if strings.Contains(column, "NOT NULL") && !strings.Contains(column, "DEFAULT") {
				t.Errorf("%s has %s, without a default", filepath.Base(file), column)
			}
		}
	}
}

func TestFLT08AStoppedServerFailsActsUntilItIsBack(t *testing.T) {
	server := pgtest.New(t)
	url := server.URL(pgtest.Owner, server.Database(t, nil))
	s := serving(t, url)
	mustOpenAct(t, s, enrolment("before", "ada", "GALT1", "before"))
	mustInsert(t, s, signedIn("a"), "")
	wantRow(t, s, signedIn("a"))
	server.Kill()
	for range 3 {
		wantFault(t, s, "connect")
	}
	if err := s.Ping(t.Context()); err == nil {
		t.Error("the store says that it is well")
	}
	if _, err := s.FindSession(t.Context(), "a"); err == nil {
		t.Error("a session was read without the database")
	}
	server.Start(t)
	mustOpenAct(t, s, enrolment("after", "ada", "GALT1", "after"))
	wantRow(t, s, signedIn("a"))
	wantTrail(t, s, "enrol  before", "enrol  after")
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	server.Kill() // and comes back before anybody notices
	server.Start(t)
	mustOpenAct(t, s, enrolment("unnoticed", "ada", "GALT1", "unnoticed"))
}

func TestFLT08APortalThatHangsKeepsTheOthersOutForSecondsOnly(t *testing.T) {
	db := postgresDatabase(t)
	s := serving(t, db.url)
	hung := connect(t, db.url)
	conn, err := hung.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(t.Context(), "BEGIN; "+writersLock); err != nil {
		t.Fatal(err)
	}
	wantFault(t, s, "lock timeout")
	if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	mustOpenAct(t, s, enrolment("after", "ada", "GALT1", "after"))
}

func TestFLT08ATransactionThatTakesTooLongIsGivenUp(t *testing.T) {
	db := postgresDatabase(t)
	s := serving(t, db.url)
	s.writer.db.patience = 50 * time.Millisecond // before its first transaction; a portal's is 8 s
	err := s.writer.do(t.Context(), func(tx *tx) error {
		_, err := tx.exec("SELECT pg_sleep(60)")
		return err
	})
	if err == nil {
		t.Error("it was acknowledged")
	}
	s.writer.db.patience = postgres().patience
	mustOpenAct(t, s, enrolment("after", "ada", "GALT1", "after"))
}

func TestTheTrailIsReadAsItStoodWhileItIsPruned(t *testing.T) {
	db := postgresDatabase(t)
	servedTrail(t, db, 2*pruneAtOnce)
	var wg sync.WaitGroup
	wg.Go(func() {
		for minutes := 2 * pruneAtOnce; minutes > 0; minutes -= 100 {
			if _, err := Prune(context.Background(), db.retention, options(testKeys), noon.Add(-time.Duration(minutes)*time.Minute)); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Go(func() {
		for range 20 {
			trail, err := OpenReadOnly(context.Background(), db.retention, options(testKeys))
			if err != nil {
				t.Error(err)
				return
			}
			_, err = trail.VerifyAudit(context.Background(), audit.Head{})
			if err := errors.Join(err, trail.Close()); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
}
