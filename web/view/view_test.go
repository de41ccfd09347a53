package view_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"fobdesk/internal/htmltest"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
	"fobdesk/web/view/gallery"
)

func page(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var buffer bytes.Buffer
	if err := c.Render(t.Context(), &buffer); err != nil {
		t.Fatal(err)
	}
	return htmltest.Page(t, &buffer)
}

// state is a page of the gallery.
func state(t *testing.T, name string) *goquery.Document {
	t.Helper()
	s, ok := gallery.States(t.Context())[name]
	if !ok {
		t.Fatalf("there is no state %s", name)
	}
	return page(t, s)
}

func TestTheCodeIsAskedLastAndAsTextOfDigits(t *testing.T) {
	doc := state(t, "enrol/empty")
	var order []string
	doc.Find("form[action='/enrol'] input:not([type=hidden])").Each(func(_ int, s *goquery.Selection) {
		order = append(order, s.AttrOr("name", ""))
	})
	if got, want := strings.Join(order, " "), "serialNumber displayName verificationCode"; got != want {
		t.Errorf("fields %s, want %s", got, want)
	}
	htmltest.Verify(t, doc,
		htmltest.In("form[action='/enrol'][method=post][novalidate]"),
		htmltest.In("#verificationCode[type=text][inputmode=numeric][autocomplete=one-time-code][spellcheck=false]"),
		htmltest.In("#serialNumber[type=text][autocapitalize=characters][autocomplete=off][spellcheck=false]"),
		htmltest.Not(htmltest.In("[placeholder], [maxlength], [pattern], [type=number]")),
		htmltest.In(".drawing[role=img]", htmltest.Count(2)),
	)
}

func TestAWrongCodeKeepsTheSerialAndEmptiesTheCode(t *testing.T) {
	doc := state(t, "enrol/wrong_code")
	htmltest.Verify(t, doc,
		htmltest.In("main > .summary:first-of-type[data-outcome=wrong_code][tabindex='-1']",
			htmltest.HasText("There is a problem"), htmltest.In("a[href='#verificationCode']")),
		htmltest.In("#serialNumber", htmltest.HasValue("GALT12345678")),
		htmltest.In("#displayName", htmltest.HasValue("Key ring")),
		htmltest.In("#verificationCode", htmltest.HasValue(""), htmltest.HasAttr("aria-invalid", "true"),
			htmltest.HasAttr("aria-describedby", "verificationCode-hint verificationCode-error")),
		htmltest.Not(htmltest.In("#serialNumber[aria-invalid]")),
		htmltest.In("#verificationCode-error", htmltest.HasText(doc.Find(".summary-errors a").Text())),
	)
}

func TestNoPageEverShowsACode(t *testing.T) {
	for name, c := range gallery.States(t.Context()) {
		var buffer bytes.Buffer
		if err := c.Render(t.Context(), &buffer); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(buffer.String(), "123456<") || strings.Contains(buffer.String(), `"123456"`) {
			t.Errorf("%s shows the code that was typed", name)
		}
	}
}

func TestTheOnlyFobIsRemovedWithAWarning(t *testing.T) {
	only := state(t, "remove/only")
	htmltest.Verify(t, only,
		htmltest.In(".caution", htmltest.HasText("only active fob")),
		htmltest.In("form[action='/fobs/f1/remove'][method=post]", htmltest.In("input[name=serialNumber]", htmltest.HasValue("GALT12345678"))),
	)
	htmltest.Verify(t, state(t, "remove/plain"), htmltest.Not(htmltest.In(".caution")))
}

func TestNamesAreShownAsTheyAreAndContained(t *testing.T) {
	for name, want := range map[string][2]string{
		"home/one_letter": {"X", "ع"},
		"home/emoji":      {"Zoë 🦊 O’Neil 👩🏽‍🚀", "🔑🔑 山田"},
		"home/overridden": {"Noor \u202eנור \u2067x", "\u202eabc"},
		"home/markup":     {markup, markup},
	} {
		doc := state(t, name)
		if person, fob := doc.Find(".account-person > bdi").Text(), doc.Find(".fob-name > a > bdi").Text(); person != want[0] || fob != want[1] {
			t.Errorf("%s shows %q and %q, want %q", name, person, fob, want)
		}
	}
}

