package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

// getFob shows one of the person's fobs, and what was done with it.
func (s *Server) getFob(c echo.Context) error {
	methods, err := s.list(c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(methods, func(m oath.Method) bool { return m.ID == c.Param("id") })
	if i < 0 {
		return outcome.New(outcome.NotFound)
	}
	person := current(c).Person
	fob := s.fobOrLost(c, methods[i], s.lostOf(c, person.ID))
	props := view.FobProps{Chrome: s.chrome(c, fob.Name, nil, fob.Serial), Fob: fob}
	if fob.Serial != "" {
		props.History = s.history(c, person, fob.Serial)
	}
	return s.render(c, http.StatusOK, view.FobPage(props))
}
