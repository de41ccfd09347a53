package station

import (
	"crypto/rand"
	"strings"
	"unicode"
)

// alphabet has no vowels and no digits: no letter looks like another sign, and no code is a word
// (RFC 8628, section 6.1, which also says why eight of them do).
const (
	alphabet   = "BCDFGHJKLMNPQRSTVWXZ"
	codeLength = 8
)

// newCode returns a pairing code, as it is compared: without the hyphen.
func newCode() string {
	const fair = 256 - 256%len(alphabet) // bytes from here on would make some letters likelier
	var code strings.Builder
	for b := make([]byte, 1); code.Len() < codeLength; {
		if _, _ = rand.Read(b); int(b[0]) < fair { // never fails
			code.WriteByte(alphabet[int(b[0])%len(alphabet)])
		}
	}
	return code.String()
}

// grouped is the code as it is shown: BCDF-GHJK.
func grouped(code string) string { return code[:codeLength/2] + "-" + code[codeLength/2:] }

// parseCode forgives case, spaces and hyphens, and reports false for what can be no code.
func parseCode(typed string) (string, bool) {
	const most = 64 // bytes
	if len(typed) > most {
		return "", false
	}
	code := strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Dash, r) {
			return -1
		}
		return r
	}, typed))
	return code, len(code) == codeLength && strings.Trim(code, alphabet) == ""
}
