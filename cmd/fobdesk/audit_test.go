package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/session"
	"fobdesk/internal/store"
)

// servingTrail opens a portal's database with n rows, one each noon from 1 January 2026, and points
// the environment at it. It goes on serving while the test runs.
func servingTrail(t *testing.T, n int) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "fobdesk.db")
	secret := bytes.Repeat([]byte("k"), 32)
	keys, err := session.NewKeys([][]byte{secret})
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), "sqlite:"+path, store.Options{Keys: keys, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	for i := range n {
		row := audit.Row{
			Time: time.Date(2026, 1, i+1, 12, 0, 0, 0, time.UTC), Event: "enrol", Actor: fmt.Sprint("actor-", i+1),
			ActorName: "=1+1", Serial: "GALT1", Outcome: "enrolled",
		}
		if err := db.AppendAudit(t.Context(), row); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("FOBDESK_DATABASE_URL", "sqlite:"+path)
	t.Setenv("FOBDESK_SESSION_KEYS", base64.StdEncoding.EncodeToString(secret))
	return path
}

// wantRun runs "fobdesk audit" and holds it to its exit code. It returns both outputs.
func wantRun(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	return wantCommand(t, code, append([]string{"audit"}, args...)...)
}

// wantCommand runs "fobdesk" and holds it to its exit code. It returns both outputs.
func wantCommand(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(args, &out, &errs); got != code {
		t.Errorf("%v: exit code %d, want %d; it said %s", args, got, code, errs.String())
	}
	return out.String(), errs.String()
}

func TestAUD04VerifyPrintsTheHeadOrTheRowThatBreaks(t *testing.T) {
	path := servingTrail(t, 5)
	out, _ := wantRun(t, exitDone, "verify")
	found := regexp.MustCompile(`^5 rows, unbroken\nhead (5:[0-9a-f]{64})\n$`).FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("got %q", out)
	}
	wantRun(t, exitDone, "verify", "--head", found[1])

	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	for _, tampering := range []struct{ statement, says string }{
		{"DELETE FROM audit WHERE number = 5", "breaks at row 5: it is missing"},
		{"UPDATE audit SET actor = 'x' WHERE number = 3", "breaks at row 3: it, or the row before it, is not as it was written"},
	} {
		if _, err := raw.Exec(tampering.statement); err != nil {
			t.Fatal(err)
		}
		out, errs := wantRun(t, exitFailed, "verify", "--head", found[1])
		if out != "" || !strings.Contains(errs, tampering.says) {
			t.Errorf("after %s: %q and %q, want %q", tampering.statement, out, errs, tampering.says)
		}
	}
}

func TestAUD05ExportWritesWhatTheFilterChooses(t *testing.T) {
	servingTrail(t, 3)
	out, _ := wantRun(t, exitDone, "export")
	if lines := strings.Split(out, "\r\n"); len(lines) != 5 || !strings.HasPrefix(lines[0], "number,time,") || !strings.Contains(lines[1], ",'=1+1,") {
		t.Errorf("got %q, want a header and three rows", out)
	}
	out, _ = wantRun(t, exitDone, "export", "--format", "jsonl", "--serial", "galt1", "--from", "2026-01-03")
	if strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, `{"number":3,`) {
		t.Errorf("got %q, want the row of 3 January", out)
	}
	if out, _ = wantRun(t, exitDone, "export", "--format=jsonl", "--actor=nobody"); out != "" {
		t.Errorf("got %q, want nothing", out)
	}
}

func TestAUD08PruneDropsWhatIsOlderAndVerifyAcceptsIt(t *testing.T) {
	servingTrail(t, 5)
	out, _ := wantRun(t, exitDone, "prune", "--before", "2026-01-03")
	if out != "dropped 2 rows older than 2026-01-03T00:00:00Z\n" {
		t.Errorf("got %q", out)
	}
	out, _ = wantRun(t, exitDone, "verify")
	if !strings.HasPrefix(out, "rows up to 2 were dropped on ") || !strings.Contains(out, "\n5 rows, unbroken\n") {
		t.Errorf("got %q", out)
	}
	wantRun(t, exitDone, "prune", "--before", "2999-01-01")
	if out, _ := wantRun(t, exitDone, "export", "--format=jsonl"); !strings.HasPrefix(out, `{"number":5,`) {
		t.Errorf("got %q, want the last row", out)
	}
}

func TestAuditTellsWhatItWants(t *testing.T) {
	servingTrail(t, 1)
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitUsage, `got "", want verify, export or prune`},
		{[]string{"drop"}, exitUsage, `got "drop", want verify, export or prune`},
		{[]string{"verify", "--head=5"}, exitUsage, "want a head as the log has it"},
		{[]string{"verify", "--before=2026-01-01"}, exitUsage, "-before"},
		{[]string{"export", "--format=xlsx"}, exitUsage, "want csv or jsonl"},
		{[]string{"export", "--from=yesterday", "--to=2026-01-01"}, exitUsage, "--from"},
		{[]string{"export", "--from=2026-01-02", "--to=2026-01-01"}, exitUsage, "--from, --to"},
		{[]string{"prune"}, exitUsage, "want --before with a day"},
		{[]string{"prune", "--before=yesterday"}, exitUsage, "want a day such as"},
		{[]string{"verify", "--database-url=sqlite:/nowhere/fobdesk.db"}, exitFailed, "/nowhere/fobdesk.db"},
	} {
		if out, errs := wantRun(t, test.code, test.args...); out != "" || !strings.Contains(errs, test.says) {
			t.Errorf("audit %v: %q and %q, want %q", test.args, out, errs, test.says)
		}
	}
	for _, args := range [][]string{{"--help"}, {"help"}, {"prune", "--help"}} {
		if out, _ := wantRun(t, exitDone, args...); !strings.Contains(out, "--before MOMENT") || !strings.Contains(out, "--session-keys-file FILE") {
			t.Errorf("the help lacks flags: %s", out)
		}
	}
}
