package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

func TestRST01AStopUnderLoadSaysNotReadyFirstAndResetsNoConnection(t *testing.T) {
	t.Parallel()
	p := e2e.NewProgram(t, program(t))
	ada, ben := p.SignedIn(t, sim.AdaID), p.SignedIn(t, sim.BenID)
	p.Cloud.AddFault(slowAnswer(4 * time.Second))
	load := startLoad(p, ada)
	underWay := make(chan *e2e.Page, 1)
	go func() {
		defer close(underWay)
		underWay <- ada.Post(t, "/enrol", enrolment(p, sim.SerialGood30))
	}()
	awaitHeld(t, p, 1)
	load.await(t, 200)

	p.Signal(syscall.SIGTERM)
	awaitNotReady(t, p)
	load.await(t, 50) // pages are still served to whoever has not noticed
	sent := writes(p)
	late := ben.Post(t, "/enrol", enrolment(p, sim.SerialGood60))
	if late.Status != http.StatusServiceUnavailable || late.Outcome(t) != "unavailable" || late.Header.Get("Retry-After") == "" {
		t.Errorf("a new act was answered with %d, %q, Retry-After %q; want 503, unavailable and a time",
			late.Status, late.Outcome(t), late.Header.Get("Retry-After"))
	}
	if serial := late.Doc(t).Find("#serialNumber").AttrOr("value", ""); serial != sim.SerialGood60 {
		t.Errorf("the form came back with the serial number %q, want %q", serial, sim.SerialGood60)
	}
	if writes(p) != sent {
		t.Error("a new act reached Graph")
	}
	if page := <-underWay; page == nil || page.Status != http.StatusSeeOther {
		t.Errorf("the act under way was answered with %+v, want %d", page, http.StatusSeeOther)
	}
	if code := p.Wait(t); code != exitDone {
		t.Errorf("exit code %d, want %d:\n%s", code, exitDone, p.Log)
	}
	for _, err := range load.end() {
		t.Errorf("a connection was cut: %v", err)
	}
	t.Logf("%d pages served, none lost", load.answered.Load())
	want := "enrol, enrol, enrol enrolled, enrol unavailable"
	if got := strings.Join(slices.Sorted(slices.Values(acts(t, p))), ", "); got != want {
		t.Errorf("the audit trail has, in some order, %q, want %q", got, want)
	}
}

func TestRST01AStopTellsWhoStandsInLineBeforeItEnds(t *testing.T) {
	t.Parallel()
	p := e2e.NewProgram(t, program(t))
	ada, ben := p.SignedIn(t, sim.AdaID), p.SignedIn(t, sim.BenID)
	p.Cloud.AddFault(sim.Fault{
		Side: sim.SideGraph, Method: http.MethodGet, Times: 4,
		Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"25"}},
	})
	for range 4 { // visits that make the limit show
		ben.Get(t, "/")
	}
	p.Cloud.ClearFaults()
	place := ada.Post(t, "/enrol", enrolment(p, sim.SerialGood30)).Header.Get("Location")
	if !strings.HasPrefix(place, "/waiting/") {
		t.Fatalf("the form leads to %q, want the line", place)
	}
	p.Signal(syscall.SIGTERM)
	awaitNotReady(t, p)
	page := ada.Get(t, place) // it still listens
	for limit := time.Now().Add(4 * time.Second); page.Outcome(t) == "" && time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		page = ada.Get(t, place)
	}
	if page.Status != http.StatusServiceUnavailable || page.Outcome(t) != "unavailable" || page.Header.Get("Retry-After") == "" {
		t.Errorf("whoever stands in line is told %d, %q, Retry-After %q; want 503, unavailable and a time",
			page.Status, page.Outcome(t), page.Header.Get("Retry-After"))
	}
	if serial := page.Doc(t).Find("#serialNumber").AttrOr("value", ""); serial != sim.SerialGood30 {
		t.Errorf("the form came back with the serial number %q, want %q", serial, sim.SerialGood30)
	}
	late := ben.Post(t, "/enrol", enrolment(p, sim.SerialGood60))
	if late.Status != http.StatusServiceUnavailable || late.Outcome(t) != "unavailable" {
		t.Errorf("a new form is answered with %d, %q; want 503 and unavailable", late.Status, late.Outcome(t))
	}
	if code := p.Wait(t); code != exitDone {
		t.Errorf("exit code %d, want %d:\n%s", code, exitDone, p.Log)
	}
	if n := writes(p); n != 0 {
		t.Errorf("Graph was asked to write %d times", n)
	}
	want := "enrol, enrol unavailable, enrol, enrol unavailable"
	if got := strings.Join(acts(t, p), ", "); got != want {
		t.Errorf("the audit trail has %q, want %q", got, want)
	}
}

// awaitNotReady asks until the portal says that it is not ready; that it listens no more comes later.
func awaitNotReady(t *testing.T, p *e2e.Program) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); {
		answer, err := client.Get(p.URL + "/readyz")
		if err != nil {
			t.Fatalf("nobody listens, before anybody was told that it is not ready: %v", err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode == http.StatusServiceUnavailable {
			return
		}
	}
	t.Fatalf("still ready:\n%s", p.Log)
}

// load is clients who ask for a page one time after the other until nobody listens any more: some
// keep their connection for as long as the portal does, some take a new one each time.
type load struct {
	answered atomic.Int64
	clients  sync.WaitGroup
	mu       sync.Mutex
	errs     []error
}

func startLoad(p *e2e.Program, who *e2e.Visitor) *load {
	address := strings.TrimPrefix(p.URL, "http://")
	var cookies []string
	for name, value := range who.Cookies() {
		cookies = append(cookies, name+"="+value)
	}
	l := &load{}
	for _, connection := range []string{"keep-alive", "keep-alive", "keep-alive", "keep-alive", "close", "close"} {
		request := "GET /enrol HTTP/1.1\r\nHost: " + address + "\r\nConnection: " + connection +
			"\r\nCookie: " + strings.Join(cookies, "; ") + "\r\n\r\n"
		l.clients.Go(func() {
			for l.visit(address, request) {
			}
		})
	}
	return l
}

// visit asks over one connection until the portal says that it ends, and reports whether there is
// somebody to visit again. It does not ask again by itself, as net/http's client does.
func (l *load) visit(address, request string) bool {
	conn, err := net.Dial("tcp", address)
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) { // as the listener closed
		return false
	}
	if err == nil {
		defer func() { _ = conn.Close() }()
		answers, last := bufio.NewReader(conn), false
		for err == nil && !last {
			last, err = l.ask(conn, answers, request)
		}
	}
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.errs = append(l.errs, err)
	}
	return err == nil
}

func (l *load) ask(conn net.Conn, answers *bufio.Reader, request string) (last bool, err error) {
	if _, err := io.WriteString(conn, request); err != nil {
		return false, err
	}
	answer, err := http.ReadResponse(answers, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return false, err
	}
	if answer.StatusCode != http.StatusOK {
		return false, errors.New("answered with " + answer.Status)
	}
	l.answered.Add(1)
	return answer.Close, nil
}

// await waits for so many more answers.
func (l *load) await(t *testing.T, more int64) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	limit := time.After(20 * time.Second)
	for want := l.answered.Load() + more; l.answered.Load() < want; {
		select {
		case <-look.C:
		case <-limit:
			t.Fatalf("only %d pages were served", l.answered.Load())
		}
	}
}

// end waits for the clients and returns what went wrong.
func (l *load) end() []error {
	l.clients.Wait()
	return l.errs
}
