package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// startLimit bounds the start of the program, with wide margins for a busy machine.
const startLimit = 30 * time.Second

// Program is a world whose portal is the program itself: a process of its own, which is told its
// settings by the environment, as an operator does. It goes by the machine's clock, whatever the
// world's Clock says.
type Program struct {
	*World
	path string
	cmd  *exec.Cmd
	done chan struct{} // closed once the process has ended
}

// NewProgram starts the program at path over a tenant. Both end with the test.
func NewProgram(t testing.TB, path string, givens ...Given) *Program {
	t.Helper()
	w, listener := prepare(t, givens)
	w.env["FOBDESK_LISTEN"] = listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	p := &Program{World: w, path: path}
	p.Start(t)
	return p
}

// Beside starts the program a second time, over the same tenant and on the same database, which has
// to be PostgreSQL. It listens at a URL of its own, and is one portal with the first.
func (p *Program) Beside(t testing.TB, path string) *Program {
	t.Helper()
	listener := listen(t)
	w := *p.World
	w.URL, w.env = "http://localhost:"+port(listener), maps.Clone(p.env)
	w.env["FOBDESK_LISTEN"] = listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	other := &Program{World: &w, path: path}
	other.Start(t)
	return other
}

// PID is the number of the process.
func (p *Program) PID() int { return p.cmd.Process.Pid }

// Start starts the program, on the database that it had, and returns how long it took until it
// was ready to serve.
func (p *Program) Start(t testing.TB) time.Duration {
	t.Helper()
	p.cmd = exec.Command(p.path, "serve") //nolint:gosec,noctx // the test's own program; it ends by signals
	p.cmd.Stderr, p.cmd.Dir = p.Log, p.folder
	for name, value := range p.env {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	started := time.Now()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmd, done := p.cmd, make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // how it ended is in its ProcessState
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-done })
	p.done = done
	p.awaitReady(t)
	return time.Since(started)
}

// awaitReady asks until the program says that it is ready.
func (p *Program) awaitReady(t testing.TB) {
	t.Helper()
	limit := time.After(startLimit)
	ask := time.NewTicker(5 * time.Millisecond)
	defer ask.Stop()
	for p.ready(t.Context()) != http.StatusOK {
		select {
		case <-ask.C:
		case <-p.done:
			t.Fatalf("the program ended with %d:\n%s", p.cmd.ProcessState.ExitCode(), p.Log)
		case <-limit:
			t.Fatalf("the program is not ready:\n%s", p.Log)
		}
	}
}

// askLimit is how long one ask may take: a connection that is begun just when the one before it is torn
// down may hear nothing, and is tried again by TCP after a second, and then after two.
const askLimit = time.Second

// ready is the status of /readyz, 0 where nobody answers. It asks on a connection of its own.
func (p *Program) ready(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/readyz", http.NoBody)
	if err != nil {
		return 0
	}
	r.Close = true
	answer, err := new(http.Client).Do(r)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// Signal sends the process a signal. One that has ended takes none.
func (p *Program) Signal(s os.Signal) { _ = p.cmd.Process.Signal(s) }

// Wait waits until the process ends, and returns its exit code, -1 where a signal ended it.
func (p *Program) Wait(t testing.TB) int {
	t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(startLimit):
		t.Fatalf("the program does not end:\n%s", p.Log)
		return 0
	}
}

// MetricsURL is where the program serves its metrics, as it logged.
func (p *Program) MetricsURL(t testing.TB) string {
	t.Helper()
	for line := range strings.Lines(p.Log.String()) {
		var said struct{ Metrics string }
		if json.Unmarshal([]byte(line), &said) == nil && said.Metrics != "" {
			return "http://" + said.Metrics
		}
	}
	t.Fatalf("the program did not say where its metrics are:\n%s", p.Log)
	return ""
}

// Set changes a setting for the next Start.
func (p *Program) Set(name, value string) { p.env[name] = value }

// Ran is what came of a command.
type Ran struct {
	Code           int
	Stdout, Stderr string
}

// Run runs another command of the program with the same settings, changed as given.
func (p *Program) Run(t testing.TB, change map[string]string, args ...string) Ran {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(p.path, args...) //nolint:gosec,noctx // the test's own program
	cmd.Stdout, cmd.Stderr, cmd.Dir = &stdout, &stderr, p.folder
	settings := maps.Clone(p.env)
	maps.Copy(settings, change)
	for name, value := range settings {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return Ran{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// Keys are the session keys that the program was given, for reading its database.
func (p *Program) Keys() string { return p.env["FOBDESK_SESSION_KEYS"] }

// DatabaseURL is where the program keeps its data, as it was told.
func (p *Program) DatabaseURL() string { return p.env["FOBDESK_DATABASE_URL"] }

// Secret is the client secret that the program was given.
func (p *Program) Secret() string { return p.env["FOBDESK_CLIENT_SECRET"] }
