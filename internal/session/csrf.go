package session

// CSRFToken is what the forms of this session carry. It outlasts a step-up, so that a form in
// another tab still works after one, and a change of the server's keys.
func (st *Store) CSRFToken(sess *Session) string {
	return encoding.EncodeToString(st.Keys.MAC("csrf", sess.place.lineage))
}

// ValidCSRF reports whether token is this session's, in constant time.
func (st *Store) ValidCSRF(sess *Session, token string) bool {
	mac, err := encoding.DecodeString(token)
	return err == nil && st.Keys.validMAC(mac, "csrf", sess.place.lineage)
}
