package web

import (
	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/web/view"
)

// stationQueue is the help desk's queue at a station, where the next person sees the screen too.
func (s *Server) stationQueue() queue {
	return queue{operatorPath, "kiosk.operator_done", s.kioskOperatorPage}
}

// getKioskOperator shows the queue's form to an admin who serves others at the station.
func (s *Server) getKioskOperator(c echo.Context) error { return s.getQueue(c, s.stationQueue()) }

// postKioskOperator enrols a fob for the person who is meant, and goes on to the next one.
func (s *Server) postKioskOperator(c echo.Context) error { return s.postQueue(c, s.stationQueue()) }

// kioskOperatorPage leaves out who was served before.
func (s *Server) kioskOperatorPage(c echo.Context, props view.HandoutProps) templ.Component {
	s.addResults(c, &props)
	return view.KioskOperatorPage(view.KioskOperatorProps{
		Kiosk: s.kiosk(c, "kiosk.operator_title", props.Summary), Summary: props.Summary, Notice: props.Notice, Done: props.Done,
		Query: props.Query, People: props.People, Person: props.Person,
		Serial: props.Serial, Code: props.Code, OtherCase: props.OtherCase, Counts: props.Counts,
	})
}
