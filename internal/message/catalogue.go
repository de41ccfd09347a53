package message

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed catalogue/*.json
var files embed.FS

// source is the language the words are written in first, and the one that every other falls back
// to where a key is not translated yet.
const source = "en"

// loaded reads the catalogues once; they are part of the program, so a flaw in one is a flaw of
// the build and stops the first use.
var loaded = sync.OnceValue(func() map[string]*catalogue {
	all, err := parseAll(files)
	if err != nil {
		panic(err)
	}
	return all
})

// catalogue is the words of one language by key.
type catalogue struct {
	tag   language.Tag
	words map[string]entry
}

// entry is one sentence: its plural forms by CLDR category. A plain sentence has "other" only.
type entry map[string]string

// UnmarshalJSON takes a string or an object of plural categories.
func (e *entry) UnmarshalJSON(data []byte) error {
	var sentence string
	if json.Unmarshal(data, &sentence) == nil {
		*e = entry{"other": sentence}
		return nil
	}
	forms := map[string]string{}
	if err := json.Unmarshal(data, &forms); err != nil {
		return err
	}
	if forms["other"] == "" {
		return fmt.Errorf("plural %s has no \"other\"", data)
	}
	*e = forms
	return nil
}

// parseAll reads every catalogue of the folder; the file's name is the language's tag.
func parseAll(fsys fs.FS) (map[string]*catalogue, error) {
	names, err := fs.Glob(fsys, "catalogue/*.json")
	if err != nil {
		return nil, fmt.Errorf("list catalogues: %w", err)
	}
	all := make(map[string]*catalogue, len(names))
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read catalogue: %w", err)
		}
		tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".json"))
		if err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
		words := map[string]entry{}
		if err := json.Unmarshal(data, &words); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
		all[tag.String()] = &catalogue{tag: tag, words: words}
	}
	return all, nil
}

// form picks the sentence for count by the language's plural rules.
func (c *catalogue) form(e entry, count int) string {
	digits := []byte(fmt.Sprint(max(count, -count)))
	for i := range digits {
		digits[i] -= '0'
	}
	category := plural.Cardinal.MatchDigits(c.tag, digits, len(digits), 0)
	if s, ok := e[categoryNames[category]]; ok {
		return s
	}
	return e["other"]
}

// categoryNames are CLDR's, by x/text's constants.
var categoryNames = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two",
	plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// keys lists the source catalogue's, sorted.
func keys() []string {
	words := loaded()[source].words
	all := make([]string, 0, len(words))
	for key := range words {
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}
