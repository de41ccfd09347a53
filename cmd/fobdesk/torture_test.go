package main

import (
	"database/sql"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/pgtest"
	"fobdesk/internal/sim"
)

// kills is how often something is killed: a few times in a run of the tests, more often where
// FOBDESK_TEST_KILLS says so.
func kills() (n int, long bool) {
	n, err := strconv.Atoi(os.Getenv("FOBDESK_TEST_KILLS"))
	if err != nil {
		return 5, false
	}
	return n, true
}

// ordeal is what the program goes through on one database.
type ordeal struct {
	name     string
	postgres bool
	portal   int  // how often the program itself is killed
	server   int  // how often its database's server
	backend  int  // how often one connection's process there, which the server starts anew over
	setBack  bool // whether the program's clock is set back by an hour halfway
}

// ordeals share out about n kills.
func ordeals(n int) []ordeal {
	setBack := max(2, n/20)
	postgres := ordeal{name: "PostgreSQL", postgres: true, portal: max(1, n/3), server: max(1, n/5), backend: max(1, n/20)}
	left := n - setBack - postgres.portal - postgres.server - postgres.backend
	return []ordeal{
		{name: "SQLite", portal: max(2, left)}, postgres, {name: "a clock set back", portal: setBack, setBack: true},
	}
}

// TestFIG04AndRST02AndFLT08KilledUnderLoadNothingIsLostOrDoneTwice is make torture: while people enrol
// and remove fobs, the program and its database are killed at random moments, and its clock is set back.
func TestFIG04AndRST02AndFLT08KilledUnderLoadNothingIsLostOrDoneTwice(t *testing.T) {
	t.Parallel()
	n, long := kills()
	all := &fate{refused: map[int]int{}}
	t.Cleanup(func() { t.Log("torture: " + all.String()) })
	for _, o := range ordeals(n) {
		t.Run(o.name, func(t *testing.T) {
			if !long {
				t.Parallel() // the figures of a long run are not of each other's load
			}
			came := o.run(t)
			all.add(came)
			if !long {
				t.Log(came)
			}
		})
	}
}

// run lets the program go through it all and judges what came of it.
func (o ordeal) run(t *testing.T) *fate {
	t.Helper()
	w := o.start(t)
	load := w.load()
	moments := o.moments()
	for i, strike := range moments {
		time.Sleep(100*time.Millisecond + rand.N(600*time.Millisecond)) // a moment that nobody chose
		if o.setBack && i == len(moments)/2 {
			setClock(t, w.clock, w.ahead-time.Hour)
		}
		strike(t, w)
	}
	close(w.stop)
	load.Wait()
	w.settled = w.awaitSettled(t)
	w.sendAgain(t)
	w.tally()
	w.countLost(t)
	w.countDoubled(t)
	if o.setBack {
		w.nothingReopened(t)
	}
	w.Signal(syscall.SIGTERM)
	w.Wait(t)
	w.rows = len(actsIn(t, w.Program, w.database)) // and the trail verifies
	w.judge(t)
	return &w.fate
}

// moments are the kills, in an order that nobody chose.
func (o ordeal) moments() []func(*testing.T, *torture) {
	all := slices.Repeat([]func(*testing.T, *torture){killPortal}, o.portal)
	all = append(all, slices.Repeat([]func(*testing.T, *torture){killServer}, o.server)...)
	all = append(all, slices.Repeat([]func(*testing.T, *torture){killBackend}, o.backend)...)
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// start starts the program on its database, with people who are signed in.
func (o ordeal) start(t *testing.T) *torture {
	t.Helper()
	w := &torture{
		stop: make(chan struct{}), next: make(chan int), done: map[string]receipt{},
		sent: map[string]int{}, spared: map[string]bool{}, fate: fate{refused: map[int]int{}},
	}
	givens := []e2e.Given{
		e2e.Setting("FOBDESK_STEP_UP", "when-asked"), e2e.Setting("FOBDESK_LOG_LEVEL", "warn"),
		e2e.Setting("FOBDESK_ATTEMPTS", "1000"), // what is unknown counts as a try
		e2e.Tenant(func(o *sim.Options) { o.Switches.NoFreshMFA = true }),
	}
	path := program(t)
	if o.postgres {
		w.server = pgtest.New(t) // which waits for the disk
		givens = append(givens, e2e.OnPostgres(t, w.server))
	}
	if o.setBack {
		w.clock = filepath.Join(t.TempDir(), "clock")
		setClock(t, w.clock, 0)
		givens = append(givens, e2e.Setting(clockFile, w.clock))
		var err error
		if path, err = clocked(); err != nil {
			t.Fatal(err)
		}
	}
	w.Program = e2e.NewProgram(t, path, givens...)
	w.database = w.DatabaseURL()
	if o.setBack {
		w.useUp(t)
	}
	for _, id := range []string{sim.AdaID, sim.HanakoID, sim.JonasID, sim.HenrikID} {
		w.people = append(w.people, w.SignedIn(t, id))
	}
	// Acts are under way at nearly any moment, done at Graph already or not yet.
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodPost, AfterEffect: true, Delay: 150 * time.Millisecond})
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodDelete, Delay: 150 * time.Millisecond})
	return w
}

