package gallery

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/language"

	"fobdesk/internal/message"
)

// accented are letters that are read as those of English, so that a page in the pseudo-locale can
// still be used.
var accented = strings.NewReplacer("a", "á", "c", "ç", "e", "é", "i", "í", "n", "ñ", "o", "ö", "u", "ü", "y", "ý", "s", "š")

var (
	placeOrLine = regexp.MustCompile(`\{\w+\}|\n`)
	word        = regexp.MustCompile(`\pL+`)
)

// pseudoTag is the language of the pseudo-locale.
var pseudoTag = language.MustParse("en-XA")

// Pseudo is the catalogue of en-XA: English with accents, each word 40 % longer, each paragraph in
// brackets.
// What a page shows outside of brackets did not come from the catalogue.
func Pseudo() (*message.Catalogue, error) {
	words := map[string]any{}
	if err := json.Unmarshal(message.Source(), &words); err != nil {
		return nil, fmt.Errorf("read the English words: %w", err)
	}
	for key, value := range words {
		switch value := value.(type) {
		case string:
			words[key] = stretched(value)
		case map[string]any:
			if key == "$meta" {
				continue
			}
			for category, sentence := range value {
				if text, ok := sentence.(string); ok {
					value[category] = stretched(text)
				}
			}
		}
	}
	data, err := json.Marshal(words)
	if err != nil {
		return nil, fmt.Errorf("write the pseudo-locale: %w", err)
	}
	return message.Parse(pseudoTag, data)
}

func stretched(sentence string) string {
	var b strings.Builder
	b.WriteString("[")
	at := 0
	for _, span := range placeOrLine.FindAllStringIndex(sentence, -1) {
		b.WriteString(longer(sentence[at:span[0]]))
		if at = span[1]; sentence[span[0]] == '\n' {
			b.WriteString("]\n[")
			continue
		}
		b.WriteString(sentence[span[0]:at])
	}
	b.WriteString(longer(sentence[at:]) + "]")
	return b.String()
}

// longer puts accents on the text and makes each of its words longer, as other languages do.
func longer(text string) string {
	return word.ReplaceAllStringFunc(text, func(word string) string {
		return accented.Replace(word) + strings.Repeat("~", (len(word)*2+4)/5)
	})
}
