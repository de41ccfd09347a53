package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

const (
	themePath   = "/theme"
	fieldTheme  = "theme"
	themeCookie = "fobdesk-theme"
)

// theme is what was chosen in this browser; empty where nothing was, or nothing that we have.
func (s *Server) theme(c echo.Context) string {
	if theme := s.chosen(c, themeCookie); isTheme(theme) {
		return theme
	}
	return ""
}

// isTheme reports whether it is one that can be chosen: light, dark, or as the device is.
func isTheme(theme string) bool { return theme == "" || theme == "light" || theme == "dark" }

// postTheme keeps the theme that was chosen, that of the device apart, which needs no keeping, and
// leads back.
func (s *Server) postTheme(c echo.Context) error {
	form := c.Request().PostForm
	if theme := form.Get(fieldTheme); isTheme(theme) {
		http.SetCookie(c.Response(), s.switchCookie(themeCookie, theme, switchLife))
	}
	return s.switched(c)
}
