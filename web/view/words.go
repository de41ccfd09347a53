package view

import (
	"context"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"fobdesk/internal/message"
)

// t returns the words of key; args are name and value in turn.
func t(ctx context.Context, key string, args ...any) string {
	return message.Text(ctx, key, args...)
}

// CodeField returns the id of the code's input in a fob's activation form, for the summary's
// link: a list can hold several, and an id may stand on a page only once.
func CodeField(fobID string) string { return "verificationCode-" + fobID }

// fobTitle is the id of a fob's heading, which tells its forms apart from those of other fobs.
func fobTitle(fobID string) string { return "fob-" + fobID }

// fobPath returns the path of what is done with a fob: "activate", "remove", "lost" or "found".
func fobPath(fobID string, act ...string) templ.SafeURL {
	path := "/fobs/" + url.PathEscape(fobID)
	for _, word := range act {
		path += "/" + word
	}
	return templ.SafeURL(path)
}

// switchPath returns the sign-in that lets one choose another account, and comes back to here.
func switchPath(back string) templ.SafeURL {
	query := url.Values{"switch": {"1"}}
	if back != "" {
		query.Set("return_to", back)
	}
	return templ.SafeURL("/auth/sign-in?" + query.Encode())
}

// describedBy names the elements that describe the input with this id: its hint, and its error
// where it has one.
func describedBy(id, problem string) string {
	ids := []string{id + "-hint"}
	if problem != "" {
		ids = append(ids, id+"-error")
	}
	return strings.Join(ids, " ")
}
