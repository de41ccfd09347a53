package config

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
)

func logoOf(body string) (Logo, error) {
	d := &draft{read: func(string) ([]byte, error) { return []byte(body), nil }}
	return d.readLogo("logo")
}

const plain = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">` +
	`<style>.a{fill:#123}</style><defs><linearGradient id="g"/></defs><path class="a" fill="url(#g)" d="M0 0h8"/></svg>`

func TestALogoIsAPictureThatOnlyDraws(t *testing.T) {
	t.Parallel()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	for body, mediaType := range map[string]string{picture.String(): "image/png", plain: "image/svg+xml"} {
		if logo, err := logoOf(body); err != nil || logo.MediaType != mediaType {
			t.Errorf("%.30q: %q, %v", body, logo.MediaType, err)
		}
	}
	within := func(s string) string { return strings.Replace(plain, "</svg>", s+"</svg>", 1) }
	for name, body := range map[string]string{
		"no picture":               "hello",
		"a page":                   "<html><body>hello</body></html>",
		"cut short":                plain[:len(plain)-10],
		"too large":                within("<!--" + strings.Repeat("a", 65<<10) + "-->"),
		"a script":                 within("<script>alert(1)</script>"),
		"a script of another kind": within(`<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>`),
		"a handler":                within(`<g onload="alert(1)"/>`),
		"a page within":            within("<foreignObject/>"),
		"a link":                   within(`<a href="javascript:alert(1)"/>`),
		"a part from elsewhere":    within(`<use href="https://example.org/a.svg#b"/>`),
		"the older kind of link":   within(`<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="https://example.org/#b"/>`),
		"a fill from elsewhere":    within(`<path fill="url( 'https://example.org/' )"/>`),
		"a style from elsewhere":   within("<style>@import 'https://example.org/'</style>"),
		"a style in disguise":      within(`<style>a{b:u\72l(https://example.org/)}</style>`),
		"an animation":             within(`<set attributeName="href" to="javascript:alert(1)"/>`),
		"an entity":                `<!DOCTYPE svg [<!ENTITY a "b">]>` + plain,
	} {
		if logo, err := logoOf(body); err == nil || logo.MediaType != "" {
			t.Errorf("%s is taken as %q", name, logo.MediaType)
		} else if strings.ContainsRune(err.Error(), '\n') {
			t.Errorf("%s: more than a line: %v", name, err)
		}
	}
}

func FuzzPlainSVG(f *testing.F) {
	f.Add(plain)
	f.Add("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
	f.Add("</svg>")
	f.Fuzz(func(t *testing.T, body string) {
		if plainSVG([]byte(body)) == nil && strings.Contains(strings.ToLower(body), "<script") && !strings.Contains(body, "<!--") && !strings.Contains(body, "CDATA") {
			t.Errorf("%q is taken", body)
		}
	})
}
