package session

import (
	"crypto/subtle"
	"net/http"
	"time"
)

const (
	draftSuffix = "-draft"
	// maxDraftValue bounds each value of a draft, in bytes: the longest name a fob can have.
	maxDraftValue = 256
)

// Draft is what was typed into a form before its session ended or a step-up was asked. It lives in
// a sealed cookie and never holds a code.
type Draft struct {
	PersonKey   string // whose it is: PersonKey or Store.LastPerson
	Path        string // of the form
	Serial      string
	DisplayName string
	Query       string // what was typed to find a person
	Notice      string // why one is back at the form: the caller's own word
	Made        time.Time
}

// KeepDraft keeps d in the browser for ten minutes, in place of the draft it had. Values longer
// than 256 bytes are left out: no form takes them. A draft of nobody is not kept.
func (st *Store) KeepDraft(w http.ResponseWriter, d Draft) error {
	if d.PersonKey == "" {
		return nil
	}
	d.Made = st.Now()
	for _, value := range []*string{&d.Serial, &d.DisplayName, &d.Query, &d.Notice} {
		if len(*value) > maxDraftValue {
			*value = ""
		}
	}
	_, err := st.setSealed(w, st.cookieName(draftSuffix), d)
	return err
}

// TakeDraft returns the draft of this person for this path, once. A draft for another path waits
// on; one of another person, or one that is too old, is expired unseen.
func (st *Store) TakeDraft(w http.ResponseWriter, r *http.Request, personKey, path string) (Draft, bool) {
	name := st.cookieName(draftSuffix)
	if len(r.CookiesNamed(name)) == 0 {
		return Draft{}, false
	}
	d, ok := st.openDraft(r, name, personKey)
	if ok && d.Path != path {
		return Draft{}, false
	}
	st.expireCookie(w, name)
	return d, ok
}

func (st *Store) openDraft(r *http.Request, name, personKey string) (Draft, bool) {
	var d Draft
	value, ok := onlyCookie(r, name)
	if !ok || st.openSealed(name, value, &d) != nil || !st.fresh(d.Made) {
		return Draft{}, false
	}
	if subtle.ConstantTimeCompare([]byte(d.PersonKey), []byte(personKey)) != 1 {
		return Draft{}, false
	}
	return d, true
}
