package e2e

import (
	"net/http"
	"testing"

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
