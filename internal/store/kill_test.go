package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fobdesk/internal/audit"
	"fobdesk/internal/outcome"
)

// killedAt names, for the child of the kill test, the database it writes to.
const killedAt = "FOBDESK_TEST_KILLED_AT"

func TestMain(m *testing.M) {
	if path := os.Getenv(killedAt); path != "" {
		writeUntilKilled(path)
		return
	}
	goleak.VerifyTestMain(m)
}

// writeUntilKilled does acts and sign-ins and prints each step once it was acknowledged.
func writeUntilKilled(path string) {
	s, err := Open(context.Background(), "sqlite:"+path, Options{Keys: testKeys, Now: time.Now})
	if err != nil {
		_, _ = fmt.Fprintln(os.Stdout, "error", err)
		return
	}
	var printing sync.Mutex
	say := func(step, id string, err error) {
		printing.Lock()
		defer printing.Unlock()
		if err != nil {
			step = "error"
		}
		_, _ = fmt.Fprintln(os.Stdout, step, id, err)
	}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), worker, n)
				act := enrolment(id, id, id, id)
				say("opened", id, s.Ledger().Open(context.Background(), act))
				say("signed-in", id, s.InsertSession(context.Background(), signedIn(id), ""))
				say("closed", id, s.Ledger().Close(context.Background(), act, ended(outcome.Enrolled)))
			}
		})
	}
	wg.Wait()
}

func TestRST02NothingAcknowledgedIsLostByAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fobdesk.db")
	for round := range 5 {
		acknowledged := killAfter(t, path, 100+50*round)
		began := time.Now()
		s := mustOpen(t, "sqlite:"+path, testKeys)
		t.Logf("%d steps acknowledged, open again after %v", len(acknowledged), time.Since(began))
		intents := map[string]bool{}
		for _, row := range rowsOf(t, s) {
			intents[row.RequestID] = true
		}
		for _, step := range acknowledged {
			kind, id, _ := strings.Cut(step, " ")
			switch kind {
			case "opened":
				if !intents[id] {
					t.Errorf("the intent of %s is lost", id)
				}
			case "signed-in":
				wantRow(t, s, signedIn(id))
			case "closed":
				if _, err := s.Ledger().FindReceipt(t.Context(), id, id); err != nil {
					t.Errorf("the outcome of %s: %v", id, err)
				}
			default:
				t.Errorf("the child said %q", step)
			}
		}
		if _, err := s.VerifyAudit(t.Context(), audit.Head{}); err != nil {
			t.Error(err)
		}
		mustClose(t, s)
	}
}

// killAfter runs a child that writes to the database, kills it after so many steps, and returns
// all that were acknowledged, each as "step id".
func killAfter(t *testing.T, path string, steps int) (acknowledged []string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), killedAt+"="+path)
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(output); lines.Scan(); {
		step, ok := strings.CutSuffix(lines.Text(), " <nil>")
		if !ok {
			t.Errorf("the child said %q", lines.Text())
		}
		acknowledged = append(acknowledged, step)
		if len(acknowledged) == steps {
			if err := child.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	_ = child.Wait() // says that it was killed
	if len(acknowledged) < steps {
		t.Fatalf("the child ended by itself after %d steps", len(acknowledged))
	}
	return acknowledged
}
