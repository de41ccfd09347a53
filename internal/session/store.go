package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/sessions"
	"golang.org/x/sync/singleflight"

	"fobdesk/internal/outcome"
)

// Config is what a Store is made of; every field is needed but Visits.
type Config struct {
	Rows   Rows
	States UsedStates
	Keys   *Keys
	Idle   time.Duration // without use for this long, a session ends
	Max    time.Duration // a session ends this long after sign-in, whatever its use
	Visits bool          // of visits at stations, see Store.At; else of ordinary sessions
	Secure bool          // the portal is reached over https
	Now    func() time.Time
	Log    *slog.Logger
}

// Store keeps sessions. It is a gorilla sessions.Store; web uses the methods that speak of
// people: Current, Start, End and their kin.
type Store struct {
	Config
	station   string // of visits: where the request comes from
	refreshes *singleflight.Group
}

var _ sessions.Store = (*Store)(nil)

// NewStore returns a Store over c.Rows.
func NewStore(c Config) *Store { return &Store{Config: c, refreshes: &singleflight.Group{}} }

// At returns the store as a request from this station sees it: it opens and starts visits at that
// station. Before At, a store of visits opens none.
func (st *Store) At(station string) *Store {
	return &Store{Config: st.Config, station: station, refreshes: st.refreshes}
}

// owns reports whether the row is of this store's kind, and of its station.
func (st *Store) owns(row Row) bool {
	return row.Station == st.station && st.Visits == (row.Station != "")
}

// What a gorilla session of ours holds in its Values.
type valueKey int

const (
	liveKey valueKey = iota // *Session
	deadKey                 // Row of a session that ended
)

// Get returns the request's session from gorilla's registry, reading it at most once.
func (st *Store) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(st, name)
}

// New reads the session that the request's cookie opens. A cookie that opens nothing (forged,
// cut, doubled, foreign, expired) gives a new empty session and no error; a malformed one costs
// no call of the database. A database that fails is an *outcome.Error, outcome.Unavailable.
func (st *Store) New(r *http.Request, name string) (*sessions.Session, error) {
	g := sessions.NewSession(st, name)
	g.Options = st.cookieOptions(0)
	g.IsNew = true
	text, _ := onlyCookie(r, name)
	cookie, ok := parseCookieValue(text)
	if !ok {
		return g, nil
	}
	sess, row, err := st.find(r.Context(), cookie)
	switch {
	case err != nil:
		return g, err
	case sess != nil:
		g.ID, g.IsNew = row.Key, false
		g.Values[liveKey] = sess
	case row.Key != "":
		g.Values[deadKey] = row
	}
	return g, nil
}

// Save writes g's session. One that has a new id is inserted in place of the one the browser had
// and its cookie set; one with Options.MaxAge below zero is deleted and its cookie expired; an
// empty one is nothing to keep. If the database fails, the cookie stays as it was.
func (st *Store) Save(r *http.Request, w http.ResponseWriter, g *sessions.Session) error {
	sess := live(g)
	switch {
	case g.Options.MaxAge < 0:
		return st.delete(r, w, g)
	case sess == nil:
		return nil
	case sess.place.row.Key == g.ID:
		if err := st.update(r.Context(), sess); err != nil {
			return fmt.Errorf("save session: %w", err)
		}
		return nil
	}
	row := sess.place.row
	var err error
	if row.Sealed, err = st.Keys.sealSession(sess); err != nil {
		return err
	}
	if err := st.Rows.InsertSession(r.Context(), row, g.ID); err != nil {
		return unavailable("insert session", err)
	}
	g.ID, g.IsNew = row.Key, false
	st.setCookie(w, g.Name(), sess.place.cookie().text())
	return nil
}

// delete removes what the browser's cookie led to, first the row, then the cookie. It is not cut
// short by a browser that leaves: who asked to be signed out is.
func (st *Store) delete(r *http.Request, w http.ResponseWriter, g *sessions.Session) error {
	key := g.ID
	if dead, ok := g.Values[deadKey].(Row); ok {
		key = dead.Key
	}
	if key != "" {
		if err := st.Rows.DeleteSession(context.WithoutCancel(r.Context()), key); err != nil {
			return unavailable("delete session", err)
		}
	}
	g.ID, g.IsNew = "", true
	clear(g.Values)
	st.expireCookie(w, g.Name())
	return nil
}

// errChanged says that the row is not as it was read: written or ended by somebody else.
var errChanged = errors.New("session changed meanwhile")

// update writes the session over its row, under the first key, if nobody else wrote or ended it
// since it was read; else errChanged.
func (st *Store) update(ctx context.Context, sess *Session) error {
	row := sess.place.row
	var err error
	if row.Sealed, err = st.Keys.sealSession(sess); err != nil {
		return err
	}
	done, err := st.Rows.UpdateSession(ctx, row)
	if err != nil {
		return unavailable("update session", err)
	}
	if !done {
		return errChanged
	}
	moved := *sess.place // a copy, for sess may share its place with others
	moved.row.Version++
	sess.place = &moved
	return nil
}

// find returns the session that cookie opens. Where there is none, it returns the row of a
// session that ended, or a row without a key where the cookie leads nowhere.
func (st *Store) find(ctx context.Context, cookie cookieValue) (*Session, Row, error) {
	row, err := st.Rows.FindSession(ctx, cookie.rowKey())
	switch {
	case errors.Is(err, ErrNoRow):
		return nil, Row{}, nil
	case err != nil:
		return nil, Row{}, unavailable("find session", err)
	case !st.owns(row):
		return nil, Row{}, nil
	case !row.Ended.IsZero():
		return nil, row, nil
	}
	sess, err := st.Keys.openSession(row, cookie)
	if err != nil {
		return nil, Row{}, nil //nolint:nilerr // a cookie that opens nothing is as good as none
	}
	if now := st.Now(); st.expired(row, now) {
		// It is marked so that a clock that goes back does not open it again.
		if err := st.Rows.EndSession(ctx, row.Key, now); err != nil {
			st.Log.WarnContext(ctx, "session not ended", "error", err)
		}
		return nil, row, nil
	}
	return sess, row, nil
}

// expired reports whether the session is over at now, by either limit.
func (st *Store) expired(row Row, now time.Time) bool {
	return !now.Before(row.Ends) || now.Sub(row.Seen) >= st.Idle
}

// live returns g's session, or nil.
func live(g *sessions.Session) *Session {
	sess, _ := g.Values[liveKey].(*Session)
	return sess
}

func unavailable(what string, err error) error {
	return &outcome.Error{Outcome: outcome.Unavailable, Err: fmt.Errorf("%s: %w", what, err)}
}
