package web

import (
	"errors"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/web/view"
)

// What a form may hold.
const (
	maxBody   = 16 << 10 // bytes
	maxFields = 100
)

// formBody reads the body of a post, within bounds and only as a form.
func (s *Server) formBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		r.Body = http.MaxBytesReader(c.Response(), r.Body, maxBody)
		if r.Method != http.MethodPost || c.Path() == cspReportPath {
			return next(c)
		}
		kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
		if r.ContentLength != 0 && (err != nil || kind != echo.MIMEApplicationForm) {
			return echo.ErrUnsupportedMediaType
		}
		if err := r.ParseForm(); err != nil {
			if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
				return echo.ErrStatusRequestEntityTooLarge
			}
			return echo.ErrBadRequest.WithInternal(err)
		}
		sent := 0
		for _, values := range r.PostForm {
			sent += len(values)
		}
		if sent > maxFields {
			return echo.ErrBadRequest
		}
		return next(c)
	}
}

// Field names, Graph's own.
const (
	fieldSerial = "serialNumber"
	fieldName   = "displayName"
	fieldCode   = "verificationCode"
	fieldForm   = "formId" // id of the form, hidden
)

// asSeen takes a hidden field as it is, within bounds: it is compared and recorded, never sent on.
func asSeen(s string) (string, error) {
	const most = 256
	if len(s) > most || !sound(s) {
		return "", oath.FlawCharacters
	}
	return s, nil
}

// sound reports whether the text is UTF-8 without what deceives.
func sound(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, oath.Deceives) }

// soundPath refuses a path in which there is what no id has: it names nothing, and PostgreSQL, which
// holds no NUL and nothing but UTF-8, could not even be asked for it.
func soundPath(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		for _, value := range c.ParamValues() {
			if !sound(value) {
				return outcome.New(outcome.NotFound)
			}
		}
		return next(c)
	}
}

// fields collects what is wrong with a form, so that it is told all at once.
type fields struct {
	form  map[string][]string
	wrong []outcome.Field
}

// read parses the field with this name and notes its flaw.
func read[T any](f *fields, name string, parse func(string) (T, error)) T {
	var value T
	err := error(oath.FlawDoubled)
	if len(f.form[name]) < 2 {
		value, err = parse(f.typed(name))
	}
	if err != nil {
		f.wrong = append(f.wrong, outcome.Field{Name: name, Flaw: err.Error()})
	}
	return value
}

// typed returns what was typed into a field, for showing it again.
func (f *fields) typed(name string) string {
	if len(f.form[name]) == 0 {
		return ""
	}
	return f.form[name][0]
}

// again is the field as it was typed, with what is wrong with it. It is not for the code, which a
// page never holds.
func (f *fields) again(name string, r told) view.Input {
	return view.Input{Value: f.typed(name), Error: r.fields[name]}
}

// err returns the refusal where a field is wrong.
func (f *fields) err() error {
	if len(f.wrong) == 0 {
		return nil
	}
	return &outcome.Error{Outcome: outcome.InvalidInput, Fields: f.wrong}
}
