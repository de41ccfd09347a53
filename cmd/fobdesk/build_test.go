package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if address := os.Getenv(bareAt); address != "" {
		serveBare(address)
		return
	}
	goleak.VerifyTestMain(tests{m})
}

// tests are this package's, which share the program, and whose visitors leave connections open for
// each other.
type tests struct{ *testing.M }

// Run runs them, removes the one and closes the others.
func (t tests) Run() int {
	code := t.M.Run()
	_ = os.RemoveAll(folder())
	new(http.Client).CloseIdleConnections()
	return code
}

// folder is where this run of the tests builds the program.
func folder() string {
	return filepath.Join(os.TempDir(), "fobdesk-test-"+strconv.Itoa(os.Getpid()))
}

// built builds the program as make does, once for all tests of this package, and returns its path.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(folder(), "fobdesk")
	build := exec.Command("go", "build", "-trimpath", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// program is the path of the program.
func program(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
