package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

func get(t *testing.T, path, accept string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestHDR05AssetsHaveHashedNamesAndNeverChange(t *testing.T) {
	hashed := regexp.MustCompile(`^/static/[a-z-]+\.[0-9a-f]{8}\.[a-z]+$`)
	for name, mediaType := range map[string]string{
		"app.css":     "text/css; charset=utf-8",
		"app.js":      "text/javascript; charset=utf-8",
		"kiosk.css":   "text/css; charset=utf-8",
		"favicon.svg": "image/svg+xml",
	} {
		path := URL(name)
		if !hashed.MatchString(path) {
			t.Errorf("URL(%q) = %q, want a hash in it", name, path)
		}
		res := get(t, path, "")
		if got, want := res.Header.Get("Cache-Control"), "public, max-age=31536000, immutable"; got != want {
			t.Errorf("%s: Cache-Control %q, want %q", name, got, want)
		}
		if got := res.Header.Get("Content-Type"); got != mediaType {
			t.Errorf("%s: Content-Type %q, want %q", name, got, mediaType)
		}
	}
}

func TestHDR04AssetsAndWhatIsMissingAreNotSniffed(t *testing.T) {
	for path, status := range map[string]int{
		URL("app.css"):             http.StatusOK,
		"/static/app.css":          http.StatusNotFound,
		"/static/app.00000000.css": http.StatusNotFound,
		"/static/css/base.css":     http.StatusNotFound,
		"/static/../go.mod":        http.StatusNotFound,
		"/static/":                 http.StatusNotFound,
	} {
		res := get(t, path, "")
		if res.StatusCode != status || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d, nosniff %q; want %d, nosniff", path, res.StatusCode, res.Header.Get("X-Content-Type-Options"), status)
		}
		if status == http.StatusNotFound && res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: what is missing may be kept", path)
		}
	}
}

func TestCompressedIsTheSameContent(t *testing.T) {
	plain, err := io.ReadAll(get(t, URL("app.css"), "identity, gzip;q=0").Body)
	if err != nil {
		t.Fatal(err)
	}
	for accept, want := range map[string]string{
		"gzip, deflate, br, zstd": "br", "br;q=0, GZIP;q=0.8": "gzip", "br": "br", "gzip": "gzip", "zstd": "", "": "",
	} {
		res := get(t, URL("app.css"), accept)
		if got := res.Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q is answered in %q, want %q", accept, got, want)
			continue
		}
		if got := unpacked(t, res); !bytes.Equal(got, plain) || len(plain) == 0 {
			t.Errorf("%q: the compressed sheet differs from the plain one", accept)
		}
	}
}

func unpacked(t *testing.T, res *http.Response) []byte {
	t.Helper()
	var body io.Reader = res.Body
	var err error
	switch res.Header.Get("Content-Encoding") {
	case "br":
		body = brotli.NewReader(body)
	case "gzip":
		if body, err = gzip.NewReader(body); err != nil {
			t.Fatal(err)
		}
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestOnlyReadingIsServed(t *testing.T) {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, URL("app.css"), nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	w = httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodHead, URL("app.css"), nil))
	if w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
		t.Errorf("HEAD: %d with %d bytes", w.Code, w.Body.Len())
	}
}

func TestAnAssetThatIsNotBuiltHasNoAddress(t *testing.T) {
	if got := URL("unbuilt.js"); got != "" {
		t.Errorf("URL = %q, want none", got)
	}
}

func TestEveryStyleSheetIsServed(t *testing.T) {
	names, err := fs.Glob(files, "css/*.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		part := strings.TrimSuffix(strings.TrimPrefix(name, "css/"), ".css")
		if !slices.Contains(slices.Concat(slices.Collect(maps.Values(bundles))...), part) {
			t.Errorf("%s is in no sheet", name)
		}
	}
}

