package entra

import (
	"fmt"
	"strings"
)

// The reasons of a refusal that others decide by: what the operator is to mend, and what failed.
const (
	ReasonAppRegistration = "app_registration" // the operator's registration does not fit
	ReasonBroken          = "entra_broken"     // an answer that cannot be used
	ReasonClientProof     = "client_proof"     // the operator's secret, certificate or federation
	ReasonRedirectURI     = "redirect_uri"     // not one of the registration's
	ReasonSilent          = "entra_silent"     // no answer
)

// The other reasons, narrow enough for words of their own.
const (
	reasonAccountDisabled   = "account_disabled"
	reasonAdminConsent      = "admin_consent"
	reasonCallback          = "callback" // an authorization response that is none
	reasonCancelled         = "cancelled"
	reasonCodeUsed          = "code_used"
	reasonConditionalAccess = "conditional_access"
	reasonConsentDeclined   = "consent_declined"
	reasonConsentMissing    = "consent_missing"
	reasonDevice            = "device"
	reasonIDToken           = "id_token" // a check of the ID token failed
	reasonLocked            = "locked"
	reasonLoop              = "loop"
	reasonMFANotPassed      = "mfa_not_passed"
	reasonMFATooOld         = "mfa_too_old"
	reasonNoMethod          = "no_method" // nothing registered to pass MFA with
	reasonNotAssignedToApp  = "not_assigned_to_app"
	reasonPasswordExpired   = "password_expired"
	reasonPlace             = "place"
	reasonRevoked           = "revoked"
	reasonSessionExpired    = "session_expired"
	reasonTryAgain          = "try_again"
	reasonUnknown           = "unknown"
	reasonWrongCloud        = "wrong_cloud"
	reasonWrongTenant       = "wrong_tenant"
)

// Reasons lists every Reason that this package puts into an outcome.Error, sorted; the words for
// each are the message catalogue's.
func Reasons() []string {
	return []string{
		reasonAccountDisabled, reasonAdminConsent, ReasonAppRegistration, reasonCallback,
		reasonCancelled, ReasonClientProof, reasonCodeUsed, reasonConditionalAccess,
		reasonConsentDeclined, reasonConsentMissing, reasonDevice, ReasonBroken,
		ReasonSilent, reasonIDToken, reasonLocked, reasonLoop, reasonMFANotPassed,
		reasonMFATooOld, reasonNoMethod, reasonNotAssignedToApp, reasonPasswordExpired,
		reasonPlace, ReasonRedirectURI, reasonRevoked, reasonSessionExpired, reasonTryAgain,
		reasonUnknown, reasonWrongCloud, reasonWrongTenant,
	}
}

// aadstsReasons groups Entra's numbers (Entra, "Microsoft Entra authentication and authorization
// error codes") by what a person or an operator can do about them.
var aadstsReasons = map[int]string{
	28000:   ReasonAppRegistration, // scopes of several resources in one request
	50011:   ReasonRedirectURI,
	50020:   reasonWrongTenant,
	50033:   reasonTryAgain,
	50034:   reasonWrongTenant,
	50053:   reasonLocked, // or an address with a bad name
	50055:   reasonPasswordExpired,
	50057:   reasonAccountDisabled,
	50058:   reasonSessionExpired, // no session, and prompt=none
	50072:   reasonNoMethod,
	50074:   reasonMFANotPassed,
	50076:   reasonMFANotPassed,
	50078:   reasonMFATooOld,
	50079:   reasonNoMethod,
	50087:   reasonTryAgain,
	50105:   reasonNotAssignedToApp,
	50173:   reasonRevoked,
	50196:   reasonLoop,
	53000:   reasonDevice,
	53001:   reasonDevice,
	53003:   reasonConditionalAccess,
	53010:   reasonPlace,
	54005:   reasonCodeUsed,
	65001:   reasonConsentMissing,
	65004:   reasonConsentDeclined,
	70008:   reasonSessionExpired,
	70021:   ReasonClientProof, // no federated credential fits
	70043:   reasonSessionExpired,
	90002:   ReasonAppRegistration, // no such tenant
	90006:   reasonTryAgain,
	90024:   reasonTryAgain,
	90033:   reasonTryAgain,
	90038:   reasonWrongCloud,
	90072:   reasonWrongTenant,
	90094:   reasonAdminConsent,
	90095:   reasonAdminConsent,
	500121:  reasonMFANotPassed,
	530003:  reasonDevice,
	530032:  reasonConditionalAccess,
	530035:  reasonConditionalAccess,
	650057:  ReasonAppRegistration,
	700016:  ReasonAppRegistration,
	700022:  ReasonAppRegistration, // scopes of several resources in one request
	700024:  ReasonClientProof,     // assertion not within its time: look at the clock
	700027:  ReasonClientProof,
	700082:  reasonSessionExpired,
	700213:  ReasonClientProof,
	7000215: ReasonClientProof,
	7000218: ReasonClientProof,
	7000222: ReasonClientProof,
}

