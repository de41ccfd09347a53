package entra

import (
	"encoding/json"
	"testing"
)

// FuzzClaims reads claims whose signature was good: what of them is kept is bounded.
func FuzzClaims(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		var c claims
		if json.Unmarshal(text, &c) != nil || c.IssuedAt == nil {
			return // refused before anything is kept
		}
		who := c.identity(nil)
		if len(who.Person.Name) > maxName || len(who.Person.UserPrincipalName) > maxName ||
			len(who.SessionID) > maxHint || len(who.LoginHint) > maxHint {
			t.Errorf("%q is kept as %+v", text, who)
		}
		if at := who.IssuedAt.Unix(); at < 0 || at > maxUnixTime {
			t.Errorf("%q was issued at %d", text, at)
		}
	})
}
