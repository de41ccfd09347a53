package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"fobdesk/internal/message"
	"fobdesk/internal/station"
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
// are no words in is the nearest that has some, or changes nothing. At a station it is kept no longer
// than a visit may last, and an empty one takes it back.
func (s *Server) postLanguage(c echo.Context) error {
	form, life := c.Request().PostForm, switchLife
	if stationOf(c) != nil {
		life = s.Visits.Max
		if form.Get(fieldLanguage) == "" {
			s.forgetLanguage(c)
		}
	}
	if tag, ok := message.Nearest(form.Get(fieldLanguage)); ok {
		http.SetCookie(c.Response(), s.switchCookie(languageCookie, tag.String(), life))
	}
	return s.switched(c)
}

// speak answers in the station's own language, unless its visitor chose another.
func (s *Server) speak(c echo.Context, st *station.Station) {
	if _, chosen := message.Nearest(s.chosen(c, languageCookie)); chosen || st.Language == "" {
		return
	}
	r := c.Request()
	c.SetRequest(r.WithContext(message.WithLanguage(r.Context(), language.Make(st.Language))))
}

// forgetLanguage takes the choice back: at a station, the next page is in its own language.
func (s *Server) forgetLanguage(c echo.Context) {
	http.SetCookie(c.Response(), s.switchCookie(languageCookie, "", 0))
}

// languageHeaders say which language a page is in, and what that came from.
func languageHeaders(c echo.Context) {
	h := c.Response().Header()
	h.Set("Content-Language", message.Language(c.Request().Context()))
	h.Add(echo.HeaderVary, "Accept-Language, Cookie")
}
