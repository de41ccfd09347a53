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

// Verify reads the rows after start in the order of their numbers, one entry at a time, and returns
// the trail's head. Start is the zero Head, or the Head of a Mark that was checked. Noted is a head
// that was noted earlier where the trail's keeper can't reach; the zero Head where there is none,
// and then a tail that was cut off does not show.
//
// It returns a *Break at the first row that was edited, taken out, put in, moved or cut off, and an
// error of reading as it is. That noted is older than start is an error too, and no Break: what it
// was noted for is no longer there.
func Verify(key []byte, start, noted Head, entries iter.Seq2[Entry, error]) (Head, error) {
	if noted.Number > 0 && noted.Number < start.Number {
		return start, fmt.Errorf("the rows up to %d were dropped: a head noted at row %d proves nothing any more",
			start.Number, noted.Number)
	}
	head := start
	if err := head.fits(noted); err != nil {
		return head, err
	}
	for entry, err := range entries {
		if err != nil {
			return head, fmt.Errorf("read the audit trail after row %d: %w", head.Number, err)
		}
		if err := entry.follows(key, head); err != nil {
			return head, err
		}
		head = Head{Number: entry.Number, Hash: entry.Hash}
		if err := head.fits(noted); err != nil {
			return head, err
		}
	}
	if head.Number < noted.Number {
		return head, &Break{Number: head.Number + 1,
			Why: fmt.Sprintf("it is missing, and all after it: there were %d rows when the head was noted", noted.Number)}
	}
	return head, nil
}

// follows returns a *Break unless the entry is the one that was written after head.
func (e Entry) follows(key []byte, head Head) error {
	want := head.Number + 1
	switch {
	case e.Number > want:
		return &Break{Number: want, Why: fmt.Sprintf("it is missing; the next is %d", e.Number)}
	case e.Number < want:
		return &Break{Number: e.Number, Why: "it is out of order"}
	case !hmac.Equal(e.Hash, Chain(key, head.Hash, e.Row)):
		return &Break{Number: want, Why: "it, or the row before it, is not as it was written"}
	}
	return nil
}

// fits returns a *Break where head is at the noted row and is another.
func (h Head) fits(noted Head) error {
	if h.Number == noted.Number && !hmac.Equal(h.Hash, noted.Hash) {
		return &Break{Number: h.Number,
			Why: "it is not the row that the noted head says, though the chain is whole: the trail was made anew"}
	}
	return nil
}
