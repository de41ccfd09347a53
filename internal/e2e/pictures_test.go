package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

var pictures = flag.String("pictures", "", "a folder that the README's pictures are taken into")

// TestTakeThePicturesOfTheREADME walks through the demo's tenant and takes each picture in the light and
// in the dark. It looks at nothing, so it only runs where make pictures asks for it.
func TestTakeThePicturesOfTheREADME(t *testing.T) {
	if *pictures == "" {
		t.Skip("make pictures takes them")
	}
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.Open(t, "/")
	b.picture(t, "welcome")
	b.signIn(t, sim.AdaID)
	b.Open(t, "/enrol?serial="+sim.SerialGood30)
	b.Type(t, "#displayName", "Key ring")
	b.Do(t, chromedp.Focus("#verificationCode", chromedp.ByQuery))
	b.picture(t, "enrol")
	b.enrol(t, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
	b.See(t, "[data-outcome=enrolled]")
	b.picture(t, "receipt")

	ben := w.NewBrowser(t, true)
	ben.signIn(t, sim.BenID)
	ben.picture(t, "home")

	grace := w.NewBrowser(t, true)
	grace.signIn(t, sim.GraceID)
	grace.Open(t, "/admin/users/"+sim.BenID)
	grace.See(t, ".fobs, .person")
	grace.picture(t, "person")

	station, _ := w.newKiosk(t, true)
	station.picture(t, "station")
}

// picture takes the top of the page, light and dark.
func (b *Browser) picture(t *testing.T, name string) {
	t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		var taken []byte
		b.Do(t, chromedp.EmulateViewport(800, 930),
			emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
			}),
			chromedp.Evaluate("document.activeElement.matches('input') || document.activeElement.blur(); document.documentElement.style.scrollbarWidth = 'none'; scrollTo(0, 0)", nil),
			chromedp.CaptureScreenshot(&taken))
		if err := os.WriteFile(filepath.Join(*pictures, name+"-"+scheme+".png"), smaller(t, taken), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
