package graph

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"
)

// maxClaims is the longest claims challenge that is passed on, in bytes.
const maxClaims = 8 << 10

// challenge answers the claims challenge of a 401 or 403, a JSON object, or "" where there is none.
// It stands in WWW-Authenticate (Entra, "Claims challenges"), or, as has been seen, in the message.
func (a answer) challenge() string {
	if a.status != http.StatusUnauthorized && a.status != http.StatusForbidden {
		return ""
	}
	if claims := headerClaims(a.header.Values("WWW-Authenticate")); claims != "" {
		return claims
	}
	return messageClaims(a.fault.message)
}

// headerClaims answers the first sound claims parameter of a Bearer challenge (RFC 9110, section
// 11.6.1). There may be several headers and several challenges in each, in any order.
func headerClaims(headers []string) string {
	for _, header := range headers {
		scheme := ""
		for rest := header; rest != ""; {
			var p param
			p, rest = nextParam(rest)
			switch {
			case !p.assigned:
				scheme = p.name
			case strings.EqualFold(scheme, "Bearer") && strings.EqualFold(p.name, "claims"):
				if claims := decodeClaims(p.value); claims != "" {
					return claims
				}
			}
		}
	}
	return ""
}

// param is a parameter of a challenge, or, where nothing is assigned, the name of its scheme.
type param struct {
	name, value string
	assigned    bool
}

const separators = " \t,"

// nextParam takes one parameter or scheme off the front. The rest gets shorter with each call.
func nextParam(s string) (p param, rest string) {
	s = strings.TrimLeft(s, separators)
	end := strings.IndexAny(s, separators+`="`)
	if end < 0 {
		return param{name: s}, ""
	}
	p.name, rest = s[:end], strings.TrimLeft(s[end:], " \t")
	switch {
	case strings.HasPrefix(rest, `"`): // a value that nothing is assigned to
		_, rest = quoted(rest[1:])
		return p, rest
	case !strings.HasPrefix(rest, "="):
		return p, rest
	}
	p.assigned = true
	rest = strings.TrimLeft(rest[1:], " \t")
	if value, isQuoted := strings.CutPrefix(rest, `"`); isQuoted {
		p.value, rest = quoted(value)
		return p, rest
	}
	end = strings.IndexAny(rest, separators)
	if end < 0 {
		end = len(rest)
	}
	p.value = rest[:end]
	return p, rest[end:]
}

// quoted reads a quoted string to its closing quote, or to the end where that is missing.
func quoted(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:]
		case '\\':
			if i++; i == len(s) {
				return b.String(), ""
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

// decodeClaims decodes base64 in the usual or the URL alphabet, padded or not, and answers the JSON
// object in it, or "".
func decodeClaims(value string) string {
	value = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(value, "="))
	raw, err := base64.RawStdEncoding.DecodeString(value)
	if err != nil {
		return ""
	}
	return soundClaims(raw)
}

// messageClaims answers the JSON object in `Additional claims required {…}`, or "".
func messageClaims(message string) string {
	_, after, found := strings.Cut(message, "Additional claims required")
	start := strings.IndexByte(after, '{')
	if !found || start < 0 {
		return ""
	}
	var raw json.RawMessage
	if json.NewDecoder(strings.NewReader(after[start:])).Decode(&raw) != nil {
		return ""
	}
	return soundClaims(raw)
}

// soundClaims answers raw where it is one JSON object of at most maxClaims bytes, else "".
func soundClaims(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) > maxClaims || !bytes.HasPrefix(raw, []byte("{")) || !utf8.Valid(raw) || !json.Valid(raw) {
		return ""
	}
	return string(raw)
}
