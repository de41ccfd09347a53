package web

import (
	"context"
	"crypto/sha256"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
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

// calls is how many calls to Graph an act takes when all goes well, by the path of its form: what it
// joins the line for. Where a page of the admins' says what it showed, that is looked at first. A form
// that is not named here does not stand in line.
func calls(path string) int {
	return map[string]int{
		enrolPath:                             1,
		"/fobs/:id/activate":                  2,
		"/fobs/:id/remove":                    2,
		lostPath:                              2,
		personRoute + "/enrol":                2,
		personRoute + "/assign":               2,
		personRoute + "/fobs/:fob/activate":   2,
		personRoute + "/fobs/:fob/deactivate": 2,
		personRoute + "/fobs/:fob/remove":     2,
		replacePath:                           2,
		handoutPath:                           1,
		handoutPath + "/:act/undo":            2,
	}[path]
}

const (
	// patience is how long a form waits for its answer before the page of the line is shown.
	patience = time.Second
	// keptFor is how long an answer is kept for a browser that does not come back for it.
	keptFor = 10 * time.Minute
	// lookAgain is when the page of the line looks again, in seconds.
	lookAgain = 4
	// lineLimit is the longest that an act can take, its place in line included.
	lineLimit = time.Minute

	waitingRoute = "/waiting/:id"
)

// waitingRoom keeps the acts that stand in line, with the answer to their form once there is one. It
// is this process's: at another one the page of the line waits for the receipt.
type waitingRoom struct {
	mu      sync.Mutex
	acts    map[string]*waitingAct
	running sync.WaitGroup
}

// waitingAct is a form that was taken and is not answered yet.
type waitingAct struct {
	owner  string   // the CSRF token of its session
	form   [32]byte // names what was sent
	turn   Turn
	joined time.Time
	done   chan struct{} // closed once there is an answer
	answer *answer
}

// inLine runs the act of a form in its turn where Graph limits calls, and at once where it does not.
// The act with which the limit showed was refused for it, and so not done: it takes its turn too. The handler is
// the same in each case, and so is its answer: only when it comes differs.
func (s *Server) inLine(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		owner, form := s.Sessions.CSRFToken(current(c)), formOf(c)
		if id := s.room.find(owner, form); id != "" {
			return c.Redirect(http.StatusSeeOther, waitingPath(id))
		}
		var refused *answer
		if !s.Line.Busy() {
			came, err := record(c, next)
			if err != nil || !came.throttled || !s.Line.Busy() {
				return came.send(c, err)
			}
			refused = came
		}
		turn, ok := s.Line.Join(calls(c.Path()))
		switch {
		case !ok && refused != nil:
			return refused.send(c, nil)
		case !ok:
			return next(c) // it is refused, and says when to come back
		}
		id, act := s.take(c, next, turn, owner, form)
		select {
		case <-act.done:
			return act.answer.send(c, nil)
		case <-time.After(patience):
		}
		return c.Redirect(http.StatusSeeOther, waitingPath(id))
	}
}

// take lets the act take its turn, whatever becomes of the browser. It gets an id of its own, which
// tells when it was taken.
func (s *Server) take(c echo.Context, next echo.HandlerFunc, turn Turn, owner string, form [32]byte) (string, *waitingAct) {
	id := uuid.Must(uuid.NewV7()).String()
	act := &waitingAct{owner: owner, form: form, turn: turn, joined: s.Now(), done: make(chan struct{}), answer: newAnswer()}
	s.room.add(id, act, s.Now().Add(-keptFor))
	ctx := context.WithValue(context.WithoutCancel(c.Request().Context()), requestIDKey{}, id)
	later := s.echo.NewContext(c.Request().Clone(ctx), act.answer)
	later.SetPath(c.Path())
	later.SetParamNames(slices.Clone(c.ParamNames())...)
	later.SetParamValues(slices.Clone(c.ParamValues())...)
	later.Set(sessionKey, current(c))
	later.Response().Header().Set(echo.HeaderXRequestID, id)
	s.room.running.Go(func() {
		defer close(act.done)
		inTurn, _ := turn.Wait(ctx) // where it does not come, the act is refused in its own words
		later.SetRequest(later.Request().WithContext(inTurn))
		if err := s.recoverPanic(next)(later); err != nil {
			s.handleError(err, later) //nolint:contextcheck // its request has the act's context
		}
		s.Log.InfoContext(ctx, "act in line", "route", later.Path(), "status", act.answer.status,
			"ms", s.Now().Sub(act.joined).Milliseconds(), "request_id", id)
	})
	return id, act
}

