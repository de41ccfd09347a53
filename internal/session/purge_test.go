package session

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestSES10DeadSessionsAndUsedStatesArePurged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, b := newMemory(), newBrowser()
		st := newStore(t, m, time.Now)
		var log strings.Builder
		st.Log = slog.New(slog.NewTextHandler(&log, nil))
		ctx, stop := context.WithCancel(t.Context())
		go st.Run(ctx)

		b.signIn(t, st, sessionOf(anna, time.Now().Add(time.Hour)))
		in := b.begin(t, st, SignIn{})
		if _, err := b.take(st, in.State); err != nil {
			t.Fatal(err)
		}
		time.Sleep(8 * time.Hour)
		synctest.Wait()
		if len(m.all()) != 1 || len(m.states) != 0 {
			t.Errorf("%d rows, %d states", len(m.all()), len(m.states))
		}
		m.setDown("PurgeSessions", true)
		time.Sleep(12 * time.Minute)
		synctest.Wait()
		if !strings.Contains(log.String(), "purge failed") {
			t.Error("a purge that failed is not in the log")
		}
		m.setDown("PurgeSessions", false)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(m.all()) != 0 {
			t.Error("a dead session is still there")
		}
		stop()
		synctest.Wait()
	})
}

func TestOnePurgeThatFailsDoesNotStopTheOther(t *testing.T) {
	m := newMemory()
	m.setDown("PurgeSessions", true)
	st := newStore(t, m, newClock().Now)
	if err := st.Purge(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("got %v", err)
	}
	if m.count("PurgeStates") != 1 {
		t.Error("states were not purged")
	}
}
