package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// clockFile names, for the program that goes by a clock of the test's, the file that says how far it
// is ahead of the machine's.
const clockFile = "TEST_CLOCK"

// otherClock is that clock. Every part of the portal gets its time from the one place that it stands in for.
const otherClock = `package portal

import (
	"os"
	"time"
)

func otherClock() time.Time {
	text, err := os.ReadFile(os.Getenv("` + clockFile + `"))
	if err != nil {
		panic(err)
	}
	ahead, err := time.ParseDuration(string(text))
	if err != nil {
		panic(err)
	}
	return time.Now().Add(ahead)
}
`

// clocked builds the program with another clock, once for all tests: the kernel lets nobody set the
// clock of one process, and the program has no setting for it.
var clocked = sync.OnceValues(func() (string, error) {
	real, err := filepath.Abs("../portal/portal.go")
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(real)
	if err != nil {
		return "", err
	}
	const machines = "s.Now = time.Now\n"
	if strings.Count(string(source), machines) != 1 {
		return "", fmt.Errorf("%s does not have %q once", real, machines)
	}
	in := func(name string) string { return filepath.Join(folder(), "clocked", name) }
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		real: in("portal.go"), filepath.Join(filepath.Dir(real), "other_clock.go"): in("other_clock.go"),
	}})
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(in(""), 0o700); err != nil {
		return "", err
	}
	for name, text := range map[string]string{
		"portal.go": strings.Replace(string(source), machines, "s.Now = otherClock\n", 1), "other_clock.go": otherClock, "overlay": string(overlay),
	} {
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	build := exec.Command("go", "build", "-trimpath", "-overlay", in("overlay"), "-o", in("fobdesk"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program with another clock: %w\n%s", err, out)
	}
	return in("fobdesk"), nil
})

// setClock sets the clock of the file.
func setClock(t *testing.T, file string, ahead time.Duration) {
	t.Helper()
	err := os.WriteFile(file+".new", []byte(ahead.String()), 0o600)
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		t.Fatal(err)
	}
}