// getWaiting shows the place in line, and the answer to the form once there is one.
func (s *Server) getWaiting(c echo.Context) error {
	id := c.Param("id")
	act := s.room.get(id, s.Sessions.CSRFToken(current(c)))
	if act == nil {
		return s.waitElsewhere(c, id)
	}
	select {
	case <-act.done:
		return act.answer.show(s, c)
	default:
	}
	place, wait := act.turn.Place()
	return s.render(c, http.StatusOK, s.waitingPage(c, id, place, wait))
}

// waitElsewhere answers for an act that was taken by another replica, or before a restart: its
// receipt is in the database once it is done.
func (s *Server) waitElsewhere(c echo.Context, id string) error {
	if _, err := s.Desk.Receipt(c.Request().Context(), current(c).Person, id); err == nil {
		return s.leave(c, http.StatusSeeOther, receiptPath(id))
	}
	taken, err := uuid.Parse(id)
	if err != nil || taken.Version() != 7 {
		return outcome.New(outcome.NotFound)
	}
	if s.Now().Sub(time.Unix(taken.Time().UnixTime())) > lineLimit {
		return s.leave(c, http.StatusSeeOther, "/")
	}
	return s.render(c, http.StatusOK, s.waitingPage(c, id, 0, 0))
}

func (s *Server) waitingPage(c echo.Context, id string, place int, wait time.Duration) templ.Component {
	ctx, here := c.Request().Context(), waitingPath(id)
	props := view.WaitingProps{
		Chrome: s.chrome(c, "waiting.title", nil), Here: here, Again: lookAgain,
		Summary: view.Summary{
			Heading: message.Text(ctx, "waiting.now"), Text: []string{message.Text(ctx, "waiting.text")},
			Next: &view.Link{Href: here, Text: message.Text(ctx, "waiting.again")},
		},
	}
	if place > 0 {
		props.Summary.Heading = message.Text(ctx, "waiting.place", "count", place)
		seconds := int((wait + time.Second - 1) / time.Second)
		props.Summary.Text = append(props.Summary.Text, message.Text(ctx, "waiting.seconds", "count", seconds))
	}
	props.Refresh = strconv.Itoa(lookAgain)
	return view.WaitingPage(props)
}

func waitingPath(id string) string { return "/waiting/" + id }

// formOf names what was sent: the same form sent again is the same act.
func formOf(c echo.Context) [32]byte {
	return sha256.Sum256([]byte(c.Request().URL.EscapedPath() + "\n" + c.Request().PostForm.Encode()))
}

func (r *waitingRoom) add(id string, act *waitingAct, before time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.acts, func(_ string, old *waitingAct) bool { return old.joined.Before(before) })
	r.acts[id] = act
}

// find answers the id of the same form of this session that still waits, or "".
func (r *waitingRoom) find(owner string, form [32]byte) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, act := range r.acts {
		if act.owner == owner && act.form == form && !act.ended() {
			return id
		}
	}
	return ""
}

// get answers the act of this session, or nil.
func (r *waitingRoom) get(id, owner string) *waitingAct {
	r.mu.Lock()
	defer r.mu.Unlock()
	if act := r.acts[id]; act != nil && act.owner == owner {
		return act
	}
	return nil
}

func (a *waitingAct) ended() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}

// Finish waits for the acts that stand in line, or until ctx ends.
func (s *Server) Finish(ctx context.Context) {
	finished := make(chan struct{})
	go func() { s.room.running.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-ctx.Done():
	}
}
