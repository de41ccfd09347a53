package session

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"fobdesk/internal/secret"
)

const (
	keySize     = 32
	keyIDSize   = 8
	sealVersion = 1
	headerSize  = 1 + keyIDSize
)

// errNotSealed covers whatever does not open: cut, forged, bound to something else, or sealed
// under a key that was removed. Which of them is nobody's business.
var errNotSealed = errors.New("not sealed by any of our keys")

// Keys are the server's keys. The first seals and makes hashes, all of them open, so that a key
// can be put in front without anybody noticing. They print as "redacted", and lie behind a
// function, for fmt follows a pointer in an unexported field and asks no Formatter there.
type Keys struct {
	secret.Hidden
	ring func() []serverKey
}

type serverKey struct {
	macs   *sync.Map
	id     []byte // tells which key sealed something; reveals nothing of it
	secret []byte
}

// NewKeys makes Keys of secrets of 32 bytes each, the newest first. An error names the place of
// the secret that is wrong, never the secret.
func NewKeys(secrets [][]byte) (*Keys, error) {
	if len(secrets) == 0 {
		return nil, errors.New("no session key")
	}
	var ring []serverKey
	for i, secret := range secrets {
		if len(secret) != keySize {
			return nil, fmt.Errorf("session key %d has %d bytes, want %d", i+1, len(secret), keySize)
		}
		key := serverKey{secret: bytes.Clone(secret), macs: &sync.Map{}}
		key.id = key.derive("key id", nil)[:keyIDSize]
		ring = append(ring, key)
	}
	return &Keys{ring: func() []serverKey { return ring }}, nil
}

// Seal encrypts plain with AES-256-GCM under the first key. What comes out opens only with the
// same binding, which says what the thing is for and to whom it belongs. It is a version byte, the
// key's id, the nonce and the ciphertext.
func (k *Keys) Seal(plain, binding []byte) ([]byte, error) {
	return k.seal("seal", nil, plain, binding)
}

// Open returns what was sealed with the same binding under any of the keys.
func (k *Keys) Open(sealed, binding []byte) ([]byte, error) {
	return k.open("seal", nil, sealed, binding)
}

// MAC is HMAC-SHA-256 over the parts, each with its length so that no two lists of parts read
// alike, under a key of the first key that serves this purpose alone. It changes with the key.
func (k *Keys) MAC(purpose string, parts ...[]byte) []byte {
	return k.ring()[0].mac(purpose, parts)
}

// validMAC reports, in constant time for each key, whether mac was made by MAC under any of them.
func (k *Keys) validMAC(mac []byte, purpose string, parts ...[]byte) bool {
	valid := false
	for _, key := range k.ring() {
		valid = hmac.Equal(mac, key.mac(purpose, parts)) || valid
	}
	return valid
}

func (k *Keys) seal(purpose string, salt, plain, binding []byte) ([]byte, error) {
	key := k.ring()[0]
	header := append([]byte{sealVersion}, key.id...)
	aead, err := key.aead(purpose, salt)
	if err != nil {
		return nil, err
	}
	return aead.Seal(header, nil, plain, frame(header, binding)), nil //nolint:gosec // it makes a random nonce itself
}

func (k *Keys) open(purpose string, salt, sealed, binding []byte) ([]byte, error) {
	if len(sealed) < headerSize || sealed[0] != sealVersion {
		return nil, errNotSealed
	}
	header, body := sealed[:headerSize], sealed[headerSize:]
	for _, key := range k.ring() {
		if !bytes.Equal(key.id, header[1:]) {
			continue
		}
		aead, err := key.aead(purpose, salt)
		if err != nil {
			return nil, err
		}
		plain, err := aead.Open(nil, nil, body, frame(header, binding))
		if err != nil {
			return nil, errNotSealed
		}
		return plain, nil
	}
	return nil, errNotSealed
}

func (k serverKey) aead(purpose string, salt []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.derive(purpose, salt))
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func (k serverKey) mac(purpose string, parts [][]byte) []byte {
	derived, ok := k.macs.Load(purpose)
	if !ok {
		derived = k.derive("mac "+purpose, nil)
		k.macs.Store(purpose, derived)
	}
	mac := hmac.New(sha256.New, derived.([]byte))
	mac.Write(frame(parts...))
	return mac.Sum(nil)
}

// derive makes the key for one purpose (RFC 5869).
func (k serverKey) derive(purpose string, salt []byte) []byte {
	key, err := hkdf.Key(sha256.New, k.secret, salt, "fobdesk "+purpose, keySize)
	if err != nil {
		panic(err) // only for more than 255 blocks (RFC 5869, section 2.3)
	}
	return key
}

// frame joins parts, each behind its length.
func frame(parts ...[]byte) []byte {
	var framed []byte
	for _, part := range parts {
		framed = binary.BigEndian.AppendUint64(framed, uint64(len(part)))
		framed = append(framed, part...)
	}
	return framed
}

// unframe is the reverse of frame, and false for what frame did not make.
func unframe(framed []byte) (parts [][]byte, ok bool) {
	for len(framed) > 0 {
		if len(framed) < 8 {
			return nil, false
		}
		size := binary.BigEndian.Uint64(framed)
		framed = framed[8:]
		if size > uint64(len(framed)) {
			return nil, false
		}
		parts, framed = append(parts, framed[:size]), framed[size:]
	}
	return parts, true
}
