package web

import (
	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"fobdesk/web/view"
)

// kioskRemoveRoute is where somebody who can hold no more removes one of theirs.
const kioskRemoveRoute = view.KioskFobPath + ":id/remove"

// getKioskRemove asks whether the fob is really to go.
func (s *Server) getKioskRemove(c echo.Context) error { return s.confirm(c, s.kioskRemovePage) }

func (s *Server) kioskRemovePage(c echo.Context, props view.RemoveProps) templ.Component {
	return view.KioskRemovePage(view.KioskRemoveProps{
		Kiosk: s.kiosk(c, "remove.title", props.Summary), Summary: props.Summary, Notice: props.Notice,
		Fob: props.Fob, Unread: props.Unread, Only: props.Only, Form: uuid.NewString(),
	})
}

// postKioskRemove takes the fob off its person.
func (s *Server) postKioskRemove(c echo.Context) error {
	return s.remove(c, s.kioskRemovePage, kioskReceiptPath)
}
