package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "fobdesk/"

// testsOnly are the rooms of which the portal holds nothing; the demo alone may import those of demoOnly.
var testsOnly = []string{"internal/sim", "internal/htmltest", "internal/e2e", "internal/pgtest", "internal/liar", "web/view/gallery"}

var demoOnly = []string{"internal/sim", "web/view/gallery"}

// rooms says what each package may import of ours, tests apart. A package under cmd is where
// things meet: it may import all but testsOnly.
var rooms = map[string][]string{
	"internal/outcome": {},
	"internal/secret":  {},
	"internal/oath":    {"internal/secret"},
	"internal/config":  {"internal/secret"},
	"internal/message": {"internal/outcome"}, // whose words it holds
	"internal/metrics": {},
	"internal/trace":   {},
	"static":           {},
	"internal/graph":   {"internal/oath", "internal/outcome"},
	"internal/entra":   {"internal/oath", "internal/outcome", "internal/secret"},
	"internal/session": {"internal/oath", "internal/outcome", "internal/secret"},
	"internal/station": {"internal/oath", "internal/outcome", "internal/secret"},
	"internal/audit":   {"internal/oath", "internal/outcome"},
	"internal/desk":    {"internal/oath", "internal/outcome"},
	"internal/store": {
		"internal/oath", "internal/outcome", "internal/session", "internal/station", "internal/audit", "internal/desk",
	},
	"internal/sim":      {"internal/oath"},
	"internal/htmltest": {},
	"internal/liar":     {},                                                                                                      // tests only
	"internal/pgtest":   {},                                                                                                      // tests only
	"internal/e2e":      {"internal/config", "internal/oath", "internal/sim", "internal/store", "internal/pgtest", "cmd/portal"}, // tests only
	"web/view/gallery":  {"internal/oath", "internal/outcome", "internal/message", "static", "web/view"},
	"web/view":          {"internal/oath", "internal/outcome", "internal/message", "static"},
	"web": {
		"internal/oath", "internal/outcome", "internal/desk", "internal/entra", "internal/session", "internal/station",
		"internal/audit", "internal/message", "web/view", "static",
	},
}

func TestTheProgramHoldsNothingSimulated(t *testing.T) {
	for _, path := range strings.Fields(string(goList(t, "-deps", "./cmd/fobdesk"))) {
		if slices.Contains(testsOnly, strings.TrimPrefix(path, module)) {
			t.Errorf("fobdesk holds %s", path)
		}
	}
}

func TestEachRoomImportsOnlyWhatItMay(t *testing.T) {
	packages := json.NewDecoder(strings.NewReader(string(goList(t, "-json=ImportPath,Imports", "./..."))))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		room := strings.TrimPrefix(p.ImportPath, module)
		for _, path := range p.Imports {
			if other, ours := strings.CutPrefix(path, module); ours && !mayImport(t, room, other) {
				t.Errorf("%s imports %s", room, other)
			}
		}
	}
}

func mayImport(t *testing.T, room, other string) bool {
	if strings.HasPrefix(room, "cmd/") {
		return !slices.Contains(testsOnly, other) || room == "cmd/fobdesk-demo" && slices.Contains(demoOnly, other)
	}
	allowed, known := rooms[room]
	if !known {
		t.Errorf("%s is no room: say in the table what it may import", room)
	}
	return slices.Contains(allowed, other)
}

func goList(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Logf("%s", exit.Stderr)
		}
		t.Fatalf("go list %v: %v", args, err)
	}
	return out
}
