package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/message"
	"fobdesk/web/view"
)

const accessibilityPath = "/accessibility"

// getAccessibility shows the accessibility statement. Whoever changes what it says is true of the
// portal changes the date.
func (s *Server) getAccessibility(c echo.Context) error {
	reviewed := time.Date(2026, time.November, 25, 0, 0, 0, 0, time.UTC)
	return s.render(c, http.StatusOK, view.AccessibilityPage(view.AccessibilityProps{
		Chrome:   s.chrome(c, "accessibility.title", nil),
		Reviewed: message.Date(c.Request().Context(), reviewed),
	}))
}
