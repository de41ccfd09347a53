package session

import "fobdesk/internal/oath"

// SealCursor makes of the place where a list goes on a text for the next page's address. It opens
// only for the same person and list, so that nobody can make one up or pass one on.
func (st *Store) SealCursor(person oath.Person, list, place string) (string, error) {
	sealed, err := st.Keys.Seal([]byte(place), cursorBinding(person, list))
	if err != nil {
		return "", err
	}
	return encoding.EncodeToString(sealed), nil
}

// OpenCursor returns the place that SealCursor was given, and false for whatever it did not make
// for this person and list.
func (st *Store) OpenCursor(person oath.Person, list, cursor string) (string, bool) {
	sealed, err := encoding.DecodeString(cursor)
	if err != nil {
		return "", false
	}
	place, err := st.Keys.Open(sealed, cursorBinding(person, list))
	return string(place), err == nil
}

func cursorBinding(person oath.Person, list string) []byte {
	return frame([]byte("cursor"), []byte(PersonKey(person)), []byte(list))
}
