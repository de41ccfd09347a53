package web_test

import (
	"net/http"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/htmltest"
)

func TestAnyoneMayReadTheAccessibilityStatement(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	page := w.NewVisitor().Get(t, "/accessibility")
	if page.Status != http.StatusOK {
		t.Fatalf("answered %d", page.Status)
	}
	sound(t, page, htmltest.In("h1", htmltest.HasText("Accessibility")), htmltest.In("main", htmltest.HasText("WCAG")),
		htmltest.In("main a[href='mailto:helpdesk@contoso.example']"))
	sound(t, w.NewVisitor().Get(t, "/"), htmltest.In("footer a[href='/accessibility']"))
}
