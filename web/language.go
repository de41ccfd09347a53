package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/message"
)

const (
	languagePath   = "/language"
	fieldLanguage  = "lang"
	languageCookie = "fobdesk-language"
)

// language finds out in which language to answer: the one that was chosen here, else the nearest
// to what the browser asks for, else the portal's own.
func (s *Server) language(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r, tag := c.Request(), s.Language
		for _, wish := range []string{s.chosen(c, languageCookie), r.Header.Get("Accept-Language")} {
			if nearest, ok := message.Nearest(wish); ok {
				tag = nearest
				break
			}
		}
		c.SetRequest(r.WithContext(message.WithLanguage(r.Context(), tag)))
		return next(c)
	}
}

// postLanguage keeps the language that was chosen and leads back to the same step. One that there
// are no words in is the nearest that has some, or changes nothing.
func (s *Server) postLanguage(c echo.Context) error {
	form := c.Request().PostForm
	if tag, ok := message.Nearest(form.Get(fieldLanguage)); ok {
		http.SetCookie(c.Response(), s.switchCookie(languageCookie, tag.String()))
	}
	return c.Redirect(http.StatusSeeOther, localPath(form.Get(fieldReturnTo)))
}

// languageHeaders say which language a page is in, and what that came from.
func languageHeaders(c echo.Context) {
	h := c.Response().Header()
	h.Set("Content-Language", message.Language(c.Request().Context()))
	h.Add(echo.HeaderVary, "Accept-Language, Cookie")
}
