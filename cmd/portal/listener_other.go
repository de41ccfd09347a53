//go:build !linux

package portal

// turnAway does nothing here: handshakes can be begun until the listener closes.
func turnAway(uintptr) {}
