package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var licencesFile = flag.String("licences", "", "write the licences of what the program is made of to this file")

// licences are those that ask for no more than that their text goes along, by a phrase of each. The
// first that fits is the one.
var licences = []struct {
	name   string
	phrase *regexp.Regexp
}{
	{"Apache-2.0", phrase(`Apache License,? Version 2\.0`)},
	{"BSD-3-Clause", phrase(`Redistribution and use in source and binary forms.*Neither the name`)},
	{"BSD-2-Clause", phrase(`Redistribution and use in source and binary forms`)},
	{"MIT", phrase(`Permission is hereby granted, free of charge.*to use, copy, modify, merge, publish`)},
	{"ISC", phrase(`Permission to use, copy, modify, and(/or)? distribute this software for any purpose.*provided that`)},
	{"0BSD", phrase(`Permission to use, copy, modify, and(/or)? distribute this software for any purpose`)},
}

func phrase(words string) *regexp.Regexp {
	return regexp.MustCompile(`(?is)` + strings.ReplaceAll(words, " ", `\s+`))
}

// linked is a module of which something is in the program.
type linked struct{ path, version, folder string }

func TestDEP03EachLicenceOfWhatIsLinkedIsKnown(t *testing.T) {
	var list, texts bytes.Buffer
	for _, module := range linkedModules(t) {
		text := licenceText(t, module)
		name := licenceOf(text)
		if name == "" {
			t.Errorf("%s %s: its licence is none that we know:\n%.400s", module.path, module.version, text)
		}
		fmt.Fprintf(&list, "%-14s %s %s\n", name, module.path, module.version)
		fmt.Fprintf(&texts, "\n---- %s %s\n\n%s", module.path, module.version, text)
	}
	if list.Len() == 0 {
		t.Fatal("nothing is linked")
	}
	if *licencesFile == "" {
		return
	}
	if err := os.MkdirAll(filepath.Dir(*licencesFile), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(*licencesFile, append(list.Bytes(), texts.Bytes()...), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestDEP03ALicenceThatIsNotKnownIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3": "",
		"All rights reserved.":                         "",
		"":                                             "",
		"Apache License\n   Version 2.0, January 2004":                             "Apache-2.0",
		"Redistribution and use in source and\nbinary forms … Neither the name of": "BSD-3-Clause",
	} {
		if got := licenceOf(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// linkedModules are the modules of which the program holds a package, Go itself and the npm packages
// that it embeds.
func linkedModules(t *testing.T) []linked {
	t.Helper()
	found := map[string]linked{}
	const format = `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}`
	for line := range strings.Lines(string(goList(t, "-deps", "-f", format, "./cmd/fobdesk"))) {
		if fields := strings.Fields(line); len(fields) == 3 {
			found[fields[0]] = linked{fields[0], fields[1], fields[2]}
		}
	}
	root := strings.TrimSpace(string(goEnv(t, "GOROOT")))
	found["std"] = linked{"std", strings.TrimSpace(string(goEnv(t, "GOVERSION"))), root}
	for name, p := range lockedPackages(t) {
		if !p.Dev {
			found[name] = linked{name, p.Version, filepath.Join("../../static/node_modules", name)}
		}
	}
	modules := slices.Collect(maps.Values(found))
	slices.SortFunc(modules, func(a, b linked) int { return strings.Compare(a.path, b.path) })
	return modules
}

// licenceText is the module's licence as it came with it.
func licenceText(t *testing.T, m linked) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(m.folder, "[Ll][Ii][Cc][Ee][Nn][CcSs][Ee]*"))
	if err != nil || len(files) == 0 {
		t.Errorf("%s has no licence in %s", m.path, m.folder)
		return ""
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

func licenceOf(text string) string {
	for _, licence := range licences {
		if licence.phrase.MatchString(text) {
			return licence.name
		}
	}
	return ""
}
