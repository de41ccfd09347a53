package portal

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// lateLimit is how many connections are taken out of a queue at its end, the longest that Linux
// allows by default (net.core.somaxconn).
const lateLimit = 4096

// handshakeTime is how long whoever has begun a handshake may take to end it.
const handshakeTime = 100 * time.Millisecond

// emptying is a listener whose Close lets in whoever has come already. The kernel has taken their
// connections, or is about to, and would reset them with the listener.
type emptying struct {
	*net.TCPListener
	late chan net.Conn // taken out of the queue by Close
}

// emptied makes the listener one that is emptied before it closes, where it is of TCP.
func emptied(listener net.Listener) net.Listener {
	if tcp, ok := listener.(*net.TCPListener); ok {
		return &emptying{tcp, make(chan net.Conn, lateLimit)}
	}
	return listener
}

// Close lets nobody else begin a handshake, waits for those that were begun, takes what is left in
// the queue, for Accept to return, and closes the listener. Who comes meanwhile hears nothing, tries
// again after a second, as TCP does, and finds nobody.
func (l *emptying) Close() error {
	raw, err := l.SyscallConn()
	if err == nil {
		err = raw.Control(turnAway)
	}
	if err == nil {
		time.Sleep(handshakeTime)
		err = raw.Control(l.empty)
	}
	return errors.Join(err, l.TCPListener.Close())
}

// empty takes connections until none waits.
func (l *emptying) empty(listener uintptr) {
	for range lateLimit {
		fd, _, err := syscall.Accept(int(listener))
		if err != nil { // EAGAIN: none waits
			return
		}
		file := os.NewFile(uintptr(fd), "connection")
		if conn, err := net.FileConn(file); err == nil { // on a copy of the descriptor
			l.late <- conn
		}
		_ = file.Close()
	}
}

// Accept returns the next connection, also of those that Close took; then net.ErrClosed.
func (l *emptying) Accept() (net.Conn, error) {
	conn, err := l.TCPListener.Accept()
	if !errors.Is(err, net.ErrClosed) {
		return conn, err
	}
	select {
	case conn = <-l.late:
		return conn, nil
	default:
		return nil, err
	}
}
