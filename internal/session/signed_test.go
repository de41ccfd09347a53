package session

import (
	"slices"
	"testing"
	"time"
)

func TestSES08APersonSeesAndEndsTheirOwnSessions(t *testing.T) {
	clock, rows := newClock(), newMemory()
	st := newStore(t, rows, clock.Now)
	here, there, other := newBrowser(), newBrowser(), newBrowser()
	for b, agent := range map[*browser]string{here: "Firefox · Windows", there: "Safari · iOS"} {
		sess := sessionOf(anna, clock.in(time.Hour))
		sess.Agent, sess.Address = agent, "192.0.2.7"
		b.signIn(t, st, sess)
	}
	other.signIn(t, st, sessionOf(ben, clock.in(time.Hour)))

	all, err := st.SignedIn(t.Context(), here.current(t, st))
	if err != nil || len(all) != 2 {
		t.Fatalf("%d places, %v, want 2", len(all), err)
	}
	i := slices.IndexFunc(all, func(s Signed) bool { return !s.Here })
	if away := all[i]; away.Agent != "Safari · iOS" || away.Address != "192.0.2.7" || !all[1-i].Here {
		t.Errorf("shown: %+v", all)
	}
	if found, err := st.EndSigned(t.Context(), ben, all[i].ID); found || err != nil {
		t.Errorf("somebody else ended it: %t, %v", found, err)
	}
	if found, err := st.EndSigned(t.Context(), anna, all[i].ID); !found || err != nil {
		t.Errorf("not ended: %t, %v", found, err)
	}
	if there.current(t, st) != nil {
		t.Error("the session that was ended still opens")
	}
	if here.current(t, st) == nil || other.current(t, st) == nil {
		t.Error("another session ended with it")
	}
}

func TestSES08AllSessionsOfAPersonEndAtOnce(t *testing.T) {
	clock, rows := newClock(), newMemory()
	st := newStore(t, rows, clock.Now)
	one, two, other := newBrowser(), newBrowser(), newBrowser()
	one.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	two.signIn(t, st, sessionOf(anna, clock.in(time.Hour)))
	other.signIn(t, st, sessionOf(ben, clock.in(time.Hour)))
	if n, err := st.EndAll(t.Context(), anna); n != 2 || err != nil {
		t.Errorf("%d ended, %v, want 2", n, err)
	}
	if one.current(t, st) != nil || two.current(t, st) != nil {
		t.Error("a session of the person still opens")
	}
	if other.current(t, st) == nil {
		t.Error("another person's session ended")
	}
	rows.setDown("", true)
	if _, err := st.EndAll(t.Context(), anna); err == nil {
		t.Error("a store that is down ended them")
	}
}
