package main

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// testFiles are the texts of the test files of every package, by its folder.
func testFiles(t *testing.T) map[string]string {
	t.Helper()
	packages := map[string]string{}
	root := os.DirFS("../..")
	for _, room := range []string{"cmd", "internal", "static", "web"} {
		err := fs.WalkDir(root, room, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			if err != nil || !strings.HasSuffix(name, "_test.go") {
				return err
			}
			packages[path.Dir(name)] += file(t, name)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return packages
}

func TestDEP05EverySuiteLooksForGoroutinesLeftBehindAndRunsWithTheRaceDetector(t *testing.T) {
	for folder, text := range testFiles(t) {
		if !strings.Contains(text, "goleak.VerifyTestMain(") {
			t.Errorf("%s has tests, and nobody looks for goroutines that they leave", folder)
		}
	}
	ci := file(t, ".ci/run")
	if !regexp.MustCompile(`(?m)^go list \./\.\.\. \| grep -v '/internal/e2e\$' \| xargs go test -race\b`).MatchString(ci) {
		t.Error("the race detector does not run on all packages but the browser's journeys")
	}
}

func TestDEP05TheParsersOfOutsideInputHaveFuzzTargetsWithSeeds(t *testing.T) {
	target := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(f \*testing\.F\) \{\n(?s:(.*?))\n\}`)
	var names []string
	for folder, text := range testFiles(t) {
		for _, found := range target.FindAllStringSubmatch(text, -1) {
			names = append(names, found[1])
			kept, _ := fs.Glob(os.DirFS("../.."), path.Join(folder, "testdata/fuzz", found[1], "*"))
			if !strings.Contains(found[2], "f.Add(") && !strings.Contains(found[2], "(f") && len(kept) == 0 {
				t.Errorf("%s in %s begins with nothing", found[1], folder)
			}
		}
	}
	slices.Sort(names)
	if len(slices.Compact(names)) < 12 {
		t.Errorf("there are %d fuzz targets, want 12 or more: %v", len(names), names)
	}
	if !strings.Contains(file(t, "Makefile"), "-fuzztime $(FUZZTIME)") {
		t.Error("make fuzz does not run them for as long as it is told")
	}
}
