package session

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"fobdesk/internal/outcome"
	"fobdesk/internal/secret"
)

const (
	signInSuffix = "-signin-"
	signInTag    = 8 // characters of the state's hash that tell one cookie from another
	// maxSignIns bounds the sign-ins under way in one browser: the oldest makes room.
	maxSignIns  = 4
	maxReturnTo = 512 // bytes, as JSON
)

// SignIn is a sign-in under way: what the callback must match, and where it leads. It lives in a
// cookie of the browser that began it and nowhere else, so that unfinished ones cost nothing. It
// prints as "redacted".
type SignIn struct {
	secret.Unprinted
	State        string    // 128 random bits
	Nonce        string    // 128 random bits
	CodeVerifier string    // RFC 7636
	ReturnTo     string    // local path; one that takes more than 512 bytes as JSON is dropped
	Grant        Grant     // what the request asks for; empty is GrantSelf
	FreshMFA     bool      // the request carries the fresh-MFA claim
	Challenge    string    // id of the claims challenge that the request answers; empty for none
	Station      string    // id of the station whose visit it is to begin, or is of; empty for an ordinary one
	Operator     bool      // the visit is of an admin who serves others
	Fresh        bool      // it begins a visit; else it is within one, or an ordinary sign-in
	Began        time.Time // by our clock
}

// BeginSignIn fills in State, Nonce, CodeVerifier and Began and sets the cookie that TakeSignIn
// will want. Sign-ins in other tabs stay good, up to four in all.
func (st *Store) BeginSignIn(w http.ResponseWriter, r *http.Request, in SignIn) (SignIn, error) {
	st.makeRoom(w, r)
	in.State = encoding.EncodeToString(random(idSize))
	in.Nonce = encoding.EncodeToString(random(idSize))
	in.CodeVerifier = oauth2.GenerateVerifier()
	in.Began = st.Now()
	if encoded, err := json.Marshal(in.ReturnTo); err != nil || len(encoded) > maxReturnTo {
		in.ReturnTo = ""
	}
	fits, err := st.setSealed(w, st.signInName(in.State), in)
	if err != nil {
		return SignIn{}, fmt.Errorf("begin sign-in: %w", err)
	}
	if !fits {
		return SignIn{}, errors.New("begin sign-in: does not fit a cookie")
	}
	return in, nil
}

// TakeSignIn returns the sign-in that was begun with this state in this browser, not longer than
// ten minutes ago, and never again: over all replicas a state is good once. Its cookie is expired
// whatever comes. A refusal is outcome.SignInRefused with the reason "state"; a database that
// fails is outcome.Unavailable.
func (st *Store) TakeSignIn(w http.ResponseWriter, r *http.Request, state string) (SignIn, error) {
	name := st.signInName(state)
	if len(r.CookiesNamed(name)) > 0 {
		st.expireCookie(w, name)
	}
	value, ok := onlyCookie(r, name)
	if !ok {
		return SignIn{}, refuseState(errors.New("not begun in this browser"))
	}
	var in SignIn
	if err := st.openSealed(name, value, &in); err != nil {
		return SignIn{}, refuseState(err)
	}
	if subtle.ConstantTimeCompare([]byte(in.State), []byte(state)) != 1 {
		return SignIn{}, refuseState(errors.New("state of another sign-in"))
	}
	if !st.fresh(in.Began) {
		return SignIn{}, refuseState(errors.New("began too long ago"))
	}
	until := in.Began.Add(sealedLife + sealedSkew)
	first, err := st.States.UseState(r.Context(), hashed([]byte(state)), until)
	if err != nil {
		return SignIn{}, unavailable("use state", err)
	}
	if !first {
		return SignIn{}, refuseState(errors.New("state was used before"))
	}
	return in, nil
}

func refuseState(why error) error {
	return &outcome.Error{Outcome: outcome.SignInRefused, Reason: "state", Err: why}
}

func (st *Store) signInName(state string) string {
	return st.cookieName(signInSuffix) + hashed([]byte(state))[:signInTag]
}

// makeRoom expires the oldest sign-ins of this browser, and whatever bears such a name and is
// none, so that with the next one they are at most maxSignIns.
func (st *Store) makeRoom(w http.ResponseWriter, r *http.Request) {
	began := map[string]time.Time{}
	for _, cookie := range r.Cookies() {
		tag, ours := strings.CutPrefix(cookie.Name, st.cookieName(signInSuffix))
		if !ours || len(tag) != signInTag {
			continue
		}
		var in SignIn
		if err := st.openSealed(cookie.Name, cookie.Value, &in); err != nil || !st.fresh(in.Began) {
			in.Began = time.Time{}
		}
		began[cookie.Name] = in.Began
	}
	names := make([]string, 0, len(began))
	for name := range began {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return began[b].Compare(began[a]) })
	for i, name := range names {
		if i >= maxSignIns-1 || began[name].IsZero() {
			st.expireCookie(w, name)
		}
	}
}
