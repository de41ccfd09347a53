package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFIG05AGuardThatIsTakenOutTurnsItsTestRed takes out one guard after the other and runs the tests
// that are named after what it guards. It shows some; make mutants changes them all.
func TestFIG05AGuardThatIsTakenOutTurnsItsTestRed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, file, guard, instead, tests string }{
		{"the chain of the trail", "internal/audit/verify.go",
			"case !hmac.Equal(e.Hash, Chain(key, head.Hash, e.Row)):", "case false:", "AUD04"},
		{"a form's token", "internal/session/csrf.go",
			`return err == nil && st.Keys.validMAC(mac, "csrf", sess.place.lineage)`, "_ = mac; return err == nil", "CSRF04"},
		{"the nonce", "internal/entra/id_token.go",
			`if t.nonce != nil && (*t.nonce == "" || subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(*t.nonce)) != 1) {`,
			"if subtle.ConstantTimeEq(0, 1) == 1 {", "OIDC"},
		{"the origin of a post", "web/origin.go",
			`if (site != "" && site != "same-origin") || (from != "" && from != origin) {`,
			`if site == "none" && from == origin+"x" {`, "CSRF02|CSRF03"},
		{"a route without an entry", "web/policy.go",
			"case may == nobody:\n\t\treturn outcome.New(outcome.NotAllowed)", "case may == nobody:\n\t\treturn nil", "ROL0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if out, err := without(t, test.file, test.guard, test.instead, test.tests); err == nil {
				t.Errorf("nobody notices:\n%s", out)
			} else if !strings.Contains(out, "--- FAIL: Test") {
				t.Errorf("the tests did not run:\n%s", out)
			}
		})
	}
}

// without runs the tests of a file's package with a guard of the file replaced.
func without(t *testing.T, name, guard, instead, tests string) (out string, err error) {
	t.Helper()
	text := file(t, name)
	if strings.Count(text, guard) != 1 {
		t.Fatalf("%s does not have this guard once: %s", name, guard)
	}
	path, err := filepath.Abs("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	changed, overlay := filepath.Join(t.TempDir(), "changed.go"), filepath.Join(t.TempDir(), "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{changed: strings.Replace(text, guard, instead, 1), overlay: string(replace)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command("go", "test", "-failfast", "-overlay", overlay, "-run", tests, "./"+filepath.Dir(name))
	run.Dir = "../.."
	said, err := run.CombinedOutput()
	return string(said), err
}
