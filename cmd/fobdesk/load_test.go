package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/pgtest"
	"fobdesk/internal/sim"
)

// What the load is made of. Pages are asked for one after the other by so many clients at once for each
// portal; the others come at their rate, whatever became of those before.
const (
	pageClients    = 16
	signInsASec    = 50
	enrolmentsASec = 100
	fobsEach       = 4 // Graph takes five
	graphTakes     = 100 * time.Millisecond
	// What one portal and two are compared by: each has a fifth of a core, so that there is enough for
	// the others, and people come one after the other as fast as they are answered, so many at once for
	// each portal. They are so many times more than at the rates, for it takes a while until as many begin
	// as end.
	fifth        = 20
	eagerTimes   = 5
	eagerSignIns = 64
	eagerEnrols  = 256
)

// seconds is how long each part of the load lasts. In a run of the tests it is short and slow, and
// shows only that every answer is right; make load sets it, and the figures count.
func seconds(t *testing.T) (long int, measured bool) {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("FOBDESK_TEST_LOAD"))
	if err != nil {
		return 1, false
	}
	return n, true
}

// trial is the program under load, once or twice.
type trial struct {
	portals  []*e2e.Program
	seconds  int
	share    int // of the rates: they are divided by it
	percent  int // of a core that each portal may have; 0: all of it
	database string
	client   *http.Client
	mu       sync.Mutex
	visitors map[string]*e2e.Visitor // who has signed in, by object id
}

func TestFIG01UnderLoadEveryPageIsServedAndEveryActDoneOnce(t *testing.T) {
	long, measured := seconds(t)
	if !measured {
		t.Parallel() // with other tests: nothing is timed
	} else {
		frugal(t)
		figuresHeader(t)
		figures(t, "bare Echo and templ", []part{{name: "pages", figures: bareLoad(t, long)}}, "")
	}
	many := map[int][]part{} // by how many portals, each with a fifth of a core
	for _, test := range []struct {
		name     string
		postgres bool
		replicas int
		percent  int
	}{
		{"SQLite", false, 1, 0}, {"PostgreSQL", true, 1, 0}, {"PostgreSQL, two replicas", true, 2, 0},
		{"PostgreSQL, one at 20 %", true, 1, fifth}, {"PostgreSQL, two at 20 %", true, 2, fifth},
	} {
		if test.percent > 0 && !measured {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			l := &trial{seconds: long, share: 1, percent: test.percent, visitors: map[string]*e2e.Visitor{}, client: &http.Client{
				Transport:     &http.Transport{MaxIdleConnsPerHost: 256},
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}}
			defer l.client.CloseIdleConnections()
			if !measured {
				l.share = 5
			}
			l.start(t, measured, test.postgres, test.replicas)
			parts := []part{l.part("sign-ins", l.signIns, t), l.part("pages", l.pages, t), l.part("enrolments", l.enrolments, t)}
			for _, part := range parts {
				if part.figures.errors() > 0 || part.figures.done() == 0 {
					t.Errorf("%s: %d were answered, and these were not: %v", part.name, part.figures.done(), part.figures.failed)
				}
			}
			figures(t, test.name, parts, l.memory(t))
			l.eachDoneOnce(t)
			if test.percent > 0 {
				many[test.replicas] = parts[1:] // without the sign-ins, whose other half is Entra
			}
		})
	}
	for n, one := range many[1] {
		two := many[2][n]
		t.Logf("load: two portals at 20 %% of a core each do %.2f times the %s of one; they used %.0f of their 40 %%, and the others %.0f %% of the last core",
			two.figures.aSecond()/one.figures.aSecond(), one.name, two.portals, two.clients+two.database)
	}
}

// part does one part of the trial, and measures whose processor time it takes.
func (l *trial) part(name string, do func(*testing.T) *latencies, t *testing.T) part {
	before := l.processorTime(t)
	done := do(t)
	after := l.processorTime(t)
	percent := func(of func(used) time.Duration) float64 {
		return (of(after) - of(before)).Seconds() / done.took.Seconds() * 100
	}
	return part{
		name: name, figures: done,
		portals:  percent(func(u used) time.Duration { return u.portals }),
		clients:  percent(func(u used) time.Duration { return u.clients }),
		database: percent(func(u used) time.Duration { return u.database }),
	}
}

// come lets people do something n times: at a rate, or as fast as they are answered where the portals
// are held to a part of a core.
func (l *trial) come(aSecond, n, atOnce int, do func(n int) (wrong string)) *latencies {
	if l.percent > 0 {
		return byTurns(atOnce*len(l.portals), n, do)
	}
	return atRate(aSecond, n, do)
}

// start starts the portals over a tenant in this process, whose Graph takes its time.
func (l *trial) start(t *testing.T, measured, postgres bool, replicas int) {
	t.Helper()
	givens := []e2e.Given{
		e2e.Setting("FOBDESK_STEP_UP", "when-asked"), e2e.Setting("FOBDESK_LOG_LEVEL", "info"),
		e2e.Setting("FOBDESK_TRUSTED_PROXIES", "127.0.0.0/8"), e2e.Tenant(l.tenant),
	}
	if postgres {
		server := pgtest.Shared(t)
		if measured {
			server = pgtest.New(t) // which waits for the disk
		}
		l.database = server.Folder()
		givens = append(givens, e2e.OnPostgres(t, server))
	}
	path := func(replica int) string {
		if !measured {
			return program(t)
		}
		return pinned(t, program(t), replica, l.percent)
	}
	first := e2e.NewProgram(t, path(0), givens...)
	first.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Delay: graphTakes})
	l.portals = append(l.portals, first)
	for n := 1; n < replicas; n++ {
		l.portals = append(l.portals, first.Beside(t, path(n)))
	}
}

