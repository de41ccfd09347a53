package web

import (
	"slices"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/web/view"
)

// How much of what was done for a person their page shows, and how many rows are looked at for it:
// an act has two or more.
const (
	historyShown = 8
	historyRead  = 40
)

// historyEvents are the events that a person's page shows.
var historyEvents = append([]string{audit.EventFound, audit.EventUnlock, audit.EventLock, audit.EventLimit}, resultEvents...)

// history is what was done for the person lately, or with one of their fobs where a serial number is
// given, each act once, the newest first.
func (s *Server) history(c echo.Context, person oath.Person, serial string) []view.HistoryRow {
	ctx := c.Request().Context()
	rows, err := s.Trail.ListAudit(ctx, audit.Filter{Subject: person.ID, Serial: serial}, 0, historyRead)
	if err != nil {
		s.Log.ErrorContext(ctx, "the person's history was not read", "error", err)
	}
	var shown []view.HistoryRow
	ended := map[string]bool{}
	for _, row := range rows {
		if !slices.Contains(historyEvents, row.Event) || row.Outcome == "" && ended[row.RequestID] || len(shown) == historyShown {
			continue
		}
		ended[row.RequestID] = true
		line := view.HistoryRow{
			At: s.exact(c, row.Time), Event: message.Text(ctx, "history."+row.Event), Serial: row.Serial, Actor: row.ActorName,
		}
		if end := "history.end." + row.Outcome; message.Has(end) {
			line.End = message.Text(ctx, end)
		}
		shown = append(shown, line)
	}
	return shown
}
