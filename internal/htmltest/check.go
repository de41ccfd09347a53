package htmltest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Check says what is wrong with the elements it is given, or nil.
type Check func(*goquery.Selection) error

// Verify runs every check on the whole page and reports what fails.
func Verify(t testing.TB, page *goquery.Document, checks ...Check) {
	t.Helper()
	for _, check := range checks {
		if err := check(page.Selection); err != nil {
			t.Error(err)
		}
	}
}

// In finds the elements that the CSS selector names, at least one, and runs the checks on them.
func In(selector string, checks ...Check) Check {
	return func(s *goquery.Selection) error {
		found := s.Find(selector)
		if found.Length() == 0 {
			return fmt.Errorf("%s: no such element", selector)
		}
		for _, check := range checks {
			if err := check(found); err != nil {
				return fmt.Errorf("%s: %w", selector, err)
			}
		}
		return nil
	}
}

// Count wants as many elements as n.
func Count(n int) Check {
	return func(s *goquery.Selection) error {
		if s.Length() != n {
			return fmt.Errorf("%d elements, want %d", s.Length(), n)
		}
		return nil
	}
}

// HasText wants the text of the elements to contain want, white space folded.
func HasText(want string) Check {
	return func(s *goquery.Selection) error {
		if got := folded(s.Text()); !strings.Contains(got, folded(want)) {
			return fmt.Errorf("text %q does not contain %q", got, want)
		}
		return nil
	}
}

// HasValue wants the value of the first element to be want.
func HasValue(want string) Check { return HasAttr("value", want) }

// HasAttr wants the attribute of the first element to be there and be want.
func HasAttr(name, want string) Check {
	return func(s *goquery.Selection) error {
		got, ok := s.Attr(name)
		if !ok {
			return fmt.Errorf("no attribute %s, want %q", name, want)
		}
		if got != want {
			return fmt.Errorf("%s=%q, want %q", name, got, want)
		}
		return nil
	}
}

// Not wants check to fail.
func Not(check Check) Check {
	return func(s *goquery.Selection) error {
		if check(s) == nil {
			return errors.New("holds what it must not hold")
		}
		return nil
	}
}

func folded(s string) string { return strings.Join(strings.Fields(s), " ") }