func TestThePagesWhereWorkIsDoneHaveHelpOfTheirOwn(t *testing.T) {
	told := map[string]string{}
	for _, name := range []string{"enrol/empty", "home/one", "person/empty", "handout/empty"} {
		doc := state(t, name)
		htmltest.Verify(t, doc, htmltest.In("main details.help:not([open]) > summary", htmltest.Count(1)))
		words := doc.Find("details.help > p").Text()
		if words == "" || told[words] != "" {
			t.Errorf("%s has the help of %q: %q", name, told[words], words)
		}
		told[words] = name
	}
}

func TestAChartHasADescriptionAndTheTableBehindIt(t *testing.T) {
	for _, name := range []string{"admin/busy", "audit/first_page"} {
		doc := state(t, name)
		charts := doc.Find("figure.chart:has(svg)")
		if charts.Length() != 2 {
			t.Errorf("%s has %d charts with bars", name, charts.Length())
		}
		charts.Each(func(_ int, chart *goquery.Selection) {
			bars, rows := chart.Find("svg[role=img][aria-label] .chart-bar").Length(), chart.Find("details table tbody tr").Length()
			if bars == 0 || bars != rows || chart.Find("svg").AttrOr("aria-label", "") == "" {
				t.Errorf("%s: %d bars and %d rows", chart.AttrOr("id", ""), bars, rows)
			}
			chart.Find(".chart-number").Each(func(i int, number *goquery.Selection) {
				if got := chart.Find("tbody td").Eq(i).Text(); got != number.Text() {
					t.Errorf("the picture says %s, the table %s", number.Text(), got)
				}
			})
		})
	}
}

func TestAPolicyThatMayStillBeSpreadingIsSaidToBe(t *testing.T) {
	htmltest.Verify(t, state(t, "enrol/not_allowed.policy"), htmltest.In("#summary", htmltest.HasText("it may still be spreading: that can take up to an hour")))
}

func TestAFobsPageMarksWhereItStandsInItsLife(t *testing.T) {
	for name, stage := range map[string]string{"fob/history": "Active", "fob/assigned": "Not active yet"} {
		htmltest.Verify(t, state(t, name),
			htmltest.In(".life > li svg[aria-hidden=true] > use[href*='/life.']", htmltest.Count(5)),
			htmltest.In(".life > li[aria-current=step]", htmltest.Count(1), htmltest.In("strong", htmltest.HasText(stage))))
	}
	htmltest.Verify(t, state(t, "fobs/empty"), htmltest.In(".life > li", htmltest.Count(5)), htmltest.Not(htmltest.In(".life > [aria-current]")))
}

func TestWithoutAFobTheWayToEnrolIsThePage(t *testing.T) {
	doc := state(t, "home/empty")
	htmltest.Verify(t, doc, htmltest.In("main .button-primary[href='/enrol']", htmltest.Count(1)), htmltest.Not(htmltest.In(".fobs")))
}

func TestAListThatCouldNotBeReadClaimsNothing(t *testing.T) {
	s := view.Summary{Outcome: string(outcome.UpstreamUnavailable), Heading: "Microsoft does not answer"}
	doc := page(t, view.HomePage(view.HomeProps{Chrome: view.Chrome{Title: "Your fobs"}, Unread: &s, Fobs: []view.Fob{{ID: "f1", Name: "Key ring"}}}))
	htmltest.Verify(t, doc, htmltest.In(".unread[data-outcome=upstream_unavailable]"), htmltest.Not(htmltest.In(".empty, .fobs")))
}

func TestAnAssignedFobHasItsOwnForm(t *testing.T) {
	doc := state(t, "home/wrong_code")
	htmltest.Verify(t, doc,
		htmltest.In("form[action='/fobs/f3/activate'][method=post]", htmltest.Count(1),
			htmltest.In("#verificationCode-f3[name=verificationCode]", htmltest.HasValue(""))),
		htmltest.In(".summary a[href='#verificationCode-f3']"),
	)
}

