package session

import (
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"
)

const (
	reception = "station-1"
	canteen   = "station-2"
)

// newVisits is a store of visits over the same rows as others, with the limits of a station.
func newVisits(t testing.TB, m *memory, now func() time.Time) *Store {
	t.Helper()
	return NewStore(Config{
		Rows: m, States: m, Keys: serverKeys(t, 1), Idle: 90 * time.Second, Max: 10 * time.Minute, Visits: true,
		Secure: true, Now: now, Log: slog.New(slog.DiscardHandler),
	})
}

func visitOf(clock *clock) Session { return sessionOf(anna, clock.in(time.Hour)) }

func TestSES04AVisitEndsIdleAndAtItsLimitWhateverItsUse(t *testing.T) {
	clock := newClock()
	st := newVisits(t, newMemory(), clock.Now).At(reception)
	b := newBrowser()
	b.signIn(t, st, visitOf(clock))
	clock.advance(90*time.Second - 1)
	if b.current(t, st) == nil {
		t.Fatal("ended before 90 seconds")
	}
	clock.advance(90 * time.Second)
	if b.current(t, st) != nil {
		t.Error("idle for 90 seconds, it lives")
	}
	b.signIn(t, st, visitOf(clock))
	for range 9 {
		clock.advance(66 * time.Second)
		if b.current(t, st) == nil {
			t.Fatal("ended although it was used")
		}
	}
	clock.advance(6 * time.Second)
	if b.current(t, st) != nil {
		t.Error("ten minutes of use, it lives")
	}
}

func TestSES04APollIsNoUseOfAVisit(t *testing.T) {
	clock := newClock()
	st := newVisits(t, newMemory(), clock.Now).At(reception)
	b := newBrowser()
	b.signIn(t, st, visitOf(clock))
	for range 9 {
		clock.advance(10 * time.Second)
		b.request(func(_ http.ResponseWriter, r *http.Request) { _, _ = st.Peek(r) })
	}
	if b.current(t, st) != nil {
		t.Error("polls kept it")
	}
}

// Not even a limit of three seconds is shortened much by how seldom uses are written.
func TestSES04AShortLimitCountsFromTheLastUse(t *testing.T) {
	clock := newClock()
	st := newVisits(t, newMemory(), clock.Now).At(reception)
	st.Idle = 3 * time.Second
	b := newBrowser()
	b.signIn(t, st, visitOf(clock))
	for range 50 {
		clock.advance(90 * time.Millisecond)
		b.current(t, st)
	}
	clock.advance(2800 * time.Millisecond)
	if b.current(t, st) == nil {
		t.Error("ended 2.8 seconds after its last use")
	}
}

func TestKSK04AVisitOpensAtItsStationOnly(t *testing.T) {
	clock, m := newClock(), newMemory()
	visits, ordinary := newVisits(t, m, clock.Now), newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, visits.At(reception), visitOf(clock))
	if sess := b.current(t, visits.At(reception)); sess == nil || sess.Station != reception {
		t.Fatalf("at its station it opens %v", sess)
	}
	for name, st := range map[string]*Store{"another station": visits.At(canteen), "no station": visits} {
		if b.current(t, st) != nil {
			t.Errorf("%s: it opens", name)
		}
	}
	renamed := newBrowser()
	for name, value := range b.jar {
		renamed.jar[hostPrefix+baseName+name[len(hostPrefix+visitName):]] = value
	}
	if renamed.current(t, ordinary) != nil {
		t.Error("under the name of an ordinary session's cookie it opens")
	}
}

func TestKSK04AnOrdinarySessionIsNoVisit(t *testing.T) {
	clock, m := newClock(), newMemory()
	visits, ordinary := newVisits(t, m, clock.Now), newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, ordinary, visitOf(clock))
	b.jar[hostPrefix+visitName] = b.jar[sessionCookie]
	for name, st := range map[string]*Store{"a station": visits.At(reception), "no station": visits} {
		if b.current(t, st) != nil {
			t.Errorf("%s: it opens", name)
		}
	}
	if b.current(t, ordinary) == nil {
		t.Error("it opens no more where it belongs")
	}
}

func TestKSK04AVisitsRowThatIsSaidToBeAnothersOpensNothing(t *testing.T) {
	clock, m := newClock(), newMemory()
	visits, ordinary := newVisits(t, m, clock.Now), newStore(t, m, clock.Now)
	b := newBrowser()
	b.signIn(t, visits.At(reception), visitOf(clock))
	b.jar[sessionCookie] = b.jar[hostPrefix+visitName]
	for key, row := range m.rows {
		row.Station = ""
		m.rows[key] = row
	}
	if b.current(t, ordinary) != nil {
		t.Error("with its station taken out of the database it opens as an ordinary session")
	}
	for key, row := range m.rows {
		row.Station = canteen
		m.rows[key] = row
	}
	if b.current(t, visits.At(canteen)) != nil {
		t.Error("with another station in the database it opens there")
	}
}

