package web

import (
	"net/url"
	"strings"
)

// maxReturnTo bounds the local path that a sign-in comes back to, in bytes.
const maxReturnTo = 512

// localPath returns the local path and query that s names, or "/" where it is none: it leads
// nowhere but to a page of this portal, however a browser might read it. A path of the sign-in
// itself is none either, for that would go in circles.
func localPath(s string) string {
	if len(s) > maxReturnTo || !strings.HasPrefix(s, "/") || strings.ContainsFunc(s, isUnsafe) {
		return "/"
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return "/"
	}
	if strings.Contains(u.Path, "//") || strings.ContainsFunc(u.Path, isUnsafe) || strings.HasPrefix(u.Path, "/auth/") {
		return "/"
	}
	return u.RequestURI()
}

// isUnsafe reports what browsers drop from a URL or read as a slash, and anything that is not
// ASCII: a path of ours has it percent-encoded.
func isUnsafe(r rune) bool { return r <= ' ' || r == '\\' || r >= 0x7f }
