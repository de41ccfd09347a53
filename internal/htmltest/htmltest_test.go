package htmltest

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

const sound = `<!doctype html><html lang="en"><head><title>Enrol</title></head><body>
<a href="#main">Skip</a><main id="main"><h1>Enrol</h1>
<form method="post" action="/enrol"><input type="hidden" name="csrfToken" value="x"/>
<label for="serialNumber">Serial</label><p id="hint">Back</p>
<input id="serialNumber" name="serialNumber" value="GALT1" aria-describedby="hint"/>
<button type="submit">Enrol</button></form></main></body></html>`

func TestASoundPageHasNoFlaw(t *testing.T) {
	if got := flawsOf(t, sound); len(got) > 0 {
		t.Errorf("flaws %q, want none", got)
	}
}

func TestEachRuleFindsItsFlaw(t *testing.T) {
	for name, tt := range map[string]struct{ old, new, want string }{
		"no language":          {` lang="en"`, ``, "no lang"},
		"an empty title":       {`<title>Enrol</title>`, `<title> </title>`, "title is empty"},
		"two headings":         {`<h1>Enrol</h1>`, `<h1>Enrol</h1><h1>Again</h1>`, "2 of h1"},
		"a skipped level":      {`<h1>Enrol</h1>`, `<h1>Enrol</h1><h3>More</h3>`, "skips a level"},
		"an id twice":          {`<h1>`, `<h1 id="main">`, "stands twice"},
		"a hint that is gone":  {`<p id="hint">`, `<p>`, "points nowhere"},
		"a link into nothing":  {`href="#main"`, `href="#top"`, "points nowhere"},
		"an unlabelled input":  {`<label for="serialNumber">Serial</label>`, ``, "not one label"},
		"a nameless button":    {`>Enrol</button>`, `></button>`, "no name"},
		"a nameless picture":   {`<h1>`, `<svg></svg><h1>`, "neither named nor hidden"},
		"an image without alt": {`<h1>`, `<img src="x"/><h1>`, "no alt"},
		"no token":             {`name="csrfToken"`, `name="other"`, "not one csrfToken"},
		"an inline handler":    {`<h1>`, `<h1 onclick="x()">`, "onclick"},
		"an htmx handler":      {`<h1>`, `<h1 hx-on:click="x()">`, "hx-on:click"},
		"an inline style":      {`<h1>`, `<h1 style="color:red">`, "style"},
		"an inline script":     {`<h1>`, `<script>x()</script><h1>`, "inline"},
		"a script address":     {`href="#main"`, `href="javascript:x()"`, "javascript:"},
		"a missing sentence":   {`>Skip<`, `>⟦skip⟧<`, "catalogue"},
		"an unclosed tag":      {`</form>`, ``, "closes what is not open"},
	} {
		t.Run(name, func(t *testing.T) {
			page := strings.Replace(sound, tt.old, tt.new, 1)
			if page == sound {
				t.Fatalf("%q is not on the page", tt.old)
			}
			if got := strings.Join(flawsOf(t, page), "; "); !strings.Contains(got, tt.want) {
				t.Errorf("flaws %q, want one with %q", got, tt.want)
			}
		})
	}
}

func TestChecksSayWhatAPageShows(t *testing.T) {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(sound))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		check Check
		holds bool
	}{
		"a value that is there":     {In("form", In("#serialNumber", HasValue("GALT1"))), true},
		"another value":             {In("#serialNumber", HasValue("GALT2")), false},
		"an attribute that is not":  {In("#serialNumber", HasAttr("aria-invalid", "true")), false},
		"a text":                    {In("h1", HasText("Enrol")), true},
		"another text":              {In("h1", HasText("Remove")), false},
		"an element that is not":    {In(".summary"), false},
		"the absence of an element": {Not(In(".summary")), true},
		"the absence of what is":    {Not(In("h1")), false},
		"a number of elements":      {In("label", Count(1)), true},
		"another number":            {In("label", Count(2)), false},
	} {
		if err := tt.check(doc.Selection); (err == nil) != tt.holds {
			t.Errorf("%s: %v, want holds %v", name, err, tt.holds)
		}
	}
}

func flawsOf(t *testing.T, page string) []string {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return append(unbalanced([]byte(page)), flaws(doc)...)
}
