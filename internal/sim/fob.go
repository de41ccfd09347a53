package sim

import (
	"fmt"
	"time"
)

// Fob is a virtual fob: the thing in somebody's hand, which knows nothing of the tenant.
type Fob struct {
	Serial   string
	Secret   []byte
	Interval time.Duration // 30 or 60 seconds
	Hash     Hash
	Drift    time.Duration // how far its clock is ahead
	Label    string        // what it is called on the page of fobs
	About    string        // what it is for, on that page
	Group    string        // the heading that it stands under; empty keeps it off the page
}

// codeAt is what the fob shows at a time by the right clock.
func (f *Fob) codeAt(at time.Time) string {
	return TOTP(f.Secret, f.Interval, f.Hash, at.Add(f.Drift))
}

// left is how long the code shown at a time will still be shown, in whole seconds.
func (f *Fob) left(at time.Time) int {
	interval := int64(f.Interval / time.Second)
	return int(interval - at.Add(f.Drift).Unix()%interval)
}

// Code is what the fob with this serial number shows now; empty where there is none.
func (c *Cloud) Code(serial string) string { return c.CodeAt(serial, c.now()) }

// CodeAt is what the fob with this serial number shows at a time; empty where there is none.
func (c *Cloud) CodeAt(serial string, at time.Time) string {
	for i := range c.fobs {
		if c.fobs[i].Serial == serial {
			return c.fobs[i].codeAt(at)
		}
	}
	return ""
}

// WrongCode is six digits that Graph would not take from the fob with this serial number, now or
// in the next minutes.
func (c *Cloud) WrongCode(serial string) string {
	near := make(map[string]bool)
	for minutes := -3; minutes <= 10; minutes++ {
		for seconds := range 2 {
			near[c.CodeAt(serial, c.now().Add(time.Duration(minutes)*time.Minute+time.Duration(seconds)*30*time.Second))] = true
		}
	}
	for guess := 0; ; guess++ {
		if code := fmt.Sprintf("%06d", guess); !near[code] {
			return code
		}
	}
}