func TestEveryScriptIsServed(t *testing.T) {
	names, err := fs.Glob(files, "js/*.js")
	if err != nil {
		t.Fatal(err)
	}
	var served []byte
	for name := range maps.Keys(loaded().paths) {
		if path.Ext(name) == ".js" {
			served = append(served, loaded().assets[URL(name)].body...)
		}
	}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(served, data) && !bytes.Contains(served, comments.ReplaceAll(data, nil)) {
			t.Errorf("%s is served by nothing", name)
		}
	}
}

func TestHDR01OurAssetsAskForNothingFromElsewhere(t *testing.T) {
	for _, pattern := range []string{"css/*.css", "js/*.js"} {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := files.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if m := regexp.MustCompile(`https?://|url\(|@import|\beval\(|innerHTML|new Function`).Find(data); m != nil {
				t.Errorf("%s holds %q", name, m)
			}
			if lines := bytes.Count(data, []byte("\n")); strings.HasSuffix(name, ".js") && lines >= 50 {
				t.Errorf("%s has %d lines: what does it hide?", name, lines)
			}
		}
	}
}

func TestTwoAssetsOfOneNameStopTheStart(t *testing.T) {
	fsys := fstest.MapFS{"js/x.js": {Data: []byte("1")}, "dist/x.js": {Data: []byte("2")}}
	for bundle, parts := range bundles {
		for _, name := range parts {
			end := path.Ext(bundle)
			fsys[end[1:]+"/"+name+end] = &fstest.MapFile{}
		}
	}
	if _, err := load(fsys); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("error %v, want one that says twice", err)
	}
}

func TestWhatIsForReadersOfTheSourceIsNotServed(t *testing.T) {
	for name, kept := range map[string]string{"app.css": "unicode-bidi: plaintext;", "app.js": "function settle(field)", "kiosk.js": "async function pulse()"} {
		body := string(loaded().assets[URL(name)].body)
		if !strings.Contains(body, kept) || regexp.MustCompile(`(?m)^\s*//|/\*`).MatchString(body) {
			t.Errorf("%s has a comment, or lacks %q", name, kept)
		}
	}
}

// Sides are named by where reading begins and ends, so that a page of a language that runs from
// right to left is mirrored by itself.
func TestNoStyleSheetNamesASideOfTheScreen(t *testing.T) {
	side := regexp.MustCompile(`(?m)^\s*(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[\w-]*|left|right|top|bottom|(?:min-|max-)?(?:width|height)|(?:text-align|float|clear): *(?:left|right))\b.*`)
	sheets, err := fs.Glob(files, "css/*.css")
	if err != nil || len(sheets) == 0 {
		t.Fatalf("%d style sheets: %v", len(sheets), err)
	}
	for _, name := range sheets {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range side.FindAllString(string(data), -1) {
			t.Errorf("%s: %s", name, strings.TrimSpace(line))
		}
	}
}

// What the dark and forced colours change is colours, so a page that was laid out in the light is laid out
// as well in both, and what looks at it there looks at colours.
func TestASchemeChangesColoursOnly(t *testing.T) {
	colour := regexp.MustCompile(`^(?:--color-[\w-]+|--shadow|color|background|fill|stroke|(?:border|outline)-color|forced-color-adjust): [^;]+;$`)
	forced := regexp.MustCompile(`(?ms)^@media \(forced-colors: active\) \{\n(.*?)^\}`)
	sheets, err := fs.Glob(files, "css/*.css")
	if err != nil || len(sheets) == 0 {
		t.Fatalf("%d style sheets: %v", len(sheets), err)
	}
	for _, name := range sheets {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		var said []byte
		for _, block := range forced.FindAllSubmatch(data, -1) {
			said = append(said, block[1]...)
		}
		if name == "css/dark.css" {
			said = comments.ReplaceAll(data, nil)
		}
		for line := range strings.Lines(string(said)) {
			if line = strings.TrimSpace(line); strings.HasSuffix(line, ";") && !colour.MatchString(line) {
				t.Errorf("%s changes more than a colour: %s", name, line)
			}
		}
	}
}
