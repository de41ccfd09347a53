package entra

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"fobdesk/internal/outcome"
)

// withOpenID are the scopes of a request for these of Graph: who it is and a refresh token, too.
func withOpenID(graph []string) []string {
	return slices.Concat([]string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeOfflineAccess}, graph)
}

// notGranted answers which of the scopes that were asked for were not granted: a consent can be
// given in part. Names are compared without regard to case, and with or without the host in front
// of them, for Entra answers either. Nothing granted means that the answer did not say, and then
// it is all (RFC 6749, section 5.1).
func notGranted(asked, granted []string) []string {
	if len(granted) == 0 {
		return nil
	}
	var missing []string
	for _, scope := range asked {
		if !slices.ContainsFunc(granted, func(one string) bool { return strings.EqualFold(ShortScope(one), ShortScope(scope)) }) {
			missing = append(missing, scope)
		}
	}
	return missing
}

// WantScopes refuses tokens that lack one of the scopes that were asked for: a consent given in
// part, outcome.SignInRefused with the reason "consent_missing".
func WantScopes(asked []string, tokens Tokens) error {
	if missing := notGranted(asked, tokens.Scope); len(missing) > 0 {
		return refuse(reasonConsentMissing, fmt.Errorf("granted without %q", missing))
	}
	return nil
}

// Unconsented reports whether a sign-in was refused for want of consent: nobody has consented, the
// person would not, or only an administrator may.
func Unconsented(refusal *outcome.Error) bool {
	switch refusal.Reason {
	case reasonConsentMissing, reasonConsentDeclined, reasonAdminConsent, reasonCancelled:
		return refusal.Outcome == outcome.SignInRefused
	}
	return false
}

// ShortScope is a scope's name without the host in front of it, as Entra's pages show it.
func ShortScope(scope string) string { return scope[strings.LastIndexByte(scope, '/')+1:] }

// AdminConsentURL answers where an administrator grants the portal these scopes for the whole
// tenant (Entra, "Admin consent on the Microsoft identity platform"). It leads back to
// Config.PostLogoutURI, for nobody is signed in by it: the answer carries no code.
func (rp *RelyingParty) AdminConsentURL(scopes []string) string {
	query := url.Values{
		"client_id":    {rp.config.ClientID},
		"scope":        {strings.Join(scopes, " ")},
		"redirect_uri": {rp.config.PostLogoutURI},
	}
	authority := strings.TrimSuffix(rp.config.Issuer, "/v2.0")
	return authority + "/v2.0/adminconsent?" + query.Encode()
}
