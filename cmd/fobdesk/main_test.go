package main

import (
	"bytes"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestCommands(t *testing.T) {
	for _, test := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string // of each, a part; empty means nothing at all
	}{
		{"version says what this is", []string{"version"}, 0, runtime.Version(), ""},
		{"help lists the commands", []string{"help"}, 0, "serve     start the portal", ""},
		{"no command is help", nil, 0, "serve     start the portal", ""},
		{"an unknown command is told", []string{"enrol"}, 2, "", `got "enrol", want a command`},
		{"the help of serve lists the settings", []string{"serve", "--help"}, 0, "--session-idle DURATION", ""},
		{"an unknown flag stops the start", []string{"serve", "--idle=1m"}, 2, "", "-idle"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if code := run(test.args, &stdout, &stderr); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, stream := range []struct{ got, want string }{
				{stdout.String(), test.stdout}, {stderr.String(), test.stderr},
			} {
				if !strings.Contains(stream.got, stream.want) || stream.want == "" && stream.got != "" {
					t.Errorf("got %q, want %q", stream.got, stream.want)
				}
			}
		})
	}
}

func TestRST05AWrongSettingStopsTheStartWithOneLine(t *testing.T) {
	for name, value := range map[string]string{
		"FOBDESK_BASE_URL":      "https://fobs.example.org",
		"FOBDESK_TENANT_ID":     "11111111-2222-3333-4444-555555555555",
		"FOBDESK_CLIENT_ID":     "66666666-7777-8888-9999-aaaaaaaaaaaa",
		"FOBDESK_CLIENT_SECRET": "planted-secret",
		"FOBDESK_SESSION_KEYS":  "planted-key",
		"FOBDESK_SESSION_IDLE":  "15",
	} {
		t.Setenv(name, value)
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"serve"}, &stdout, &stderr); code != exitUsage {
		t.Errorf("exit code %d, want %d", code, exitUsage)
	}
	want := "FOBDESK_SESSION_KEYS: got a value that is not shown, want base64 keys of 32 bytes with commas between " +
		"(openssl rand -base64 32 makes one)\n" +
		"FOBDESK_SESSION_IDLE: got \"15\", want a duration such as 15m\n"
	if got := stderr.String(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	if stdout.Len() > 0 {
		t.Errorf("standard output holds %q", stdout.String())
	}
}

func TestVersionNamesTheCommitAndWhetherItWasChanged(t *testing.T) {
	info := &debug.BuildInfo{
		GoVersion: "go1.26.8",
		Main:      debug.Module{Version: "v1.2.0"},
		Settings:  []debug.BuildSetting{{Key: "vcs.revision", Value: "abc123"}, {Key: "vcs.modified", Value: "true"}},
	}
	if got, want := describe(info), "fobdesk v1.2.0, commit abc123 (modified), go1.26.8"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
