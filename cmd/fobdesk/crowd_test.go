package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// descriptors is how many files and connections the program has open.
func descriptors(t *testing.T, p *e2e.Program) int {
	t.Helper()
	open, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(p.PID()), "fd"))
	if err != nil {
		t.Fatal(err)
	}
	return len(open)
}

// goroutines is how many the program has, as its metrics say.
func goroutines(t *testing.T, p *e2e.Program) int {
	t.Helper()
	page := p.NewVisitor().Get(t, p.MetricsURL(t)+"/metrics")
	found := regexp.MustCompile(`(?m)^go_goroutines (\d+)$`).FindSubmatch(page.Body)
	if found == nil {
		t.Fatal("the metrics do not count goroutines")
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// wantBack waits until a count is back where it was, with some to spare for what is kept open.
func wantBack(t *testing.T, what string, before int, count func() int) {
	t.Helper()
	const spare = 30
	limit := time.Now().Add(30 * time.Second)
	now := count()
	for now > before+spare && time.Now().Before(limit) {
		time.Sleep(100 * time.Millisecond)
		now = count()
	}
	if now > before+spare {
		t.Errorf("%d %s, after %d before", now, what, before)
	}
}

// hostile is a way to hold a connection: what is sent of it, and whether more would be taken.
var hostile = []struct{ name, sent string }{
	{"says nothing", ""},
	{"headers that do not end", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "},
	{"a body that does not come", "POST /enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nserial"},
	{"headers too large", "GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + strings.Repeat("a", 40<<10)},
	{"a body too large", "POST /enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\n" + strings.Repeat("a", 20<<10)},
}

func TestSRV02AThousandSlowHalfOpenAndOversizedConnectionsLeaveRealPeopleServed(t *testing.T) {
	t.Parallel()
	p := e2e.NewProgram(t, program(t))
	ada := p.SignedIn(t, sim.AdaID)
	openBefore, runningBefore := descriptors(t, p), goroutines(t, p)
	const each = 200
	address := strings.TrimPrefix(p.URL, "http://")
	var held []net.Conn
	var wrong []string
	var mu sync.Mutex
	var reading sync.WaitGroup
	for n := range each * len(hostile) {
		way := hostile[n%len(hostile)]
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatalf("connection %d: %v", n, err)
		}
		held = append(held, conn)
		reading.Go(func() {
			_, _ = io.WriteString(conn, way.sent) // it may be cut off before
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				return // ended without an answer, by either side
			}
			_ = answer.Body.Close()
			if answer.StatusCode < 400 || answer.StatusCode > 499 || !answer.Close {
				mu.Lock()
				wrong = append(wrong, fmt.Sprintf("%s: %s", way.name, answer.Status))
				mu.Unlock()
			}
		})
	}
	if open := descriptors(t, p); open < openBefore+each {
		t.Errorf("only %d connections are held", open-openBefore)
	}
	for range 50 {
		if page := ada.Get(t, "/enrol"); page.Status != http.StatusOK && page.Status != http.StatusSeeOther {
			t.Errorf("a real person is answered with %d", page.Status)
		}
	}
	if page := ada.Get(t, "/"); page.Status != http.StatusOK {
		t.Errorf("a real person is answered with %d", page.Status)
	}
	for _, conn := range held {
		_ = conn.Close()
	}
	reading.Wait()
	if len(wrong) > 0 {
		t.Errorf("%d were not refused, such as %s", len(wrong), wrong[0])
	}
	wantBack(t, "descriptors", openBefore, func() int { return descriptors(t, p) })
	wantBack(t, "goroutines", runningBefore, func() int { return goroutines(t, p) })
	if strings.Contains(p.Log.String(), "panic") {
		t.Errorf("it panicked:\n%s", p.Log)
	}
}

// TestFIG03AfterALongTimeNothingHasGrown visits for a short time in a run of the tests, and for as
// many seconds as FOBDESK_TEST_SOAK says: 28800 are the eight hours.
func TestFIG03AfterALongTimeNothingHasGrown(t *testing.T) {
	t.Parallel()
	long, err := strconv.Atoi(os.Getenv("FOBDESK_TEST_SOAK"))
	if err != nil {
		long = 3
	}
	p := e2e.NewProgram(t, program(t), e2e.Setting("FOBDESK_LOG_LEVEL", "info")) // which says where the metrics are
	visit := func(n int) {
		if n%20 == 0 {
			p.SignedIn(t, sim.HanakoID)
		} else if page := p.NewVisitor().Get(t, "/"); page.Status != http.StatusOK {
			t.Errorf("a visit is answered with %d", page.Status)
		}
	}
	const aSecond = 20
	for n := range 2 * aSecond { // what is made once is made here
		visit(n)
	}
	openBefore, runningBefore := descriptors(t, p), goroutines(t, p)
	answers := atRate(aSecond, aSecond*long, func(n int) string { visit(n); return "" })
	wantBack(t, "descriptors", openBefore, func() int { return descriptors(t, p) })
	wantBack(t, "goroutines", runningBefore, func() int { return goroutines(t, p) })
	t.Logf("%d visits in %v: %d descriptors, before %d; %d goroutines, before %d", answers.done(), answers.took.Round(time.Second),
		descriptors(t, p), openBefore, goroutines(t, p), runningBefore)
}
