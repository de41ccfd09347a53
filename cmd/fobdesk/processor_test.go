package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// heldTo makes a control group whose processes have so many percent of a core together, in short
// periods, and have them before others. It is gone after the test. Where the machine has none to be made, the test says so and is
// skipped: there is nothing to compare then.
func heldTo(t *testing.T, percent int) string {
	t.Helper()
	const period = 5_000 // µs
	quota := strconv.Itoa(period * percent / 100)
	var failed error
	for _, kind := range []struct {
		root     string
		settings [][2]string
	}{
		{"/sys/fs/cgroup", [][2]string{{"cpu.max", quota + " " + strconv.Itoa(period)}, {"cpu.weight", "10000"}}},
		{"/sys/fs/cgroup/cpu", [][2]string{{"cpu.cfs_period_us", strconv.Itoa(period)}, {"cpu.cfs_quota_us", quota}, {"cpu.shares", "262144"}}},
	} {
		group, err := os.MkdirTemp(kind.root, "fobdesk-load-")
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		t.Cleanup(func() { _ = os.Remove(group) }) // its processes have ended
		for _, setting := range kind.settings {
			err = errors.Join(err, set(filepath.Join(group, setting[0]), setting[1]))
		}
		if err == nil {
			return group
		}
		failed = errors.Join(failed, err)
	}
	t.Skipf("load: no portal can be held to %d %% of a core: %s", percent, strings.ReplaceAll(failed.Error(), "\n", "; "))
	return ""
}

// set writes to a file that is there: only then it is the kernel's.
func set(path, value string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(value)
	return errors.Join(err, file.Close())
}

// used is the processor time that was used so far.
type used struct{ portals, clients, database time.Duration }

// processorTime is what the portals, this process and the database's server have used.
func (l *trial) processorTime(t *testing.T) used {
	t.Helper()
	u := used{clients: processorTime(os.Getpid())}
	for _, p := range l.portals {
		u.portals += processorTime(p.PID())
	}
	if l.database == "" {
		return u
	}
	processes, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	server := 0
	for _, stat := range processes {
		line, err := os.ReadFile(filepath.Join(filepath.Dir(stat), "cmdline"))
		if err == nil && bytes.HasSuffix(bytes.SplitN(line, []byte{0}, 2)[0], []byte("/postgres")) && bytes.Contains(line, []byte(l.database)) {
			server, _ = strconv.Atoi(filepath.Base(filepath.Dir(stat)))
		}
	}
	for _, stat := range processes {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
		if fields := statOf(pid); len(fields) > 1 && fields[1] == strconv.Itoa(server) {
			u.database += processorTime(pid)
		}
	}
	return u
}

// statOf returns what proc_pid_stat(5) says after the command's name; nil of a process that is gone.
func statOf(pid int) []string {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return nil
	}
	return strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
}

// processorTime is what a process has used, in steps of 10 ms.
func processorTime(pid int) time.Duration {
	const inUser, inSystem, tick = 11, 12, 10 * time.Millisecond
	fields := statOf(pid)
	if len(fields) <= inSystem {
		return 0
	}
	user, _ := strconv.Atoi(fields[inUser])
	system, _ := strconv.Atoi(fields[inSystem])
	return time.Duration(user+system) * tick
}
