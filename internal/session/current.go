package session

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/sessions"

	"fobdesk/internal/outcome"
)

// Row.Seen may lag behind the last use by maxTouch, and by one part in touches of the idle limit, which
// is short at a station.
const (
	maxTouch = 30 * time.Second
	touches  = 30
)

// Current returns the session of the request's browser and counts the request as use; nil where
// nobody is signed in. The error is outcome.Unavailable where that can't be known.
func (st *Store) Current(r *http.Request) (*Session, error) {
	sess, err := st.Peek(r)
	if sess == nil {
		return nil, err
	}
	st.touch(r.Context(), sess)
	return sess, nil
}

// Peek is Current for a request that is no use, such as a page that polls in the background: the
// idle limit runs on.
func (st *Store) Peek(r *http.Request) (*Session, error) {
	g, err := st.Get(r, st.cookieName(""))
	if err != nil {
		return nil, err
	}
	return live(g), nil
}

// Anew is the context of a request whose session is to be read again, for it may have ended since.
func Anew(ctx context.Context) context.Context { return anew{ctx} }

type anew struct{ context.Context }

// Value hides the session that was read.
func (a anew) Value(key any) any {
	value := a.Context.Value(key)
	if _, read := value.(*sessions.Registry); read {
		return nil
	}
	return value
}

// touch records the use, but not each one: writing on every request would cost more than all
// else. One that can't be recorded only makes the session end sooner.
func (st *Store) touch(ctx context.Context, sess *Session) {
	now := st.Now()
	if now.Sub(sess.place.row.Seen) < st.lag() {
		return
	}
	if err := st.Rows.TouchSession(ctx, sess.place.row.Key, now); err != nil {
		st.Log.WarnContext(ctx, "session not touched", "error", err)
		return
	}
	sess.place.row.Seen = now
}

// SureIdle is how long a session surely lasts after a use: the idle limit, less what Row.Seen may lag.
func (st *Store) SureIdle() time.Duration { return st.Idle - st.lag() }

// lag is by how much Row.Seen may lag behind the last use.
func (st *Store) lag() time.Duration { return min(maxTouch, st.Idle/touches) }

// LastPerson returns the PersonKey of whoever was signed in at this browser until the session
// ended by itself or was ended, for as long as its row is there; false where that is not known,
// and after a sign-out. It is a hint, good for keeping a draft: of an ended session only the id
// can be proved.
func (st *Store) LastPerson(r *http.Request) (string, bool) {
	g, err := st.Get(r, st.cookieName(""))
	if err != nil {
		return "", false
	}
	row, ok := g.Values[deadKey].(Row)
	return row.Person, ok
}

// Start signs the browser in: sess gets a new id and secret, takes the place of the session the
// browser had, and the cookie is set. A session of the same person (a step-up, wider consent)
// keeps its absolute end, its CSRF token, its last step-up, the tokens of every grant for which
// sess has no access token and, where sess has none, the refresh token; of another person's
// session nothing is left. If the database fails (outcome.Unavailable), all stays as it was.
func (st *Store) Start(w http.ResponseWriter, r *http.Request, sess Session) error {
	if sess.Person.ID == "" || sess.Person.TenantID == "" {
		return errors.New("start session: nobody to sign in")
	}
	if st.Visits != (st.station != "") {
		return errors.New("start session: a visit is at a station, and nothing else is")
	}
	sess.Station = st.station
	g, err := st.Get(r, st.cookieName(""))
	if err != nil {
		return err
	}
	old := live(g)
	sess.place = st.newPlace(&sess)
	if old != nil && old.Person.Same(sess.Person) {
		if err := st.follow(r.Context(), &sess, *old); err != nil {
			return err
		}
	}
	g.Values[liveKey] = &sess
	if err := st.Save(r, w, g); err != nil {
		delete(g.Values, liveKey)
		if old != nil {
			g.Values[liveKey] = old
		}
		return err
	}
	delete(g.Values, deadKey)
	if st.Visits {
		return st.Owe(w, r, sess.LoginHint)
	}
	return nil
}

func (st *Store) newPlace(sess *Session) *place {
	cookie, now := newCookieValue(), st.Now()
	row := Row{
		Key: cookie.rowKey(), Person: PersonKey(sess.Person), Station: sess.Station, Version: 1,
		Created: now, Seen: now, Ends: now.Add(st.Max), Agent: sess.Agent, Address: sess.Address,
	}
	if sess.SID != "" {
		row.SID = hashed([]byte(sess.SID))
	}
	return &place{cookie: cookie.hide(), row: row, lineage: random(idSize)}
}

// follow lets sess take over what outlasts a new id of the same person's session. Tokens that are
// kept must be the newest, so a refresh under way is waited for; of a session that was ended
// meanwhile nothing is taken over.
func (st *Store) follow(ctx context.Context, sess *Session, old Session) error {
	if sess.Tokens.AccessToken() == "" || len(old.Wider) > 0 {
		held, err := st.hold(ctx, old)
		if errors.Is(err, outcome.SignedOut) {
			return nil
		}
		if err != nil {
			return err
		}
		old = held
	}
	sess.place.row.Created, sess.place.row.Ends = old.place.row.Created, old.place.row.Ends
	sess.place.lineage = old.place.lineage
	if sess.Tokens.AccessToken() == "" {
		sess.SignedIn = old.SignedIn
	}
	for _, grant := range allGrants() {
		if old.Of(grant).held != nil {
			sess.put(grant, sess.Of(grant).after(old.Of(grant)))
		}
	}
	sess.Declined = slices.DeleteFunc(slices.Clone(old.Declined), func(grant Grant) bool {
		return sess.Of(grant).AccessToken() != ""
	})
	return nil
}

// End signs the browser out: the row is deleted first, with the tokens in it, then the cookie
// expired. If the database fails, that is an error (outcome.Unavailable), the cookie stays and
// nobody may be told they are signed out.
func (st *Store) End(w http.ResponseWriter, r *http.Request) error {
	g, err := st.Get(r, st.cookieName(""))
	if err != nil {
		return err
	}
	g.Options = st.cookieOptions(-1)
	err = st.Save(r, w, g)
	g.Options = st.cookieOptions(0)
	return err
}

// EndSID ends the sessions that began with Entra's session sid, for front-channel logout, and
// answers how many there were.
func (st *Store) EndSID(ctx context.Context, sid string) (int, error) {
	n, err := st.Rows.EndSessionsOfSID(ctx, hashed([]byte(sid)), st.Now())
	if err != nil {
		return 0, unavailable("end sessions of sid", err)
	}
	return n, nil
}
