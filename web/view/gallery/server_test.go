package gallery

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"fobdesk/internal/htmltest"
	"fobdesk/internal/message"
)

func get(t *testing.T, path string) *goquery.Document {
	t.Helper()
	answer := serve(t, httptest.NewRequest(http.MethodGet, path, nil))
	if answer.Code != http.StatusOK {
		t.Fatalf("%s is answered with %d", path, answer.Code)
	}
	return htmltest.Page(t, answer.Body)
}

func serve(t *testing.T, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	handler, err := Handler()
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	return answer
}

func TestTheIndexLeadsToEveryStateAndShowsItsProps(t *testing.T) {
	index := get(t, "/gallery/?lang=de&theme=dark")
	all := States(t.Context())
	htmltest.Verify(t, index, htmltest.In(".gallery li a", htmltest.Count(len(all))), htmltest.In(".gallery li pre", htmltest.Count(len(all))),
		htmltest.In("a[href='/gallery/?lang=en-XA&theme=dark']"))
	index.Find(".gallery li").Each(func(_ int, s *goquery.Selection) {
		address, err := url.Parse(s.Find("a").AttrOr("href", ""))
		if err != nil {
			t.Fatal(err)
		}
		if name := strings.TrimPrefix(address.Path, Root); all[name].Component == nil || address.RawQuery != "lang=de&theme=dark" {
			t.Errorf("a link leads to %s", address)
		}
	})
	if got := index.Find("a[href^='/gallery/home/one?'] + details pre").Text(); !strings.Contains(got, `"Name": "Key ring"`) || strings.Contains(got, `""`) {
		t.Errorf("the props of one fob are told as %s", got)
	}
}

func TestAStateIsShownInTheLanguageAndTheThemeAskedFor(t *testing.T) {
	htmltest.Verify(t, get(t, "/gallery/home/one?lang=ar&theme=dark"), htmltest.In("html[lang=ar][dir=rtl]"), htmltest.In("meta[name=color-scheme][content=dark]"))
	htmltest.Verify(t, get(t, "/gallery/home/one?lang=tlh&theme=pink"), htmltest.In("html[lang=en][dir=ltr]"), htmltest.In("meta[name=color-scheme][content='light dark']"))
	htmltest.Verify(t, get(t, "/gallery/home/one?lang=en-XA"), htmltest.In("html[lang=en-XA] .skip", htmltest.HasText("[")))
	for _, tongue := range message.Languages() {
		htmltest.Verify(t, get(t, "/gallery/kiosk/welcome?lang="+tongue.Tag), htmltest.In("html[lang="+tongue.Tag+"]"))
	}
	for name := range States(t.Context()) {
		if theme := get(t, Root+name+"?theme=light").Find("meta[name=color-scheme]").AttrOr("content", ""); theme != "light" {
			t.Errorf("%s is %s, want light", name, theme)
		}
	}
}

func TestWhatIsPressedComesBack(t *testing.T) {
	for _, c := range []struct{ from, form, to string }{
		{"http://example.com/gallery/home/one?lang=de", "serialNumber=1", "/gallery/home/one?lang=de"},
		{"http://example.com/gallery/home/one?lang=de", "lang=ar", "/gallery/home/one?lang=ar"},
		{"http://example.com/gallery/", "theme=dark", "/gallery/?theme=dark"},
		{"http://elsewhere.example/", "lang=ar", "/gallery/?lang=ar"},
		{"", "", "/gallery/?"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/enrol", strings.NewReader(c.form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Referer", c.from)
		answer := serve(t, r)
		if got := answer.Header().Get("Location"); answer.Code != http.StatusSeeOther || strings.TrimSuffix(got, "?") != strings.TrimSuffix(c.to, "?") {
			t.Errorf("%q from %s leads to %s with %d, want %s", c.form, c.from, got, answer.Code, c.to)
		}
	}
	for path, want := range map[string]int{"/gallery/home/nothing": http.StatusNotFound, "/enrol": http.StatusSeeOther} {
		if got := serve(t, httptest.NewRequest(http.MethodGet, path, nil)).Code; got != want {
			t.Errorf("%s is answered with %d, want %d", path, got, want)
		}
	}
}
