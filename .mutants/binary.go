package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/go/packages"
)

// probe is what each package gets: a mutant lives where the environment says so. What a test reaches
// goes into a file.
const probe = `
import (
	"os"
	"strconv"
	"sync/atomic"
)

var (
	mutantLiving, _ = strconv.Atoi(os.Getenv("MUTANT"))
	mutantsReached  = os.Getenv("MUTANTS_REACHED")
	mutantsSeen     [%d]atomic.Bool
)

func mutantLives(id int) bool {
	if mutantsReached != "" && !mutantsSeen[id].Swap(true) {
		if f, err := os.OpenFile(mutantsReached, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
			_, _ = f.WriteString(strconv.Itoa(id) + "\n")
			_ = f.Close()
		}
	}
	return id == mutantLiving
}
`

// binary is the tests of a package, with the mutants in them.
type binary struct {
	folder string // of the package
	path   string // of the compiled tests
}

// plant writes the files of a package that change names, with all their mutants in them, and the
// overlay that puts them in the place of the real ones.
func plant(ctx context.Context, name, work string, change func(file string) bool) (overlay string, found []mutant, err error) {
	loaded, err := packages.Load(&packages.Config{Context: ctx, Mode: packages.LoadSyntax, Dir: ".."}, "./"+name)
	if err != nil {
		return "", nil, fmt.Errorf("load %s: %w", name, err)
	}
	pkg := loaded[0]
	if len(pkg.Errors) > 0 {
		return "", nil, fmt.Errorf("load %s: %w", name, pkg.Errors[0])
	}
	texts := map[string]string{}
	for i, file := range pkg.Syntax {
		path := pkg.CompiledGoFiles[i]
		if base := filepath.Base(path); strings.HasSuffix(base, "_templ.go") || !change(base) {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return "", nil, err
		}
		s := &source{pkg: pkg, file: file, name: filepath.Base(path), text: string(text), found: &found}
		for _, decl := range file.Decls {
			s.find(decl)
		}
		texts[path] = s.whole()
	}
	texts[filepath.Join(filepath.Dir(pkg.GoFiles[0]), "mutant_lives.go")] = "package " + pkg.Name + "\n" + fmt.Sprintf(probe, len(found)+1)
	overlay, err = overlaid(work, texts)
	return overlay, found, err
}

// overlaid writes an overlay as the go command reads it.
func overlaid(work string, texts map[string]string) (string, error) {
	replace := map[string]string{}
	for path, text := range texts {
		replace[path] = filepath.Join(work, filepath.Base(path))
		if err := os.WriteFile(replace[path], []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(work, "overlay.json")
	return path, os.WriteFile(path, overlay, 0o600)
}

// compile makes the tests of a package with what the overlay has.
func compile(ctx context.Context, name, work, overlay string) (*binary, error) {
	root, err := filepath.Abs("..")
	if err != nil {
		return nil, err
	}
	b := &binary{folder: filepath.Join(root, name), path: filepath.Join(work, strings.ReplaceAll(name, "/", "-")+".test")}
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", b.path, "./"+name)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compile the tests of %s: %w\n%s", name, err, out)
	}
	return b, nil
}

// test is one of a package's, and how long it takes alone.
type test struct {
	name    string
	takes   time.Duration
	reaches []int
}

// survey runs each test by itself, with every mutant asleep, to see what it reaches.
func (b *binary) survey(ctx context.Context, workers int) ([]test, error) {
	list := exec.CommandContext(ctx, b.path, "-test.list", "^(Test|Fuzz|Example)")
	list.Dir = b.folder
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("list tests: %w", err)
	}
	names := strings.Fields(string(out))
	tests := make([]test, len(names))
	each(workers, len(names), func(i int) {
		t := &tests[i]
		t.name = names[i]
		reached := b.path + ".reached." + strconv.Itoa(i)
		began := time.Now()
		out, err := b.run(ctx, 10*time.Minute, []string{"MUTANTS_REACHED=" + reached}, t.name)
		t.takes = time.Since(began)
		if err != nil {
			fmt.Printf("left out, for it fails with every mutant asleep: %s\n%s\n", t.name, out)
			t.name = ""
			return
		}
		text, _ := os.ReadFile(reached) // there is none where nothing was reached
		for _, line := range strings.Fields(string(text)) {
			if id, err := strconv.Atoi(line); err == nil {
				t.reaches = append(t.reaches, id)
			}
		}
		_ = os.Remove(reached)
	})
	tests = slices.DeleteFunc(tests, func(t test) bool { return t.name == "" })
	names = slices.DeleteFunc(names, func(name string) bool {
		return !slices.ContainsFunc(tests, func(t test) bool { return t.name == name })
	})
	slices.SortStableFunc(tests, func(x, y test) int { return int(x.takes - y.takes) })
	if len(names) == 0 {
		return nil, fmt.Errorf("%s has no tests", b.folder)
	}
	if out, err := b.run(ctx, 10*time.Minute, nil, names...); err != nil {
		return nil, fmt.Errorf("the tests of %s fail with every mutant asleep: %w\n%s", b.folder, err, out)
	}
	return tests, nil
}

// run runs some tests in one process of their own, until the first that fails.
func (b *binary) run(ctx context.Context, limit time.Duration, env []string, names ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.path, "-test.failfast", "-test.parallel=4", "-test.run", "^("+strings.Join(names, "|")+")$")
	cmd.Dir, cmd.Env, cmd.WaitDelay = b.folder, append(os.Environ(), env...), 5*time.Second
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return string(out), err
}
