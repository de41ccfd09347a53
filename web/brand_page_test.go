package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
)

func TestACompanysNameInAnyScriptIsOnThePageAndInItsTitle(t *testing.T) {
	t.Parallel()
	const org = "شركة النور"
	page := e2e.NewWorld(t, e2e.Setting("FOBDESK_ORG_NAME", org)).NewVisitor().Get(t, "/")
	sound(t, page, htmltest.In("title", htmltest.HasText(org)), htmltest.In("header .brand-name", htmltest.HasText(org)))
}

func TestACompanysColourAndLogoAreOnEachPage(t *testing.T) {
	t.Parallel()
	logo := filepath.Join(t.TempDir(), "logo.svg")
	if err := os.WriteFile(logo, []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>`), 0o600); err != nil {
		t.Fatal(err)
	}
	w := e2e.NewWorld(t, e2e.Setting("FOBDESK_BRAND_COLOR", "#FFCC00"), e2e.Setting("FOBDESK_LOGO_FILE", logo))
	v := w.SignedIn(t, ada)
	page := v.Get(t, "/")
	sound(t, page, htmltest.In("header .brand img[alt='']"))
	doc := page.Doc(t)
	for path, want := range map[string]struct{ mediaType, has string }{
		doc.Find("link[href$='accent.css']").AttrOr("href", ""): {"text/css; charset=utf-8", "--color-action:#"},
		doc.Find("link[href$='-dark.css']").AttrOr("href", ""):  {"text/css; charset=utf-8", "--color-action:#ffcc00"},
		doc.Find("header .brand img").AttrOr("src", ""):         {"image/svg+xml", "M0 0h8v8z"},
	} {
		file := w.NewVisitor().Get(t, path)
		if file.Status != http.StatusOK || file.Header.Get("Content-Type") != want.mediaType || !strings.Contains(string(file.Body), want.has) {
			t.Errorf("%s: %d %s %.80s", path, file.Status, file.Header.Get("Content-Type"), file.Body)
		}
		if !strings.Contains(file.Header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(file.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", path, file.Header)
		}
	}
	if page := v.Get(t, "/brand/0011223344556677-logo"); page.Status != http.StatusNotFound {
		t.Errorf("another logo: %d", page.Status)
	}
	sound(t, e2e.NewWorld(t).NewVisitor().Get(t, "/"), htmltest.In("header .brand svg"))
}
