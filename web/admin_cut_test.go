package web_test

import (
	"bytes"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
)

// manyRows is more than the buffers between the portal and its reader take, however large they are.
const manyRows = 60_000

// longTrail is a portal whose trail has many rows, and an admin who has signed in.
func longTrail(t *testing.T) (*e2e.World, *e2e.Visitor) {
	t.Helper()
	w := e2e.NewWorld(t)
	admin := withAdminGrant(t, w, grace)
	change(t, w, `INSERT INTO audit (number, time, event, outcome, actor, actor_name, subject, subject_name, serial, station,
			address, request_id, graph_request_id, hash)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
		SELECT (SELECT MAX(number) FROM audit) + i, 1764000000000, 'sign_in', 'signed_in', 'a', printf('%.256c', 'n'), 's',
			printf('%.256c', 'n'), '', '', '192.0.2.1', printf('%.256c', 'r'), printf('%.256c', 'g'), x'00' FROM n`)
	w.Restart(t) // it knows where its trail ended
	return w, admin
}

// change changes the portal's database behind its back.
func change(t *testing.T, w *e2e.World, statement string) {
	t.Helper()
	db := database(t, w)
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// database opens the portal's database beside it.
func database(t *testing.T, w *e2e.World) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.Folder(), "fobdesk.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// folds reports whether the database's journal can be folded into it whole: at once, or when the
// portal, which folds it by itself, is done with that.
func folds(t *testing.T, w *e2e.World) bool {
	t.Helper()
	db := database(t, w)
	defer func() { _ = db.Close() }()
	for limit := time.Now().Add(20 * time.Second); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		var busy, frames, folded int
		if err := db.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &folded); err != nil {
			t.Fatal(err)
		}
		if busy == 0 {
			return true
		}
	}
	return false
}

// begun is an export of which the beginning was read.
func begun(t *testing.T, admin *e2e.Visitor, address string) *http.Response {
	t.Helper()
	answer := admin.Open(t, address+"/admin/audit/export?format=jsonl")
	t.Cleanup(func() { _ = answer.Body.Close() })
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the export answered %d", answer.StatusCode)
	}
	if _, err := io.CopyN(io.Discard, answer.Body, 1<<20); err != nil {
		t.Fatal(err)
	}
	return answer
}

// logged waits until the portal's log says something.
func logged(t *testing.T, w *e2e.World, says string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !strings.Contains(w.Log.String(), says); {
		if time.Now().After(end) {
			t.Fatalf("the log does not say %q", says)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestAnExportThatTheStoreCutsDoesNotEndAsIfItWereWhole(t *testing.T) {
	t.Parallel()
	w, admin := longTrail(t)
	answer := begun(t, admin, w.URL)
	change(t, w, "ALTER TABLE audit RENAME TO audit_gone")
	defer change(t, w, "ALTER TABLE audit_gone RENAME TO audit")
	rest, err := io.ReadAll(answer.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("after %d bytes the export ended with %v, want that it broke off", len(rest), err)
	}
	if bytes.Count(rest, []byte("\n")) >= manyRows {
		t.Error("the whole was sent, so that nothing was cut")
	}
	logged(t, w, "the export was cut")
}

func TestAnExportWhoseReaderHangsUpEnds(t *testing.T) {
	t.Parallel()
	w, admin := longTrail(t)
	_ = begun(t, admin, w.URL).Body.Close()
	logged(t, w, "the export was cut")
	if page := admin.Get(t, "/admin/audit"); page.Status != http.StatusOK {
		t.Errorf("afterwards the portal answers %d", page.Status)
	}
}

func TestASlowReaderOfAnExportIsInNobodysWay(t *testing.T) {
	t.Parallel()
	w, admin := longTrail(t)
	answer := begun(t, admin, w.URL) // and the reader sleeps
	employee := w.SignedIn(t, ada)   // which is written
	if page := employee.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob))); page.Status != http.StatusSeeOther {
		t.Errorf("an enrolment meanwhile: %d %q", page.Status, page.Outcome(t))
	}
	// A snapshot that the export held would keep the journal from being folded into the file.
	if !folds(t, w) {
		t.Error("the journal can't be folded into the database")
	}
	rest, err := io.ReadAll(answer.Body)
	if err != nil || bytes.Count(rest, []byte("\n")) < manyRows*9/10 {
		t.Errorf("%d rows were read on (%v), want the rest", bytes.Count(rest, []byte("\n")), err)
	}
	if strings.Contains(string(rest), goodFob) {
		t.Error("it has rows that are newer than itself")
	}
}

// TestASlowReaderThatMakesProgressGetsTheWholeExport reads for much longer than the server gives to
// an answer.
func TestASlowReaderThatMakesProgressGetsTheWholeExport(t *testing.T) {
	t.Parallel()
	w, admin := longTrail(t)
	server := httptest.NewUnstartedServer(w.Handler())
	const limit = 250 * time.Millisecond
	server.Config.WriteTimeout = limit
	server.Start()
	defer server.Close()
	// The cookies are localhost's, at whichever port.
	address := "http://localhost:" + server.URL[strings.LastIndex(server.URL, ":")+1:]
	began := time.Now()
	answer := begun(t, admin, address)
	rows := 0
	for portion := new(bytes.Buffer); ; portion.Reset() {
		_, err := io.CopyN(portion, answer.Body, 4<<20)
		rows += bytes.Count(portion.Bytes(), []byte("\n"))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("cut after %v and %d rows: %v", time.Since(began), rows, err)
		}
		time.Sleep(limit / 2) // the reader's own pace
	}
	if took := time.Since(began); rows < manyRows*9/10 || took < 4*limit {
		t.Errorf("%d rows in %v, want nearly all of %d, and longer than the server gives", rows, took, manyRows)
	}
}
