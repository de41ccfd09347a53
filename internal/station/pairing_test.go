package station_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fobdesk/internal/outcome"
	"fobdesk/internal/station"
)

func TestKSK07APairingCodeWorksOnceForTenMinutes(t *testing.T) {
	for _, test := range []struct {
		name  string
		after time.Duration
		times int
		want  error
	}{
		{"at once", 0, 1, nil},
		{"at the last moment", 10*time.Minute - time.Second, 1, nil},
		{"late", 10 * time.Minute, 1, outcome.WrongCode},
		{"twice", 0, 2, outcome.WrongCode},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(t)
			code := d.code(t, d.make(t, "Reception").ID)
			d.at = d.at.Add(test.after)
			var err error
			for range test.times {
				_, err = d.pair(t, code, home)
			}
			if !errors.Is(err, test.want) {
				t.Errorf("answered %v, want %v", err, test.want)
			}
		})
	}
}

func TestKSK07OfTwoWhoTypeACodeAtOnceOneBecomesTheStation(t *testing.T) {
	d := newDesk(t)
	code := d.code(t, d.make(t, "Reception").ID)
	var paired atomic.Int64
	var both sync.WaitGroup
	for i := range 8 {
		both.Go(func() {
			if _, err := d.Pair(t.Context(), httptest.NewRecorder(), code, home, strconv.Itoa(i)); err == nil {
				paired.Add(1)
			}
		})
	}
	both.Wait()
	if paired.Load() != 1 {
		t.Errorf("%d browsers became the station", paired.Load())
	}
}

func TestKSK07HowACodeIsTypedDoesNotMatter(t *testing.T) {
	for name, typed := range map[string]func(string) string{
		"as shown": func(s string) string { return s }, "small": strings.ToLower,
		"without the hyphen": func(s string) string { return strings.ReplaceAll(s, "-", "") },
		"with spaces":        func(s string) string { return " " + strings.Join(strings.Split(s, ""), " ") + "\t" },
		"with a long dash":   func(s string) string { return strings.ReplaceAll(s, "-", "–") },
	} {
		d := newDesk(t)
		if _, err := d.pair(t, typed(d.code(t, d.make(t, "Reception").ID)), home); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKSK07TenWrongCodesOfAnAddressAreEnough(t *testing.T) {
	d := newDesk(t)
	code := d.code(t, d.make(t, "Reception").ID)
	for i := range 10 {
		wrong := []string{"BBBB-BBBB", "short", "", "0000-0000", strings.Repeat("B", 5000)}[i%5]
		if _, err := d.pair(t, wrong, home); !errors.Is(err, outcome.WrongCode) {
			t.Fatalf("wrong code %d: %v", i+1, err)
		}
	}
	_, err := d.pair(t, code, home)
	refusal, _ := errors.AsType[*outcome.Error](err)
	if !errors.Is(err, outcome.TooManyAttempts) || refusal.RetryAfter != 15*time.Minute {
		t.Errorf("the eleventh, a right one: %v, after %v", err, refusal)
	}
	if _, err := d.pair(t, code, "192.0.2.2"); err != nil {
		t.Errorf("from another address: %v", err)
	}
	d.at = d.at.Add(15 * time.Minute)
	if _, err := d.pair(t, d.code(t, d.make(t, "Canteen").ID), home); err != nil {
		t.Errorf("15 minutes later: %v", err)
	}
}

func TestKSK07ARightCodeCountsAgainstNobody(t *testing.T) {
	d := newDesk(t)
	for i := range 12 {
		if _, err := d.pair(t, d.code(t, d.make(t, fmt.Sprint("Station ", i)).ID), home); err != nil {
			t.Fatalf("station %d: %v", i+1, err)
		}
	}
}

func TestKSK07OnlyItsMakerSeesACodeAndOnlyWhileItWorks(t *testing.T) {
	d := newDesk(t)
	made := d.make(t, "Reception")
	shows := func(viewer string) bool {
		_, _, ok, err := d.PairingCode(t.Context(), made.ID, viewer)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !shows(maker) || shows(other) || shows("") {
		t.Error("it is shown to another than its maker, or not to its maker")
	}
	if _, err := d.pair(t, d.code(t, made.ID), home); err != nil || shows(maker) {
		t.Errorf("it is shown after it was used (%v)", err)
	}
	if err := d.Renew(t.Context(), made.ID, maker); err != nil || !shows(maker) {
		t.Errorf("a new one is not shown (%v)", err)
	}
	d.at = d.at.Add(10 * time.Minute)
	if shows(maker) {
		t.Error("it is shown although it is late")
	}
}

func TestKSK07ANewPairingPutsTheOldBrowserOut(t *testing.T) {
	d := newDesk(t)
	made := d.make(t, "Reception")
	old, _ := d.pair(t, d.code(t, made.ID), home)
	if err := d.Renew(t.Context(), made.ID, maker); err != nil {
		t.Fatal(err)
	}
	if d.known(t, old) == nil {
		t.Error("a new code alone put the station out")
	}
	fresh, err := d.pair(t, d.code(t, made.ID), home)
	if err != nil || d.known(t, old) != nil || d.known(t, fresh) == nil {
		t.Errorf("after the new pairing (%v) the old browser is %v, the new one %v", err, d.known(t, old), d.known(t, fresh))
	}
}

var errNoKey = errors.New("no key")

// sealsNothing are keys that are not there.
type sealsNothing struct{ station.Keys }

func (sealsNothing) Seal(_, _ []byte) ([]byte, error) { return nil, errNoKey }

func TestKSK07WithoutACodeNothingIsMade(t *testing.T) {
	d := newDesk(t)
	made := d.make(t, "Reception")
	code := d.code(t, made.ID)
	d.Keys = sealsNothing{d.Keys}
	if _, err := d.Create(t.Context(), maker, "Canteen", "", ""); !errors.Is(err, errNoKey) {
		t.Errorf("a station whose code can't be sealed: %v", err)
	}
	if err := d.Renew(t.Context(), made.ID, maker); !errors.Is(err, errNoKey) {
		t.Errorf("a code that can't be sealed: %v", err)
	}
	if all, err := d.List(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("there are %d stations (%v), want the one from before", len(all), err)
	}
	if still := d.code(t, made.ID); still != code {
		t.Error("its code is another")
	}
}
