package web

import (
	"context"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/desk"
	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/session"
)

const (
	// settledPeople is how many people's fobs a look at the trail reads to settle acts.
	settledPeople = 3
	// settleLimit bounds that reading: the page is shown as it is where Graph is slow.
	settleLimit = 4 * time.Second
)

// settleOwn settles a person's acts of which nothing is known by their fobs, which were read just
// now. What can't be settled is found again at the next look.
func (s *Server) settleOwn(c echo.Context, personID string, methods []oath.Method) []desk.Receipt {
	ctx := c.Request().Context()
	settled, err := s.Desk.Settle(ctx, personID, methods)
	if err != nil {
		s.Log.ErrorContext(ctx, "acts were not settled", "error", err, "request_id", requestIDOf(ctx))
	}
	return settled
}

// settleSeen settles acts that an admin sees, by reading the fobs of the people they were done for.
// It answers how many were settled.
func (s *Server) settleSeen(c echo.Context, unsettled []desk.Receipt) int {
	ctx, cancel := context.WithTimeout(c.Request().Context(), settleLimit)
	defer cancel()
	settled, read := 0, map[string]bool{}
	for _, act := range unsettled {
		id, ok := objectID(act.Act.Subject.ID)
		if !ok || read[id] || s.Now().Sub(act.Act.At) < desk.SettleAfter {
			continue
		}
		if len(read) == settledPeople {
			break
		}
		read[id] = true
		methods, err := s.fobsOf(c, id).List(ctx)
		if err != nil {
			s.Log.WarnContext(ctx, "an act was not settled", "act", act.Act.ID, "error", err, "request_id", requestIDOf(ctx))
			continue
		}
		settled += len(s.settleOwn(c, id, methods))
	}
	return settled
}

// fobsOf is Graph as this admin, for the person with this object id.
func (s *Server) fobsOf(c echo.Context, personID string) desk.Fobs {
	if personID == current(c).Person.ID {
		return s.fobs(c)
	}
	return s.Others(s.tokens(c, session.GrantAdmin), personID)
}

// settledWords tells a person what came of acts of which nothing was known until now.
func settledWords(ctx context.Context, settled []desk.Receipt) string {
	sentences := make([]string, 0, len(settled))
	for _, act := range settled {
		sentences = append(sentences, message.Text(ctx, "settled."+string(act.End.Outcome), "serial", act.Act.Serial))
	}
	return strings.Join(sentences, " ")
}