// oauthReasons is for answers without a number that the table knows: the error codes of RFC 6749,
// sections 4.1.2.1 and 5.2, OpenID Connect Core, section 3.1.2.6, and Entra's own.
var oauthReasons = map[string]string{
	"access_denied":              reasonCancelled,
	"consent_required":           reasonConsentMissing,
	"interaction_required":       reasonSessionExpired,
	"login_required":             reasonSessionExpired,
	"account_selection_required": reasonSessionExpired,
	"invalid_grant":              reasonCodeUsed,
	"invalid_client":             ReasonClientProof,
	"unauthorized_client":        ReasonAppRegistration,
	"invalid_request":            ReasonAppRegistration,
	"invalid_resource":           ReasonAppRegistration,
	"invalid_scope":              ReasonAppRegistration,
	"unsupported_grant_type":     ReasonAppRegistration,
	"unsupported_response_type":  ReasonAppRegistration,
	"server_error":               reasonTryAgain,
	"temporarily_unavailable":    reasonTryAgain,
}

// reasonOf answers the reason for an AADSTS number (0 for none) and an OAuth error code.
func reasonOf(number int, code string) string {
	if reason, ok := aadstsReasons[number]; ok {
		return reason
	}
	reason, listed := oauthReasons[code]
	if !listed || number != 0 && broad(code) {
		return reasonUnknown
	}
	return reason
}

// broad reports the codes that stand for many things, which only a number tells apart: beside a
// number that we don't know they say nothing.
func broad(code string) bool {
	return code == "access_denied" || code == "invalid_grant" || code == "interaction_required"
}

// The bounds within which an AADSTS number is looked for, and its shape.
const (
	maxSearched = 2 << 10 // bytes of the description
	minDigits   = 4
	maxDigits   = 8
)

// parseAADSTS answers the first AADSTS number of an error description, 0 for none. The text is
// the issuer's or a stranger's: only digits are taken from it.
func parseAADSTS(description string) int {
	rest := description[:min(len(description), maxSearched)]
	for {
		_, after, found := strings.Cut(rest, "AADSTS")
		if !found {
			return 0
		}
		digits := after[:len(after)-len(strings.TrimLeft(after, "0123456789"))]
		if len(digits) >= minDigits && len(digits) <= maxDigits && digits[0] != '0' {
			number := 0
			for _, d := range digits {
				number = 10*number + int(d-'0')
			}
			return number
		}
		rest = after
	}
}

// reference is the number as support knows it, "AADSTS50072"; "" for none.
func reference(number int) string {
	if number == 0 {
		return ""
	}
	return fmt.Sprintf("AADSTS%d", number)
}

// describeCode says an error for the log: the code only if it is one we list, for any other text
// may hold anything.
func describeCode(code string, number int) string {
	if _, listed := oauthReasons[code]; !listed {
		code = "an unlisted error"
	}
	if number == 0 {
		return code
	}
	return code + " " + reference(number)
}
