package session

import (
	"net/http"
	"strings"
)

const owedSuffix = "-owed"

// owed is what a browser keeps from the beginning of a visit until Entra was told of its end.
type owed struct{ LoginHint string }

// Leave ends whatever the browser's cookie leads to, live or ended, and takes back all that this
// browser keeps of the person: the cookie, the draft, sign-ins under way. What Entra is owed stays
// (Owed), so that it can be told although the session is gone. If the database fails, that is an
// error (outcome.Unavailable), the session's cookie stays and nobody may be told they are signed out.
func (st *Store) Leave(w http.ResponseWriter, r *http.Request) error {
	if err := st.End(w, r); err != nil {
		return err
	}
	for _, cookie := range r.Cookies() {
		if cookie.Name == st.cookieName(draftSuffix) || strings.HasPrefix(cookie.Name, st.cookieName(signInSuffix)) {
			st.expireCookie(w, cookie.Name)
		}
	}
	return nil
}

// Owe keeps in the browser that Entra is to be told that this person left, once they have: Entra
// knows them from their sign-in on, whatever becomes of the visit here. The hint is their login_hint
// claim; it is empty where that is not known, and where Entra is owed word of somebody else as well:
// then it is to ask whom. It is sealed like a draft.
func (st *Store) Owe(w http.ResponseWriter, r *http.Request, loginHint string) error {
	if before, isOwed := st.Owed(r); isOwed && before != loginHint {
		loginHint = ""
	}
	_, err := st.setSealed(w, st.cookieName(owedSuffix), owed{LoginHint: loginHint})
	return err
}

// Owed reports whether Entra is yet to be told that somebody left, and returns their login hint.
func (st *Store) Owed(r *http.Request) (loginHint string, isOwed bool) {
	var o owed
	name := st.cookieName(owedSuffix)
	value, ok := onlyCookie(r, name)
	if !ok || st.openSealed(name, value, &o) != nil {
		return "", false
	}
	return o.LoginHint, true
}

// Told takes back what Owe kept, as the browser leaves for Entra with it.
func (st *Store) Told(w http.ResponseWriter, r *http.Request) {
	if name := st.cookieName(owedSuffix); len(r.CookiesNamed(name)) > 0 {
		st.expireCookie(w, name)
	}
}

// Tag is a short name of the session that outlasts a step-up and opens nothing: a page tells by it
// whether its visit is still the one that is on.
func (st *Store) Tag(sess *Session) string {
	const size = 9 // bytes
	return encoding.EncodeToString(st.Keys.MAC("tag", sess.place.lineage)[:size])
}
