package htmltest

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// Page reads a whole page and reports where it breaks a rule of every page: balanced tags, a
// language, a title, one h1, ids that stand once and are there where something points at them, a
// label for each input, a name for each link, button and picture, a CSRF token in each form that
// posts, no inline script or style, no key of a missing sentence.
func Page(t testing.TB, r io.Reader) *goquery.Document {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read page: %v", err)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("parse page: %v", err)
	}
	for _, flaw := range append(unbalanced(data), flaws(doc)...) {
		t.Error(flaw)
	}
	return doc
}

// flaws runs every rule on the page.
func flaws(doc *goquery.Document) []string {
	var all []string
	for _, rule := range []func(*goquery.Document) []string{
		frame, references, names, forms, inline,
	} {
		all = append(all, rule(doc)...)
	}
	return all
}

// frame checks what a page has once.
func frame(doc *goquery.Document) []string {
	var all []string
	if lang, _ := doc.Find("html").Attr("lang"); lang == "" {
		all = append(all, "html has no lang")
	}
	if folded(doc.Find("head title").Text()) == "" {
		all = append(all, "the title is empty")
	}
	for selector, name := range map[string]string{"h1": "h1", "main": "main", "head title": "title"} {
		if n := doc.Find(selector).Length(); n != 1 {
			all = append(all, fmt.Sprintf("%d of %s, want one", n, name))
		}
	}
	if strings.Contains(doc.Text(), "⟦") {
		all = append(all, "a sentence is missing from the catalogue")
	}
	level := 0
	doc.Find("h1, h2, h3, h4, h5, h6").Each(func(_ int, s *goquery.Selection) {
		next := int(goquery.NodeName(s)[1] - '0')
		// The summary stands before the h1, as an h2.
		if level > 0 && next > level+1 {
			all = append(all, fmt.Sprintf("heading %q skips a level", folded(s.Text())))
		}
		level = next
	})
	return all
}

// references checks that ids stand once and that what is pointed at exists.
func references(doc *goquery.Document) []string {
	var all []string
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] || id == "" || strings.ContainsAny(id, " \t\n") {
			all = append(all, fmt.Sprintf("id %q is empty, has a space or stands twice", id))
		}
		ids[id] = true
	})
	for _, attr := range []string{"for", "aria-describedby", "aria-labelledby", "aria-controls", "form"} {
		doc.Find("[" + attr + "]").Each(func(_ int, s *goquery.Selection) {
			for id := range strings.FieldsSeq(s.AttrOr(attr, "")) {
				if !ids[id] {
					all = append(all, fmt.Sprintf("%s=%q points nowhere", attr, id))
				}
			}
		})
	}
	doc.Find("a[href^='#']").Each(func(_ int, s *goquery.Selection) {
		if id := s.AttrOr("href", "")[1:]; !ids[id] {
			all = append(all, fmt.Sprintf("link to #%s points nowhere", id))
		}
	})
	return all
}

// names checks that whoever does not see the page learns what everything is.
func names(doc *goquery.Document) []string {
	var all []string
	doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		labelled := doc.Find("label").FilterFunction(func(_ int, l *goquery.Selection) bool {
			return l.AttrOr("for", "") == id && folded(l.Text()) != ""
		}).Length() == 1
		if !labelled {
			all = append(all, fmt.Sprintf("input %q has not one label", s.AttrOr("name", id)))
		}
	})
	doc.Find("a[href], button").Each(func(_ int, s *goquery.Selection) {
		if folded(s.Text()) == "" && s.AttrOr("aria-label", "") == "" {
			all = append(all, fmt.Sprintf("%s %q has no name", goquery.NodeName(s), s.AttrOr("href", "")))
		}
	})
	doc.Find("img:not([alt])").Each(func(_ int, s *goquery.Selection) {
		all = append(all, fmt.Sprintf("img %q has no alt", s.AttrOr("src", "")))
	})
	doc.Find("svg").Each(func(_ int, s *goquery.Selection) {
		named := s.AttrOr("role", "") == "img" && s.AttrOr("aria-label", "") != ""
		if !named && s.AttrOr("aria-hidden", "") != "true" {
			all = append(all, "an svg is neither named nor hidden")
		}
	})
	return all
}

// forms checks that what changes something carries the token.
func forms(doc *goquery.Document) []string {
	var all []string
	doc.Find("form").Each(func(_ int, s *goquery.Selection) {
		if strings.EqualFold(s.AttrOr("method", "get"), "post") && s.Find("input[type=hidden][name=csrfToken]").Length() != 1 {
			all = append(all, fmt.Sprintf("form %q has not one csrfToken", s.AttrOr("action", "")))
		}
	})
	return all
}

// inline checks that nothing needs a content security policy with unsafe-inline or unsafe-eval.
func inline(doc *goquery.Document) []string {
	var all []string
	if doc.Find("style, script:not([src])").Length() > 0 {
		all = append(all, "inline style or script")
	}
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		for _, attr := range s.Nodes[0].Attr {
			value := strings.ToLower(strings.TrimSpace(attr.Val))
			if attr.Key == "style" || strings.HasPrefix(attr.Key, "on") || strings.HasPrefix(attr.Key, "hx-on") ||
				strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "js:") {
				all = append(all, fmt.Sprintf("%s has %s=%q", goquery.NodeName(s), attr.Key, attr.Val))
			}
		}
	})
	return all
}

// void are the elements without an end tag (HTML, section 13.1.2).
var void = map[string]bool{
	"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true,
	"input": true, "link": true, "meta": true, "source": true, "track": true, "wbr": true,
}

// unbalanced answers the first tag that is not closed where it should be. The parser would mend
// it in silence.
func unbalanced(data []byte) []string {
	var open []string
	z := html.NewTokenizer(bytes.NewReader(data))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				return []string{fmt.Sprintf("<%s> is never closed", open[len(open)-1])}
			}
			return nil
		case html.StartTagToken:
			if name, _ := z.TagName(); !void[string(name)] {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				return []string{fmt.Sprintf("</%s> closes what is not open", name)}
			}
			open = open[:len(open)-1]
		}
	}
}
