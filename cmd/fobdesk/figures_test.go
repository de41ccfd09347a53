package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/oath"
	"fobdesk/web/view"
)

// latencies are how long answers took, and what was wrong with the others. Many add to them.
type latencies struct {
	mu     sync.Mutex
	all    []time.Duration
	failed map[string]int // by what came instead
	took   time.Duration  // all together
}

// add counts an answer; wrong is empty where it was the right one.
func (l *latencies) add(took time.Duration, wrong string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if wrong == "" {
		l.all = append(l.all, took)
		return
	}
	if l.failed == nil {
		l.failed = map[string]int{}
	}
	l.failed[wrong]++
}

func (l *latencies) done() int { return len(l.all) }

func (l *latencies) aSecond() float64 { return float64(l.done()) / l.took.Seconds() }

func (l *latencies) errors() int {
	n := 0
	for _, times := range l.failed {
		n += times
	}
	return n
}

// percentile is what so many of a hundred did not exceed, in milliseconds.
func (l *latencies) percentile(percent int) float64 {
	if len(l.all) == 0 {
		return 0
	}
	slices.Sort(l.all)
	return l.all[(len(l.all)-1)*percent/100].Seconds() * 1000
}

// atRate does something n times, so many times a second, and waits for all. What is late does not
// hold up the next, as people do not wait for each other. A time counts from when it was due.
func atRate(aSecond, n int, do func(n int) (wrong string)) *latencies {
	l := &latencies{}
	var doing sync.WaitGroup
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(aSecond))
		time.Sleep(time.Until(due))
		doing.Go(func() {
			wrong := do(i)
			l.add(time.Since(due), wrong)
		})
	}
	doing.Wait()
	l.took = time.Since(began)
	return l
}

// byTurns does something n times, so many at once, each as soon as another is done.
func byTurns(atOnce, n int, do func(n int) (wrong string)) *latencies {
	l := &latencies{}
	var next atomic.Int64
	var doing sync.WaitGroup
	began := time.Now()
	for range atOnce {
		doing.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				start := time.Now()
				wrong := do(i)
				l.add(time.Since(start), wrong)
			}
		})
	}
	doing.Wait()
	l.took = time.Since(began)
	return l
}

// target is whom a client asks, and as whom.
type target struct{ url, cookie string }

// askFor lets a client for each target ask for the form's page, over a connection that it keeps, one
// time after the other.
func askFor(t *testing.T, targets []target, long time.Duration) *latencies {
	t.Helper()
	l := &latencies{}
	var clients sync.WaitGroup
	began := time.Now()
	for _, to := range targets {
		address := strings.TrimPrefix(to.url, "http://")
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		request := "GET /enrol HTTP/1.1\r\nHost: " + address + "\r\nCookie: " + to.cookie + "\r\n\r\n"
		clients.Go(func() {
			for answers := bufio.NewReaderSize(conn, 16<<10); time.Since(began) < long; {
				start := time.Now()
				wrong := ask(conn, answers, request)
				l.add(time.Since(start), wrong)
				if wrong != "" {
					return
				}
			}
		})
	}
	clients.Wait()
	l.took = time.Since(began)
	return l
}

// ask asks once and reads the whole answer. It returns what was wrong with it.
func ask(conn net.Conn, answers *bufio.Reader, request string) string {
	if _, err := io.WriteString(conn, request); err != nil {
		return err.Error()
	}
	answer, err := http.ReadResponse(answers, nil)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err.Error()
	}
	if answer.StatusCode != http.StatusOK {
		return answer.Status
	}
	return ""
}

// part is one kind of request under load, and whose processor time it took, in percent of a core.
type part struct {
	name                       string
	figures                    *latencies
	portals, clients, database float64
}

// figuresHeader says what the figures below were measured on, and names their columns.
func figuresHeader(t *testing.T) {
	t.Helper()
	load, _ := os.ReadFile("/proc/loadavg")
	t.Logf("load: %d cores, load average %.14s before; the first portal alone on core 0, a second on core %d, "+
		"clients, Entra, Graph (%v) and PostgreSQL on core %d; each portal has GOMAXPROCS 1; "+
		"at 20 %% a portal is held to a fifth of core 0 (cgroup, 1 ms of each 5) and people come as fast as they are answered; "+
		"the last columns are percent of a core: all portals', the clients' with Entra and Graph, the database's",
		runtime.NumCPU(), load, coreOf(1, 0), graphTakes, runtime.NumCPU()-1)
	t.Logf("load: %-26s %-11s %8s %8s %8s %8s %7s  %-6s %7s %7s %8s", "portal", "what", "a second", "p50 ms", "p95 ms", "p99 ms", "errors", "memory",
		"portals", "clients", "database")
}

