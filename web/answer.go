package web

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/outcome"
)

// answer is what a handler answered, held back. It is the handler's http.ResponseWriter.
type answer struct {
	header    http.Header
	status    int
	body      bytes.Buffer
	throttled bool // Graph refused it for the number of calls, and did nothing of it
	err       error
}

func newAnswer() *answer { return &answer{header: http.Header{}, status: http.StatusOK} }

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) { a.status = status }

// throttledKey is where a handler says that Graph refused its act for the number of calls.
const throttledKey = "throttled"

// record runs the handler and holds its answer back.
func record(c echo.Context, next echo.HandlerFunc) (*answer, error) {
	held, real := newAnswer(), c.Response()
	c.SetResponse(echo.NewResponse(held, c.Echo()))
	defer c.SetResponse(real)
	err := next(c)
	held.throttled, _ = c.Get(throttledKey).(bool)
	held.throttled = held.throttled || errors.Is(err, outcome.Throttled)
	held.err = err
	c.Set(throttledKey, false)
	return held, err
}

// send answers the request whose handler it was; a handler's error is passed on.
func (a *answer) send(c echo.Context, err error) error {
	maps.Copy(c.Response().Header(), a.header)
	if err != nil {
		return err
	}
	c.Response().WriteHeader(a.status)
	_, err = c.Response().Write(a.body.Bytes())
	return err
}

// show answers a later request for it, of the page of the line. The way to another host is told to
// htmx as it has to be, whichever asked first.
func (a *answer) show(s *Server, c echo.Context) error {
	to := cmp.Or(a.header.Get("HX-Redirect"), a.header.Get(echo.HeaderLocation))
	if to == "" {
		return a.send(c, nil)
	}
	for name, values := range a.header {
		if name != "Hx-Redirect" && name != echo.HeaderLocation && name != echo.HeaderContentLength {
			c.Response().Header()[name] = values
		}
	}
	if strings.HasPrefix(to, "/") {
		return c.Redirect(http.StatusSeeOther, to)
	}
	return s.leave(c, http.StatusSeeOther, to)
}
