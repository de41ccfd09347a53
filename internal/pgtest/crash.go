package pgtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Crash kills the server's first process with SIGKILL, as the kernel does when it is short of memory.
// The others end by themselves; it returns once all are gone, and Start starts the server again.
func (s *Server) Crash(t testing.TB) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(file), "\n")
	kill(t, first)
	limit := time.Now().Add(startLimit)
	for s.running() {
		if time.Now().After(limit) {
			t.Fatal("the server's processes don't end after a crash")
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.Kill()
}

// CrashBackend kills the process of one of the role's connections with SIGKILL. The server ends all
// others, for they share memory that may be broken, and starts anew by itself; it returns once it is
// ready again. It reports whether there was a connection.
func (s *Server) CrashBackend(t testing.TB, role string) bool {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL(admin, admin))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var pid string
	const query = "SELECT pid::text FROM pg_stat_activity WHERE usename = $1 ORDER BY query_start DESC LIMIT 1"
	switch err := conn.QueryRow(t.Context(), query, role).Scan(&pid); {
	case errors.Is(err, pgx.ErrNoRows):
		return false
	case err != nil:
		t.Fatal(err)
	}
	kill(t, pid)
	for conn.Ping(t.Context()) == nil { // until the server has noticed
		time.Sleep(time.Millisecond)
	}
	if err := s.awaitReady(); err != nil {
		t.Fatal(err)
	}
	return true
}

func kill(t testing.TB, pid string) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err == nil {
		err = syscall.Kill(n, syscall.SIGKILL)
	}
	if err != nil {
		t.Fatalf("kill process %q: %v", pid, err)
	}
}

// running reports whether a process of the server is there: each works in its data's folder.
func (s *Server) running() bool {
	folders, _ := filepath.Glob("/proc/[0-9]*/cwd")
	return slices.ContainsFunc(folders, func(link string) bool {
		folder, err := os.Readlink(link)
		return err == nil && folder == s.data()
	})
}
