package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func goEnv(t *testing.T, name string) []byte {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// lockedPackage is a package of static/package-lock.json.
type lockedPackage struct {
	Version, Resolved, Integrity string
	Dev, HasInstallScript        bool
}

func lockedPackages(t *testing.T) map[string]lockedPackage {
	t.Helper()
	var lock struct{ Packages map[string]lockedPackage }
	if err := json.Unmarshal([]byte(file(t, "static/package-lock.json")), &lock); err != nil {
		t.Fatal(err)
	}
	packages := map[string]lockedPackage{}
	for path, p := range lock.Packages {
		if name, ok := strings.CutPrefix(path, "node_modules/"); ok {
			packages[name] = p
		}
	}
	if len(packages) == 0 {
		t.Fatal("the lock file names no package")
	}
	return packages
}

func file(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDEP01WhatSecurityRestsOnIsNewEnough(t *testing.T) {
	mod := file(t, "go.mod")
	for path, least := range map[string]string{
		"go":                                  "1.26.8",
		"github.com/coreos/go-oidc/v3":        "3.21.0",
		"golang.org/x/oauth2":                 "0.37.0",
		"github.com/labstack/echo/v4":         "4.16.0",
		"github.com/go-jose/go-jose/v4":       "4.1.9",
		"github.com/jackc/pgx/v5":             "5.12.0",
		"golang.org/x/crypto":                 "0.58.0",
		"golang.org/x/net":                    "0.62.0",
		"github.com/prometheus/client_golang": "1.25.0",
	} {
		line := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(path) + ` v?([0-9.]+)`).FindStringSubmatch(mod)
		switch {
		case line == nil && path == "github.com/jackc/pgx/v5": // until it is one of ours
		case line == nil:
			t.Errorf("go.mod does not name %s", path)
		case slices.Compare(numbers(t, line[1]), numbers(t, least)) < 0:
			t.Errorf("%s is %s, want at least %s", path, line[1], least)
		}
	}
	if strings.Contains(mod, "\nreplace ") || strings.Contains(mod, "\nexclude ") {
		t.Error("go.mod puts something in the place of a module")
	}
}

func numbers(t *testing.T, version string) []int {
	t.Helper()
	var all []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}

func TestDEP02SumsArePinnedAndNothingRunsAtInstall(t *testing.T) {
	for name, p := range lockedPackages(t) {
		if !strings.HasPrefix(p.Integrity, "sha512-") {
			t.Errorf("%s %s has the integrity %q, want a SHA-512", name, p.Version, p.Integrity)
		}
		if p.HasInstallScript {
			t.Errorf("%s wants to run a script at install", name)
		}
	}
	var wanted struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal([]byte(file(t, "static/package.json")), &wanted); err != nil {
		t.Fatal(err)
	}
	exact := regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	for _, packages := range []map[string]string{wanted.Dependencies, wanted.DevDependencies} {
		for name, version := range packages {
			if !exact.MatchString(version) {
				t.Errorf("package.json wants %s %q, not one version", name, version)
			}
		}
	}
	installs := 0
	for _, name := range []string{"Makefile", "Dockerfile", ".ci/run"} {
		for line := range strings.Lines(file(t, name)) {
			if !regexp.MustCompile(`\bnpm\s+(ci|i|install|update|exec)\b|\bnpx\b`).MatchString(line) {
				continue
			}
			installs++
			if !strings.Contains(line, "npm ci --") || !strings.Contains(line, "--ignore-scripts") {
				t.Errorf("%s installs with %q", name, strings.TrimSpace(line))
			}
		}
	}
	if installs < 2 {
		t.Errorf("only %d installs were found", installs)
	}
	for _, sums := range []string{"go.sum", ".golangci/go.sum", ".release/go.sum"} {
		if !strings.Contains(file(t, sums), " h1:") {
			t.Errorf("%s holds no sums", sums)
		}
	}
	for _, name := range []string{"GONOSUMCHECK", "GONOSUMDB", "GOINSECURE"} {
		for _, script := range []string{"Makefile", "Dockerfile", ".ci/run"} {
			if strings.Contains(file(t, script), name) {
				t.Errorf("%s sets %s", script, name)
			}
		}
	}
}

func TestDEP04TheImageHoldsTheProgramAloneAndIsNobodys(t *testing.T) {
	text := file(t, "Dockerfile")
	at := strings.LastIndex(text, "\nFROM ")
	last := text[at+1:]
	if !strings.HasPrefix(last, "FROM scratch AS final\n") {
		t.Fatalf("the last stage is not empty: %.60q", last)
	}
	for _, want := range []string{
		"\nUSER 65532:65532\n", "\nVOLUME /data\n", `ENTRYPOINT ["/fobdesk"]`, `CMD ["serve"]`, `CMD ["/fobdesk", "health"]`,
	} {
		if !strings.Contains(last, want) {
			t.Errorf("the last stage has no %q", want)
		}
	}
	var copied []string
	for _, line := range regexp.MustCompile(`(?m)^(?:COPY|ADD|RUN) .*$`).FindAllString(last, -1) {
		fields := strings.Fields(line)
		if fields[0] != "COPY" || fields[1] != "--from=build" {
			t.Errorf("the last stage has %q", line)
		}
		copied = append(copied, fields[len(fields)-1])
	}
	if want := []string{"/etc/ssl/certs/ca-certificates.crt", "/fobdesk", "/"}; !slices.Equal(copied, want) {
		t.Errorf("the last stage copies to %v, want %v", copied, want)
	}
	if !strings.Contains(text, "install -d -m 0700 /out/volume/data") {
		t.Error("the data folder is not its owner's alone")
	}
	if !strings.Contains(text, "-trimpath") || !strings.Contains(text, "CGO_ENABLED=0") {
		t.Error("the image's program is not built as make builds it")
	}
}
