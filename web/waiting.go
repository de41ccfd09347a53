package web

import (
	"context"
	"crypto/sha256"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// Line is where acts stand while Graph limits how many calls it takes.
type Line interface {
	// Busy reports whether acts have to stand in line.
	Busy() bool
	// Join takes the next place for an act of so many calls, or answers false where the line is too
	// long.
	Join(calls int) (Turn, bool)
}

// Turn is a place in the line.
type Turn interface {
	// Place is the place in line, and how long it will take: 1 is the first, 0 once its turn has come.
	Place() (place int, wait time.Duration)
	// Wait waits for the turn and returns the context for the act's calls, or answers false where it
	// does not come.
	Wait(ctx context.Context) (context.Context, bool)
}

// calls is how many calls to Graph a form takes when all goes well: what it joins the line for. Where a
// page of the admins' says what it showed, that is looked at first. The pages are those that say nothing
// without Graph. What is not named here does not stand in line.
var calls = map[string]int{
	http.MethodPost + " " + enrolPath:                             1,
	http.MethodPost + " /fobs/:id/activate":                       2,
	http.MethodPost + " /fobs/:id/remove":                         2,
	http.MethodPost + " " + lostPath:                              2,
	http.MethodPost + " " + personRoute + "/enrol":                2,
	http.MethodPost + " " + personRoute + "/assign":               2,
	http.MethodPost + " " + personRoute + "/fobs/:fob/activate":   2,
	http.MethodPost + " " + personRoute + "/fobs/:fob/deactivate": 2,
	http.MethodPost + " " + personRoute + "/fobs/:fob/remove":     2,
	http.MethodPost + " " + personRoute + "/fobs/:fob/found":      1,
	http.MethodPost + " " + personRoute + "/unlock":               1,
	http.MethodPost + " " + replacePath:                           3,
	http.MethodPost + " " + handoutPath:                           1,
	http.MethodPost + " " + handoutPath + "/:act/undo":            2,
	http.MethodPost + " " + visitPath:                             1,
	http.MethodPost + " " + kioskRemoveRoute:                      2,
	http.MethodPost + " " + operatorPath:                          1,
	http.MethodGet + " /fobs/:id":                                 1,
	http.MethodGet + " /fobs/:id/remove":                          1,
	http.MethodGet + " " + lostPath:                               1,
	http.MethodGet + " " + kioskRemoveRoute:                       1,
	http.MethodGet + " " + personRoute + "/fobs/:fob/remove":      1,
	http.MethodGet + " " + personRoute + "/sheet":                 1,
}

const (
	// patience is how long a form waits for its answer before the page of the line is shown.
	patience = time.Second
	// lookAgain is when the page of the line looks again, in seconds.
	lookAgain = 4
	// lineLimit is the longest that an act can take, its place in line included.
	lineLimit = time.Minute

	waitingRoute      = "/waiting/:id"
	kioskWaitingRoute = kioskPath + waitingRoute
)

// inLine runs what a form or a page asks of Graph in its turn where Graph limits calls, and at once
// where it does not. That with which the limit showed was refused for it, and so not done: it takes its
// turn too. A page asks first whether there is room for it now. The handler is the same in each case,
// and so is its answer: only when it comes differs.
func (s *Server) inLine(next echo.HandlerFunc, calls int) echo.HandlerFunc {
	return func(c echo.Context) error {
		looks, who := c.Request().Method != http.MethodPost, s.senderOf(c)
		if id := s.room.find(who); id != "" {
			return c.Redirect(http.StatusSeeOther, waitingPath(c, id))
		}
		var refused *answer
		if looks || !s.Line.Busy() {
			came, err := record(c, next)
			if !came.throttled || !s.Line.Busy() {
				return came.send(c, err)
			}
			refused = came
		}
		id, act := s.take(c, next, who, calls)
		switch {
		case act == nil && refused == nil:
			return next(c) // it is refused, and says when to come back
		case act == nil:
			return s.placeless(c, who, refused)
		}
		select {
		case <-act.done:
			return act.answer.send(c, nil)
		case <-time.After(patience):
		}
		return c.Redirect(http.StatusSeeOther, waitingPath(c, id))
	}
}

// placeless answers what was refused and has no place in line. A page of somebody who stands in it
// leads to where they stand.
func (s *Server) placeless(c echo.Context, who sender, refused *answer) error {
	if held := s.room.held(who.owner); held != "" && c.Request().Method != http.MethodPost {
		return c.Redirect(http.StatusSeeOther, waitingPath(c, held))
	}
	return refused.send(c, refused.err)
}

// take lets the act take its turn, whatever becomes of the browser, or answers no act where it has
// none. It gets an id of its own, which tells when it was taken.
func (s *Server) take(c echo.Context, next echo.HandlerFunc, who sender, calls int) (string, *waitingAct) {
	id := uuid.Must(uuid.NewV7()).String()
	ctx := context.WithValue(context.WithoutCancel(c.Request().Context()), requestIDKey{}, id)
	waiting, leave := context.WithCancel(ctx)
	act := &waitingAct{sender: who, joined: s.Now(), leave: leave, done: make(chan struct{}), answer: newAnswer()}
	if !s.room.enter(id, act, func() (Turn, bool) { return s.Line.Join(calls) }) {
		leave()
		return "", nil
	}
	later := s.echo.NewContext(c.Request().Clone(session.Anew(ctx)), act.answer)
	later.SetPath(c.Path())
	later.SetParamNames(slices.Clone(c.ParamNames())...)
	later.SetParamValues(slices.Clone(c.ParamValues())...)
	later.Set(stoodKey, true)
	later.Response().Header().Set(echo.HeaderXRequestID, id)
	s.room.running.Go(func() {
		defer leave()
		defer close(act.done)
		inTurn, _ := act.turn.Wait(waiting) // where it does not come, the act is refused in its own words
		later.SetRequest(later.Request().WithContext(session.Anew(context.WithoutCancel(inTurn))))
		if err := s.recoverPanic(s.admit(next))(later); err != nil { //nolint:contextcheck // its request has the act's context
			s.handleError(err, later) //nolint:contextcheck // its request has the act's context
		}
		s.Log.InfoContext(ctx, "act in line", "route", later.Path(), "status", act.answer.status,
			"ms", s.Now().Sub(act.joined).Milliseconds(), "request_id", id)
	})
	return id, act
}

// stoodKey is where the context of an act says that it stood in line: whoever sent it may have left
// meanwhile, so that it is let in anew, which is no use of their session.
const stoodKey = "stood in line"

func stoodInLine(c echo.Context) bool { return c.Get(stoodKey) != nil }

// getWaiting shows the place in line, and the answer to the form once there is one.
func (s *Server) getWaiting(c echo.Context) error {
	id := c.Param("id")
	act := s.room.get(id, s.Sessions.CSRFToken(current(c)))
	switch {
	case act == nil:
		return s.waitElsewhere(c, id, s.waitingPage)
	case act.ended():
		return act.answer.show(s, c)
	}
	return s.render(c, http.StatusOK, s.waitingPage(c, s.placeIn(c, id, act)))
}

// waitElsewhere answers for an act that was taken by another replica, or before a restart: what came
// of it is in the database once it is done.
func (s *Server) waitElsewhere(c echo.Context, id string, page func(echo.Context, view.Place) templ.Component) error {
	ctx, person := c.Request().Context(), current(c).Person
	if _, err := s.Desk.Receipt(ctx, person, id); err == nil {
		return s.leave(c, http.StatusSeeOther, receiptAt(c, id))
	}
	taken, err := uuid.Parse(id)
	if err != nil || taken.Version() != 7 {
		return outcome.New(outcome.NotFound)
	}
	age := s.Now().Sub(time.Unix(taken.Time().UnixTime()))
	if age >= 0 && age <= lineLimit {
		return s.render(c, http.StatusOK, page(c, s.placeIn(c, id, nil)))
	}
	if err := s.Desk.Refusal(ctx, person, id); err != nil {
		return err
	}
	return s.leave(c, http.StatusSeeOther, homeOf(c))
}

// placeIn puts a place in line into words; act is nil where the place is not known here.
func (s *Server) placeIn(c echo.Context, id string, act *waitingAct) view.Place {
	ctx, here := c.Request().Context(), waitingPath(c, id)
	place := view.Place{Here: here, Again: lookAgain, Summary: view.Summary{
		Heading: message.Text(ctx, "waiting.title"), Text: []string{message.Text(ctx, "waiting.text")},
		Next: &view.Link{Href: here, Text: message.Text(ctx, "waiting.again")},
	}}
	if act == nil {
		return place
	}
	place.Heading = message.Text(ctx, "waiting.now")
	if number, wait := act.turn.Place(); number > 0 {
		place.Heading = message.Text(ctx, "waiting.place", "count", number)
		seconds := int((wait + time.Second - 1) / time.Second)
		place.Text = append(place.Text, message.Text(ctx, "waiting.seconds", "count", seconds))
	}
	return place
}

func (s *Server) waitingPage(c echo.Context, place view.Place) templ.Component {
	props := view.WaitingProps{Chrome: s.chrome(c, "waiting.title", nil), Place: place}
	props.Refresh = strconv.Itoa(lookAgain)
	return view.WaitingPage(props)
}

// waitingPath is the page of the line for an act, of whichever browser.
func waitingPath(c echo.Context, id string) string {
	if stationOf(c) != nil {
		return kioskPath + "/waiting/" + id
	}
	return "/waiting/" + id
}

// formOf names what was sent: the same form sent again is the same act.
func formOf(c echo.Context) [32]byte {
	r := c.Request()
	return sha256.Sum256([]byte(r.Method + " " + r.URL.RequestURI() + "\n" + r.PostForm.Encode()))
}
