package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

const (
	themePath  = "/theme"
	fieldTheme = "theme"
	// fieldReturnTo is the local path that a switch on every page comes back to.
	fieldReturnTo = "return_to"
	themeLife     = 365 * 24 * 60 * 60 // seconds that a chosen theme is kept
)

// theme is what was chosen in this browser; empty where nothing was, or nothing that we have.
func (s *Server) theme(c echo.Context) string {
	cookie, err := c.Request().Cookie(s.themeCookie("").Name)
	if err != nil || !isTheme(cookie.Value) {
		return ""
	}
	return cookie.Value
}

// isTheme reports whether it is one that can be chosen: light, dark, or as the device is.
func isTheme(theme string) bool { return theme == "" || theme == "light" || theme == "dark" }

// postTheme keeps the theme that was chosen and leads back.
func (s *Server) postTheme(c echo.Context) error {
	form := c.Request().PostForm
	if theme := form.Get(fieldTheme); isTheme(theme) {
		http.SetCookie(c.Response(), s.themeCookie(theme))
	}
	return c.Redirect(http.StatusSeeOther, localPath(form.Get(fieldReturnTo)))
}

// themeCookie keeps a theme; that of the device needs none. It is no secret and belongs to no
// session: it outlasts them.
func (s *Server) themeCookie(theme string) *http.Cookie {
	name, secure, life := "fobdesk-theme", s.BaseURL.Scheme == "https", themeLife
	if theme == "" {
		life = -1
	}
	if secure {
		name = "__Host-" + name
	}
	return &http.Cookie{ //nolint:gosec // Secure wherever there is TLS
		Name: name, Value: theme, Path: "/", MaxAge: life,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	}
}
