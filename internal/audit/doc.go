// Package audit owns the trail of who did what to whose fob: what a row says, how long its values
// may be, and the chain of keyed hashes that shows whether a row was edited, taken out, put in or
// moved.
//
// Where rows are kept and who writes them is left to others: internal/store appends, and each user
// of the trail declares the one method it calls. A row is written once and never changed.
//
// Its one invariant: with the key, a trail that Verify accepts is the trail that was written, up
// to its head. A tail that was cut off, or a trail rebuilt by somebody who has the key, shows only
// against a Head that was noted elsewhere, such as in the log.
package audit
