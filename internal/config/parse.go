package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/language"
)

// The parsers of this package answer a value, or an error that says what is wanted: "want …".
// None of them repeats what it was given.

// maxOrgName is the longest name that the pages have room for, in characters (runes).
const maxOrgName = 100

var (
	idPattern = regexp.MustCompile(`^[!-~]{1,128}$`)
	// A tenant's domain names do for signing in, but its tokens name the ID, so the ID it must be.
	tenantIDPattern = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)
	// scopePattern is a scope-token (RFC 6749, section 3.3).
	scopePattern = regexp.MustCompile(`^[!#-\[\]-~]+$`)
	// rolePattern is an ID or the value of an app role (Entra, "Add app roles to your application").
	rolePattern = regexp.MustCompile(`^[!-+\--~]{1,120}$`)
)

func parseListen(s string) (string, error) {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", errors.New("want an address such as :8080 or 127.0.0.1:8080")
	}
	return s, nil
}

func parseID(s string) (string, error) {
	if !idPattern.MatchString(s) {
		return "", errors.New("want the application (client) ID of the app registration")
	}
	return s, nil
}

// parseTenantID answers the ID in lower case, as Entra writes it in tokens.
func parseTenantID(s string) (string, error) {
	s = strings.ToLower(s)
	switch s {
	case "common", "organizations", "consumers": // many tenants: anybody could sign in
		s = ""
	}
	if !tenantIDPattern.MatchString(s) {
		return "", errors.New("want the directory (tenant) ID, such as 11111111-2222-3333-4444-555555555555, " +
			"not a domain name")
	}
	return s, nil
}

func parseClientSecret(s string) (Secret[string], error) {
	if s == "" || strings.ContainsFunc(s, unicode.IsControl) {
		return Secret[string]{}, errors.New("want a client secret on one line")
	}
	return NewSecret(s), nil
}

func parseScopes(s string) ([]string, error) {
	scopes := strings.Fields(s)
	for _, scope := range scopes {
		if !scopePattern.MatchString(scope) {
			scopes = nil
		}
	}
	if len(scopes) == 0 {
		return nil, errors.New("want Graph permissions with spaces between, " +
			"such as UserAuthenticationMethod.ReadWrite")
	}
	return scopes, nil
}

// parseRoles answers template IDs in lower case, as tokens have them. The name of an app role counts
// letter by letter.
func parseRoles(s string) ([]string, error) {
	var roles []string
	for part := range strings.SplitSeq(s, ",") {
		role := strings.TrimSpace(part)
		if !rolePattern.MatchString(role) {
			return nil, errors.New("want role template IDs or names of app roles with commas between, " +
				"such as c4e39bd9-1100-46d3-8c65-fb160da0071f")
		}
		if id, err := uuid.Parse(role); err == nil {
			role = id.String()
		}
		roles = append(roles, role)
	}
	return roles, nil
}

func parseStepUp(s string) (atSignIn bool, err error) {
	if s != "at-sign-in" && s != "when-asked" {
		return false, errors.New("want at-sign-in or when-asked")
	}
	return s == "at-sign-in", nil
}

// parseDatabaseURL leaves it to the store to say what it can open.
func parseDatabaseURL(s string) (none Secret[string], err error) {
	if s == "" {
		return none, errors.New("want sqlite:PATH or postgres://…")
	}
	return NewSecret(s), nil
}

func parseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, errors.New("want a duration such as 15m")
	}
	return d, nil
}

func parseCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, errors.New("want a whole number from 1")
	}
	return n, nil
}

// parseNetworks reads CIDRs. One that has bits outside its mask, or is an IPv4 network written as
// IPv6 (it would match no client), is refused: whom to believe is not guessed.
func parseNetworks(s string) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for part := range strings.SplitSeq(s, ",") {
		network, err := netip.ParsePrefix(strings.TrimSpace(part))
		if err != nil || network != network.Masked() || network.Addr().Is4In6() {
			return nil, errors.New("want networks such as 10.0.0.0/8 or 2001:db8::/32, with commas between")
		}
		networks = append(networks, network)
	}
	return networks, nil
}

func parseLogLevel(s string) (slog.Level, error) {
	var level slog.Level
	switch s {
	case "debug", "info", "warn", "error":
		return level, level.UnmarshalText([]byte(s))
	}
	return level, errors.New("want debug, info, warn or error")
}

func parseLogFormat(s string) (string, error) {
	if s != "json" && s != "text" {
		return "", errors.New("want json or text")
	}
	return s, nil
}

// parseLanguage answers the tag in its canonical form.
func parseLanguage(s string) (string, error) {
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und {
		return "", errors.New("want a language such as en or pt")
	}
	return tag.String(), nil
}

func parseOrgName(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || utf8.RuneCountInString(s) > maxOrgName || !utf8.ValidString(s) ||
		strings.ContainsFunc(s, unicode.IsControl) {
		return "", fmt.Errorf("want a name of at most %d characters on one line", maxOrgName)
	}
	return s, nil
}

func parseEmail(s string) (string, error) {
	address, err := mail.ParseAddress(s)
	if err != nil || address.Address != s {
		return "", errors.New("want a mail address such as help@example.org")
	}
	return s, nil
}
