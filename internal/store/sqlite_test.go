package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/outcome"
)

var testKeys = gcmKeys{"the key of tests, of whatever length"}

// wantNoStart holds Open to an error of one line that says this.
func wantNoStart(t *testing.T, url string, keys Keys, says string) {
	t.Helper()
	s, err := Open(t.Context(), url, Options{Keys: keys, Now: time.Now})
	if err == nil {
		mustClose(t, s)
		t.Fatalf("%s was opened", url)
	}
	if text := err.Error(); !strings.Contains(text, says) || strings.Contains(text, "\n") || strings.Contains(text, "hunter2") {
		t.Errorf("error %q, want one line with %q", text, says)
	}
}

func TestRST05WhatCantBeOpenedStopsTheStart(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("This is no database. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, url, says string }{
		{"another database", "mysql://fobdesk:hunter2@db/fobdesk", "sqlite:PATH"},
		{"a URL that is none", "postgres://fobdesk:hunter2@db:hunter2/fobdesk", "sqlite:PATH"},
		{"no server", "postgres://fobdesk:hunter2@localhost:1/fobdesk", "connection refused"},
		{"no such parameter's value", "postgres://fobdesk:hunter2@localhost/fobdesk?sslmode=hunter2", "sqlite:PATH"},
		{"a file that is missing", "postgres://fobdesk:hunter2@localhost/fobdesk?sslmode=verify-full&sslrootcert=/nowhere", "open /nowhere"},
		{"more than a line", "sqlite:a\nb", "sqlite:PATH"},
		{"no database", "", "sqlite:PATH"},
		{"no path", "sqlite:", "sqlite:PATH"},
		{"a file of something else", "sqlite:" + text, "file is not a database"},
		{"a folder", "sqlite:" + folder, "is a directory"},
		{"a folder in a file", "sqlite:" + text + "/fobdesk.db", "not a directory"},
	} {
		t.Run(test.name, func(t *testing.T) { wantNoStart(t, test.url, testKeys, test.says) })
	}
}

func TestRST05ANewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fobdesk.db")
	s := mustOpen(t, "sqlite:"+path, testKeys)
	change(t, s, "INSERT INTO schema_version (version) VALUES (99)")
	mustClose(t, s)
	wantNoStart(t, "sqlite:"+path, testKeys, "version 99, newer than this fobdesk")
}

func TestRST05AnUnreadableVersionStopsTheStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fobdesk.db")
	s := mustOpen(t, "sqlite:"+path, testKeys)
	change(t, s, "DROP TABLE schema_version")
	change(t, s, "CREATE TABLE schema_version (something TEXT)")
	mustClose(t, s)
	wantNoStart(t, "sqlite:"+path, testKeys, "read the schema's version")
}

func TestRST05AMigrationIsDoneWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fobdesk.db")
	raw := openRaw(t, path)
	if _, err := raw.Exec("CREATE TABLE code_claim (in_the_way TEXT)"); err != nil { // the last table of migration 2
		t.Fatal(err)
	}
	wantNoStart(t, "sqlite:"+path, testKeys, "migrate the schema to version 2")
	var version, acts int
	const query = "SELECT (SELECT MAX(version) FROM schema_version), (SELECT COUNT(*) FROM sqlite_schema WHERE name = 'act')"
	if err := raw.QueryRow(query).Scan(&version, &acts); err != nil || version != 1 || acts != 0 {
		t.Errorf("version %d with %d tables of migration 2 (%v), want 1 with 0", version, acts, err)
	}
	if _, err := raw.Exec("DROP TABLE code_claim"); err != nil {
		t.Fatal(err)
	}
	mustClose(t, mustOpen(t, "sqlite:"+path, testKeys))
}

// openRaw opens the file as another program would.
func openRaw(t testing.TB, path string) *sql.DB {
	t.Helper()
	name := url.URL{Scheme: "file", Path: path, RawQuery: "_pragma=busy_timeout(5000)"}
	raw, err := sql.Open("sqlite", name.String())
	if err != nil {
		t.Fatal(err)
	}
	raw.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = raw.Close() })
	return raw
}

func TestRST02ASecondFobdeskIsKeptOut(t *testing.T) {
	folder := t.TempDir()
	path, link := filepath.Join(folder, "fobdesk.db"), filepath.Join(folder, "link.db")
	s := mustOpen(t, "sqlite:"+path, testKeys)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link, filepath.Join(folder, ".", "x", "..", "fobdesk.db")} {
		wantNoStart(t, "sqlite:"+name, testKeys, "in use by another fobdesk")
	}
	mustOpenAct(t, s, enrolment("act-1", "ada", "GALT1", "1")) // undisturbed
	mustClose(t, s)
	s = mustOpen(t, "sqlite:"+link, testKeys)
	wantTrail(t, s, "enrol  act-1")
	mustClose(t, s)
}

func TestDEP04FilesAreThePortalsAlone(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "made", "by the portal")
	path := filepath.Join(folder, "a?b#c%41 .db")
	s := mustOpen(t, "sqlite:"+path, testKeys)
	mustOpenAct(t, s, enrolment("act-1", "ada", "GALT1", "1"))
	for name, want := range map[string]fs.FileMode{
		folder: 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600, path + ".lock": 0o600,
	} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v (%v), want %v", name, info.Mode().Perm(), err, want)
		}
	}
	mustClose(t, s)
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("the journal was not folded into the database")
	}
}