// readyLimit is when the program is ready again after a kill, on a machine that has nothing else to do.
const readyLimit = 2 * time.Second

// killPortal kills the program and starts it again.
func killPortal(t *testing.T, w *torture) {
	w.Signal(os.Kill)
	w.Wait(t)
	time.Sleep(20 * time.Millisecond) // what was cut off at Graph is in its log by then
	w.tally()
	w.portals++
	said, began := len(w.Log.String()), time.Now()
	took := w.Start(t)
	w.starts = append(w.starts, took)
	if took > readyLimit {
		t.Logf("a start at %s took %v, and said: %q", began.UTC().Format(time.RFC3339Nano), took, w.Log.String()[said:])
	}
	for i, v := range w.people {
		if page := v.Get(t, "/enrol"); page.Status != http.StatusOK {
			t.Errorf("after a kill the session of person %d answers %d", i, page.Status)
		}
	}
}

// killServer kills the database's server, and starts it again after a while.
func killServer(t *testing.T, w *torture) {
	w.server.Crash(t)
	time.Sleep(rand.N(2 * time.Second))
	w.server.Start(t)
	w.servers++
	w.recover(t)
}

// killBackend kills the process of one of the portal's connections.
func killBackend(t *testing.T, w *torture) {
	if w.server.CrashBackend(t, pgtest.Portal) {
		w.backends++
	}
	w.recover(t)
}

// recovery is how long the portal is waited for once its database is well, on the busiest machine; how
// long it took is among the figures.
const recovery = time.Minute

// recover waits until everybody is served and an enrolment is acknowledged.
func (w *torture) recover(t *testing.T) {
	t.Helper()
	began, before := time.Now(), w.acknowledged()
	for i, v := range w.people {
		for {
			page := v.Get(t, "/enrol")
			if page.Status == http.StatusOK {
				break
			}
			if page.Status != http.StatusServiceUnavailable || time.Since(began) > recovery {
				t.Errorf("%v after the database's return the session of person %d answers %d", time.Since(began), i, page.Status)
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	for w.acknowledged() == before {
		if time.Since(began) > recovery {
			t.Errorf("nothing is done %v after the database's return", time.Since(began))
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	w.recoveries = append(w.recoveries, time.Since(began))
}

// useUp lets a session run out and a limit be hit, both before the clock is set back.
func (w *torture) useUp(t *testing.T) {
	t.Helper()
	w.gone, w.stranger = w.SignedIn(t, sim.AdaID), w.NewVisitor()
	w.ahead = 16 * time.Minute
	setClock(t, w.clock, w.ahead)
	w.Clock.Pass(w.ahead)
	for range 10 {
		w.stranger.Post(t, "/kiosk/pair", wrongPairing)
	}
	w.nothingReopened(t)
}

var wrongPairing = url.Values{"pairingCode": {"BCDF-GHJK"}}

// nothingReopened holds the session that ran out and the limit that was hit to that.
func (w *torture) nothingReopened(t *testing.T) {
	t.Helper()
	if page := w.gone.Get(t, "/enrol"); page.Status != http.StatusFound {
		t.Errorf("a session that ran out answers %d", page.Status)
	}
	if page := w.stranger.Post(t, "/kiosk/pair", wrongPairing); page.Status != http.StatusTooManyRequests {
		t.Errorf("an eleventh pairing code is answered with %d", page.Status)
	}
}

// awaitSettled waits until no intent is open, and answers how long that took. Each intent is of an
// act before.
func (w *torture) awaitSettled(t *testing.T) time.Duration {
	t.Helper()
	driver, source := "pgx", w.database
	if w.server == nil {
		driver, source = "sqlite", "file:"+filepath.Join(w.Folder(), "fobdesk.db")+"?mode=ro"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	began := time.Now()
	for {
		var open int
		if err := db.QueryRow("SELECT count(*) FROM act WHERE outcome IS NULL").Scan(&open); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); open == 0 || waited > 2*time.Minute {
			return waited
		}
		time.Sleep(500 * time.Millisecond)
	}
}