// figures are the lines of a trial.
func figures(t *testing.T, name string, parts []part, memory string) {
	t.Helper()
	for _, p := range parts {
		t.Logf("load: %-26s %-11s %8.0f %8.1f %8.1f %8.1f %7d  %-6s %6.0f%% %6.0f%% %7.0f%%", name, p.name,
			p.figures.aSecond(), p.figures.percentile(50), p.figures.percentile(95),
			p.figures.percentile(99), p.figures.errors(), memory, p.portals, p.clients, p.database)
	}
}

// memory is the most that a portal ever held (VmHWM of proc_pid_status(5)).
func (l *trial) memory(t *testing.T) string {
	t.Helper()
	most := 0
	for _, p := range l.portals {
		status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.PID()), "status"))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		kB, err := strconv.Atoi(strings.Fields(rest)[0])
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, kB)
	}
	return fmt.Sprintf("%d MB", most>>10)
}

// frugal makes this process, which is the clients, Entra and Graph, take little of the one core that it
// shares with the database: it has no second thread that looks for work there, and collects less often.
func frugal(t *testing.T) {
	t.Helper()
	threads, percent := runtime.GOMAXPROCS(1), debug.SetGCPercent(400)
	t.Cleanup(func() {
		runtime.GOMAXPROCS(threads)
		debug.SetGCPercent(percent)
	})
}

// coreOf is the core that a portal runs on. The last is for everything else, and for portals that
// find none of their own. Those that are held to a part of a core share the first, and leave the last
// to the others: their second would take it from the clients and the database of the first, too.
func coreOf(replica, percent int) int {
	if percent > 0 {
		return 0
	}
	return min(replica, runtime.NumCPU()-1)
}

// pinned is a program that runs on the core of a replica alone, and has no more of it than so many
// percent, where they are not 0. This process moves to the last.
func pinned(t *testing.T, path string, replica, percent int) string {
	t.Helper()
	last := strconv.Itoa(runtime.NumCPU() - 1)
	if out, err := exec.Command("taskset", "-a", "-p", "-c", last, strconv.Itoa(os.Getpid())).CombinedOutput(); err != nil {
		t.Fatalf("taskset: %v: %s", err, out)
	}
	script := filepath.Join(t.TempDir(), "pinned")
	text := "#!/bin/sh -e\n"
	if percent > 0 {
		text += "echo $$ > " + filepath.Join(heldTo(t, percent), "cgroup.procs") + "\n"
	}
	text += fmt.Sprintf("exec taskset -c %d %s \"$@\"\n", coreOf(replica, percent), path)
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return script
}

// bareAt tells this test's program that it is the bare server.
const bareAt = "FOBDESK_TEST_BARE"

// bareLoad is the same load on a server that shows the form's page and does nothing else.
func bareLoad(t *testing.T, long int) *latencies {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bare := exec.Command(pinned(t, self, 0, 0))
	bare.Env = append(os.Environ(), bareAt+"=127.0.0.1:0")
	out, err := bare.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := bare.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bare.Process.Kill(); _ = bare.Wait() }()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return askFor(t, slices.Repeat([]target{{url: strings.TrimSpace(address)}}, pageClients), time.Duration(long)*time.Second)
}

// serveBare serves until it is killed, and says where.
func serveBare(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return
	}
	_, _ = fmt.Fprintln(os.Stdout, listener.Addr())
	props := view.EnrolProps{Chrome: view.Chrome{
		Title: "Enrol a fob – Contoso", Org: "Contoso", Help: view.Help{Email: "helpdesk@contoso.example"},
		Person: &oath.Person{Name: "Adele Vance"}, CSRFToken: strings.Repeat("c", 43), Return: "/enrol", Here: "/enrol",
	}}
	e := echo.New()
	e.GET("/enrol", func(c echo.Context) error {
		var page strings.Builder
		if err := view.EnrolPage(props).Render(c.Request().Context(), &page); err != nil {
			return err
		}
		return c.HTML(http.StatusOK, page.String())
	})
	_ = (&http.Server{Handler: e, ReadHeaderTimeout: time.Second}).Serve(listener)
}