func TestRST03EveryConnectionKeepsToItsPragmas(t *testing.T) {
	s := openTestStore(t)
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000",
	} {
		var writes, reads string
		err := s.writer.do(t.Context(), func(t *tx) error { return t.row("PRAGMA "+pragma, nil, &writes) })
		if err != nil {
			t.Fatal(err)
		}
		if err := s.db.readers.QueryRow("PRAGMA " + pragma).Scan(&reads); err != nil {
			t.Fatal(err)
		}
		if writes != want || reads != want {
			t.Errorf("%s is %s for the writer and %s for readers, want %s", pragma, writes, reads, want)
		}
	}
	if _, err := s.db.readers.Exec("DELETE FROM audit"); err == nil {
		t.Error("a reader wrote")
	}
}

func TestRST03AnOnlineBackupRestoresAndVerifies(t *testing.T) {
	folder := t.TempDir()
	path, backup := filepath.Join(folder, "fobdesk.db"), filepath.Join(folder, "backup.db")
	s := mustOpen(t, "sqlite:"+path, testKeys)
	var done atomic.Bool
	var wg sync.WaitGroup
	started := make(chan struct{})
	wg.Go(func() {
		for n := 0; n < 10 || !done.Load(); n++ {
			id := fmt.Sprint("act-", n)
			if err := s.Ledger().Open(context.Background(), enrolment(id, id, id, id)); err != nil {
				t.Error(err)
			}
			if n == 5 {
				close(started)
			}
		}
	})
	<-started
	if _, err := openRaw(t, path).Exec("VACUUM INTO ?", backup); err != nil {
		t.Errorf("back up: %v", err)
	}
	done.Store(true)
	wg.Wait()
	mustClose(t, s)

	restored := mustOpen(t, "sqlite:"+backup, testKeys)
	defer mustClose(t, restored)
	if head, err := restored.VerifyAudit(t.Context(), audit.Head{}); err != nil || head.Number < 5 {
		t.Errorf("head %v (%v), want 5 rows or more", head, err)
	}
}

func TestSES09TheTrailsKeyMovesToTheFirstServerKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fobdesk.db")
	const first, second, third = "the first key ___", "the second key __", "the third key ___"
	for n, keys := range []gcmKeys{{first}, {second, first}, {second}, {third, second}} {
		s := mustOpen(t, "sqlite:"+path, keys)
		mustOpenAct(t, s, enrolment(fmt.Sprint("act-", n), fmt.Sprint(n), fmt.Sprint(n), "1"))
		if head, err := s.VerifyAudit(t.Context(), audit.Head{}); err != nil || head.Number != int64(n+1) {
			t.Errorf("head %v (%v), want row %d", head, err, n+1)
		}
		mustClose(t, s)
	}
	wantNoStart(t, "sqlite:"+path, gcmKeys{first, second}, "FOBDESK_SESSION_KEYS must still hold an older key")
	mustClose(t, mustOpen(t, "sqlite:"+path, gcmKeys{third}))
}

func TestTOK02TheTrailsKeyIsNotReadableInTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fobdesk.db")
	s := mustOpen(t, "sqlite:"+path, testKeys)
	key := string(s.key)
	mustClose(t, s)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), "audit chain") || strings.Contains(string(content), key) {
		t.Error("the file holds the key as it is, or none at all")
	}
}

func TestRST04AnOlderFileKeepsAllThatItHeld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fobdesk.db")
	s := mustOpen(t, "sqlite:"+path, testKeys)
	done, open := enrolment("done", "ada", "GALT1", "1"), enrolment("open", "bob", "GALT2", "2")
	open.Limits[0].LockAfter = 1
	for _, act := range []desk.Act{done, open} {
		mustOpenAct(t, s, act)
	}
	mustCloseAct(t, s, done, ended(outcome.WrongCode))
	mustClose(t, s)

	raw, before := openRaw(t, path), filepath.Join(t.TempDir(), "before.db")
	old := openRaw(t, before)
	files, err := migrationFiles()
	if err != nil {
		t.Fatal(err)
	}
	run := func(statement string, args ...any) {
		t.Helper()
		if _, err := old.Exec(statement, args...); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	run("CREATE TABLE schema_version (version BIGINT PRIMARY KEY)")
	for n, file := range files[:len(files)-1] {
		text, err := migrations.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		run(string(text))
		run("INSERT INTO schema_version (version) VALUES ($1)", n+1)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	run("ATTACH DATABASE ? AS newer", path)
	for _, table := range []string{"audit", "server_key", "act", "attempt", "code_claim", "try_run"} {
		run("INSERT INTO main." + table + " SELECT * FROM newer." + table)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}

	s = serving(t, "sqlite:"+before)
	_ = wantRepeat(t, s, enrolment("again", "ada", "GALT1", "1"))
	wantLock(t, s, "bob", true)
	for person, want := range map[string]int{"person:ada": 1, "serial:GALT2": 1} {
		if n, err := s.Ledger().Tries(t.Context(), person, noon.Add(-time.Hour)); n != want || err != nil {
			t.Errorf("%s has %d tries (%v), want %d", person, n, err, want)
		}
	}
	if n, err := s.Ledger().MarkLost(t.Context(), noon.Add(time.Second), noon.Add(time.Second)); n != 1 || err != nil {
		t.Errorf("%d acts were open (%v), want 1", n, err)
	}
}

func TestTheJournalIsFoldedIntoTheFileBesideTheWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fobdesk.db")
	s := mustOpen(t, "sqlite:"+path, testKeys)
	defer mustClose(t, s)
	whole := func() bool {
		file, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		figures, err := s.Figures(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return file.Size() == figures.Bytes
	}
	if whole() {
		t.Fatal("the journal holds nothing from the start")
	}
	mustOpenAct(t, s, enrolment("act-1", "ada", "GALT1", "1"))
	for limit := time.Now().Add(10 * time.Second); !whole(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("what was committed is in the journal alone")
		}
	}
}
