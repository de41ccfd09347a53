package sim

import (
	"crypto"
	"crypto/x509"
	"time"
)

// Options is a tenant at its start: one application registration, its people and their fobs.
// TenantID and ClientID are needed. New panics when they contradict each other, for that is a
// mistake in a program.
type Options struct {
	TenantID string
	ClientID string

	// How the client may prove itself; each that is set is accepted.
	ClientSecret string
	Certificates []*x509.Certificate
	Federated    *FederatedCredential

	RedirectURIs []string // matched exactly, after sign-in and after sign-out alike
	LogoutURL    string   // front-channel logout; what would be asked is kept, see Cloud.FrontChannelLogouts

	EntraURL string // as in SetURLs; Listen sets both
	GraphURL string

	People   []Person
	Fobs     []Fob    // the things themselves
	Devices  []Device // what the tenant's list says of them
	Switches Switches
	Now      func() time.Time // the clock of Entra, Graph and the fobs; time.Now where nil
}

// FederatedCredential is what an application registration trusts of another issuer. The issuer
// and the subject must be met exactly, letter case included; the audience is AzureADTokenExchange.
type FederatedCredential struct {
	Issuer  string
	Subject string
	Key     crypto.PublicKey // RSA or ECDSA P-256
}

// AzureADTokenExchange is the audience of a federated token.
const AzureADTokenExchange = "api://AzureADTokenExchange" //nolint:gosec // an audience, no token

// Person is a member of the tenant.
type Person struct {
	ID        string // object id
	Name      string
	GivenName string
	Surname   string
	UPN       string // user principal name
	Mail      string
	About     string // what the sign-in page says of them
	Unlisted  bool   // in the directory, but not on the sign-in page

	Roles    []string // role template ids
	Eligible []string // roles that have to be activated first, see Cloud.ActivateRole
	Scope    []string // administrative units that all their roles are limited to; none for the whole tenant
	Units    []string // administrative units that they are a member of
	AppRoles []string // roles of the application: the roles claim

	Phone             bool // can pass multifactor authentication by phone
	AuthenticatorApps int  // each can pass it too, and counts towards the limit of five
	Disabled          bool // AADSTS50057 at sign-in
	Protected         bool // in a role-assignable group or under restricted management
}

// isAdmin reports whether the person holds any role, or may activate one.
func (p *Person) isAdmin() bool { return len(p.Roles)+len(p.Eligible)+len(p.AppRoles) > 0 }

// Status is where a device stands, in Graph's words.
type Status string

// The states of a device.
const (
	StatusAvailable        Status = "available"
	StatusAssigned         Status = "assigned"
	StatusActivated        Status = "activated"
	StatusFailedActivation Status = "failedActivation"
)

// Device is a fob in the tenant's list. What is zero of Secret, Interval and Hash is taken from
// the virtual fob with the same serial number.
type Device struct {
	ID           string // made from the serial number where empty
	Serial       string
	Manufacturer string
	Model        string
	DisplayName  string
	Secret       []byte
	Interval     time.Duration // 30 or 60 seconds
	Hash         Hash
	HolderID     string // whose it is; empty where nobody's
	Status       Status // StatusAssigned or StatusAvailable where empty
	Created      time.Time
	LastUsed     time.Time // zero where never
	Legacy       bool      // uploaded by the old CSV: a person's, but not in the inventory, and not to be managed
}

// The template ids of the roles that matter here (Entra, "Microsoft Entra built-in roles").
const (
	RoleGlobalAdministrator                   = "62e90394-69f5-4237-9190-012177145e10"
	RolePrivilegedAuthenticationAdministrator = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
	RoleAuthenticationAdministrator           = "c4e39bd9-1100-46d3-8c65-fb160da0071f"
	RoleAuthenticationPolicyAdministrator     = "0526716b-113d-4c15-b2c8-68e3c22b9f80"
	RoleGlobalReader                          = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	RoleHelpdeskAdministrator                 = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	RoleDirectoryReaders                      = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"

	// roleMember stands in the wids of everybody who is no guest.
	roleMember = "b79fbf4d-3ef9-4689-8143-76b194e85509"
)
