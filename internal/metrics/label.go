package metrics

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What stands for a value that a label does not take, and for one that is not there.
const (
	other = "other"
	none  = "none"
)

var (
	// A word is a name of our own: no serial number, object id, address or token looks like one.
	word = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	// A path is one of the table of routes, with names for what stands in the URL.
	path = regexp.MustCompile(`^(/|(/(:?[a-z-]+|\*))+)$`)
)

// Longest values; a token is longer.
const (
	maxWord = 40
	maxPath = 80
)

func wordLabel(value string) string { return label(value, maxWord, word) }

func pathLabel(value string) string { return label(value, maxPath, path) }

func label(value string, longest int, pattern *regexp.Regexp) string {
	switch {
	case value == "":
		return none
	case len(value) > longest || !pattern.MatchString(value):
		return other
	}
	return value
}

func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return method
	}
	return other
}

// statusLabel is the status, "none" where there was no answer.
func statusLabel(status int) string {
	switch {
	case status == 0:
		return none
	case http.StatusText(status) == "":
		return other
	}
	return strconv.Itoa(status)
}

// codes are those that Graph publishes (Graph, "Microsoft Graph error responses and resource
// types"), and those of its directory. Others are in the log.
var codes = []string{
	"accessdenied", "activitylimitreached", "authentication_expiredtoken", "authentication_unauthorized",
	"authorization_identitynotfound", "authorization_requestdenied", "badrequest", "conflict",
	"directory_concurrencyviolation", "directory_objectnotfound", "directory_quotaexceeded", "extensionerror",
	"forbidden", "gatewaytimeout", "generalexception", "internalservererror", "invalidauthenticationtoken", "invalidrange",
	"invalidrequest", "itemnotfound", "malwaredetected", "methodnotallowed", "nameconflict", "notallowed", "notfound",
	"notsupported", "notimplemented", "quotalimitreached", "request_badrequest", "request_resourcenotfound", "request_unsupportedquery",
	"resourcemodified", "resourcenotfound", "serviceunavailable", "servicenotavailable", "toomanyrequests", "unauthenticated",
	"unauthorized", "unknownerror",
}

func codeLabel(code string) string {
	code = strings.ToLower(code)
	switch {
	case code == "":
		return none
	case slices.Contains(codes, code):
		return code
	}
	return other
}
