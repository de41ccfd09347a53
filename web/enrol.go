package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

const enrolPath = "/enrol"

// getEnrol shows the form: empty, filled from a link on a letter, or as it was before the person
// was sent to Entra.
func (s *Server) getEnrol(c echo.Context) error {
	sess := current(c)
	draft, kept := s.store(c).TakeDraft(c.Response(), c.Request(), session.PersonKey(sess.Person), enrolPath)
	serial, err := oath.ParseSerialNumber(c.QueryParam("serial"))
	if err == nil && !kept {
		if home := s.waitingAtHome(c, serial); home != "" {
			return c.Redirect(http.StatusSeeOther, home)
		}
	}
	if s.stale(sess, freshForm) {
		draft.Path = enrolPath // with what another tab's form left, if it did
		return s.stepUp(c, c.Request().URL.RequestURI(), draft, nil)
	}
	props := view.EnrolProps{}
	if err == nil {
		props.Serial.Value = serial.String()
	}
	if kept {
		props.Notice = noticeOf(c.Request().Context(), draft)
		if draft.Serial != "" || draft.DisplayName != "" {
			props.Serial.Value, props.Name.Value = draft.Serial, draft.DisplayName
		}
	}
	return s.render(c, http.StatusOK, s.enrolPage(c, props))
}

// waitingAtHome is where the fob of a link is activated that an admin has assigned to this person
// since the link was printed; empty for any other fob, and where it can't be known soon.
func (s *Server) waitingAtHome(c echo.Context, serial oath.SerialNumber) string {
	methods, err := s.listSoon(c)
	if err != nil {
		return ""
	}
	i := slices.IndexFunc(methods, func(m oath.Method) bool { return m.Is(serial) && !m.Active() })
	if i < 0 {
		return ""
	}
	return openFob(methods[i].ID)
}

func (s *Server) enrolPage(c echo.Context, props view.EnrolProps) templ.Component {
	props.Chrome = s.chrome(c, "enrol.title", props.Summary)
	return view.EnrolPage(props)
}

// postEnrol relays what was typed to Graph.
func (s *Server) postEnrol(c echo.Context) error {
	f := fields{form: c.Request().PostForm}
	in := f.enrolment()
	form := refusable{
		returnTo: enrolPath,
		draft:    enrolDraft(&f),
		page: func(r told) templ.Component {
			return s.enrolPage(c, view.EnrolProps{
				Summary: &r.Summary, OtherCase: otherCase(r.refusal, in.Serial),
				Serial: f.again(fieldSerial, r),
				Name:   f.again(fieldName, r),
				Code:   view.Input{Error: r.fields[fieldCode]},
			})
		},
	}
	if err := f.err(); err != nil {
		return s.refuse(c, err, form)
	}
	if s.stale(current(c), freshWrite) {
		return s.stepUpFrom(c, form, nil)
	}
	receipt, err := s.Desk.Enrol(c.Request().Context(), s.fobs(c), s.by(c), in)
	if err != nil {
		return s.refuse(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, receiptPath(receipt))
}

// enrolment reads what a form that enrols is filled in with.
func (f *fields) enrolment() desk.Enrolment {
	return desk.Enrolment{
		Serial: read(f, fieldSerial, oath.ParseSerialNumber),
		Name:   read(f, fieldName, oath.ParseDisplayName),
		Code:   read(f, fieldCode, oath.ParseVerificationCode),
	}
}

// otherCase suggests the serial number in the other letter case where Graph does not know it as
// typed: it may compare it as an opaque string. It is never sent by itself.
func otherCase(refusal error, serial oath.SerialNumber) string {
	other, differs := serial.OtherCase()
	if !differs || !errors.Is(refusal, outcome.UnknownSerial) {
		return ""
	}
	return other
}

// enrolDraft is what is kept of the form while its person is away: never the code.
func enrolDraft(f *fields) session.Draft {
	return session.Draft{
		Path: enrolPath, Serial: f.typed(fieldSerial), DisplayName: f.typed(fieldName), Query: f.typed(fieldQuery),
	}
}

// draftOf is what is kept of a form that was posted without a session; nil where nothing was typed
// but a code.
func (s *Server) draftOf(c echo.Context) *session.Draft {
	if c.Request().Method != http.MethodPost {
		return nil
	}
	draft := enrolDraft(&fields{form: c.Request().PostForm})
	switch {
	case c.Path() == enrolPath:
		return &draft
	case s.route(c).access == admin, s.route(c).access == operating:
		draft.Path = s.backFrom(c)
		return &draft
	}
	return nil
}

func receiptPath(actID string) string { return "/receipts/" + url.PathEscape(actID) }
