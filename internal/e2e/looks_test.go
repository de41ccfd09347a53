package e2e

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/orisano/pixelmatch"

	"fobdesk/web/view/gallery"
)

var update = flag.Bool("update", false, "take the pictures in testdata/looks anew")

const looks = "testdata/looks"

// tolerated is how much of a picture may differ, beyond what smooths its letters: a line that moves
// by a pixel is told, what two builds of one browser draw differently is not.
const tolerated = 0.001

// resting shows the page from its top, whatever has the focus, and without a caret that blinks.
const resting = `(() => {
	const sheet = new CSSStyleSheet();
	sheet.replaceSync("* { caret-color: transparent !important }");
	document.adoptedStyleSheets = [sheet];
	scrollTo(0, 0);
	return new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(() => shown(0))));
})()`

// pictured are the states that hold what most pages are made of.
func pictured() []string {
	return []string{
		"welcome/plain", "home/five", "enrol/invalid_input", "enrol/not_allowed", "receipt/enrolled", "remove/only",
		"problem/general", "person/fobs", "admin/busy", "audit/first_page", "kiosk/welcome", "kiosk/wrong_code",
	}
}

// TestThePagesLookAsReviewed compares pictures with those that somebody has looked at. They hold for
// the fonts they were taken with, and elsewhere nothing is compared.
func TestThePagesLookAsReviewed(t *testing.T) {
	t.Parallel()
	b := newGallery(t).NewBrowser(t, true)
	b.Before(t, still)
	b.Open(t, gallery.Root+"welcome/plain")
	b.holdFonts(t)
	for _, name := range pictured() {
		b.Open(t, gallery.Root+name)
		var taken [2]image.Image
		for _, width := range []int64{320, 1280} {
			for i, scheme := range []string{"light", "dark"} {
				b.as(t, width, 640, scheme, "none")
				taken[i] = b.looksAs(t, fmt.Sprintf("%s-%d-%s.png", strings.ReplaceAll(name, "/", "-"), width, scheme))
			}
			if share := differs(t, taken[0], taken[1]); share <= tolerated {
				t.Errorf("%s at %d px is the same in the light and in the dark", name, width)
			}
		}
	}
}

// holdFonts skips the test where text is not as wide as it was when the pictures were taken.
func (b *Browser) holdFonts(t *testing.T) {
	t.Helper()
	var widths string
	b.Do(t, chromedp.Evaluate(`["400 40px system-ui", "700 40px system-ui", "400 40px ui-monospace, monospace"].map(font => {
		const pen = new OffscreenCanvas(1, 1).getContext("2d");
		pen.font = font;
		return font + " " + pen.measureText("Enrol the fob GALT0123456789, Ärger, 日本語, العربية").width.toFixed(2);
	}).join("\n") + "\n"`, &widths))
	file := filepath.Join(looks, "fonts.txt")
	if *update {
		if err := os.MkdirAll(looks, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(widths), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != widths {
		t.Skipf("this machine's fonts are not those of the pictures, so nothing is compared:\n%swant\n%s", widths, want)
	}
}

// looksAs takes a picture, compares it with the one in the file, and returns it.
func (b *Browser) looksAs(t *testing.T, name string) image.Image {
	t.Helper()
	var taken []byte
	b.Do(t, chromedp.Evaluate(resting, nil, await), chromedp.CaptureScreenshot(&taken))
	got, file := smaller(t, taken), filepath.Join(looks, name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return decoded(t, got)
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if share := differs(t, decoded(t, want), decoded(t, got)); share > tolerated {
		keep(t, "looks-"+name, got)
		t.Errorf("%.2f %% of %s differ: see .artifacts/looks-%s, and go test ./internal/e2e -run Look -update takes it anew", 100*share, file, name)
	}
	return decoded(t, got)
}

// differs is the share of the pixels that a person would see differ, letters' smoothing apart.
func differs(t *testing.T, a, b image.Image) float64 {
	t.Helper()
	if a.Bounds() != b.Bounds() {
		return 1
	}
	count, err := pixelmatch.MatchPixel(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return float64(count) / float64(a.Bounds().Dx()*a.Bounds().Dy())
}

func decoded(t *testing.T, picture []byte) image.Image {
	t.Helper()
	p, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
