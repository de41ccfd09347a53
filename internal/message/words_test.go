package message

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fobdesk/internal/outcome"
)

// root is the module's folder, seen from here.
const root = "../.."

var (
	literal = regexp.MustCompile(`"((?:[^"\\\n]|\\.)*)"`)
	asked   = regexp.MustCompile(`(?:\bt|message\.Text)\(\s*[^",]*,\s*"([^"]+)"`)
)

// composed are the keys that the program puts together, by how they begin; what follows is held
// to its own list by the tests below.
var composed = []string{"outcome.", "settled.", "history.", "chart.", "field.actor.", "field.subject.", "field.serial.", "field.outcome.", "field.from.", "field.to.", "field.station.", "field.before.", "field.format.", "field.q.", "field.serialNumber.", "field.displayName.", "field.verificationCode.", "field.fob.", "field.off.", "field.person.", "field.name.", "field.place.", "field.language.", "stations.state.", "problem.", "date.month.", "fob.state."}

// sources is the text of what asks for words: handlers, pages and rules, tests and generated code
// apart.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, room := range []string{"web", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, room), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			code := strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, "_templ.go")
			if !code && !strings.HasSuffix(path, ".templ") {
				return nil
			}
			data, err := os.ReadFile(path)
			all[path] = string(data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestEveryKeyThatIsAskedForHasWords(t *testing.T) {
	for path, text := range sources(t) {
		for _, m := range asked.FindAllStringSubmatch(text, -1) {
			if !Has(m[1]) && !strings.HasSuffix(m[1], ".") {
				t.Errorf("%s asks for %q, which has no words", path, m[1])
			}
		}
	}
}

// keys lists the source catalogue's, sorted.
func keys() []string { return slices.Sorted(maps.Keys(loaded()[source].words)) }

func TestNoWordsAreLeftUnused(t *testing.T) {
	used := map[string]bool{}
	for _, text := range sources(t) {
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
		}
	}
	for _, key := range keys() {
		if used[key] || slices.ContainsFunc(composed, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
			continue
		}
		t.Errorf("%q is in the catalogue, and nothing asks for it", key)
	}
}

// outcomes reads the constants of internal/outcome, so that a new one without words is noticed.
func outcomes(t *testing.T) []outcome.Outcome {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "internal/outcome/outcome.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []outcome.Outcome
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if value, ok := spec.Values[0].(*ast.BasicLit); ok {
			name, err := strconv.Unquote(value.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, outcome.Outcome(name))
		}
		return true
	})
	if len(all) < 20 {
		t.Fatalf("%d outcomes found", len(all))
	}
	return all
}

func TestEveryOutcomeHasWords(t *testing.T) {
	known := map[string]bool{}
	for _, o := range outcomes(t) {
		known[string(o)] = true
		words := Refusal(t.Context(), outcome.New(o))
		if words.Title == "" || len(words.Text) == 0 || strings.Contains(words.Title+strings.Join(words.Text, ""), "⟦") {
			t.Errorf("%s: %+v, want a title and a text", o, words)
		}
		if words.Next == "" && o != outcome.InvalidInput {
			t.Errorf("%s does not say the next step", o)
		}
	}
	for _, key := range keys() {
		if parts := strings.Split(key, "."); parts[0] == "outcome" && !known[parts[1]] {
			t.Errorf("%q is about no outcome", key)
		}
	}
}

func TestEveryReasonWithWordsIsGivenBySomeone(t *testing.T) {
	given := map[string]bool{}
	for _, text := range sources(t) {
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			given[m[1]] = true
		}
	}
	for _, key := range keys() {
		if parts := strings.Split(key, "."); parts[0] == "outcome" && len(parts) == 4 && !given[parts[2]] {
			t.Errorf("%q: nothing gives the reason %q", key, parts[2])
		}
	}
}

func TestWordsAreKindAndPlain(t *testing.T) {
	never := regexp.MustCompile(`(?i)\b(please|invalid|oops|error code|illegal|forbidden|fatal|abort|has expired|token|user)\b`)
	for _, key := range keys() {
		for _, sentence := range loaded()[source].words[key] {
			m := never.FindString(sentence)
			aboutSignIn := strings.HasPrefix(key, "outcome.sign_in_refused.password_expired") || strings.Contains(sentence, "hardware OATH tokens") ||
				strings.HasPrefix(key, "stations.no_auth_time") // as Entra's own page has it
			if m != "" && !aboutSignIn {
				t.Errorf("%s says %q", key, m)
			}
		}
	}
}

func TestNoWordsClaimThatACodeHasExpired(t *testing.T) {
	for _, key := range keys() {
		for _, sentence := range loaded()[source].words[key] {
			if strings.Contains(sentence, "code") && regexp.MustCompile(`(?i)expired|too old|too late`).MatchString(sentence) {
				t.Errorf("%s: %q: only Microsoft's answer counts", key, sentence)
			}
		}
	}
}
