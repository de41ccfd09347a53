package sim

import (
	"errors"
	"slices"
	"strings"
	"unicode"
)

// search is a $search expression: clauses joined by OR and AND, of which AND binds closer (Graph,
// "Use the $search query parameter").
type search struct{ anyOf [][]searchClause }

// searchClause is "property:value".
type searchClause struct{ property, value string }

// parseSearch reads $search. Each clause stands in double quotes of its own; within, a quote and
// a backslash are escaped by a backslash.
func parseSearch(expression string) (search, error) {
	s := search{anyOf: [][]searchClause{nil}}
	rest := strings.TrimSpace(expression)
	for {
		text, after, err := quoted(rest)
		if err != nil {
			return search{}, err
		}
		property, value, ok := strings.Cut(text, ":")
		if !ok || !slices.Contains(searchable, property) {
			return search{}, errors.New("a clause is not \"property:value\" of a property that can be searched")
		}
		last := len(s.anyOf) - 1
		s.anyOf[last] = append(s.anyOf[last], searchClause{property: property, value: value})
		rest = strings.TrimSpace(after)
		operator, next, _ := strings.Cut(rest, " ")
		switch operator {
		case "":
			return s, nil
		case "OR":
			s.anyOf = append(s.anyOf, nil)
		case "AND":
		default:
			return search{}, errors.New("clauses are joined by OR or AND")
		}
		rest = strings.TrimSpace(next)
	}
}

// searchable are the properties of a person that $search knows here.
var searchable = []string{"displayName", "givenName", "surname", "userPrincipalName", "mail"}

// quoted reads a text in double quotes and answers it and what follows.
func quoted(s string) (text, rest string, err error) {
	if !strings.HasPrefix(s, `"`) {
		return "", "", errors.New("a clause is not in double quotes")
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], nil
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", errors.New("a double quote is not closed")
}

// finds reports whether the person matches.
func (s search) finds(p *Person) bool {
	return slices.ContainsFunc(s.anyOf, func(allOf []searchClause) bool {
		return !slices.ContainsFunc(allOf, func(clause searchClause) bool { return !clause.finds(p) })
	})
}

// finds compares: the display name word by word, in any order; the others from the start.
func (c searchClause) finds(p *Person) bool {
	switch c.property {
	case "displayName":
		return c.findsName(p.Name)
	case "givenName":
		return startsWith(p.GivenName, c.value)
	case "surname":
		return startsWith(p.Surname, c.value)
	case "userPrincipalName":
		return startsWith(p.UPN, c.value)
	}
	return startsWith(p.Mail, c.value)
}

func startsWith(s, prefix string) bool {
	return strings.HasPrefix(strings.ToLower(s), strings.ToLower(prefix))
}

func (c searchClause) findsName(name string) bool {
	words, have := tokens(c.value), tokens(name)
	return len(words) > 0 && !slices.ContainsFunc(words, func(word string) bool {
		return !slices.ContainsFunc(have, func(one string) bool { return strings.HasPrefix(one, word) })
	})
}

// tokens splits at spaces and symbols, between letters and digits, and where lower case turns
// into upper, and answers the words in lower case.
func tokens(s string) []string {
	var b strings.Builder
	var before rune
	for _, r := range s {
		letter, digit := unicode.IsLetter(r) || unicode.IsMark(r), unicode.IsDigit(r)
		switch {
		case !letter && !digit:
			r = ' '
		case digit != unicode.IsDigit(before), unicode.IsLower(before) && unicode.IsUpper(r):
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.Fields(b.String())
}
