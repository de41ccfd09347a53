package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// chainVersion names the encoding that Chain hashes, so that no other use of the key can yield the
// hash of a row.
const chainVersion = "fobdesk audit row 1\x00"

// Entry is a row with its place in the chain.
type Entry struct {
	Row
	Hash []byte // Chain of the row and of the entry before
}

// Head is the end of the trail: how many rows were ever written, and the hash of the last. Noted
// where the trail's keeper can't reach, it shows a tail that was cut off later.
type Head struct {
	Number int64
	Hash   []byte // nil where there is no row yet
}

// String returns number and hash as "1234:9f86…", the hash in hex and in full.
func (h Head) String() string {
	return strconv.FormatInt(h.Number, 10) + ":" + hex.EncodeToString(h.Hash)
}

// ParseHead reads what String writes; a log or a person may have put spaces around it.
func ParseHead(s string) (Head, error) {
	number, hash, _ := strings.Cut(strings.TrimSpace(s), ":")
	count, err := strconv.ParseInt(number, 10, 64)
	sum, hexErr := hex.DecodeString(hash)
	whole := len(sum) == sha256.Size || count == 0 && len(sum) == 0
	if err != nil || hexErr != nil || count < 0 || !whole {
		return Head{}, errors.New("want a head as the log has it, such as 1234:9f86… with all 64 digits of the hash")
	}
	return Head{Number: count, Hash: sum}, nil
}

// Chain returns the keyed hash of a bounded row and of the hash of the row before it, which is nil
// for row 1: HMAC-SHA-256 (RFC 2104) over
//
//	"fobdesk audit row 1" NUL
//	number            8 bytes, big endian
//	time              8 bytes, big endian, Unix milliseconds
//	each text field   4 bytes, big endian, its length in bytes; then its UTF-8
//	previous          4 bytes, big endian, its length; then the hash
//
// Every part has a fixed length or says its length, so no two rows share an encoding.
func Chain(key, previous []byte, row Row) []byte {
	message := make([]byte, 0, 512)
	message = append(message, chainVersion...)
	message = binary.BigEndian.AppendUint64(message, uint64(row.Number))
	message = binary.BigEndian.AppendUint64(message, uint64(row.Time.UnixMilli()))
	for _, text := range row.texts() {
		message = binary.BigEndian.AppendUint32(message, uint32(len(*text)))
		message = append(message, *text...)
	}
	message = binary.BigEndian.AppendUint32(message, uint32(len(previous)))
	message = append(message, previous...)
	mac := hmac.New(sha256.New, key)
	mac.Write(message)
	return mac.Sum(nil)
}
