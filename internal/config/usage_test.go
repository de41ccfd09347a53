package config

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the README's table of settings")

const (
	readme = "../../README.md"
	begin  = "<!-- settings: made by `go test ./internal/config -update` -->\n"
	end    = "<!-- end of settings -->"
)

func TestTheREADMEHasTheTableOfSettings(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	table, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("README.md lacks the marks %q and %q", begin, end)
	}
	want := "\n" + markdown() + "\n"
	if table == want {
		return
	}
	if !*update {
		t.Fatal("the README's table of settings is out of date: run go test ./internal/config -update")
	}
	if err := os.WriteFile(readme, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// markdown is the README's table of settings.
func markdown() string {
	var b strings.Builder
	b.WriteString("| variable | default | meaning |\n| --- | --- | --- |\n")
	for _, s := range (&draft{}).settings() {
		names, def := "`"+s.variable()+"`", s.unset
		if s.secret {
			names += " or `" + s.variable() + fileSuffix + "`"
		}
		if s.def != "" {
			def = "`" + s.def + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", names, def, s.help)
	}
	return b.String()
}

func TestTheHelpNamesEverySetting(t *testing.T) {
	var b strings.Builder
	if err := Usage(&b); err != nil {
		t.Fatal(err)
	}
	for _, s := range (&draft{}).settings() {
		if !strings.Contains(b.String(), "--"+flagName(s.variable())+" "+s.metavar+"\n") ||
			!strings.Contains(b.String(), s.variable()) {
			t.Errorf("lacks %s", s.name)
		}
		if file := "--" + flagName(s.variable()+fileSuffix); s.secret && !strings.Contains(b.String(), file) {
			t.Errorf("lacks %s", file)
		}
	}
	for line := range strings.Lines(b.String()) {
		if len(line) > 240 {
			t.Errorf("a long line: %s", line)
		}
	}
}

func TestEveryDefaultIsSound(t *testing.T) {
	for _, s := range (&draft{}).settings() {
		if (s.def == "") == (s.unset == "") {
			t.Errorf("%s: has a default and words for none, or neither", s.name)
		}
		if s.def != "" && s.parse(s.def) != nil {
			t.Errorf("%s: refuses its own default", s.name)
		}
		if err := s.parse(""); err == nil || !strings.HasPrefix(err.Error(), "want ") {
			t.Errorf("%s: an empty value answers %v, want what it wants", s.name, err)
		}
	}
}
