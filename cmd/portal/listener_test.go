package portal

import (
	"errors"
	"net"
	"syscall"
	"testing"
	"time"
)

func TestRST01WhoWaitsInTheQueueIsLetInBeforeTheListenerCloses(t *testing.T) {
	plain, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := emptied(plain)
	const clients = 20
	for range clients {
		conn, err := net.Dial("tcp", plain.Addr().String()) // taken by the kernel, for nobody accepts
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if _, err := conn.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for n := range clients {
		conn, err := listener.Accept()
		if err != nil {
			t.Fatalf("client %d was not let in: %v", n, err)
		}
		if read, err := conn.Read(make([]byte, 1)); read != 1 {
			t.Errorf("client %d was cut off: %v", n, err)
		}
		_ = conn.Close()
	}
	if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after the last client: %v, want that it is closed", err)
	}
}

func TestRST01WhoComesWhileTheListenerClosesIsNotTakenToBeReset(t *testing.T) {
	plain, err := listen(t.Context(), "FOBDESK_LISTEN", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := plain.(*net.TCPListener).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(turnAway); err != nil {
		t.Fatal(err)
	}
	dialed := make(chan error, 1)
	go func() {
		conn, err := net.Dial("tcp", plain.Addr().String())
		if err == nil {
			_ = conn.Close()
		}
		dialed <- err
	}()
	select {
	case err := <-dialed:
		t.Errorf("the handshake ended with %v, want none", err)
	case <-time.After(handshakeTime):
	}
	_ = plain.Close()
	if err := <-dialed; !errors.Is(err, syscall.ECONNREFUSED) { // at the second try, after a second
		t.Errorf("once it is closed the handshake ended with %v, want refused", err)
	}
}
