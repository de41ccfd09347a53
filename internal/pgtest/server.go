// Package pgtest starts real PostgreSQL servers for tests, in temporary folders. It knows nothing of
// what is kept in them. No server outlives the program that runs the tests, however that ends.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The roles that every server has, as an operator makes them: who owns the tables, who serves, and who
// drops what is old. They need no password.
const (
	Owner     = "fobdesk_owner"
	Portal    = "fobdesk"
	Retention = "fobdesk_retention"
	admin     = "postgres"
)

// startLimit bounds the start of a server, with wide margins for a busy machine.
const startLimit = 60 * time.Second

// Server is a PostgreSQL server that listens on a Unix socket.
type Server struct {
	Bin       string // where its programs are: pg_dump and others
	folder    string // its data and its socket
	settings  []string
	run       *syscall.SysProcAttr // as whom it runs
	keeper    *exec.Cmd
	alive     io.Closer // the server lives while this is open
	databases atomic.Int64
	prepare   sync.Once
	prepared  error // what came of it
}

var shared = sync.OnceValues(func() (*Server, error) {
	s, err := install("fsync=off")
	if err != nil {
		return nil, err
	}
	return s, s.start("rm -rf " + s.folder)
})

// Shared returns the server that all tests of a program share.
func Shared(t testing.TB) *Server {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// New starts a server of the test's own, with settings such as "ssl=on".
func New(t testing.TB, settings ...string) *Server {
	t.Helper()
	s, err := install(settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Kill()
		if err := os.RemoveAll(s.folder); err != nil {
			t.Error(err)
		}
	})
	s.Start(t)
	return s
}

// Folder is where the server keeps its data.
func (s *Server) Folder() string { return s.folder }

// Start starts the server on the data that it had.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.start(":"); err != nil {
		t.Fatal(err)
	}
}

// Kill ends the server and all its connections at once, as a crash would.
func (s *Server) Kill() {
	if s.keeper != nil {
		_ = s.alive.Close()
		_ = s.keeper.Wait() // how it ended does not matter
		s.keeper = nil
	}
}

// URL names a database for a role.
func (s *Server) URL(role, database string) string {
	return (&url.URL{
		Scheme: "postgres", User: url.User(role), Path: "/" + database,
		RawQuery: url.Values{"host": {s.folder}}.Encode(),
	}).String()
}

// Database makes a database that belongs to Owner and returns its name. Where prepare is given, it is
// a copy of one that prepare was called for, once, with Owner's URL. It is dropped when the test ends.
func (s *Server) Database(t testing.TB, prepare func(url string) error) string {
	t.Helper()
	template := "template1"
	if prepare != nil {
		template = "prepared"
		s.prepare.Do(func() {
			s.Exec(t, admin, "CREATE DATABASE "+template+" OWNER "+Owner)
			s.prepared = prepare(s.URL(Owner, template))
		})
		if s.prepared != nil {
			t.Fatal(s.prepared)
		}
	}
	name := fmt.Sprint("test_", s.databases.Add(1))
	s.Exec(t, admin, "CREATE DATABASE "+name+" TEMPLATE "+template+" OWNER "+Owner)
	t.Cleanup(func() { s.Exec(t, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return name
}

// Exec runs SQL in a database as the server's administrator, who may do anything.
func (s *Server) Exec(t testing.TB, database, statements string, args ...any) {
	t.Helper()
	if err := s.exec(context.Background(), database, statements, args...); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

func (s *Server) exec(ctx context.Context, database, statements string, args ...any) error {
	conn, err := pgx.Connect(ctx, s.URL(admin, database))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statements, args...)
	return err
}

// install makes the data of a new server.
func install(settings ...string) (*Server, error) {
	bin, err := findBin()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "pg") // a socket's path has to be short
	if err != nil {
		return nil, err
	}
	s := &Server{Bin: bin, folder: folder, settings: settings}
	if s.run, err = notRoot(folder); err != nil {
		return nil, err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), //nolint:gosec,noctx // a tool of tests
		"-D", s.data(), "-U", admin, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	initdb.SysProcAttr, initdb.Dir = s.run, folder
	if output, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, output)
	}
	if err := s.start(":"); err != nil {
		return nil, err
	}
	defer s.Kill()
	var roles strings.Builder
	for _, role := range []string{Owner, Portal, Retention} {
		roles.WriteString("CREATE ROLE " + role + " LOGIN;")
	}
	return s, s.exec(context.Background(), admin, roles.String()+"CHECKPOINT")
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// findBin returns the folder of PostgreSQL's programs, the newest version's.
func findBin() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // where Debian has them, not in the PATH
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil { // a link stands there without the other programs
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		return "", errors.New("postgresql is needed (on Debian: apt-get install postgresql)")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

// notRoot gives the folder to the user that the package made, for PostgreSQL refuses to run as root.
func notRoot(folder string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	postgres, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(postgres.Uid)
	gid, _ := strconv.Atoi(postgres.Gid)
	credential := &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return &syscall.SysProcAttr{Credential: credential}, os.Chown(folder, uid, gid)
}

// The server lives until the keeper's input ends: when it is killed, or when the program that runs the
// tests ends in whatever way.
const keeper = `"$@" </dev/null >>log 2>&1 & read -r _; kill -QUIT $!; wait $!; `

// start starts the server and runs the shell's command after its end.
func (s *Server) start(after string) error {
	input, alive, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = input.Close() }()
	args := []string{
		"-c", keeper + after, "keeper", filepath.Join(s.Bin, "postgres"), "-D", s.data(), "-k", s.folder,
		"-c", "listen_addresses=", "-c", "max_connections=200",
	}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	s.keeper, s.alive = exec.Command("sh", args...), alive //nolint:gosec,noctx // it ends by its input
	s.keeper.Stdin, s.keeper.Dir, s.keeper.SysProcAttr = input, s.folder, s.run
	if err := s.keeper.Start(); err != nil {
		return err
	}
	return s.awaitReady()
}

func (s *Server) awaitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	ask := time.NewTicker(10 * time.Millisecond)
	defer ask.Stop()
	for {
		err := s.exec(ctx, admin, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-ask.C:
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(s.folder, "log"))
			return fmt.Errorf("the PostgreSQL server does not start: %w\n%s", err, log)
		}
	}
}
