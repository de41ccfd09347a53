package audit

import (
	"crypto/hmac"
	"fmt"
	"iter"
)

// Break is Verify's answer to a trail that is not as it was written.
type Break struct {
	Number int64 // the first row that is wrong, or missing
	Why    string
}

// Error says at which row the trail breaks, and how.
func (b *Break) Error() string {
	return fmt.Sprintf("the audit trail breaks at row %d: %s", b.Number, b.Why)
}

// Verify reads the whole trail in the order of its numbers, one entry at a time, and returns its
// head. It returns a *Break at the first row that was edited, taken out, put in or moved, and an
// error of reading as it is. Whether the tail was cut off is for the caller to tell, by a head
// noted earlier.
func Verify(key []byte, entries iter.Seq2[Entry, error]) (Head, error) {
	var head Head
	for entry, err := range entries {
		if err != nil {
			return head, fmt.Errorf("read the audit trail after row %d: %w", head.Number, err)
		}
		want := head.Number + 1
		switch {
		case entry.Number > want:
			return head, &Break{Number: want, Why: fmt.Sprintf("it is missing; the next is %d", entry.Number)}
		case entry.Number < want:
			return head, &Break{Number: entry.Number, Why: "it is out of order"}
		case !hmac.Equal(entry.Hash, Chain(key, head.Hash, entry.Row)):
			return head, &Break{Number: want, Why: "it, or the row before it, is not as it was written"}
		}
		head = Head{Number: want, Hash: entry.Hash}
	}
	return head, nil
}
