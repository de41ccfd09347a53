package portal

import "golang.org/x/sys/unix"

// turnAway lets the listener's socket drop the segments that begin a handshake, by a filter of four
// instructions (Linux, Documentation/networking/filter.rst); those that end one pass. A kernel without
// filters lets them come until the listener closes.
func turnAway(listener uintptr) {
	const (
		flags = 13 // where a TCP header has them (RFC 9293, section 3.1)
		syn   = 0x02
		all   = 1 << 16 // bytes that pass
	)
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: flags},
		{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, K: syn, Jt: 0, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: 0},
		{Code: unix.BPF_RET | unix.BPF_K, K: all},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_ = unix.SetsockoptSockFprog(int(listener), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &program)
}
