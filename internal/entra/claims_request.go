package entra

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
)

// capabilities is the claims parameter of every token request: it declares that the portal
// understands claims challenges (Entra, "How to use Continuous Access Evaluation").
const capabilities = `{"access_token":{"xms_cc":{"values":["cp1"]}}}`

// freshMFA asks for multifactor authentication within the last minutes, which Graph wants of
// those who manage their own authentication methods.
const freshMFA = `{"access_token":{"amr":{"essential":true,"values":["ngcmfa"]}}}`

// authTime asks for the time at which the person authenticated, in the ID token (OpenID Connect Core,
// section 5.5.1). Entra gives it where it is an optional claim of the app registration.
const authTime = `{"id_token":{"auth_time":{"essential":true}}}`

// ask is what the portal itself wants of a sign-in.
type ask struct {
	FreshMFA bool // multifactor authentication within the last minutes
	AuthTime bool // the time of the authentication
}

// The bounds of a claims challenge.
const (
	maxChallenge      = 8 << 10 // bytes
	maxChallengeDepth = 8       // objects and lists within each other
)

// errChallenge says that a claims challenge is not one.
var errChallenge = errors.New("claims challenge is no JSON object within bounds")

// mergeClaims answers the claims parameter of an authorization request (OpenID Connect Core,
// section 5.5): the portal's capabilities, what it asks for, and Graph's claims challenge if there
// is one. Objects are merged, lists united; in any other
// conflict what the portal asks stands. The challenge came from outside: what is no JSON object,
// longer than 8 KiB or deeper than 8 levels is refused with an error.
func mergeClaims(ask ask, challenge string) (string, error) {
	asked := []string{capabilities}
	if ask.FreshMFA {
		asked = append(asked, freshMFA)
	}
	if ask.AuthTime {
		asked = append(asked, authTime)
	}
	if challenge != "" {
		asked = append(asked, challenge)
	}
	merged := map[string]any{}
	for _, text := range asked {
		object, err := parseObject(text)
		if err != nil {
			return "", err
		}
		merge(merged, object)
	}
	text, err := json.Marshal(merged)
	if err != nil {
		return "", errChallenge
	}
	return string(text), nil
}

// parseObject reads one JSON object within the bounds and nothing after it.
func parseObject(text string) (map[string]any, error) {
	if len(text) > maxChallenge {
		return nil, errChallenge
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil || object == nil {
		return nil, errChallenge
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errChallenge
	}
	if !within(object, maxChallengeDepth) {
		return nil, errChallenge
	}
	return object, nil
}

// within reports whether value nests no deeper than depth.
func within(value any, depth int) bool {
	var parts []any
	switch value := value.(type) {
	case map[string]any:
		for _, part := range value {
			parts = append(parts, part)
		}
	case []any:
		parts = value
	default:
		return true
	}
	if depth == 0 {
		return false
	}
	for _, part := range parts {
		if !within(part, depth-1) {
			return false
		}
	}
	return true
}

// merge adds from to into.
func merge(into, from map[string]any) {
	for name, value := range from {
		present, ok := into[name]
		if !ok {
			into[name] = value
			continue
		}
		switch present := present.(type) {
		case map[string]any:
			if value, ok := value.(map[string]any); ok {
				merge(present, value)
			}
		case []any:
			if value, ok := value.([]any); ok {
				into[name] = unite(present, value)
			}
		}
	}
}

// unite answers the members of both lists, each once.
func unite(lists ...[]any) []any {
	var united []any
	for _, list := range lists {
		for _, member := range list {
			if !containsDeep(united, member) {
				united = append(united, member)
			}
		}
	}
	return united
}

// containsDeep reports whether list holds a value equal to member.
func containsDeep(list []any, member any) bool {
	for _, one := range list {
		if reflect.DeepEqual(one, member) {
			return true
		}
	}
	return false
}
