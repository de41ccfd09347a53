package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

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
	receipt, err := s.receipt(c)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, view.ReceiptPage(s.receiptProps(c, receipt)))
}

// receipt is the one that the path names, if it is of the person of this request.
func (s *Server) receipt(c echo.Context) (desk.Receipt, error) {
	receipt, err := s.Desk.Receipt(c.Request().Context(), current(c).Person, c.Param("id"))
	if errors.Is(err, desk.ErrNoReceipt) {
		return receipt, outcome.New(outcome.NotFound)
	}
	return receipt, err
}

func (s *Server) receiptProps(c echo.Context, receipt desk.Receipt) view.ReceiptProps {
	ctx, act, end := c.Request().Context(), receipt.Act, receipt.End
	told := s.tell(c, &outcome.Error{Outcome: end.Outcome, Reason: end.Reason, Reference: end.GraphRequestID})
	props := view.ReceiptProps{
		Summary: told.Summary, Chrome: s.chrome(c, "receipt.title", nil, told.Heading, act.Serial), Save: receiptPath(act.ID) + "/save",
	}
	props.Summary.Reference = ""
	props.Summary.Next = &view.Link{Href: "/", Text: message.Text(ctx, "action.home")}
	for _, fact := range []struct {
		label, value string
		isReference  bool
	}{
		{"fact.serial", act.Serial, false},
		{"fact.name", act.DisplayName, false},
		{"fact.person", act.Subject.Name, false},
		{"fact.time", message.Exact(ctx, end.At), false},
		{"fact.reference", act.ID, true},
	} {
		if fact.value != "" {
			props.Facts = append(props.Facts, view.Fact{Label: message.Text(ctx, fact.label), Value: fact.value, Copy: fact.isReference})
		}
	}
	if end.Outcome == outcome.Enrolled || end.Outcome == outcome.Activated {
		props.Hints = []string{message.Text(ctx, "receipt.hint.use"), message.Text(ctx, "receipt.hint.keep")}
		props.Try = receiptPath(act.ID) + "/try"
	}
	return props
}

// getReceiptFile is the receipt as a text file, for whoever has no printer at hand.
func (s *Server) getReceiptFile(c echo.Context) error {
	receipt, err := s.receipt(c)
	if err != nil {
		return err
	}
	props := s.receiptProps(c, receipt)
	lines := slices.Concat([]string{props.Title, "", props.Summary.Heading}, props.Summary.Text, []string{""})
	for _, fact := range props.Facts {
		lines = append(lines, message.Text(c.Request().Context(), "receipt.line", "label", fact.Label, "value", fact.Value))
	}
	if len(props.Hints) > 0 {
		lines = append(lines, "")
	}
	lines = append(lines, props.Hints...)
	languageHeaders(c)
	c.Response().Header().Set(echo.HeaderContentDisposition,
		"attachment; filename=fob-receipt-"+receipt.End.At.UTC().Format("2006-01-02-150405")+".txt")
	return c.String(http.StatusOK, strings.Join(lines, "\r\n")+"\r\n")
}

// getTry sends a person to Entra to sign in afresh, where they are asked for a second factor and can
// try the fob that was just enrolled, and back to its receipt. What they proved it with is not told
// to the portal, so the receipt claims nothing of it.
func (s *Server) getTry(c echo.Context) error {
	receipt, err := s.receipt(c)
	if err != nil {
		return err
	}
	return s.toEntra(c, session.SignIn{ReturnTo: receiptPath(receipt.Act.ID), FreshMFA: true},
		entra.Authorization{Prompt: "login", LoginHint: current(c).LoginHint})
}
