package main

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestTheREADMENamesEachDependencyAndEachRoom(t *testing.T) {
	modules := strings.Fields(string(goList(t, "-m", "-f", "{{if not (or .Indirect .Main)}}{{.Path}}{{end}}", "all")))
	rooms := strings.Fields(strings.ReplaceAll(string(goList(t, "./...")), module, ""))
	readme := readme(t)
	for _, name := range slices.Concat(modules, rooms, npmPackages(t)) {
		if !strings.Contains(readme, "`"+name+"`") {
			t.Errorf("the README says nothing of %s", name)
		}
	}
}

func TestThePicturesOfTheREADMEAreThere(t *testing.T) {
	files, err := os.ReadDir("../../static/readme")
	if err != nil {
		t.Fatal(err)
	}
	readme := readme(t)
	for _, file := range files {
		if !strings.Contains(readme, `"static/readme/`+file.Name()+`"`) {
			t.Errorf("the README does not show %s", file.Name())
		}
	}
	if shown := strings.Count(readme, `"static/readme/`); shown != len(files) {
		t.Errorf("the README shows %d pictures, there are %d", shown, len(files))
	}
}

func readme(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// settingsOfReadme are the variables of the README's table of settings.
func settingsOfReadme(t *testing.T) []string {
	t.Helper()
	var names []string
	for line := range strings.Lines(readme(t)) {
		if row, ok := strings.CutPrefix(line, "| `FOBDESK_"); ok {
			name, _, _ := strings.Cut(row, "`")
			names = append(names, "FOBDESK_"+name)
		}
	}
	if len(names) < 20 {
		t.Fatalf("the README lists only %v", names)
	}
	return names
}

func npmPackages(t *testing.T) []string {
	t.Helper()
	content, err := os.ReadFile("../../static/package.json")
	if err != nil {
		t.Fatal(err)
	}
	var wanted struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(content, &wanted); err != nil {
		t.Fatal(err)
	}
	return slices.AppendSeq(slices.Collect(maps.Keys(wanted.Dependencies)), maps.Keys(wanted.DevDependencies))
}
