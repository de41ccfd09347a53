package message

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	printer "golang.org/x/text/message"
	"golang.org/x/text/number"
)

//go:embed catalogue/*.json
var files embed.FS

// source is the language the words are written in first, and the one that every other falls back
// to where a key is not translated yet.
const source = "en"

// loaded reads the catalogues once; they are part of the program, so a flaw in one is a flaw of
// the build and stops the first use.
var loaded = sync.OnceValue(func() map[string]*Catalogue {
	all, err := parseAll(files)
	if err != nil {
		panic(err)
	}
	return all
})

// Catalogue is the words of one language by key.
type Catalogue struct {
	tag     language.Tag
	about   about
	words   map[string]entry
	numbers *printer.Printer
}

// about is the "$meta" of a catalogue's file: what it says of itself.
type about struct {
	Name         string   `json:"name"`           // of the language, in the language
	ReadByNative bool     `json:"read_by_native"` // a native speaker has read all of it
	Digits       string   `json:"digits"`         // numbering system of Unicode's, such as "latn"; empty for the language's own
	Same         []string `json:"same"`           // keys whose words are rightly those of English
	Note         string   `json:"note"`           // for whoever translates
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

// Parse reads the catalogue of one language: a JSON object of words by key, and "$meta".
func Parse(tag language.Tag, data []byte) (*Catalogue, error) {
	file := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("catalogue %s: %w", tag, err)
	}
	c := &Catalogue{tag: tag, words: make(map[string]entry, len(file))}
	if err := json.Unmarshal(file["$meta"], &c.about); err != nil || c.about.Name == "" {
		return nil, fmt.Errorf("catalogue %s: \"$meta\" has no \"name\" of the language: %w", tag, err)
	}
	delete(file, "$meta")
	for key, data := range file {
		var e entry
		if err := json.Unmarshal(data, &e); err != nil {
			return nil, fmt.Errorf("catalogue %s: %s: %w", tag, key, err)
		}
		c.words[key] = e
	}
	digits := tag
	if c.about.Digits != "" {
		var err error
		if digits, err = tag.SetTypeForKey("nu", c.about.Digits); err != nil {
			return nil, fmt.Errorf("catalogue %s: digits %q: %w", tag, c.about.Digits, err)
		}
	}
	c.numbers = printer.NewPrinter(digits)
	return c, nil
}

// Source returns the English catalogue as it is written, for whoever makes another of it.
func Source() []byte {
	data, err := files.ReadFile("catalogue/" + source + ".json")
	if err != nil {
		panic(err) // it is part of the program
	}
	return data
}

// parseAll reads every catalogue of the folder; the file's name is the language's tag.
func parseAll(fsys fs.FS) (map[string]*Catalogue, error) {
	names, err := fs.Glob(fsys, "catalogue/*.json")
	if err != nil {
		return nil, fmt.Errorf("list catalogues: %w", err)
	}
	all := make(map[string]*Catalogue, len(names))
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read catalogue: %w", err)
		}
		tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".json"))
		if err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
		if all[tag.String()], err = Parse(tag, data); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// form picks the sentence for count by the language's plural rules.
func (c *Catalogue) form(e entry, count int) string {
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

// number writes n as the language does.
func (c *Catalogue) number(n int) string { return c.numbers.Sprint(number.Decimal(n)) }

// categoryNames are CLDR's, by x/text's constants.
var categoryNames = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two",
	plural.Few: "few", plural.Many: "many", plural.Other: "other",
}
