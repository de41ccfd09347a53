package web

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/session"
)

// keptFor is how long an answer is kept for a browser that does not come back for it.
const keptFor = 10 * time.Minute

// waitingRoom keeps the forms that stand in line, with their answer once there is one. It is this
// process's: at another one the page of the line waits for the receipt. A person holds one place.
type waitingRoom struct {
	mu      sync.Mutex
	closed  bool
	acts    map[string]*waitingAct
	running sync.WaitGroup
}

// waitingAct is a form that was taken and is not answered yet.
type waitingAct struct {
	sender
	turn   Turn
	joined time.Time
	leave  func()        // gives the place up
	done   chan struct{} // closed once there is an answer
	answer *answer
}

// sender is who sent which form.
type sender struct {
	owner  string   // the CSRF token of the session
	person string   // session.PersonKey
	form   [32]byte // names what was sent
}

func (s *Server) senderOf(c echo.Context) sender {
	sess := current(c)
	return sender{s.store(c).CSRFToken(sess), session.PersonKey(sess.Person), formOf(c)}
}

// enter lets the act take the turn that join gives, and reports false where it gives none, where its
// person has a place already, and where the room is closed.
func (r *waitingRoom) enter(id string, act *waitingAct, join func() (Turn, bool)) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.acts, func(_ string, old *waitingAct) bool { return act.joined.Sub(old.joined) > keptFor })
	if r.closed || r.placeOf(func(other *waitingAct) bool { return other.person == act.person }) != "" {
		return false
	}
	turn, ok := join()
	if ok {
		act.turn, r.acts[id] = turn, act
	}
	return ok
}

// placeOf answers the id of an act that still waits, or "".
func (r *waitingRoom) placeOf(is func(*waitingAct) bool) string {
	for id, act := range r.acts {
		if is(act) && !act.ended() {
			return id
		}
	}
	return ""
}

// find answers the id of the same form of this session that still waits, or "".
func (r *waitingRoom) find(who sender) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.placeOf(func(act *waitingAct) bool { return act.owner == who.owner && act.form == who.form })
}

// held answers the id of whatever of this session still waits, or "".
func (r *waitingRoom) held(owner string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.placeOf(func(act *waitingAct) bool { return act.owner == owner })
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

// forget gives up the places of a session that is over, and the answers that it did not come for.
func (r *waitingRoom) forget(owner string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.acts, func(_ string, act *waitingAct) bool {
		if act.owner == owner {
			act.leave()
		}
		return act.owner == owner
	})
}

func (a *waitingAct) ended() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}

// Stop ends the line, for a portal that is about to end: nobody stands in it any more, and who did is
// told at once what the desk says then.
func (s *Server) Stop() {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	s.room.closed = true
	for _, act := range s.room.acts {
		act.leave()
	}
}

// Finish waits for the acts that stood in line, or until ctx ends.
func (s *Server) Finish(ctx context.Context) {
	finished := make(chan struct{})
	go func() { s.room.running.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-ctx.Done():
	}
}
