package e2e

import (
	"bytes"
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

// TestAReceiptIsPrintedOnOnePageWithoutWhatIsPressed prints a receipt as Chromium does, and keeps the
// paper for a person to look at.
func TestAReceiptIsPrintedOnOnePageWithoutWhatIsPressed(t *testing.T) {
	t.Parallel()
	for name, javascript := range map[string]bool{"with JavaScript": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			b := w.NewBrowser(t, javascript)
			b.Before(t, "window.print = () => { window.printed = true }")
			b.signIn(t, sim.AdaID)
			b.Open(t, "/enrol")
			b.enrol(t, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
			b.See(t, "[data-outcome=enrolled]")
			b.See(t, "main a[download]")
			const visible = "document.querySelector('[data-print]').checkVisibility()"
			if javascript {
				b.Press(t, "[data-print]")
				if b.Evaluate(t, "window.printed") != "true" {
					t.Error("the button prints nothing")
				}
			} else if b.Evaluate(t, visible) != "false" {
				t.Error("without a script there is a button that prints nothing")
			}
			var paper []byte
			b.Do(t, chromedp.ActionFunc(func(ctx context.Context) (err error) {
				paper, _, err = page.PrintToPDF().Do(ctx)
				return err
			}))
			if sheets := bytes.Count(paper, []byte("/Type /Page\n")); sheets != 1 {
				t.Errorf("it takes %d sheets", sheets)
			}
			if javascript {
				keep(t, "receipt.pdf", paper)
			}
			b.Do(t, emulation.SetEmulatedMedia().WithMedia("print"))
			for _, kept := range []string{".brand-name", "#summary-title", ".receipt-facts", ".hints", ".footer-help"} {
				if b.Evaluate(t, "document.querySelector('"+kept+"').checkVisibility()") != "true" {
					t.Errorf("%s is not on the paper", kept)
				}
			}
			if got := b.Evaluate(t, `[...document.querySelectorAll("button, .button, .account, .receipt-try, .switch")].filter(e => e.checkVisibility()).length`); got != "0" {
				t.Errorf("%s things to press are on the paper", got)
			}
		})
	}
}
