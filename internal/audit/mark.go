package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// markVersion names the encoding that a mark's seal hashes; see chainVersion.
const markVersion = "fobdesk audit mark 1\x00"

// Mark says where a trail begins whose older rows were dropped on purpose. Its Head is the last
// dropped row; Verify starts there.
type Mark struct {
	Head
	At   time.Time // when they were dropped; UTC, to the millisecond
	Seal []byte    // only who has the key can make it
}

// NewMark seals a mark for the rows up to dropped.
func NewMark(key []byte, dropped Head, at time.Time) Mark {
	m := Mark{Head: dropped, At: time.UnixMilli(at.UnixMilli()).UTC()}
	m.Seal = m.seal(key)
	return m
}

// Check returns a *Break unless the mark was made by NewMark under this key: else whoever takes out
// the first rows could lay a mark in their place.
func (m Mark) Check(key []byte) error {
	if !hmac.Equal(m.Seal, m.seal(key)) {
		return &Break{Number: m.Number, Why: "it and the rows before it are gone, and the mark in their place is false"}
	}
	return nil
}

// seal is HMAC-SHA-256 over markVersion, number and time as in Chain, and the hash.
func (m Mark) seal(key []byte) []byte {
	message := []byte(markVersion)
	message = binary.BigEndian.AppendUint64(message, uint64(m.Number))
	message = binary.BigEndian.AppendUint64(message, uint64(m.At.UnixMilli()))
	message = append(message, m.Hash...)
	mac := hmac.New(sha256.New, key)
	mac.Write(message)
	return mac.Sum(nil)
}
