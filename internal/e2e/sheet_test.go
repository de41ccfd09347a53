package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

// readSquare is what a reader of QR codes sees on a picture.
func readSquare(t *testing.T, picture []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "picture.png")
	if err := os.WriteFile(path, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path).Output()
	if err != nil {
		t.Fatalf("zbarimg (on Debian: apt-get install zbar-tools) read nothing: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// shown is a picture of the whole page on a medium, in a scheme of colours.
func (b *Browser) shown(t *testing.T, medium, scheme string, width int64) []byte {
	t.Helper()
	var picture []byte
	b.Do(t,
		emulation.SetEmulatedMedia().WithMedia(medium).WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
		chromedp.EmulateViewport(width, 900),
		chromedp.ActionFunc(func(ctx context.Context) (err error) {
			picture, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).WithFromSurface(true).Do(ctx)
			return err
		}))
	return picture
}

func TestTheSquareOnTheSheetLeadsToTheEnrolmentOfItsFob(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.signIn(t, sim.GraceID)
	b.Open(t, "/admin/users/"+sim.AdaID+"/sheet?serial="+sim.SerialGood60)
	b.See(t, "svg.qr")
	want := w.URL + "/enrol?serial=" + sim.SerialGood60
	for _, on := range []struct {
		name, medium, scheme string
		width                int64
	}{
		{"a screen", "screen", "light", 1280},
		{"a dark screen", "screen", "dark", 1280},
		{"a phone", "screen", "dark", 320},
		{"paper", "print", "light", 794}, // A4 at 96 dpi
	} {
		picture := b.shown(t, on.medium, on.scheme, on.width)
		if got := readSquare(t, picture); got != want {
			t.Errorf("on %s the square says %q, want %q", on.name, got, want)
		}
		if on.medium == "print" {
			keep(t, "sheet-print.png", picture)
		}
	}
	ada := w.NewBrowser(t, true)
	ada.signIn(t, sim.AdaID)
	ada.Open(t, strings.TrimPrefix(want, w.URL))
	ada.See(t, "#serialNumber")
	if got := ada.Value(t, "#serialNumber"); got != sim.SerialGood60 {
		t.Errorf("whoever follows it finds the serial number %q", got)
	}
}

func TestTheSheetIsPrintedOnOnePage(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.signIn(t, sim.GraceID)
	b.Before(t, "window.printed = 0; window.print = () => printed++;")
	b.Open(t, "/admin/users/"+sim.AdaID+"/sheet?serial="+sim.SerialGood60)
	b.Press(t, "[data-print]")
	if got := b.Evaluate(t, "printed"); got != "1" {
		t.Errorf("the button printed %s times", got)
	}
	var sheet []byte
	b.Do(t, chromedp.ActionFunc(func(ctx context.Context) (err error) {
		sheet, _, err = page.PrintToPDF().WithPaperWidth(8.27).WithPaperHeight(11.69).Do(ctx) // A4
		return err
	}))
	keep(t, "sheet.pdf", sheet)
	if pages := strings.Count(string(sheet), "/Type /Page\n"); pages != 1 {
		t.Errorf("it takes %d pages", pages)
	}
	b.Do(t, emulation.SetEmulatedMedia().WithMedia("print"))
	const left = `[...document.querySelectorAll("button, .account, .back, .skip")].filter((e) => e.checkVisibility()).length`
	if got := b.Evaluate(t, left); got != "0" {
		t.Errorf("%s parts that are for the screen alone are printed", got)
	}

	without := w.NewBrowser(t, false)
	without.signIn(t, sim.GraceID)
	without.Open(t, "/admin/users/"+sim.AdaID+"/sheet?serial="+sim.SerialGood60)
	without.See(t, "svg.qr")
	if got := without.Evaluate(t, "document.querySelector('[data-print]').checkVisibility()"); got != "false" {
		t.Error("without JavaScript a button is shown that does nothing")
	}
}
