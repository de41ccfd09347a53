package entra

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTheHintsOfATokenAreKeptUpToTheirBound(t *testing.T) {
	longest := strings.Repeat("h", maxHint)
	var at numericDate
	was := &Identity{SessionID: "sid", LoginHint: "hint"}
	for _, test := range []struct{ name, says, sid, hint string }{
		{"the longest", longest, longest, longest},
		{"longer", longest + "h", "sid", "hint"},
		{"none", "", "sid", "hint"},
	} {
		got := claims{IssuedAt: &at, SessionID: test.says, LoginHint: test.says}.identity(was)
		if got.SessionID != test.sid || got.LoginHint != test.hint {
			t.Errorf("%s: %d and %d bytes are kept", test.name, len(got.SessionID), len(got.LoginHint))
		}
	}
}

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
