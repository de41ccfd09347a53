package e2e

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

// TestAFormThatStandsInLineEndsByItself shows the page of the line: it looks again by itself, with
// JavaScript and without.
func TestAFormThatStandsInLineEndsByItself(t *testing.T) {
	t.Parallel()
	for name, javascript := range map[string]bool{"with JavaScript": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			b := w.NewBrowser(t, javascript)
			b.signIn(t, sim.AdaID)
			b.Press(t, "main a[href='/enrol']")
			b.See(t, "#serialNumber")
			others := w.SignedIn(t, sim.BenID)
			w.Cloud.AddFault(sim.Fault{
				Side: sim.SideGraph, Method: http.MethodGet, Times: 4,
				Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"4"}},
			})
			for range 4 { // visits that make the limit show
				others.Get(t, "/")
			}
			b.enrol(t, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
			b.See(t, ".verdict a[href^='/waiting/']")
			if javascript {
				b.Look(t, "waiting")
			}
			b.See(t, "[data-outcome=enrolled]")
		})
	}
}

// TestAVisitThatStandsInLineEndsByItself shows it at a station, whose pages have no htmx: with
// JavaScript the page stands still and only its words change, without it is loaded again. Waiting ends
// no visit, and the answer is the one that the visit would have got at once.
func TestAVisitThatStandsInLineEndsByItself(t *testing.T) {
	t.Parallel()
	for name, javascript := range map[string]bool{"with JavaScript": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, wait := NewWorld(t), "8"
			if javascript { // its looks are taken meanwhile
				wait = "25"
			}
			b, _ := w.newKiosk(t, javascript)
			others := w.SignedIn(t, sim.BenID)
			b.visit(t, sim.AdaID)
			b.See(t, "#serialNumber")
			w.Cloud.AddFault(sim.Fault{
				Side: sim.SideGraph, Method: http.MethodGet, Times: 4,
				Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {wait}},
			})
			for range 4 { // visits that make the limit show
				others.Get(t, "/")
			}
			w.Cloud.ClearFaults()
			b.enrolHere(t, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
			b.See(t, "[data-waiting] h1")
			if got := b.Text(t, "[data-waiting] h1"); got != "You are next in line" {
				t.Errorf("the page says %q", got)
			}
			if javascript {
				b.Evaluate(t, "String(window.stands = true)")
				b.lookHere(t, "waiting")
				was := b.Text(t, "[data-waiting] h1 ~ p:nth-of-type(2)")
				b.Do(t, chromedp.Poll("document.querySelector('[data-waiting] h1 ~ p:nth-of-type(2)').textContent !== '"+was+"' && window.stands", nil))
			}
			b.See(t, "[data-outcome=enrolled]")
			b.Press(t, "main button[form=finish]")
			b.atWelcome(t)
		})
	}
}
