package sim

import (
	"crypto/sha256"
	"slices"
	"time"
)

// The demo's application registration.
const (
	DemoTenantID     = "6f1d3c0a-52b7-4a8e-9d34-0b1c7e5a2f60"
	DemoClientID     = "b3a9e7d4-1c58-4f02-8e6b-7d20c94f5a11"
	DemoClientSecret = "demo-client-secret-that-opens-nothing" //nolint:gosec // it opens a simulation
)

// The demo's people, by object id.
const (
	AdaID    = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e501" // an employee with a phone and no fob yet
	BenID    = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e502" // has an active fob and one that is assigned
	ChloeID  = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e503" // holds the fob that nobody else can have
	DmitriID = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e504" // has five methods already
	EveID    = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e505" // has no method: needs a Temporary Access Pass
	HanakoID = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e506" // an employee like Ada
	GraceID  = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e507" // Authentication Administrator
	HenrikID = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e508" // Authentication Policy Administrator
	IsabelID = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e509" // Global Reader
	JonasID  = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e50a" // works at the service desk, without any role
	KarinID  = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e50b" // Authentication Administrator of the warehouse alone
	LiamID   = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e50c" // may activate Authentication Administrator
	MiaID    = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e50d" // Global Administrator: Grace may not act on her
	NoorID   = "0a1c5f6e-3b7d-4e29-8f10-a1b2c3d4e50e" // under restricted management: nor on her
	demoHost = "@contoso.example"
)

// The demo's fobs, by serial number.
const (
	SerialGood30      = "GALT30417822" // 30 seconds, SHA-1, nobody's
	SerialGood60      = "GALT60993105" // 60 seconds, SHA-256, nobody's
	SerialZeros       = "0040718255"   // 30 seconds, digits only, nobody's
	SerialDrifting    = "GALT30417899" // its clock is far ahead: Graph takes no code of it
	SerialUnknown     = "XKEY77120034" // not in the tenant’s list
	SerialChloe       = "GALT30417851" // Chloé’s, active
	SerialBenActive   = "GALT30417860" // Ben’s, active
	SerialBenAssigned = "GALT60993117" // Ben’s, assigned, to be activated; 60 seconds
)

// DemoAppRole is the application's role, for administrators whose roles no token names.
const DemoAppRole = "Fobdesk.Admin"

// dmitriSerials are the five that Dmitri holds; they are not on the page.
var dmitriSerials = []string{"GALT30417901", "GALT30417902", "GALT30417903", "GALT30417904", "GALT30417905"}

// The headings of the page of fobs.
const (
	groupReady   = "Ready to be enrolled"
	groupBox     = "From a box, to hand out"
	groupHeld    = "Somebody’s already"
	groupRefused = "Not taken by the tenant"
)

// demoDrift is a clock that ran for years.
const demoDrift = 11 * time.Minute

// Demo is the demo's tenant as it stands at a time: some sixty people, a fob for each thing that
// can happen, and a box of them, 1,200 in all. The redirect URIs, and a clock of one's own, are the caller's to add.
func Demo(now time.Time) Options {
	return Options{
		TenantID: DemoTenantID, ClientID: DemoClientID, ClientSecret: DemoClientSecret,
		People: slices.Concat(demoPeople(), demoDirectory()),
		Fobs:   slices.Concat(demoFobs(), boxFobs()), Devices: slices.Concat(demoDevices(now), boxDevices(now)),
	}
}

func demoPeople() []Person {
	return []Person{
		{ID: AdaID, Name: "Ada Fischer", GivenName: "Ada", Surname: "Fischer", UPN: "ada.fischer" + demoHost, Mail: "ada.fischer" + demoHost,
			About: "Has a phone, and no fob yet", Phone: true},
		{ID: BenID, Name: "Ben Adeyemi", GivenName: "Ben", Surname: "Adeyemi", UPN: "ben.adeyemi" + demoHost, Mail: "ben.adeyemi" + demoHost,
			About: "Has one fob, and one to activate", Phone: true},
		{ID: ChloeID, Name: "Chloé O'Brien", GivenName: "Chloé", Surname: "O'Brien", UPN: "chloe.obrien" + demoHost, Mail: "chloe.obrien" + demoHost,
			About: "Has an active fob"},
		{ID: DmitriID, Name: "Dmitri Volkov", GivenName: "Dmitri", Surname: "Volkov", UPN: "dmitri.volkov" + demoHost, Mail: "dmitri.volkov" + demoHost,
			About: "Holds five fobs, and can have no more"},
		{ID: EveID, Name: "Eve Lindqvist", GivenName: "Eve", Surname: "Lindqvist", UPN: "eve.lindqvist" + demoHost, Mail: "eve.lindqvist" + demoHost,
			About: "New, with no sign-in method yet"},
		{ID: HanakoID, Name: "山田 花子", GivenName: "花子", Surname: "山田", UPN: "hanako.yamada" + demoHost, Mail: "hanako.yamada" + demoHost,
			About: "Has an authenticator app", AuthenticatorApps: 1},
		{ID: GraceID, Name: "Grace Okafor", GivenName: "Grace", Surname: "Okafor", UPN: "grace.okafor" + demoHost, Mail: "grace.okafor" + demoHost,
			About: "Authentication Administrator", Phone: true, Roles: []string{RoleAuthenticationAdministrator}},
		{ID: HenrikID, Name: "Henrik Sørensen", GivenName: "Henrik", Surname: "Sørensen", UPN: "henrik.sorensen" + demoHost, Mail: "henrik.sorensen" + demoHost,
			About: "Authentication Policy Administrator", Phone: true, Roles: []string{RoleAuthenticationPolicyAdministrator}},
		{ID: IsabelID, Name: "Isabel Moreno", GivenName: "Isabel", Surname: "Moreno", UPN: "isabel.moreno" + demoHost, Mail: "isabel.moreno" + demoHost,
			About: "Global Reader", Phone: true, Roles: []string{RoleGlobalReader}},
		{ID: JonasID, Name: "Jonas Weber", GivenName: "Jonas", Surname: "Weber", UPN: "jonas.weber" + demoHost, Mail: "jonas.weber" + demoHost,
			About: "Works at the service desk, without a role", Phone: true},
		{ID: KarinID, Name: "Karin Blom", GivenName: "Karin", Surname: "Blom", UPN: "karin.blom" + demoHost, Mail: "karin.blom" + demoHost,
			About: "Authentication Administrator of the warehouse alone", Phone: true,
			Roles: []string{RoleAuthenticationAdministrator}, Scope: []string{UnitWarehouse}, AppRoles: []string{DemoAppRole}},
		{ID: LiamID, Name: "Liam Byrne", GivenName: "Liam", Surname: "Byrne", UPN: "liam.byrne" + demoHost, Mail: "liam.byrne" + demoHost,
			About: "Has a role to activate first", Phone: true, Eligible: []string{RoleAuthenticationAdministrator}},
		{ID: MiaID, Name: "Mia Haddad", GivenName: "Mia", Surname: "Haddad", UPN: "mia.haddad" + demoHost, Mail: "mia.haddad" + demoHost,
			About: "Global Administrator", Phone: true, Roles: []string{RoleGlobalAdministrator}},
		{ID: NoorID, Name: "Noor Rahman", GivenName: "Noor", Surname: "Rahman", UPN: "noor.rahman" + demoHost, Mail: "noor.rahman" + demoHost,
			About: "On the board: only few may act on her", Phone: true, Protected: true},
	}
}

