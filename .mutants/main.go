// Command mutants changes each guard of a package in turn and sees that a test of the package
// notices. All mutants of a package are compiled into its tests at once, each asleep until the
// environment wakes it, so one costs no more than the tests that reach it: those run, the quickest
// first, until one fails. What no test reaches lives.
//
// Without arguments it looks at all that guards. An argument is a package and, where only some of its
// files are to be changed, their names: internal/desk, web:policy.go,origin.go.
//
// The changes are those of gremlins (a comparison's boundary or its opposite, an operator of
// arithmetic, a sign, a count) and two more: a guard is taken out, so that its condition never holds,
// and a condition of two parts is left with one.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// guards are the packages that guard. Of web it is the doors; its screens have goldens.
func guards() []string {
	return []string{
		"internal/outcome", "internal/station", "internal/audit", "internal/session", "internal/entra",
		"internal/desk",
		"web:routes.go,server.go,middleware.go,headers.go,origin.go,limit.go,bucket.go,policy.go,return_to.go,form.go,refuse.go," +
			"signin.go,stepup.go,grant.go,sessions.go,seen.go",
	}
}

// result is what became of a package's mutants.
type result struct {
	name                     string
	mutants, killed, endless int
	lived                    int // harmless ones among them
	harmless                 int
}

func main() {
	workers := flag.Int("workers", 2, "mutants at a time")
	enough := flag.Float64("enough", 90, "percent of the mutants of each package that have to be killed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	known, err := readHarmless("harmless")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	args := flag.Args()
	if len(args) == 0 {
		args = guards()
	}
	var results []result
	for _, arg := range args {
		r, err := examine(ctx, arg, *workers, known)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		results = append(results, r)
	}
	if !table(results, *enough) {
		os.Exit(1)
	}
}

// examine tries the mutants that one argument names.
func examine(ctx context.Context, arg string, workers int, known map[string]bool) (result, error) {
	name, files, some := strings.Cut(arg, ":")
	fmt.Printf("== %s\n", name)
	work, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return result{}, err
	}
	defer func() { _ = os.RemoveAll(work) }()
	change := func(file string) bool { return !some || slices.Contains(strings.Split(files, ","), file) }
	overlay, mutants, err := plant(ctx, name, work, change)
	if err != nil {
		return result{}, err
	}
	for _, listed := range gone(known, name, mutants, change) {
		fmt.Printf("%-8s  on the list of the harmless, but not in the code: %s\n", "GONE", listed)
	}
	b, err := compile(ctx, name, work, overlay)
	if err != nil {
		return result{}, err
	}
	tests, err := b.survey(ctx, workers)
	if err != nil {
		return result{}, err
	}
	ends := make([]end, len(mutants))
	var saying sync.Mutex
	each(workers, len(mutants), func(i int) {
		m := mutants[i]
		if known[key(name, m)] {
			ends[i] = harmless
		} else {
			ends[i] = b.try(ctx, m, tests)
		}
		if ends[i] != killed {
			saying.Lock()
			defer saying.Unlock()
			fmt.Printf("%-8s  %s/%s\n", ends[i], name, m)
		}
	})
	return count(name, mutants, ends), ctx.Err()
}

func count(name string, mutants []mutant, ends []end) result {
	r := result{name: name, mutants: len(mutants)}
	for _, came := range ends {
		switch came {
		case killed:
			r.killed++
		case endless:
			r.endless++
		case harmless:
			r.harmless++
			r.lived++
		default:
			r.lived++
		}
	}
	return r
}

// end is what became of a mutant.
type end string

const (
	killed    end = "killed"
	endless   end = "endless" // the tests did not end, not in twice the time more
	lived     end = "LIVED"
	unreached end = "UNTRIED"  // no test reaches it
	harmless  end = "harmless" // it is on the list, and not tried
)

// try wakes one mutant: first before the few quickest tests that reach it, then before all others.
func (b *binary) try(ctx context.Context, m mutant, tests []test) end {
	var reach []test
	for _, t := range tests {
		if slices.Contains(t.reaches, m.id) {
			reach = append(reach, t)
		}
	}
	if len(reach) == 0 {
		return unreached
	}
	for few := 3; len(reach) > 0; few *= 4 {
		n := min(few, len(reach))
		if said := b.before(ctx, m, reach[:n]); said != lived {
			return said
		}
		reach = reach[n:]
	}
	return lived
}

// before runs some tests with the mutant awake. What fails has to pass with the mutant asleep, at once
// after it: on a busy machine a test may fail by itself, and then it is asked again.
func (b *binary) before(ctx context.Context, m mutant, tests []test) end {
	names := make([]string, len(tests))
	limit := 10 * time.Second
	for i, t := range tests {
		names[i] = t.name
		limit += 10 * t.takes
	}
	env := []string{"MUTANT=" + strconv.Itoa(m.id)}
	for range 3 {
		out, err := b.run(ctx, limit, env, names...)
		if errors.Is(err, context.DeadlineExceeded) {
			out, err = b.run(ctx, 2*limit, env, names...)
		}
		switch {
		case err == nil:
			return lived
		case errors.Is(err, context.DeadlineExceeded):
			return endless
		}
		if _, err := b.run(ctx, 2*limit, nil, failed(out, names)...); err == nil {
			return killed
		}
	}
	return lived
}

// failed are the tests that the output says failed; all of them where it does not say.
func failed(out string, all []string) (names []string) {
	for line := range strings.Lines(out) {
		if name, ok := strings.CutPrefix(line, "--- FAIL: "); ok {
			names = append(names, strings.Fields(name)[0])
		}
	}
	if len(names) == 0 {
		return all
	}
	return names
}

// each does something for each number below n, some at a time.
func each(workers, n int, do func(i int)) {
	next := make(chan int)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}

// readHarmless reads which mutants may live: a line each of where they are, the change and why.
func readHarmless(path string) (map[string]bool, error) {
	f, err := os.Open(path) //nolint:gosec // beside this program
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	known := map[string]bool{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s: want where, what and why: %q", path, line)
		}
		known[fields[0]+"\t"+fields[1]] = true
	}
	return known, lines.Err()
}

// gone are the entries of the list, of the package's files that change names, that fit no mutant.
func gone(known map[string]bool, name string, mutants []mutant, change func(file string) bool) (entries []string) {
	for entry := range known {
		at, _, _ := strings.Cut(entry, " ")
		file, ours := strings.CutPrefix(at, name+"/")
		if ours && change(file) && !slices.ContainsFunc(mutants, func(m mutant) bool { return key(name, m) == entry }) {
			entries = append(entries, entry)
		}
	}
	slices.Sort(entries)
	return entries
}

func key(name string, m mutant) string {
	return fmt.Sprintf("%s/%s %s %s\t%s → %s", name, m.file, m.in, m.kind, m.code, m.into)
}

// table prints the figures and reports whether they are enough: a mutant that is known to be harmless
// counts as one that lives.
func table(results []result, enough float64) bool {
	good := true
	fmt.Printf("\n%-18s %8s %7s %8s %6s %9s %9s\n", "package", "mutants", "killed", "endless", "lived", "harmless", "killed %")
	for _, r := range results {
		percent := 100 * float64(r.killed+r.endless) / float64(max(1, r.mutants))
		fmt.Printf("%-18s %8d %7d %8d %6d %9d %9.1f\n", r.name, r.mutants, r.killed, r.endless, r.lived, r.harmless, percent)
		good = good && percent >= enough
	}
	return good
}
