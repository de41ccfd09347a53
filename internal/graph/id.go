package graph

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// maxID is the longest id of a method or device that is relayed, in bytes. Graph's are UUIDs.
const maxID = 256

// isID reports whether id can be that of a method or device: what could not stand in one segment of
// a path, or would be another path, is none.
func isID(id string) bool {
	return id != "" && id != "." && id != ".." && len(id) <= maxID && utf8.ValidString(id) &&
		!strings.ContainsAny(id, `/\`) && !strings.ContainsFunc(id, oath.Deceives)
}

// pathSegment answers the id as one segment of a path, or NotFound.
func pathSegment(id string) (string, error) {
	if !isID(id) {
		return "", outcome.New(outcome.NotFound)
	}
	return url.PathEscape(id), nil
}

// isObjectID reports whether id is a UUID in its usual form, and so needs no escaping. Nothing else
// stands behind /users/ in a path: /users/delta and /users/$count are other calls.
func isObjectID(id string) bool {
	return len(id) == len("00000000-0000-0000-0000-000000000000") && uuid.Validate(id) == nil
}

// userPrincipalName is what Entra allows in one (Entra, "UserPrincipalName attribute population"),
// a guest's #EXT# included, and the $ that Graph's own page knows of (Graph, "Get a user").
var userPrincipalName = regexp.MustCompile(`^[A-Za-z0-9'._!#$^~-]{1,128}@[A-Za-z0-9.-]{1,128}$`)

// userPath is the path of a person, by an object id or a user principal name. A name that begins
// with $ would be taken for a word of OData's own after /users/, so that it stands as a key, where
// a quote is doubled (Graph, "Get a user"; OData 4.01 URL Conventions, section 4.3.1).
func userPath(id string) string {
	if strings.HasPrefix(id, "$") {
		return "/users('" + url.PathEscape(strings.ReplaceAll(id, "'", "''")) + "')"
	}
	return "/users/" + url.PathEscape(id)
}