func demoFobs() []Fob {
	const half, full = 30 * time.Second, 60 * time.Second
	fobs := []Fob{
		{Serial: SerialGood30, Interval: half, Hash: HMACSHA1, Group: groupReady, Label: "A new code every 30 seconds",
			About: "Nobody’s yet. Enrol it as anybody."},
		{Serial: SerialGood60, Interval: full, Hash: HMACSHA256, Group: groupReady, Label: "A new code every minute",
			About: "Nobody’s yet. Enrol it as anybody."},
		{Serial: SerialZeros, Interval: half, Hash: HMACSHA1, Group: groupReady, Label: "Digits only",
			About: "Nobody’s yet. Its serial number begins with zeros that count."},
		{Serial: SerialBenAssigned, Interval: full, Hash: HMACSHA256, Group: groupHeld, Label: "Ben’s, not active",
			About: "Sign in as Ben and activate it."},
		{Serial: SerialBenActive, Interval: half, Hash: HMACSHA1, Group: groupHeld, Label: "Ben’s, active",
			About: "As Ben: enrolled already. As anybody else: taken."},
		{Serial: SerialChloe, Interval: half, Hash: HMACSHA1, Group: groupHeld, Label: "Chloé’s, active",
			About: "As anybody else: taken, without a word of whose it is."},
		{Serial: SerialDrifting, Interval: half, Hash: HMACSHA1, Drift: demoDrift, Group: groupRefused, Label: "Its clock is off",
			About: "Eleven minutes ahead, so its codes are refused."},
		{Serial: SerialUnknown, Interval: half, Hash: HMACSHA1, Group: groupRefused, Label: "Unknown",
			About: "From another box: not in the tenant’s list."},
	}
	for _, serial := range dmitriSerials {
		fobs = append(fobs, Fob{Serial: serial, Interval: half, Hash: HMACSHA1})
	}
	for i := range fobs {
		fobs[i].Secret = demoSecret(fobs[i].Serial, fobs[i].Hash)
	}
	return fobs
}

// demoSecret is as long as the hash's output (RFC 4226, section 4, R6). It is the same for the
// same fob at each start, and protects nothing.
func demoSecret(serial string, hash Hash) []byte {
	sum := sha256.Sum256([]byte("fobdesk demo " + serial))
	return sum[:hash.new()().Size()]
}

func demoDevices(now time.Time) []Device {
	day := 24 * time.Hour
	devices := []Device{
		{Serial: SerialGood30}, {Serial: SerialGood60}, {Serial: SerialZeros}, {Serial: SerialDrifting},
		{Serial: SerialChloe, HolderID: ChloeID, Status: StatusActivated, DisplayName: "Key ring",
			Created: now.Add(-200 * day), LastUsed: now.Add(-26 * time.Hour)},
		{Serial: SerialBenActive, HolderID: BenID, Status: StatusActivated, DisplayName: "Desk drawer",
			Created: now.Add(-90 * day), LastUsed: now.Add(-3 * time.Hour)},
		{Serial: SerialBenAssigned, HolderID: BenID, Created: now.Add(-2 * day)},
	}
	for i, serial := range dmitriSerials {
		devices = append(devices, Device{Serial: serial, HolderID: DmitriID, Status: StatusActivated,
			Created: now.Add(-time.Duration(10*(i+1)) * day)})
	}
	for i := range devices {
		devices[i].Manufacturer, devices[i].Model = "Galt Security", "TOTP-30"
		if devices[i].Serial == SerialGood60 || devices[i].Serial == SerialBenAssigned {
			devices[i].Model = "TOTP-60"
		}
	}
	return devices
}
