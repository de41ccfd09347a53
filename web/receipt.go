package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/entra"
	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// getReceipt shows what came of an act of this person, from the ledger: it can be reloaded, and a
// link that somebody made up shows nothing.
func (s *Server) getReceipt(c echo.Context) error {
	receipt, err := s.Desk.Receipt(c.Request().Context(), current(c).Person, c.Param("id"))
	switch {
	case errors.Is(err, desk.ErrNoReceipt):
		return outcome.New(outcome.NotFound)
	case err != nil:
		return err
	}
	return s.render(c, http.StatusOK, view.ReceiptPage(s.receiptProps(c, receipt)))
}

func (s *Server) receiptProps(c echo.Context, receipt desk.Receipt) view.ReceiptProps {
	ctx, act, end := c.Request().Context(), receipt.Act, receipt.End
	told := s.tell(c, &outcome.Error{Outcome: end.Outcome, Reason: end.Reason, Reference: end.GraphRequestID})
	props := view.ReceiptProps{Summary: told.Summary, Chrome: s.chrome(c, "receipt.title", nil)}
	props.Summary.Reference = ""
	props.Summary.Next = &view.Link{Href: "/", Text: message.Text(ctx, "action.home")}
	for _, fact := range []struct{ label, value string }{
		{"fact.serial", act.Serial},
		{"fact.name", act.DisplayName},
		{"fact.person", act.Subject.Name},
		{"fact.time", message.Exact(ctx, end.At)},
		{"fact.reference", act.ID},
	} {
		if fact.value != "" {
			props.Facts = append(props.Facts, view.Fact{Label: message.Text(ctx, fact.label), Value: fact.value})
		}
	}
	if end.Outcome == outcome.Enrolled || end.Outcome == outcome.Activated {
		props.Hints = []string{message.Text(ctx, "receipt.hint.use"), message.Text(ctx, "receipt.hint.keep")}
		props.Try = receiptPath(act.ID) + "/try"
	}
	return props
}

// getTry sends a person to Entra to sign in afresh, where they are asked for a second factor and can
// try the fob that was just enrolled, and back to its receipt. What they proved it with is not told
// to the portal, so the receipt claims nothing of it.
func (s *Server) getTry(c echo.Context) error {
	receipt, err := s.Desk.Receipt(c.Request().Context(), current(c).Person, c.Param("id"))
	switch {
	case errors.Is(err, desk.ErrNoReceipt):
		return outcome.New(outcome.NotFound)
	case err != nil:
		return err
	}
	return s.toEntra(c, session.SignIn{ReturnTo: receiptPath(receipt.Act.ID), FreshMFA: true},
		entra.Authorization{Prompt: "login", LoginHint: current(c).LoginHint})
}
