package sim

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238 is defined over HMAC-SHA-1, and most fobs use it
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"time"
)

// Hash is the function of a fob's HMAC, in Graph's words.
type Hash string

// The hash functions that Graph knows.
const (
	HMACSHA1   Hash = "hmacsha1"
	HMACSHA256 Hash = "hmacsha256"
)

// new answers the function; anything but HMACSHA256 is SHA-1, the default.
func (h Hash) new() func() hash.Hash {
	if h == HMACSHA256 {
		return sha256.New
	}
	return sha1.New
}

// TOTP is the code of six digits, leading zeros kept, that a fob with this secret shows at a
// time (RFC 6238, section 4; RFC 4226, section 5.3). The interval is 30 or 60 seconds.
func TOTP(secret []byte, interval time.Duration, hash Hash, at time.Time) string {
	return hotp(secret, hash, step(interval, at))
}

// step is the number of intervals since 1970.
func step(interval time.Duration, at time.Time) int64 {
	return at.Unix() / int64(interval/time.Second)
}

// hotp is RFC 4226 with a hash of choice.
func hotp(secret []byte, hash Hash, counter int64) string {
	mac := hmac.New(hash.new(), secret)
	_ = binary.Write(mac, binary.BigEndian, counter) // a hash never fails
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	code := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return fmt.Sprintf("%06d", code%1_000_000)
}

// acceptedStep answers which step around now the code belongs to: the one before, the current
// or the next (RFC 6238, section 5.2).
func acceptedStep(d device, code string, now time.Time) (accepted int64, ok bool) {
	current := step(d.interval, now)
	for _, candidate := range []int64{current, current - 1, current + 1} {
		if hotp(d.secret, d.hash, candidate) == code {
			return candidate, true
		}
	}
	return 0, false
}
