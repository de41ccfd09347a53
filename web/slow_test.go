package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/e2e"
)

// connect opens a connection to the portal and sends the beginning of a request.
func connect(t *testing.T, w *e2e.World, beginning string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", "127.0.0.1:"+w.URL[strings.LastIndex(w.URL, ":")+1:])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprint(conn, beginning); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestSRV01ABodyThatDoesNotComeIsAnsweredAndTheConnectionEnds(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	conn := connect(t, w, "POST /enrol HTTP/1.1\r\nHost: x\r\nOrigin: "+w.URL+
		"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nserialNumber=")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "</html>") {
		t.Errorf("answered %d with %d bytes (%v), want a whole page with 400", answer.StatusCode, len(body), err)
	}
	if !answer.Close {
		t.Error("the connection is to be kept")
	}
}

func TestSRV01HeadersThatDoNotEndEndTheConnection(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	conn := connect(t, w, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	if rest, err := io.ReadAll(conn); err != nil || strings.HasPrefix(string(rest), "HTTP/1.1 200") {
		t.Errorf("the connection said %q (%v)", rest, err)
	}
}

func TestLOG01OneReferenceStandsInLogTrailAndPage(t *testing.T) {
	t.Parallel()
	w := e2e.NewWorld(t)
	v := w.SignedIn(t, ada)
	answer := v.Post(t, "/enrol", enrolment(goodFob, w.Cloud.Code(goodFob)))
	act := strings.TrimPrefix(answer.Header.Get("Location"), "/receipts/")
	receipt := v.Follow(t, answer)
	if act == "" || answer.Header.Get("X-Request-Id") != act || !strings.Contains(string(receipt.Body), act) {
		t.Errorf("the act is %q, the request %q, and the receipt does not say so", act, answer.Header.Get("X-Request-Id"))
	}
	if !strings.Contains(w.Log.String(), `"request_id":"`+act+`"`) {
		t.Error("the log does not have it")
	}
	if rows := column(t, w, "SELECT request_id FROM audit WHERE event = 'enrol'"); len(rows) != 2 || rows[0] != act || rows[1] != act {
		t.Errorf("the trail has %q", rows)
	}
	for line := range strings.Lines(w.Log.String()) {
		if !strings.HasPrefix(line, `{"time":"`) || !strings.Contains(line[:40], `Z"`) {
			t.Errorf("a line that is not one event in UTC: %s", line)
		}
	}
}
