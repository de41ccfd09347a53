package oath

import "time"

// MethodLimit is how many hardware OATH tokens and authenticator apps together a person can hold
// (Entra, "Authentication methods: OATH tokens").
const MethodLimit = 5

// DeviceStatus is where a device stands. Graph's enum may grow: a value that is not listed here
// is some other state, never an error.
type DeviceStatus string

// The states Graph documents.
const (
	StatusAvailable        DeviceStatus = "available"
	StatusAssigned         DeviceStatus = "assigned"
	StatusActivated        DeviceStatus = "activated"
	StatusFailedActivation DeviceStatus = "failedActivation"
)

// Device is a fob in the tenant's list (hardwareOathTokenAuthenticationMethodDevice).
type Device struct {
	ID           string
	DisplayName  string
	SerialNumber string // as Graph has it, not parsed: it is compared and shown, never sent back
	Manufacturer string
	Model        string
	Interval     time.Duration // between two codes; zero where Graph did not say
	Status       DeviceStatus
	LastUsed     time.Time // zero where never, or not known
	Holder       Person    // whose it is: ID and Name; zero where nobody's, or not said
}

// Method is a person's binding to a fob (hardwareOathAuthenticationMethod).
type Method struct {
	ID       string
	Created  time.Time // zero where Graph did not say
	LastUsed time.Time // zero where never, or not known
	Device   Device    // its zero value where Graph left it out
}

// Active reports whether the fob of this binding can be used to sign in.
func (m Method) Active() bool { return m.Device.Status == StatusActivated }

// Is reports whether the binding is to the fob with this serial number, letter case aside.
func (m Method) Is(serial SerialNumber) bool {
	got, err := ParseSerialNumber(m.Device.SerialNumber)
	return err == nil && got.Canonical() == serial.Canonical()
}