func TestTheHeaderSaysWhoIsSignedInAndLetsThemOut(t *testing.T) {
	doc := state(t, "home/empty")
	htmltest.Verify(t, doc,
		htmltest.In("header bdi", htmltest.HasText("Ann Lee")),
		htmltest.In("header a[hx-boost=false]", htmltest.HasAttr("href", "/auth/sign-in?return_to=%2Fenrol%3Fserial%3DA%26x%3D1&switch=1")),
		htmltest.In("header form[action='/auth/sign-out'][method=post][hx-boost=false] input[name=csrfToken]", htmltest.HasValue("token")),
	)
	htmltest.Verify(t, state(t, "welcome/plain"),
		htmltest.Not(htmltest.In("header form")),
		htmltest.In("main .button-primary[href^='/auth/sign-in'][hx-boost=false]", htmltest.Count(1)),
		htmltest.In("main", htmltest.HasText("Temporary Access Pass")))
}

func TestTheAnnouncerOutlastsASwap(t *testing.T) {
	doc := state(t, "home/empty")
	htmltest.Verify(t, doc, htmltest.In("body > [role=status]"), htmltest.Not(htmltest.In("main [role=status]")))
}

func TestHDR03NoPageNeedsEvalOrInlineCode(t *testing.T) {
	for name, c := range gallery.States(t.Context()) {
		t.Run(name, func(t *testing.T) {
			doc := page(t, c) // Page finds inline scripts, styles, handlers, hx-on and js: values
			htmltest.Verify(t, doc,
				htmltest.Not(htmltest.In("[hx-vals], [hx-headers], [hx-confirm], [hx-trigger*='[']")),
				htmltest.Not(htmltest.In("main script, main link, main style")),
				htmltest.Not(htmltest.In("[name=form]"))) // it would hide the form from htmx, which then sends nothing
		})
	}
}

const markup = `<script>alert("1")</script>'&amp;`

func TestINP04WhatPeopleAndDirectoryWriteIsTextNotMarkup(t *testing.T) {
	c := view.Chrome{Title: markup, Org: markup, CSRFToken: `"><script>`, Help: view.Help{URL: "javascript:alert(1)", Email: markup}}
	c.Person = &oath.Person{ID: "p", Name: markup}
	s := view.Summary{Heading: markup, Text: []string{markup}, Reference: markup, Errors: []view.SummaryLink{{Field: "serialNumber", Text: markup}}}
	in := view.Input{Value: markup, Error: markup}
	fob := view.Fob{ID: markup, Name: markup, Serial: markup, State: markup, Status: markup, Added: view.Moment{Words: markup, ISO: markup}}
	for name, component := range map[string]templ.Component{
		"enrol":   view.EnrolPage(view.EnrolProps{Chrome: c, Summary: &s, Notice: markup, Serial: in, Name: in, Code: in, OtherCase: markup}),
		"home":    view.HomePage(view.HomeProps{Chrome: c, Notice: markup, Fobs: []view.Fob{fob}}),
		"remove":  view.RemovePage(view.RemoveProps{Chrome: c, Notice: markup, Fob: fob, Only: true}),
		"receipt": view.ReceiptPage(view.ReceiptProps{Chrome: c, Summary: s0(s), Facts: []view.Fact{{Label: markup, Value: markup}}, Hints: []string{markup}}),
		"problem": view.ProblemPage(view.ProblemProps{Chrome: c, Summary: s0(s)}),
	} {
		t.Run(name, func(t *testing.T) {
			doc := page(t, component)
			if !strings.Contains(doc.Find("main").Text(), markup) {
				t.Error("the text is not shown as it was written")
			}
			if doc.Find("script:not([src^='/static/'])").Length() > 0 {
				t.Error("a script came out of a text")
			}
			htmltest.Verify(t, doc, htmltest.Not(htmltest.In("a[href^='javascript:']")))
		})
	}
}

// s0 is the summary of a page without fields to lead to.
func s0(s view.Summary) view.Summary {
	s.Errors = nil
	return s
}
