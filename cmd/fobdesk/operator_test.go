package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/pgtest"
	"fobdesk/internal/session"
	"fobdesk/internal/store"
)

// block is the README's block of code that has this text.
func block(t *testing.T, has string) string {
	t.Helper()
	for _, found := range regexp.MustCompile("(?s)```[a-z]*\n(.*?)```").FindAllStringSubmatch(readme(t), -1) {
		if strings.Contains(found[1], has) {
			return found[1]
		}
	}
	t.Fatalf("the README has no block with %q", has)
	return ""
}

// shell runs a block of the README, with the folders of the test in place of the operator's.
func shell(t *testing.T, script string, folder string, env ...string) {
	t.Helper()
	script = strings.NewReplacer("/data/", folder+"/data/", "/backup/", folder+"/backup/").Replace(script)
	cmd := exec.Command("sh", "-euc", script)
	cmd.Env = append(os.Environ(), env...)
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, output)
	}
}

var operatorsKey = bytes.Repeat([]byte("k"), 32)

// served writes a row as a portal would and returns how many the trail then has.
func served(t *testing.T, url string) int64 {
	t.Helper()
	keys, err := session.NewKeys([][]byte{operatorsKey})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), url, store.Options{Keys: keys, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	row := audit.Row{Time: time.Now().AddDate(0, 0, -3), Event: audit.EventSignIn, Actor: "ada"}
	if err := s.AppendAudit(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	head, err := s.VerifyAudit(t.Context(), audit.Head{})
	if err != nil {
		t.Fatal(err)
	}
	return head.Number
}

// wantServed holds the trail to this many rows once one more was written.
func wantServed(t *testing.T, url string, want int64) {
	t.Helper()
	if rows := served(t, url); rows != want {
		t.Errorf("the trail has %d rows, want %d", rows, want)
	}
}

// wantPrivate holds a backup, which has people's names in it, to its owner's eyes.
func wantPrivate(t *testing.T, path string) {
	t.Helper()
	if file, err := os.Stat(path); err != nil || file.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v (%v), want mode 0600", file, err)
	}
}

func TestRST03TheREADMEsBackupOfSQLiteRestoresAndVerifies(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"data", "backup"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	url := "sqlite:" + filepath.Join(folder, "data", "fobdesk.db")
	wantServed(t, url, 1)
	wantServed(t, url, 2)
	shell(t, block(t, "sqlite3 /data/fobdesk.db"), folder)
	wantPrivate(t, filepath.Join(folder, "backup", "fobdesk.db"))
	wantServed(t, url, 3)
	shell(t, block(t, "rm -f /data/fobdesk.db-wal"), folder)
	wantServed(t, url, 3)
}

func TestRST03TheREADMEsBackupOfPostgreSQLRestoresAndVerifies(t *testing.T) {
	server, folder := pgtest.New(t, "fsync=off"), t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "backup"), 0o700); err != nil {
		t.Fatal(err)
	}
	server.Exec(t, "postgres", "DROP ROLE fobdesk_owner, fobdesk, fobdesk_retention")
	server.Exec(t, "postgres", "SET client_min_messages = error; "+roles(t))
	database := lastLine(block(t, "CREATE ROLE fobdesk_owner"))
	server.Exec(t, "postgres", database)
	server.Exec(t, "postgres", strings.Replace(database, "DATABASE fobdesk", "DATABASE restored", 1))
	owner := server.URL("fobdesk_owner", "fobdesk")
	t.Setenv("FOBDESK_SESSION_KEYS", base64.StdEncoding.EncodeToString(operatorsKey))
	for range 2 { // once more is harmless
		if out, _ := wantCommand(t, exitDone, "migrate", "--database-url", owner); out != "the tables are up to date\n" {
			t.Errorf("migrate said %q", out)
		}
	}
	portal := server.URL("fobdesk", "fobdesk")
	wantServed(t, portal, 1)
	wantServed(t, portal, 2)
	// libpq has the socket's folder as the host.
	ownerURL := "OWNER_URL=postgres://fobdesk_owner@" + strings.ReplaceAll(server.Folder(), "/", "%2F")
	path := "PATH=" + server.Bin + ":" + os.Getenv("PATH")
	shell(t, block(t, "pg_dump --format=custom"), folder, ownerURL, path)
	wantPrivate(t, filepath.Join(folder, "backup", "fobdesk.dump"))
	wantServed(t, portal, 3)
	shell(t, block(t, "pg_restore --no-owner"), folder, ownerURL, path)
	restored := server.URL("fobdesk", "restored")
	wantServed(t, restored, 3)

	// The roles keep their rights, and the commands work on PostgreSQL.
	t.Setenv("FOBDESK_DATABASE_URL", restored)
	if _, errs := wantRun(t, exitFailed, "prune", "--before=2999-01-01"); !strings.Contains(errs, "permission denied") {
		t.Errorf("the portal's role pruned: %s", errs)
	}
	t.Setenv("FOBDESK_DATABASE_URL", server.URL("fobdesk_retention", "restored"))
	if out, _ := wantRun(t, exitDone, "prune", "--before=2999-01-01"); !strings.HasPrefix(out, "dropped 2 rows") {
		t.Errorf("prune said %q", out)
	}
	if out, _ := wantRun(t, exitDone, "verify"); !strings.Contains(out, "3 rows, unbroken") {
		t.Errorf("verify said %q", out)
	}
	if out, _ := wantRun(t, exitDone, "export", "--format=jsonl"); !strings.HasPrefix(out, `{"number":3,`) {
		t.Errorf("export wrote %q", out)
	}
	wantServed(t, restored, 4)
}

// roles is the README's SQL that makes the roles.
func roles(t *testing.T) string {
	t.Helper()
	sql := block(t, "CREATE ROLE fobdesk_owner")
	return strings.TrimSuffix(sql, lastLine(sql)+"\n")
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
