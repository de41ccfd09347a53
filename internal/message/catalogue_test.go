package message

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
)

var (
	place  = regexp.MustCompile(`\{(\w+)\}`)
	letter = regexp.MustCompile(`\pL`)
)

// others are the catalogues that are held to the English one.
func others() map[string]*Catalogue {
	all := maps.Clone(loaded())
	delete(all, source)
	return all
}

func TestEveryLanguageHasEveryKeyAndNoOther(t *testing.T) {
	for tag, c := range others() {
		for _, key := range keys() {
			if _, ok := c.words[key]; !ok {
				t.Errorf("%s has no words for %q", tag, key)
			}
		}
		for key := range c.words {
			if !Has(key) {
				t.Errorf("%s has %q, which English has not", tag, key)
			}
		}
	}
}

// A key whose words are rightly those of English is named in its catalogue's "$meta", under "same".
func TestEveryKeyIsTranslated(t *testing.T) {
	english := loaded()[source].words
	for tag, c := range others() {
		for key, e := range c.words {
			equal, listed := maps.Equal(e, english[key]), slices.Contains(c.about.Same, key)
			if equal && !listed && letter.MatchString(place.ReplaceAllString(e["other"], "")) {
				t.Errorf("%s: %q is still English: %q", tag, key, e["other"])
			}
			if listed && !equal {
				t.Errorf("%s: %q is not as in English any more", tag, key)
			}
		}
		for _, key := range c.about.Same {
			if !Has(key) {
				t.Errorf("%s: %q is said to be as in English, which has no such key", tag, key)
			}
		}
	}
}

// A form for one number or two may say the number in a word.
func TestEveryFormHasThePlacesOfEnglish(t *testing.T) {
	english := loaded()[source].words
	for tag, c := range loaded() {
		for key, e := range c.words {
			for category, sentence := range e {
				got := places(sentence)
				ok := slices.Equal(got, places(english[key]["other"]))
				if category == "zero" || category == "one" || category == "two" {
					got = places(sentence + "{count}")
					ok = slices.Equal(got, places(english[key]["one"]+"{count}")) || slices.Equal(got, places(english[key]["other"]))
				}
				if !ok {
					t.Errorf("%s: %q (%s) has the places %v, English %v", tag, key, category, got, places(english[key]["other"]))
				}
			}
		}
	}
}

// places are the names of the places in a sentence, each once.
func places(sentence string) []string {
	var all []string
	for _, m := range place.FindAllStringSubmatch(sentence, -1) {
		all = append(all, m[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestPluralsHaveTheFormsOfTheirLanguage(t *testing.T) {
	for tag, c := range loaded() {
		forms := map[string]bool{"other": true}
		for n := range 200 {
			forms[categoryNames[plural.Cardinal.MatchPlural(c.tag, n, 0, 0, 0, 0)]] = true
		}
		want := slices.Sorted(maps.Keys(forms))
		for key, e := range c.words {
			if len(loaded()[source].words[key]) < 2 {
				if len(e) != 1 {
					t.Errorf("%s: %q has plural forms, English has none", tag, key)
				}
				continue
			}
			if got := slices.Sorted(maps.Keys(e)); !slices.Equal(got, want) {
				t.Errorf("%s: %q has the forms %v, want %v", tag, key, got, want)
			}
		}
	}
}

func TestTextsHaveTheParagraphsOfEnglishAndNoMarkup(t *testing.T) {
	for tag, c := range others() {
		for key, e := range c.words {
			for _, sentence := range e {
				if got, want := strings.Count(sentence, "\n"), strings.Count(loaded()[source].words[key]["other"], "\n"); got != want {
					t.Errorf("%s: %q has %d line ends, English %d", tag, key, got, want)
				}
				if strings.ContainsAny(sentence, "<>") || strings.TrimSpace(sentence) != sentence && key != "list.separator" {
					t.Errorf("%s: %q has markup or space around it: %q", tag, key, sentence)
				}
			}
		}
	}
}
