package session

import "fobdesk/internal/oath"

// SealFor makes of a text one that a page can carry to the same person's next request: the place
// where a list goes on, what a form's page showed. It opens only for that person and purpose, so
// that nobody can make one up or pass one on.
func (st *Store) SealFor(person oath.Person, purpose, text string) (string, error) {
	sealed, err := st.Keys.Seal([]byte(text), forBinding(person, purpose))
	if err != nil {
		return "", err
	}
	return encoding.EncodeToString(sealed), nil
}

// OpenFor returns the text that SealFor was given, and false for whatever it did not make for this
// person and purpose.
func (st *Store) OpenFor(person oath.Person, purpose, sealed string) (string, bool) {
	decoded, err := encoding.DecodeString(sealed)
	if err != nil {
		return "", false
	}
	text, err := st.Keys.Open(decoded, forBinding(person, purpose))
	return string(text), err == nil
}

func forBinding(person oath.Person, purpose string) []byte {
	return frame([]byte("cursor"), []byte(PersonKey(person)), []byte(purpose))
}
