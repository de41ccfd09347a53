package web

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// fobParam names the fob whose form on the home page takes the focus.
const fobParam = "fob"

// getActivate leads to the page that holds the form, for a refused form leaves its own address in
// the browser's bar.
func (s *Server) getActivate(c echo.Context) error {
	return c.Redirect(http.StatusSeeOther, openFob(c.Param("id")))
}

// openFob is the home page, at the form of this fob.
func openFob(methodID string) string { return "/?" + url.Values{fobParam: {methodID}}.Encode() }

// postActivate relays the code of a fob that is assigned already. Its form stands on the home
// page, which never steps up by itself; so the proof is asked for here.
func (s *Server) postActivate(c echo.Context) error {
	methodID := c.Param("id")
	f := fields{form: c.Request().PostForm}
	in := desk.Activation{
		MethodID: methodID,
		Serial:   read(&f, fieldSerial, asSeen),
		Code:     read(&f, fieldCode, oath.ParseVerificationCode),
	}
	form := refusable{
		returnTo: openFob(methodID),
		draft:    session.Draft{Path: "/"},
		page: func(r told) templ.Component {
			// The code fields of several fobs stand on that page: the summary leads to this one's.
			for i := range r.Errors {
				r.Errors[i].Field = view.CodeField(methodID)
			}
			return s.homePage(c, homeState{summary: &r.Summary, focus: methodID, codeError: r.fields[fieldCode]})
		},
	}
	if err := f.err(); err != nil {
		return s.refuse(c, err, form)
	}
	if s.stale(current(c), freshForm) {
		return s.stepUpFrom(c, form, nil)
	}
	receipt, err := s.Desk.Activate(c.Request().Context(), s.fobs(c), s.by(c), in)
	if err != nil {
		return s.refuse(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, receiptPath(receipt))
}
