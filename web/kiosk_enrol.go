package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// getKioskEnrol is the one page of a visit. What the person holds decides what comes first on it.
func (s *Server) getKioskEnrol(c echo.Context) error {
	sess := current(c)
	draft, kept := s.store(c).TakeDraft(c.Response(), c.Request(), session.PersonKey(sess.Person), visitPath)
	draft.Path = visitPath
	if s.stale(sess, freshForm) {
		return s.stepUp(c, visitPath, draft, nil)
	}
	methods, err := s.list(c)
	refusal, _ := errors.AsType[*outcome.Error](err)
	switch {
	case errors.Is(err, outcome.SignedOut):
		return err
	case errors.Is(err, outcome.StepUp) && !s.justBack(sess):
		return s.stepUp(c, visitPath, draft, refusal)
	case err == nil:
		s.settleOwn(c, sess.Person.ID, methods)
	}
	props := view.KioskEnrolProps{}
	if kept {
		props.Notice = noticeOf(c.Request().Context(), draft)
		props.Serial.Value, props.Name.Value = draft.Serial, draft.DisplayName
	}
	s.addHeld(c, &props, methods, err)
	return s.render(c, http.StatusOK, s.kioskEnrolPage(c, props))
}

// addHeld adds what the person holds: what waits for its code, and all of it where there is no room
// for another, unless a field of the form for another is to be corrected. A list that can't be read
// hides nothing else.
func (s *Server) addHeld(c echo.Context, props *view.KioskEnrolProps, methods []oath.Method, err error) {
	if err != nil {
		summary := s.tell(c, s.refusal(c, err)).Summary
		props.Unread = &summary
		return
	}
	lost := s.lostOf(c, current(c).Person.ID)
	full := len(methods) >= oath.MethodLimit && (props.Summary == nil || len(props.Summary.Errors) == 0) ||
		props.Summary != nil && props.Summary.Outcome == string(outcome.LimitReached)
	for _, method := range methods {
		fob := s.fobOrLost(c, method, lost)
		if fob.Activate != nil && fob.Serial != "" {
			props.Assigned = append(props.Assigned, fob)
		}
		if full {
			props.Full = append(props.Full, fob)
		}
	}
}

func (s *Server) kioskEnrolPage(c echo.Context, props view.KioskEnrolProps) templ.Component {
	props.Kiosk = s.kiosk(c, "enrol.title", props.Summary)
	return view.KioskEnrolPage(props)
}

// postKioskEnrol relays what was typed to Graph. It activates a fob that is assigned to the person,
// too, of which the form holds the serial number.
func (s *Server) postKioskEnrol(c echo.Context) error {
	f := fields{form: c.Request().PostForm}
	in := f.enrolment()
	draft := enrolDraft(&f)
	draft.Path = visitPath
	form := refusable{returnTo: visitPath, draft: draft, page: func(r told) templ.Component {
		return s.kioskRefused(c, r, &f, in.Serial)
	}}
	if err := f.err(); err != nil {
		return s.refuse(c, err, form)
	}
	if s.stale(current(c), freshWrite) {
		return s.stepUpFrom(c, form, nil)
	}
	receipt, err := s.Desk.Enrol(c.Request().Context(), s.fobs(c), s.by(c), in)
	s.acted(c)
	if err != nil {
		return s.refuse(c, err, form)
	}
	return c.Redirect(http.StatusSeeOther, kioskReceiptPath(receipt))
}

// kioskRefused is the page of a visit with a form that was refused: the one of a fob that waits for
// its code, where it was that, else the other.
func (s *Server) kioskRefused(c echo.Context, r told, f *fields, serial oath.SerialNumber) templ.Component {
	props := view.KioskEnrolProps{
		Summary: &r.Summary, OtherCase: otherCase(r.refusal, serial),
		Serial: f.again(fieldSerial, r),
		Name:   f.again(fieldName, r),
		Code:   view.Input{Error: r.fields[fieldCode]},
	}
	methods, err := s.listSoon(c)
	s.addHeld(c, &props, methods, err)
	for i, fob := range props.Assigned {
		if fob.Serial != f.typed(fieldSerial) {
			continue
		}
		props.Assigned[i].Activate = &view.ActivateForm{Code: props.Code}
		props.Serial, props.Name, props.Code = view.Input{}, view.Input{}, view.Input{}
		for j := range r.Errors {
			r.Errors[j].Field = view.CodeField(fob.ID)
		}
	}
	return s.kioskEnrolPage(c, props)
}

func kioskReceiptPath(actID string) string { return kioskPath + "/receipts/" + url.PathEscape(actID) }

// getKioskReceipt says what was done, from the ledger. After an enrolment the station goes back to
// its welcome by itself; after a removal there is room for the fob that the person came with.
func (s *Server) getKioskReceipt(c echo.Context) error {
	receipt, err := s.receipt(c)
	if err != nil {
		return err
	}
	done := s.receiptProps(c, receipt)
	done.Summary.Next = nil
	props := view.KioskDoneProps{Kiosk: s.kiosk(c, "receipt.title", nil), Summary: done.Summary, Facts: done.Facts, Hints: done.Hints}
	switch receipt.End.Outcome {
	case outcome.Enrolled, outcome.Activated:
		props.Back = seconds(doneFor)
	default:
		props.Next = &view.Link{Href: visitPath, Text: message.Text(c.Request().Context(), "kiosk.on")}
	}
	return s.render(c, http.StatusOK, view.KioskDonePage(props))
}
