package e2e

import (
	"testing"

	"fobdesk/internal/sim"
)

// TestTheConsentLinkIsWalked has a Global Administrator open the link of the page that says which
// permission is missing, in a browser of their own; then the admin goes on.
func TestTheConsentLinkIsWalked(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]bool{"with JavaScript": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			w.Cloud.Update(func(s *sim.Switches) { s.Unconsented = []string{"User.ReadBasic.All"} })
			b := w.NewBrowser(t, script)
			b.signIn(t, sim.GraceID)
			b.Open(t, "/admin")
			b.See(t, "[data-outcome=not_allowed]")
			if script { // the page is the same without
				b.Look(t, "consent")
			}
			link := b.Evaluate(t, "document.querySelector('main a[href*=\"/adminconsent?\"]').href")

			other := w.NewBrowser(t, script)
			other.Visit(t, link)
			other.See(t, "button[value='"+sim.MiaID+"']")
			if script {
				keep(t, "simulated-consent.png", other.shown(t, "screen", "light", 1280))
			}
			other.Press(t, "button[value='"+sim.MiaID+"']")
			other.See(t, "main a[href^='/auth/sign-in']") // the portal's own page, where nobody is signed in

			b.Press(t, "main a[href^='/admin?ask=']")
			b.See(t, "#q")
			if path := b.Path(t); path != "/admin" {
				t.Errorf("the admin is at %s", path)
			}
		})
	}
}
