package view_test

import (
	"testing"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/text/language"

	"fobdesk/internal/htmltest"
	"fobdesk/internal/message"
	"fobdesk/web/view"
	"fobdesk/web/view/gallery"
)

func TestTheSwitchNamesEachLanguageInItself(t *testing.T) {
	c := view.Chrome{Title: "Your fobs", Here: "/fobs/f1/lost?x=1"}
	doc := page(t, in(language.German, view.HomePage(view.HomeProps{Chrome: c})))
	htmltest.Verify(t, doc, htmltest.In("html[lang=de][dir=ltr] footer #switches form[method=post][action='/language'][hx-boost=false]",
		htmltest.In("button[name=lang]:not([type])", htmltest.Count(len(message.Languages()))),
		htmltest.In("button[value=ar][lang=ar]", htmltest.HasText("العربية")),
		htmltest.In("button[value=ja][lang=ja]", htmltest.HasText("日本語")),
		htmltest.In("button[aria-current=true]", htmltest.Count(1), htmltest.HasAttr("value", "de")),
		htmltest.In("input[name=return_to]", htmltest.HasValue("/fobs/f1/lost?x=1")),
	))
}

func TestArabicRunsFromRightToLeftAndWhatIsTypedDoesNot(t *testing.T) {
	for name, component := range gallery.States(t.Context()) {
		doc := page(t, in(language.Arabic, component))
		if doc.Find("html[dir=rtl][lang=ar]").Length() != 1 {
			t.Fatalf("%s is not Arabic", name)
		}
		doc.Find("input[name=serialNumber]:not([type=hidden]), input[name=verificationCode], .reference-value").Each(func(_ int, s *goquery.Selection) {
			if s.AttrOr("dir", "") != "ltr" {
				t.Errorf("%s: %s is not held from left to right", name, s.AttrOr("id", "a reference"))
			}
		})
		if doc.Find("input[dir=auto]").Length() > 0 { // empty, such a field is held for English
			t.Errorf("%s has a field that runs from left to right while it is empty", name)
		}
		doc.Find(".serial").Each(func(_ int, s *goquery.Selection) {
			if !s.Is("bdi") {
				t.Errorf("%s: the serial number %s stands in no bdi", name, s.Text())
			}
		})
	}
}

func TestAChartBeginsWhereReadingBegins(t *testing.T) {
	bars := []view.Bar{{Count: 4}, {Count: 2}}
	lying := view.Chart{Bars: append([]view.Bar(nil), bars...), RightToLeft: true}.Lying()
	if got := lying.Bars[1]; got.X != "160.0" || got.Width != "120.0" || got.MarkX != "280.0" || got.NumberX != "154.0" {
		t.Errorf("a bar half as long as the longest lies at %s (%s), its words at %s, its number at %s", got.X, got.Width, got.MarkX, got.NumberX)
	}
	standing := view.Chart{Bars: append([]view.Bar(nil), bars...), RightToLeft: true}.Standing()
	if first, second := standing.Bars[0], standing.Bars[1]; first.MarkX != "210.0" || second.MarkX != "70.0" {
		t.Errorf("the days stand at %s and %s, want the first at the right", first.MarkX, second.MarkX)
	}
}