// fobs is how many there are to be enrolled.
func (l *trial) fobs() int {
	fobs := l.rate(enrolmentsASec) * l.seconds
	if l.percent > 0 {
		fobs *= eagerTimes
	}
	return fobs
}

// crowd is how many people there are: enough for the fobs, which go to each in turn.
func (l *trial) crowd() int { return (l.fobs() + fobsEach - 1) / fobsEach }

func (l *trial) rate(full int) int { return full / l.share }

func person(n int) string { return fmt.Sprintf("0a1c5f6e-3b7d-4e29-8f10-%012d", n) }

func serial(n int) string { return fmt.Sprintf("GALT%08d", n) }

// tenant has a crowd without fobs, and the fobs.
func (l *trial) tenant(o *sim.Options) {
	o.Switches.NoFreshMFA = true
	for n := range l.crowd() {
		name := fmt.Sprintf("person.%d@contoso.example", n)
		o.People = append(o.People, sim.Person{ID: person(n), Name: fmt.Sprintf("Person %d", n), UPN: name, Mail: name, Phone: true})
		for m := range fobsEach {
			serial := serial(n*fobsEach + m)
			o.Fobs = append(o.Fobs, sim.Fob{Serial: serial, Secret: []byte(strings.Repeat(serial, 2)[:20]), Interval: 30 * time.Second, Hash: sim.HMACSHA1})
			o.Devices = append(o.Devices, sim.Device{Serial: serial, Manufacturer: "Galt Security", Model: "TOTP-30"})
		}
	}
}

// portal is the portal that the nth request goes to.
func (l *trial) portal(n int) *e2e.Program { return l.portals[n%len(l.portals)] }

// signIns lets people sign in at their rate, each from an address of their own, until everybody is in
// and the time is over.
func (l *trial) signIns(t *testing.T) *latencies {
	people := l.crowd()
	return l.come(l.rate(signInsASec), max(people, l.rate(signInsASec)*l.seconds), eagerSignIns, func(n int) string {
		v := l.portals[0].NewVisitor()
		v.From = fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255)
		page := v.SignIn(t, l.portal(n).URL+"/auth/sign-in?return_to=/enrol", person(n%people))
		if page.Status != http.StatusOK || page.URL.Path != "/enrol" {
			return fmt.Sprint(page.Status, " at ", page.URL.Path)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.visitors[person(n%people)] = v
		return ""
	})
}

// pages lets clients ask for the page of the form, which asks Graph for nothing.
func (l *trial) pages(t *testing.T) *latencies {
	t.Helper()
	var targets []target
	for n := range pageClients * len(l.portals) {
		targets = append(targets, target{l.portal(n).URL, cookie(l.visitors[person(n%l.crowd())])})
	}
	return askFor(t, targets, time.Duration(l.seconds)*time.Second)
}

// enrolments lets people send the form at their rate, each for another fob.
func (l *trial) enrolments(t *testing.T) *latencies {
	t.Helper()
	cloud := l.portals[0].Cloud
	cloud.ResetCalls()
	return l.come(l.rate(enrolmentsASec), l.fobs(), eagerEnrols, func(n int) string {
		form := url.Values{"serialNumber": {serial(n)}, "verificationCode": {cloud.Code(serial(n))}}
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, l.portal(n).URL+"/enrol", strings.NewReader(form.Encode()))
		if err != nil {
			return err.Error()
		}
		r.Header = http.Header{
			"Content-Type": {"application/x-www-form-urlencoded"}, "Origin": {l.portals[0].URL},
			"Cookie": {cookie(l.visitors[person(n/fobsEach)])},
		}
		answer, err := l.client.Do(r)
		if err != nil {
			return err.Error()
		}
		defer func() { _ = answer.Body.Close() }()
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			return err.Error()
		}
		if !strings.HasPrefix(answer.Header.Get("Location"), "/receipts/") {
			return answer.Status
		}
		return ""
	})
}

func cookie(v *e2e.Visitor) string {
	var cookies []string
	for name, value := range v.Cookies() {
		cookies = append(cookies, name+"="+value)
	}
	return strings.Join(cookies, "; ")
}

// eachDoneOnce looks at Graph: each fob is its person's, and was sent once, as far back as Graph
// remembers.
func (l *trial) eachDoneOnce(t *testing.T) {
	t.Helper()
	cloud := l.portals[0].Cloud
	sent := map[any]int{}
	for _, call := range cloud.Calls() {
		if call.Side == sim.SideGraph && call.Method == http.MethodPost {
			sent[call.Body["serialNumber"]]++
		}
	}
	for n := range l.fobs() {
		if device, _ := cloud.Device(serial(n)); device.HolderID != person(n/fobsEach) {
			t.Errorf("%s is %q's", serial(n), device.HolderID)
		}
		if sent[serial(n)] > 1 {
			t.Errorf("%s was sent to Graph %d times", serial(n), sent[serial(n)])
		}
	}
}
