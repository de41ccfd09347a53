package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/web/view"
)

// getKioskWaiting is the page of the line at a station. That it looks again is no use of the visit,
// whose idle limit runs on; but nobody is put out by a limit that is shorter than the line may be. The
// answer counts as use: whoever waited for it is to read it.
func (s *Server) getKioskWaiting(c echo.Context) error {
	sess, id := current(c), c.Param("id")
	if sess == nil {
		return s.leave(c, http.StatusSeeOther, kioskPath)
	}
	act := s.room.get(id, s.store(c).CSRFToken(sess))
	if act == nil && !asksForWords(c) {
		return s.waitElsewhere(c, id, s.kioskWaitingPage)
	}
	waits := act != nil && !act.ended()
	if act != nil && (!waits || s.Visits.Idle < lineLimit) {
		if _, err := s.store(c).Current(c.Request()); err != nil {
			return err
		}
	}
	switch {
	case waits && asksForWords(c):
		place := s.placeIn(c, id, act)
		return c.String(http.StatusOK, strings.Join(append([]string{place.Heading}, place.Text...), "\n"))
	case asksForWords(c):
		return c.NoContent(http.StatusNoContent)
	case waits:
		return s.render(c, http.StatusOK, s.kioskWaitingPage(c, s.placeIn(c, id, act)))
	}
	return act.answer.show(s, c)
}

// asksForWords reports whether a script of the page asks where its act stands: in words, a line each,
// or 204 where the page is to be loaded anew.
func asksForWords(c echo.Context) bool {
	return c.Request().Header.Get(echo.HeaderAccept) == echo.MIMETextPlain
}

func (s *Server) kioskWaitingPage(c echo.Context, place view.Place) templ.Component {
	props := view.KioskWaitingProps{Kiosk: s.kiosk(c, "waiting.title", nil), Place: place}
	props.Refresh, props.Again = place.Again, place.Here
	props.Visit.Idle = max(props.Visit.Idle, seconds(lineLimit))
	return view.KioskWaitingPage(props)
}

// receiptAt is the page that tells of an act that was done.
func receiptAt(c echo.Context, actID string) string {
	switch {
	case stationOf(c) == nil:
		return receiptPath(actID)
	case current(c).Operator:
		return doneAt(operatorPath, actID)
	}
	return kioskReceiptPath(actID)
}

// homeOf is where whoever made the request goes on from: their own fobs, the visit or the queue.
func homeOf(c echo.Context) string {
	switch {
	case stationOf(c) == nil:
		return "/"
	case current(c).Operator:
		return operatorPath
	}
	return visitPath
}
