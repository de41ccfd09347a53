package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/session"
	"fobdesk/web/view"
)

const (
	stayPath   = "/auth/stay"
	endingPath = "/auth/ending"

	// endingAsk is how long before the end somebody is asked whether to go on (WCAG 2.2.1 wants 20
	// seconds at least).
	endingAsk = 2 * time.Minute
)

// postStay is somebody who wants to stay signed in. Getting here is use already.
func (s *Server) postStay(c echo.Context) error { return c.NoContent(http.StatusNoContent) }

// getEnding is the dialog that tells of a session's end. It is nobody's, and fetching it is no use
// of a session.
func (s *Server) getEnding(c echo.Context) error {
	return s.render(c, http.StatusOK, view.EndingDialog())
}

// ending is what a page has to know of the session to tell of its end in time; see view.Chrome. Where
// the idle limit is short, the question comes after half of it.
func (s *Server) ending(c echo.Context, sess *session.Session) string {
	idle := s.store(c).SureIdle()
	return fmt.Sprintf("%d %d %d", seconds(idle), seconds(min(endingAsk, idle/2)), seconds(sess.Ends().Sub(s.Now())))
}