func TestKSK04NoVisitBeginsAwayFromAStation(t *testing.T) {
	clock, m := newClock(), newMemory()
	newBrowser().request(func(w http.ResponseWriter, r *http.Request) {
		if err := newVisits(t, m, clock.Now).Start(w, r, visitOf(clock)); err == nil {
			t.Error("a visit began at no station")
		}
		if err := newStore(t, m, clock.Now).At(reception).Start(w, r, visitOf(clock)); err == nil {
			t.Error("an ordinary session began at a station")
		}
	})
}

func TestKSK05LeavingTakesBackAllButWhatEntraIsOwed(t *testing.T) {
	for name, after := range map[string]time.Duration{"live": 0, "ended by itself": time.Hour} {
		t.Run(name, func(t *testing.T) {
			clock, m := newClock(), newMemory()
			st := newVisits(t, m, clock.Now).At(reception)
			b := newBrowser()
			sess := visitOf(clock)
			sess.LoginHint = "O.hint"
			b.signIn(t, st, sess)
			b.request(func(w http.ResponseWriter, r *http.Request) {
				_ = st.KeepDraft(w, Draft{PersonKey: PersonKey(anna), Path: "/kiosk/enrol", Serial: "1"})
				_, _ = st.BeginSignIn(w, r, SignIn{ReturnTo: "/kiosk/enrol"})
			})
			if len(b.jar) != 4 {
				t.Fatalf("the visit set %d cookies, want its own, the draft, the sign-in and what Entra is owed", len(b.jar))
			}
			clock.advance(after)
			b.request(func(w http.ResponseWriter, r *http.Request) {
				if err := st.Leave(w, r); err != nil {
					t.Error(err)
				}
			})
			if len(m.all()) != 0 || len(b.jar) != 1 {
				t.Errorf("%d rows and %d cookies are left, want none and what Entra is owed", len(m.all()), len(b.jar))
			}
			b.request(func(w http.ResponseWriter, r *http.Request) {
				if hint, owed := st.Owed(r); !owed || hint != "O.hint" {
					t.Errorf("Entra is owed %t, %q", owed, hint)
				}
				st.Told(w, r)
			})
			if len(b.jar) != 0 {
				t.Error("once Entra is told, something is left")
			}
		})
	}
}

func TestKSK05WhoLeavesIsNotToldSoWhileTheDatabaseIsDown(t *testing.T) {
	clock, m := newClock(), newMemory()
	st := newVisits(t, m, clock.Now).At(reception)
	b := newBrowser()
	b.signIn(t, st, visitOf(clock))
	m.setDown("DeleteSession", true)
	b.request(func(w http.ResponseWriter, r *http.Request) {
		if err := st.Leave(w, r); err == nil {
			t.Error("Leave says it is done")
		}
	})
	if b.current(t, st) == nil {
		t.Error("the cookie is gone, the row is not")
	}
}

func TestAStepUpKeepsAVisitsTagStationAndEnd(t *testing.T) {
	clock := newClock()
	st := newVisits(t, newMemory(), clock.Now).At(reception)
	b := newBrowser()
	b.signIn(t, st, visitOf(clock))
	before := b.current(t, st)
	clock.advance(time.Minute)
	b.signIn(t, st, visitOf(clock))
	after := b.current(t, st)
	if st.Tag(after) != st.Tag(before) || !after.Ends().Equal(before.Ends()) || after.Station != reception {
		t.Error("a step-up began another visit")
	}
	b.signIn(t, st, sessionOf(ben, clock.in(time.Hour)))
	if st.Tag(b.current(t, st)) == st.Tag(before) {
		t.Error("another person has the same visit")
	}
}

func TestAPurgeOfOneKindLeavesTheOther(t *testing.T) {
	clock, m := newClock(), newMemory()
	visits, ordinary := newVisits(t, m, clock.Now), newStore(t, m, clock.Now)
	newBrowser().signIn(t, visits.At(reception), visitOf(clock))
	newBrowser().signIn(t, ordinary, visitOf(clock))
	clock.advance(2 * time.Minute)
	if err := visits.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, row := range m.all() {
		if row.Ended.IsZero() != (row.Station == "") {
			t.Errorf("the session at %q ended %v", row.Station, row.Ended)
		}
	}
	if i := slices.IndexFunc(m.all(), func(row Row) bool { return !row.Ended.IsZero() && len(row.Sealed) > 0 }); i >= 0 {
		t.Error("an ended one keeps its payload")
	}
}
