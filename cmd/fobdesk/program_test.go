package main

import (
	"bytes"
	"debug/elf"
	"encoding/base64"
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// started is what became of the program.
type started struct {
	code           int
	stdout, stderr string
}

// start runs the program with this environment and no other until it ends.
func start(t *testing.T, env []string, args ...string) started {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(program(t), args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = env, t.TempDir(), &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(cmd.Dir, "*")); len(left) > 0 {
		t.Errorf("it left %v behind", left)
	}
	return started{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// variables are the names that the lines begin with.
func variables(lines string) []string {
	var names []string
	for line := range strings.Lines(lines) {
		name, _, _ := strings.Cut(line, ":")
		names = append(names, name)
	}
	return names
}

func TestRST05TheProgramTellsAllThatIsMissingAtOnce(t *testing.T) {
	t.Parallel()
	got := start(t, nil, "serve")
	if got.code != exitUsage || got.stdout != "" {
		t.Errorf("exit code %d, want %d; standard output %q", got.code, exitUsage, got.stdout)
	}
	want := []string{"FOBDESK_BASE_URL", "FOBDESK_TENANT_ID", "FOBDESK_CLIENT_ID", "FOBDESK_SESSION_KEYS", "FOBDESK_CLIENT_SECRET"}
	told := variables(got.stderr)
	for _, name := range want {
		if !slices.ContainsFunc(told, func(line string) bool { return strings.HasPrefix(line, name) }) {
			t.Errorf("%s is not told missing, in:\n%s", name, got.stderr)
		}
	}
	if len(told) != len(want) {
		t.Errorf("told %v, want a line for each of %v", told, want)
	}
}

func TestRST05TheProgramTellsAllThatIsWrongAtOnceAndNoSecret(t *testing.T) {
	t.Parallel()
	env := []string{
		"FOBDESK_BASE_URL=http://fobs.example.org/portal",
		"FOBDESK_TENANT_ID=common",
		"FOBDESK_CLIENT_ID=66666666-7777-8888-9999-aaaaaaaaaaaa",
		"FOBDESK_CLIENT_SECRET=planted\nsecret",
		"FOBDESK_SESSION_KEYS=planted,keys",
		"FOBDESK_ATTEMPTS=none",
		"FOBDESK_ATTEMPTS_WINDOW=15",
		"FOBDESK_TRUSTED_PROXIES=10.0.0.0/33",
		"FOBDESK_STEP_UP=never",
	}
	got := start(t, env, "serve", "--log-level=loud")
	if got.code != exitUsage {
		t.Errorf("exit code %d, want %d", got.code, exitUsage)
	}
	told := variables(got.stderr)
	for _, setting := range append(env, "FOBDESK_LOG_LEVEL=loud") {
		name, _, _ := strings.Cut(setting, "=")
		if right := name == "FOBDESK_CLIENT_ID"; slices.Contains(told, name) == right {
			t.Errorf("%s told wrong: %v, in:\n%s", name, !right, got.stderr)
		}
	}
	for _, secret := range []string{"planted", "password"} {
		if strings.Contains(got.stderr+got.stdout, secret) {
			t.Errorf("shows %q:\n%s", secret, got.stderr)
		}
	}
}

func TestRST05ADatabaseThatIsNoneStopsEveryCommandWithOneLine(t *testing.T) {
	t.Parallel()
	env := []string{
		"FOBDESK_BASE_URL=https://fobs.example.org", "FOBDESK_TENANT_ID=11111111-2222-3333-4444-555555555555",
		"FOBDESK_CLIENT_ID=66666666-7777-8888-9999-aaaaaaaaaaaa", "FOBDESK_CLIENT_SECRET=secret",
		"FOBDESK_SESSION_KEYS=" + base64.StdEncoding.EncodeToString(make([]byte, 32)),
		"FOBDESK_DATABASE_URL=planted://user:password@host/db",
		"FOBDESK_LISTEN=127.0.0.1:0", "FOBDESK_METRICS_LISTEN=127.0.0.1:0",
	}
	for _, args := range [][]string{{"serve"}, {"migrate"}, {"audit", "verify"}, {"audit", "prune", "--before=2026-01-01"}} {
		got := start(t, env, args...)
		if got.code != exitUsage || !strings.HasPrefix(got.stderr, "FOBDESK_DATABASE_URL: got a value that is not shown, want sqlite:PATH") ||
			strings.Count(got.stderr, "\n") != 1 || strings.Contains(got.stderr, "password") {
			t.Errorf("%v: exit code %d, standard error %q", args, got.code, got.stderr)
		}
	}
}

func TestRST05ALanguageWithoutWordsStopsTheStart(t *testing.T) {
	t.Parallel()
	got := start(t, []string{
		"FOBDESK_BASE_URL=https://fobs.example.org",
		"FOBDESK_TENANT_ID=11111111-2222-3333-4444-555555555555",
		"FOBDESK_CLIENT_ID=66666666-7777-8888-9999-aaaaaaaaaaaa",
		"FOBDESK_CLIENT_SECRET=secret",
		"FOBDESK_SESSION_KEYS=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"FOBDESK_LANGUAGE=tlh",
	}, "serve")
	want := "FOBDESK_LANGUAGE: got \"tlh\", want one of de, en, es, fr, it, nl, pl, pt, ar, ja\n"
	if got.code != exitUsage || got.stderr != want {
		t.Errorf("exit code %d, got %q, want %q", got.code, got.stderr, want)
	}
}

func TestTheHelpOfServeListsEverySettingAsAFlagAndAVariable(t *testing.T) {
	t.Parallel()
	got := start(t, nil, "serve", "--help")
	if got.code != exitDone || got.stderr != "" {
		t.Errorf("exit code %d, standard error %q", got.code, got.stderr)
	}
	for _, name := range settingsOfReadme(t) {
		flag := "--" + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, "FOBDESK_"), "_", "-"))
		if !strings.Contains(got.stdout, name) || !strings.Contains(got.stdout, flag) {
			t.Errorf("%s or %s is not in the help:\n%s", flag, name, got.stdout)
		}
	}
}

func TestVersionIsOneLine(t *testing.T) {
	t.Parallel()
	got := start(t, nil, "version")
	want := "fobdesk "
	if got.code != exitDone || !strings.HasPrefix(got.stdout, want) || !strings.HasSuffix(got.stdout, runtime.Version()+"\n") ||
		strings.Count(got.stdout, "\n") != 1 {
		t.Errorf("exit code %d, %q", got.code, got.stdout)
	}
}

func TestTheProgramIsOneStaticFile(t *testing.T) {
	t.Parallel()
	file, err := elf.Open(program(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP {
			t.Error("it needs a dynamic linker, which an empty image does not have")
		}
	}
}
