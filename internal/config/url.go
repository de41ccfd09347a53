package config

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
)

// parseBaseURL answers an origin as browsers write it in the Origin header, with which it is
// compared (RFC 6454, section 6.2): lower case, without a default port.
func parseBaseURL(s string) (string, error) {
	u, err := parseProviderURL(s)
	if err != nil || strings.Trim(u.Path, "/") != "" {
		return "", errors.New("want an https URL without a path, such as https://fobs.example.org " +
			"(http only on loopback)")
	}
	host := strings.ToLower(u.Host)
	host = strings.TrimSuffix(host, map[string]string{"https": ":443", "http": ":80"}[u.Scheme])
	return u.Scheme + "://" + strings.TrimSuffix(host, ":"), nil
}

func parseIssuerURL(s string) (string, error) {
	if _, err := parseProviderURL(s); err != nil {
		return "", errors.New("want an https URL such as https://login.microsoftonline.com/TENANT-ID/v2.0 " +
			"(http only on loopback)")
	}
	return s, nil
}

func parseGraphURL(s string) (string, error) {
	u, err := parseProviderURL(s)
	if err != nil || strings.Trim(u.Path, "/") == "" {
		return "", errors.New("want an https URL with the API version, such as https://graph.microsoft.com/beta " +
			"(http only on loopback)")
	}
	return strings.TrimRight(s, "/"), nil
}

func parseSupportURL(s string) (string, error) {
	if u, err := parseURL(s); err != nil || u.Scheme != "https" {
		return "", errors.New("want an https URL such as https://help.example.org")
	}
	return s, nil
}

// parseProviderURL reads a URL to build others on: https, or http on loopback; no query, no fragment.
func parseProviderURL(s string) (*url.URL, error) {
	u, err := parseURL(s)
	if err != nil {
		return nil, err
	}
	if strings.ContainsAny(s, "?#") || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return nil, errNotURL
	}
	return u, nil
}

// errNotURL stands for every flaw of a URL; the setting's own words follow.
var errNotURL = errors.New("not such a URL")

// parseURL reads an absolute URL with a host in ASCII and without a user's name and password.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	odd := func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) || r == ' ' }
	if err != nil || u.Hostname() == "" || u.User != nil || u.Opaque != "" || strings.ContainsFunc(u.Host, odd) {
		return nil, errNotURL
	}
	return u, nil
}

// isLoopback reports whether host is this machine, so that plain http stays inside it.
func isLoopback(host string) bool {
	if host = strings.ToLower(host); host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
