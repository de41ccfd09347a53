package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
)

func TestTheColoursThatWereChosenHereAreKept(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	const device = "screen and (prefers-color-scheme: dark)"
	sound(t, v.Get(t, "/enrol"), htmltest.In("link[href*='/dark.']", htmltest.HasAttr("media", device)),
		htmltest.In("button[name=theme][value=''][aria-current=true]"))
	for _, step := range []struct{ theme, returnTo, leads, schemes, media string }{
		{"dark", "/enrol", "/enrol", "dark", "screen"},
		{"purple", "/enrol", "/enrol", "dark", "screen"},
		{"light", "https://evil.example/", "/", "light", ""},
		{"", "/enrol", "/enrol", "light dark", device},
	} {
		answer := v.Post(t, "/theme", url.Values{"theme": {step.theme}, "return_to": {step.returnTo}})
		if answer.Status != http.StatusSeeOther || answer.Header.Get("Location") != step.leads {
			t.Errorf("%q: %d to %s", step.theme, answer.Status, answer.Header.Get("Location"))
		}
		doc := v.Follow(t, v.Get(t, "/enrol")).Doc(t)
		if got := doc.Find("meta[name=color-scheme]").AttrOr("content", ""); got != step.schemes {
			t.Errorf("%q: schemes %q, want %q", step.theme, got, step.schemes)
		}
		if got := doc.Find("link[href*='/dark.']").AttrOr("media", ""); got != step.media {
			t.Errorf("%q: the dark holds on %q, want %q", step.theme, got, step.media)
		}
	}
}
