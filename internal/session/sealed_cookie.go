package session

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	// sealedLife is how long a sign-in under way and a draft are good.
	sealedLife = 10 * time.Minute
	// sealedSkew is how far the clocks of two replicas may be apart.
	sealedSkew = time.Minute
	// maxSealedCookie keeps name, value and attributes under the 4096 bytes browsers take.
	maxSealedCookie = 3900
)

// setSealed sets a cookie that holds v, sealed under the server's keys and bound to its name, so
// that one cookie can't stand in for another. It reports false where v would not fit, and then
// sets nothing.
func (st *Store) setSealed(w http.ResponseWriter, name string, v any) (bool, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return false, fmt.Errorf("encode cookie: %w", err)
	}
	sealed, err := st.Keys.Seal(plain, []byte(name))
	if err != nil {
		return false, fmt.Errorf("seal cookie: %w", err)
	}
	if encoding.EncodedLen(len(sealed)) > maxSealedCookie {
		return false, nil
	}
	st.setCookie(w, name, encoding.EncodeToString(sealed))
	return true, nil
}

// openSealed reads into v what setSealed sealed under this name.
func (st *Store) openSealed(name, value string, v any) error {
	sealed, err := encoding.DecodeString(value)
	if err != nil {
		return errNotSealed
	}
	plain, err := st.Keys.Open(sealed, []byte(name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("decode cookie: %w", err)
	}
	return nil
}

// fresh reports whether something sealed at that time is still good.
func (st *Store) fresh(at time.Time) bool {
	age := st.Now().Sub(at)
	return age >= -sealedSkew && age <= sealedLife
}
