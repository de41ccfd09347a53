package sim

import (
	"net/http"
	"time"
)

// Switches are the behaviours that Microsoft does not publish, or that differ between tenants.
// The zero value of each is the default. Cloud.Update changes them while the tenant is in use.
type Switches struct {
	// How Graph refuses. The status of each is a guess; the zero value is the one named here.
	WrongCode     Answer // 400 badRequest: also a code that was used before
	UnknownSerial Answer // 404 resourceNotFound
	HeldByOther   Answer // 409 conflict
	LimitReached  Answer // 400 badRequest: five methods already
	PolicyRefuses Answer // 403 accessDenied: see PolicyDisabled
	AlreadyActive Answer // 400 badRequest; a Status below 300 makes the call idempotent
	Locked        Answer // 403 accessDenied: see LockAfter and MinBetweenTries
	StaleMFA      Answer // 403 accessDenied

	// AfterWrongCode is how assignAndActivate leaves a fob that was nobody's after a wrong code:
	// empty for untouched, StatusAssigned, or StatusFailedActivation (which activate leaves too).
	AfterWrongCode Status

	// Fresh multifactor authentication. Graph wants it of writes on oneself, 10 minutes old at
	// most, got by asking Entra for the amr value ngcmfa.
	StaleMFAHeader       string        // WWW-Authenticate of the refusal; none by default
	FreshMFAForReads     bool          // reads of oneself need it too
	FreshMFAForAdmins    bool          // and what administrators do for others
	NoFreshMFA           bool          // Graph does not ask for it, as before January 2026
	FreshMFALife         time.Duration // 10 minutes where zero
	FreshFromMFA         bool          // the life counts from the MFA itself, not from the sign-in that asked for it
	SignInIsFresh        bool          // an interactive sign-in with MFA is fresh without being asked to
	IgnoreNGCMFAAtSignIn bool          // ngcmfa is not honoured for somebody without a session at Entra

	// Enrolling for somebody else, as the first revision of the reference had it. A Status of 0 does
	// it; else this is the refusal of assignAndActivateBySerialNumber, and below of assignAndActivate,
	// before anything is done. Code notSupported where none is given, for 403 accessDenied.
	OneStepForOthersUnsupported Answer
	StepsForOthersUnsupported   Answer

	DeviceWithoutExpand  bool // hardwareOathMethods give device without $expand
	FilterEachPage       bool // the inventory's $filter leaves gaps in its pages: they may be empty, with a next one
	FilterByDeviceSerial bool // hardwareOathMethods take $filter=device/serialNumber eq '…'

	// Serial numbers are compared as they are, unless:
	SerialIgnoresCase         bool
	SerialIgnoresSpaces       bool // around it
	SerialIgnoresLeadingZeros bool

	LockAfter       int           // wrong codes in a row that lock a fob, and a person; 0 locks nobody
	MinBetweenTries time.Duration // codes for one fob sooner than this are refused

	OnlyBroadScopes bool // the granular UserAuthMethod-HardwareOATH.* count for nothing
	PolicyDisabled  bool // the authentication method is switched off in the tenant

	ThrottleAfter  int  // calls on authentication methods in 10 s before 429; Microsoft's table says 5; 0 is off
	OmitRetryAfter bool // 429 without Retry-After

	ReadLag  time.Duration // reads, and activate, see a write only after this
	PageSize int           // of collections; 1000 where zero

	CreatedAtActivation bool // createdDateTime is set when a method is activated, not when it is assigned
	DeactivateDropsName bool // deactivate empties displayName
	AllowCodeReuse      bool // a code is good again within its life

	// Entra.
	AccessTokenLife    time.Duration               // one hour where zero
	RevokeUsedRefresh  bool                        // a refresh token is good once
	GrantEverything    bool                        // a token carries all scopes that have consent, not only those asked for
	Unconsented        []string                    // Graph scopes that nobody consented to
	CallbackIssuer     bool                        // iss stands in the callback (RFC 9207)
	ScopedRolesInToken bool                        // wids name roles of administrative units too
	OmitClaims         []string                    // of the ID token, such as login_hint, sid, auth_time, wids
	IgnorePromptLogin  bool                        // whoever has a session at Entra is let in although prompt=login asks otherwise
	Backdate           time.Duration               // iat and nbf of the ID token lie this far back
	TamperIDToken      func(claims map[string]any) // changes the claims before they are signed
}

// Answer is how Graph answers in one situation.
type Answer struct {
	Status int
	Code   string // of the error body; the one of the default where empty
}

// or fills in what the answer leaves open.
func (a Answer) or(status int, code, message string) graphAnswer {
	if a.Status != 0 {
		status = a.Status
	}
	if a.Code != "" {
		code = a.Code
	}
	if status < http.StatusMultipleChoices {
		return graphAnswer{status: status}
	}
	return refusal(status, code, message)
}

// The numbers behind the zero values.
const (
	freshMFALife    = 10 * time.Minute
	accessTokenLife = time.Hour
	pageSize        = 1000
	throttleWindow  = 10 * time.Second
)

// orDefault is value, or fallback where value is zero.
func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
