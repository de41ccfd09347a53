package entra

import (
	"errors"
	"fmt"
	"net/url"

	"fobdesk/internal/outcome"
	"fobdesk/internal/secret"
)

// Callback is the authorization response (RFC 6749, section 4.1.2; RFC 9207): the query
// parameters as they came, each at most once. Code and State are secrets of this sign-in, so it
// prints as "redacted". ErrorDescription is for Refusal only and never shown or logged.
type Callback struct {
	secret.Hidden
	State            string
	Code             string
	Error            string
	ErrorDescription string
	Issuer           string
}

// The longest parameters of a callback, in bytes.
const (
	maxState       = 512
	maxCode        = 8 << 10
	maxErrorCode   = 128
	maxDescription = 8 << 10
	maxIssuer      = 512
)

// ParseCallback reads the query of a callback. A parameter that came twice, is too long or is
// not printable ASCII (RFC 6749, appendix A; the description apart), and a response with both or
// neither of code and error, is refused: outcome.SignInRefused. Unknown parameters are ignored,
// as section 4.1.2 wants. State is filled in even beside an error, so that the sign-in it belongs
// to can be used up.
func ParseCallback(query url.Values) (Callback, error) {
	var c Callback
	var flaw error
	for _, p := range []struct {
		name  string
		into  *string
		limit int
	}{
		{"state", &c.State, maxState},
		{"code", &c.Code, maxCode},
		{"error", &c.Error, maxErrorCode},
		{"error_description", &c.ErrorDescription, maxDescription},
		{"iss", &c.Issuer, maxIssuer},
	} {
		value, err := single(query[p.name], p.limit)
		if p.name != "error_description" && !printable(value) {
			err = errors.New("is not printable ASCII")
		}
		if err != nil {
			flaw = errors.Join(flaw, fmt.Errorf("%s %w", p.name, err))
			continue
		}
		*p.into = value
	}
	if flaw == nil && (c.Code == "") == (c.Error == "") {
		flaw = errors.New("want either a code or an error")
	}
	if flaw != nil {
		return Callback{State: c.State}, refuse(reasonCallback, flaw)
	}
	return c, nil
}

// single answers the one value, "" where there is none.
func single(values []string, limit int) (string, error) {
	switch {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", errors.New("came more than once")
	case len(values[0]) > limit:
		return "", errors.New("is too long")
	}
	return values[0], nil
}

// printable reports whether s is made of VSCHAR only (RFC 6749, appendix A).
func printable(s string) bool {
	for _, b := range []byte(s) {
		if b < 0x20 || b > 0x7e {
			return false
		}
	}
	return true
}

// Refusal answers why the issuer refused: outcome.SignInRefused with a Reason and, where it gave
// one, the AADSTS number as Reference; nil when it did not refuse. A response that says it comes
// from another issuer is refused too (RFC 9207, section 2.4). It does not look at the state.
func (rp *RelyingParty) Refusal(c Callback) *outcome.Error {
	if c.Issuer != "" && c.Issuer != rp.config.Issuer {
		return refuse(reasonCallback, errors.New("iss is not the configured issuer"))
	}
	if c.Error == "" {
		return nil
	}
	number := parseAADSTS(c.ErrorDescription)
	refusal := refuse(reasonOf(number, c.Error), fmt.Errorf("issuer answered %s", describeCode(c.Error, number)))
	refusal.Reference = reference(number)
	return refusal
}
