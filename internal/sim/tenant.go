package sim

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
)

// tenant is the list of devices and who holds them. A method is a device with a holder, and has
// the device's id.
type tenant struct {
	records    []*record          // in the order they were made
	byID       map[string]*record // the same
	wrongCodes map[string]int     // in a row, by person
}

func newTenant() tenant {
	return tenant{byID: make(map[string]*record), wrongCodes: make(map[string]int)}
}

// record is one device through time: reads may lag behind writes.
type record struct {
	versions []version // oldest first, never empty
	used     []int64   // the steps whose codes were accepted
	wrong    int       // codes in a row
	lastTry  time.Time
}

type version struct {
	since  time.Time
	device device
	gone   bool
}

// device is a fob as the tenant knows it at one time.
type device struct {
	id, serial, manufacturer, model, displayName string

	secret   []byte
	interval time.Duration
	hash     Hash
	holder   string
	status   Status
	created  time.Time // when it became a method; zero where Graph does not say
	lastUsed time.Time
	legacy   bool
}

// longestLag is how long old versions are kept.
const longestLag = time.Minute

// newDevice checks a device of the options and fills in what its fob says, where there is one.
func (c *Cloud) newDevice(d Device, fob *Fob) (device, error) {
	made := device{
		id: d.ID, serial: d.Serial, manufacturer: d.Manufacturer, model: d.Model, displayName: d.DisplayName,
		secret: d.Secret, interval: d.Interval, hash: d.Hash,
		holder: d.HolderID, status: d.Status, created: d.Created, lastUsed: d.LastUsed, legacy: d.Legacy,
	}
	if fob != nil {
		made.interval, made.hash = cmp.Or(made.interval, fob.Interval), cmp.Or(made.hash, fob.Hash)
		if made.secret == nil {
			made.secret = fob.Secret
		}
	}
	made.id = cmp.Or(made.id, deviceID(d.Serial))
	made.interval, made.hash = cmp.Or(made.interval, 30*time.Second), cmp.Or(made.hash, HMACSHA1)
	if made.holder == "" {
		made.status = cmp.Or(made.status, StatusAvailable)
	} else {
		made.status = cmp.Or(made.status, StatusAssigned)
	}
	switch {
	case made.serial == "":
		return device{}, errors.New("it has no serial number")
	case made.holder != "" && c.person(made.holder) == nil:
		return device{}, errors.New("nobody has its holder's id")
	case made.secret == nil:
		return device{}, errors.New("it has no secret, and there is no fob with its serial number")
	}
	return made, nil
}

// deviceID is the id of a device of the options that names none: the same for the same serial.
func deviceID(serial string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("fobdesk sim device "+serial)).String()
}

func (r *record) current() device { return r.versions[len(r.versions)-1].device }

func (r *record) gone() bool { return r.versions[len(r.versions)-1].gone }

// seen is what reads show of the record at a time.
func (r *record) seen(at time.Time) (device, bool) {
	for _, v := range slices.Backward(r.versions) {
		if !v.since.After(at) {
			return v.device, !v.gone
		}
	}
	return device{}, false
}

// put adds a device, or a later version of it.
func (t *tenant) put(now time.Time, d device) {
	r := t.find(d.id)
	if r == nil {
		r = &record{}
		t.records, t.byID[d.id] = append(t.records, r), r
	}
	r.add(version{since: now, device: d})
}

// forget takes back the devices that were made after the first ones.
func (t *tenant) forget(first int) {
	for _, r := range t.records[first:] {
		delete(t.byID, r.current().id)
	}
	t.records = t.records[:first]
}

// remove takes a device out of the list.
func (t *tenant) remove(now time.Time, r *record) {
	r.add(version{since: now, device: r.current(), gone: true})
}

func (r *record) add(v version) {
	for len(r.versions) > 1 && v.since.Sub(r.versions[1].since) > longestLag {
		r.versions = r.versions[1:]
	}
	r.versions = append(r.versions, v)
}

// find answers the record with this id, or nil.
func (t *tenant) find(id string) *record {
	r := t.byID[id]
	if r == nil || r.gone() {
		return nil
	}
	return r
}

// findSerial answers the record in the inventory whose serial number is the same, or nil.
func (t *tenant) findSerial(serial string, same func(a, b string) bool) *record {
	for _, r := range t.records {
		if d := r.current(); !r.gone() && !d.legacy && same(d.serial, serial) {
			return r
		}
	}
	return nil
}

// The wrong codes that a person gave in a row.
func (t *tenant) wrong(personID string) int  { return t.wrongCodes[personID] }
func (t *tenant) addWrong(personID string)   { t.wrongCodes[personID]++ }
func (t *tenant) clearWrong(personID string) { delete(t.wrongCodes, personID) }

// heldBy counts the devices that a person holds.
func (t *tenant) heldBy(personID string) int {
	count := 0
	for _, r := range t.records {
		if !r.gone() && r.current().holder == personID {
			count++
		}
	}
	return count
}

// active reports whether the person has an active fob.
func (t *tenant) active(personID string) bool {
	return slices.ContainsFunc(t.records, func(r *record) bool {
		return !r.gone() && r.current().holder == personID && r.current().status == StatusActivated
	})
}

// Device answers what the tenant knows of the fob with this serial number now, whatever reads
// show, and false where it knows of none.
func (c *Cloud) Device(serial string) (Device, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.tenant.findSerial(serial, func(a, b string) bool { return a == b })
	if r == nil {
		return Device{}, false
	}
	return r.current().exported(), true
}

// Held answers the devices that a person holds now, whatever reads show.
func (c *Cloud) Held(personID string) []Device {
	c.mu.Lock()
	defer c.mu.Unlock()
	var held []Device
	for _, r := range c.tenant.records {
		if d := r.current(); !r.gone() && d.holder == personID {
			held = append(held, d.exported())
		}
	}
	return held
}

func (d device) exported() Device {
	return Device{
		ID: d.id, Serial: d.serial, Manufacturer: d.manufacturer, Model: d.model, DisplayName: d.displayName,
		Secret: slices.Clone(d.secret), Interval: d.interval, Hash: d.hash,
		HolderID: d.holder, Status: d.status, Created: d.created, LastUsed: d.lastUsed, Legacy: d.legacy,
	}
}
