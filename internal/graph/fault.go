package graph

import (
	"encoding/json"
	"strings"
	"unicode"
)

// fault is what the body of a refusal says (Graph, "Microsoft Graph error responses").
type fault struct {
	found   bool     // there is an error object, if without a code
	codes   []string // from the outermost inwards, cleaned and bounded
	message string   // raw: looked at, never logged or shown
}

// outermost is the code that Graph itself gave; empty where it gave none.
func (f fault) outermost() string {
	if len(f.codes) == 0 {
		return ""
	}
	return f.codes[0]
}

// faultItem is one level of an error: each may have another inside, spelt innerError or innererror.
type faultItem struct {
	Code    text       `json:"code"`
	Message rawText    `json:"message"`
	Inner   *faultItem `json:"innerError"`
}

// rawText is a string as it came; what is no string is empty.
type rawText string

// UnmarshalJSON implements json.Unmarshaler.
func (t *rawText) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*t = rawText(s)
	}
	return nil
}

const (
	maxCodes   = 8       // levels of an error that are looked at
	maxCode    = 64      // bytes of a code
	maxMessage = 4 << 10 // bytes of a message that are searched for hints
)

// parseFault reads Graph's error; it is empty where body is something else. A code that holds one
// of the secrets, the access token or the verification code, is told as "redacted".
func parseFault(body []byte, secrets []string) fault {
	var document struct {
		Error *faultItem `json:"error"`
	}
	if json.Unmarshal(body, &document) != nil || document.Error == nil {
		return fault{}
	}
	f := fault{found: true, message: string(document.Error.Message)}
	for item := document.Error; item != nil && len(f.codes) < maxCodes; item = item.Inner {
		if item.Code != "" {
			f.codes = append(f.codes, redact(string(item.Code), secrets))
		}
	}
	return f
}

func redact(code string, secrets []string) string {
	for _, secret := range secrets {
		if secret != "" && strings.Contains(code, secret) {
			return "redacted"
		}
	}
	if len(code) > maxCode {
		return strings.ToValidUTF8(code[:maxCode], "")
	}
	return code
}

// squeezed is the message for the table, without what the person typed, which Graph may quote: a
// name that a person gives a fob is not Graph's hint.
func (f fault) squeezed(typed []string) string {
	message := squeeze(f.message[:min(len(f.message), maxMessage)])
	for _, t := range typed {
		const shortest = 5 // no hint is shorter
		if t = squeeze(t); len(t) >= shortest {
			message = strings.ReplaceAll(message, t, " ")
		}
	}
	return message
}

// squeeze keeps the letters and digits of s in lower case, so that alreadyActivated, "already
// activated" and already_activated are one.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
